//! Bundles in files: Fluent, or JSON with Fluent's texts under the keys.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use fluent_bundle::FluentResource;
use serde_json::{Map, Value};
use unic_langid::LanguageIdentifier;

use super::locale::identifier;

/// The texts of a language cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LocalesError {
    /// A file or the folder cannot be read.
    #[error("{}: it cannot be read", .file.display())]
    Unreadable {
        /// Which one.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file does not say what it should.
    #[error("{}:{line}: {reason}", .file.display())]
    Broken {
        /// Which one.
        file: PathBuf,
        /// In which line, counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

/// The texts of one language from one place.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) id: LanguageIdentifier,
    pub(super) texts: Arc<FluentResource>,
}

impl Source {
    /// Texts that come with the gateway.
    pub(super) fn built_in(tag: &str, text: &str) -> Result<Self, LocalesError> {
        let name = format!("{tag}.ftl");
        Self::read(Path::new(&name), text.to_owned())
    }

    /// The texts of a file; its name says the language, and what it is written in.
    fn read(file: &Path, text: String) -> Result<Self, LocalesError> {
        let tag = file.file_stem().unwrap_or_default().to_string_lossy();
        let id = tag.parse().map_err(|_| LocalesError::Broken {
            file: file.to_owned(),
            line: 1,
            reason: format!("{tag:?} is no language; call the file \"fr.ftl\" or so"),
        })?;
        let text = match file.extension() {
            Some(extension) if extension == "json" => of_json(file, &text)?,
            _ => text,
        };
        let texts = fluent(text).map_err(|(line, reason)| LocalesError::Broken {
            file: file.to_owned(),
            line,
            reason,
        })?;
        Ok(Self {
            id,
            texts: Arc::new(texts),
        })
    }
}

/// The bundles of a folder, in the order of their names.
pub(super) fn read(folder: &Path) -> Result<Vec<Source>, LocalesError> {
    let unreadable = |file: &Path| {
        let file = file.to_owned();
        move |source| LocalesError::Unreadable { file, source }
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let file = entry.map_err(unreadable(folder))?.path();
        if file
            .extension()
            .is_some_and(|end| end == "ftl" || end == "json")
        {
            files.push(file);
        }
    }
    files.sort();
    let source = |file: PathBuf| {
        let text = fs::read_to_string(&file).map_err(unreadable(&file))?;
        Source::read(&file, text)
    };
    files.into_iter().map(source).collect()
}

/// Reads Fluent; what is wrong is told with its line.
fn fluent(text: String) -> Result<FluentResource, (usize, String)> {
    FluentResource::try_new(text).map_err(|(texts, errors)| {
        let (start, reason) = errors.first().map_or((0, String::new()), |error| {
            (error.pos.start, error.to_string())
        });
        let before = texts.source().get(..start).unwrap_or_default();
        // The parser notices at the next entry what the one before lacks.
        (before.trim_end().matches('\n').count() + 1, reason)
    })
}

/// Fluent for an object of texts; objects within it join their keys with a dot.
fn of_json(file: &Path, text: &str) -> Result<String, LocalesError> {
    let broken = |line, reason: String| LocalesError::Broken {
        file: file.to_owned(),
        line,
        reason,
    };
    let members: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| broken(error.line(), error.to_string()))?;
    let mut found = Vec::new();
    flatten("", &members, &mut found);
    let mut written = String::new();
    for (path, name, value) in found {
        let line = text
            .lines()
            .position(|line| line.contains(&format!("{name:?}")));
        let line = line.map_or(1, |index| index + 1);
        let Value::String(value) = value else {
            return Err(broken(line, format!("{path} is no text")));
        };
        let value = match value.is_empty() {
            true => "{\"\"}".to_owned(),
            false => value.replace('\n', "\n    "),
        };
        let entry = format!("{} = {value}\n", identifier(&path));
        fluent(entry.clone()).map_err(|(_, reason)| broken(line, reason))?;
        written.push_str(&entry);
    }
    Ok(written)
}

fn flatten<'a>(
    at: &str,
    members: &'a Map<String, Value>,
    found: &mut Vec<(String, &'a str, &'a Value)>,
) {
    for (name, value) in members {
        let path = match at {
            "" => name.clone(),
            at => format!("{at}.{name}"),
        };
        match value {
            Value::Object(inner) => flatten(&path, inner, found),
            value => found.push((path, name, value)),
        }
    }
}
