//! A route as a story describes it.

/// One `[[routes]]` table.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(super) toml: String,
}

impl Route {
    pub(crate) fn public(path: &str, upstream: &str) -> Self {
        Self::new(path, upstream, "public")
    }

    pub(crate) fn signed_in(path: &str, upstream: &str) -> Self {
        Self::new(path, upstream, "signed-in")
    }

    /// Adds a line such as `host = "app.example.org"`.
    pub(crate) fn with(mut self, line: &str) -> Self {
        self.toml.push_str(line);
        self.toml.push('\n');
        self
    }

    /// Gives it another name than its access and path make.
    pub(crate) fn named(mut self, name: &str) -> Self {
        let (before, rest) = self.toml.split_once("name = \"").expect("it has a name");
        let (_, after) = rest.split_once('"').expect("the name ends");
        self.toml = format!("{before}name = \"{name}\"{after}");
        self
    }

    fn new(path: &str, upstream: &str, access: &str) -> Self {
        let name = path.trim_matches('/').replace('/', "-");
        let name = if name.is_empty() { "root" } else { &name };
        let toml = format!(
            "[[routes]]\nname = \"{access}-{name}\"\npath = \"{path}\"\n\
             upstream = [\"{upstream}\"]\naccess = \"{access}\"\n"
        );
        Self { toml }
    }
}
