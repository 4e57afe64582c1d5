//! Where configuration is looked for: one file, then the environment.

use std::{
    env, fmt,
    path::{Path, PathBuf},
};

/// The places to read, gathered before anything is read.
#[derive(Clone, Default)]
pub struct Sources {
    /// The file somebody named; it must exist.
    pub file: Option<PathBuf>,
    /// Files to look for otherwise; the first that exists is read, none need exist.
    pub search: Vec<PathBuf>,
    /// Environment variables.
    pub variables: Vec<(String, String)>,
}

/// What a variable's name begins with; `__` separates the levels after it.
const VARIABLE_PREFIX: &str = "PORTCULLIS__";

impl Sources {
    /// `--config FILE` if given, else `./portcullis.toml`, else `/etc/portcullis/portcullis.toml`;
    /// and the process's environment.
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            file,
            search: ["portcullis.toml", "/etc/portcullis/portcullis.toml"]
                .map(PathBuf::from)
                .into(),
            variables: env::vars_os().filter_map(text).collect(),
        }
    }

    /// The file to read, if there is one.
    pub(crate) fn chosen_file(&self) -> Option<&Path> {
        let named = self.file.as_deref();
        named.or_else(|| {
            self.search
                .iter()
                .map(PathBuf::as_path)
                .find(|file| file.exists())
        })
    }

    /// Variables that belong to the configuration, with the levels their names tell.
    pub(super) fn settings(&self) -> Vec<Setting> {
        let setting = |(name, value): &(String, String)| {
            let levels = name.strip_prefix(VARIABLE_PREFIX)?.split("__");
            let levels = levels.map(str::to_ascii_lowercase).collect();
            Some(Setting {
                name: name.clone(),
                levels,
                value: value.clone(),
            })
        };
        let mut settings: Vec<_> = self.variables.iter().filter_map(setting).collect();
        settings.sort_by(|one, other| one.name.cmp(&other.name));
        settings
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.variables.iter().map(|(name, _)| name).collect();
        f.debug_struct("Sources")
            .field("file", &self.file)
            .field("search", &self.search)
            .field("variables", &names)
            .finish()
    }
}

/// One value from the environment; it may be a secret, so it has no `Debug`.
pub(super) struct Setting {
    /// The variable's name.
    pub(super) name: String,
    /// The key's path.
    pub(super) levels: Vec<String>,
    /// The variable's text.
    pub(super) value: String,
}
