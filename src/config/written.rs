//! The text of one file, TOML or JSON, and where in it each key stands.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use super::{
    finding::{Finding, KeyPath, Place, Report, Severity},
    position::{self, Position},
};

/// One file as it was written; it may hold secrets, so it has no `Debug`.
#[derive(Default)]
pub(super) struct Written {
    /// The file; `None` when there is none, and so no text.
    pub(super) file: Option<PathBuf>,
    text: String,
}

impl Written {
    /// Reads a file that must be there.
    pub(super) fn read(file: &Path) -> Result<Self, Report> {
        match fs::read_to_string(file) {
            Ok(text) => Ok(Self {
                file: Some(file.to_owned()),
                text,
            }),
            Err(error) => Err(report_of(
                Place::File(file.to_owned()),
                format!("the configuration cannot be read: {error}"),
            )),
        }
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The document of a file of JSON; nothing where the text is blank.
    pub(super) fn json(&self) -> Result<serde_json::Value, Report> {
        if self.text.trim().is_empty() {
            return Ok(serde_json::Value::Null);
        }
        serde_json::from_str(&self.text).map_err(|error| {
            let place = self.file.clone().map_or(Place::Defaults, |file| {
                Place::Line(file, error.line(), Some(error.column()))
            });
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            report_of(place, format!("this is no JSON: {message}"))
        })
    }

    /// Whether it is called like this.
    pub(super) fn ends_in(&self, end: &str) -> bool {
        let name = self.file.as_deref().and_then(Path::file_name);
        name.is_some_and(|name| name.to_string_lossy().ends_with(end))
    }

    /// The folder from which relative file names count.
    pub(super) fn folder(&self) -> &Path {
        let folder = self.file.as_deref().and_then(Path::parent);
        folder.unwrap_or(Path::new(""))
    }

    /// The document with the place of each key.
    pub(super) fn document(&self) -> Result<DeTable<'_>, Report> {
        let (document, errors) = DeTable::parse_recoverable(&self.text);
        if errors.is_empty() {
            return Ok(document.into_inner());
        }
        let reports = errors.iter().map(|error| self.refuse(error));
        Err(Report {
            findings: reports.flat_map(|report| report.findings).collect(),
        })
    }

    /// The document's values.
    pub(super) fn values(&self) -> Result<toml::Table, Report> {
        toml::from_str(&self.text).map_err(|error| self.refuse(&error))
    }

    /// Whether it has any table: one that is empty, or all comments, may be half written.
    pub(super) fn has_table(&self) -> bool {
        let is_table = |value: &toml::Value| match value {
            toml::Value::Array(list) => list.iter().any(toml::Value::is_table),
            other => other.is_table(),
        };
        self.values()
            .is_ok_and(|values| values.values().any(is_table))
    }

    /// Where `key` stands in the text.
    pub(super) fn position(&self, document: &DeTable<'_>, key: &KeyPath) -> Position {
        position::of_key(&self.text, document, key)
    }

    /// The place of `key`, of the table around it, or of the file.
    pub(super) fn place(&self, document: &DeTable<'_>, key: &KeyPath) -> Place {
        let line = match self.position(document, key) {
            Position::Exact(line) | Position::Around(line) => self.line(line),
            Position::Absent => None,
        };
        line.unwrap_or_else(|| self.whole())
    }

    /// A line of the file.
    pub(super) fn line(&self, line: usize) -> Option<Place> {
        let file = self.file.clone();
        file.map(|file| Place::Line(file, line, None))
    }

    /// The file as a whole.
    pub(super) fn whole(&self) -> Place {
        self.file.clone().map_or(Place::Defaults, Place::File)
    }

    fn refuse(&self, error: &toml::de::Error) -> Report {
        let offset = error.span().map_or(0, |span| span.start);
        let (line, column) = position::line_and_column(&self.text, offset);
        let place = self.file.clone().map_or(Place::Defaults, |file| {
            Place::Line(file, line, Some(column))
        });
        // The error's own display would quote the line, which may hold a secret.
        report_of(
            place,
            format!("this is no TOML: {}", error.message().replace('\n', ", ")),
        )
    }
}

/// A report of one problem.
pub(super) fn report_of(place: Place, message: String) -> Report {
    Report {
        findings: vec![Finding {
            severity: Severity::Problem,
            place: Some(place),
            key: KeyPath::default(),
            message,
        }],
    }
}
