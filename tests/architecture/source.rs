//! The Rust files of the repository, read as text.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file, with its path relative to the repository.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file that is ours, except these tests, which name what they forbid.
pub(super) fn everything() -> Vec<Source> {
    let mut found = Vec::new();
    for folder in [
        "src",
        "plugins",
        "providers",
        "tests",
        "examples",
        "benches",
        "fuzz",
    ] {
        collect(&root().join(folder), &mut found);
    }
    assert!(found.len() > 20, "the tree has sources");
    found.retain(|source| !source.path.starts_with("tests/architecture"));
    found
}

/// The files that become part of the gateway.
pub(super) fn production() -> Vec<Source> {
    let shipped = ["src/", "plugins/", "providers/"];
    let mut found = everything();
    found.retain(|source| shipped.iter().any(|folder| source.path.starts_with(folder)));
    found.retain(|source| !source.is_test());
    found
}

/// The folders directly inside `folder`, none when it does not exist.
pub(super) fn folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    paths.filter(|path| path.is_dir()).collect()
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.expect("a readable folder").path()) {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a readable name");
        if path.is_dir() && name != "target" && name != "node_modules" {
            collect(&path, found);
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).expect("a readable file");
            let path = path
                .strip_prefix(root())
                .expect("inside")
                .to_str()
                .expect("readable");
            found.push(Source {
                path: path.to_owned(),
                text,
            });
        }
    }
}

impl Source {
    /// Whether the whole file is a test.
    fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.starts_with("src/core/testing")
            || self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
    }

    /// Everything before the test module, which stands last in a file.
    pub(super) fn production_part(&self) -> &str {
        self.parts().0
    }

    /// The test module, or the whole of a test file.
    pub(super) fn test_part(&self) -> &str {
        if self.is_test() {
            &self.text
        } else {
            self.parts().1
        }
    }

    fn parts(&self) -> (&str, &str) {
        self.text.split_at(
            self.text
                .find("#[cfg(test)]\nmod ")
                .unwrap_or(self.text.len()),
        )
    }

    /// The first line of code, outside tests and comments, that contains `part`.
    pub(super) fn code_line_with(&self, part: &str) -> Option<&str> {
        self.production_part()
            .lines()
            .find(|line| code(line).contains(part))
    }

    /// The first line that names the crate in a path; a `*` stands for any end of its name.
    pub(super) fn names_crate(&self, name: &str) -> Option<&str> {
        let (stem, open) = name
            .strip_suffix('*')
            .map_or((name, false), |stem| (stem, true));
        self.production_part().lines().find(|line| {
            let code = code(line);
            code.match_indices(stem).any(|(at, _)| {
                let before = code[..at].chars().next_back().unwrap_or(' ');
                let after = code[at + stem.len()..]
                    .trim_start_matches(|c: char| open && (c.is_alphanumeric() || c == '_'));
                let path = after.starts_with("::") || code[..at].trim_end().ends_with("use");
                // `store::redis::` is a module of ours, `redis::` is the crate.
                path && !before.is_alphanumeric() && !['_', ':'].contains(&before)
            })
        })
    }

    /// Whether a type or trait with `part` in its name is declared.
    pub(super) fn declares(&self, part: &str) -> bool {
        self.text.lines().any(|line| {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            let declared = words.any(|word| ["struct", "enum", "trait"].contains(&word));
            declared && words.next().is_some_and(|name| name.contains(part))
        })
    }
}

/// A line without its comment.
pub(super) fn code(line: &str) -> &str {
    if line.trim_start().starts_with("//") {
        ""
    } else {
        line.split(" // ").next().unwrap_or(line)
    }
}
