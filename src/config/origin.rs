//! What was written and where: the text of the file and the variables of the environment.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use super::{
    finding::{Finding, KeyPath, Place, Report, Severity},
    position::{self, Position},
    sources::{Setting, Sources},
};

/// The sources of one reading; it holds secrets, so it has no `Debug`.
pub(super) struct Origin {
    /// The file, if there is one.
    pub(super) file: Option<PathBuf>,
    text: String,
    /// The variables of the environment.
    pub(super) settings: Vec<Setting>,
}

impl Origin {
    /// Reads the file that is to be read.
    pub(super) fn read(sources: &Sources) -> Result<Self, Report> {
        let settings = sources.settings();
        let Some(file) = sources.chosen_file() else {
            return Ok(Self {
                file: None,
                text: String::new(),
                settings,
            });
        };
        match fs::read_to_string(file) {
            Ok(text) => Ok(Self {
                file: Some(file.to_owned()),
                text,
                settings,
            }),
            Err(error) => {
                let reason = format!("the configuration cannot be read: {error}");
                Err(report_of(Place::File(file.to_owned()), reason))
            }
        }
    }

    /// The folder from which relative file names count.
    pub(super) fn folder(&self) -> &Path {
        self.file
            .as_deref()
            .and_then(Path::parent)
            .unwrap_or(Path::new(""))
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

    /// Where `key` was written, or where it would be.
    pub(super) fn place_of(
        &self,
        document: &DeTable<'_>,
        variables: &[(KeyPath, &Setting)],
        key: &KeyPath,
    ) -> Place {
        let variable = |found: Option<&(KeyPath, &Setting)>| {
            found.map(|(_, setting)| Place::Variable(setting.name.clone()))
        };
        let above = variable(
            variables
                .iter()
                .find(|(path, _)| key.0.starts_with(&path.0)),
        );
        let below = variable(
            variables
                .iter()
                .find(|(path, _)| path.0.starts_with(&key.0)),
        );
        let line = |line| self.file.clone().map(|file| Place::Line(file, line, None));
        let written = match position::of_key(&self.text, document, key) {
            Position::Exact(at) => above.or_else(|| line(at)),
            Position::Around(at) => above.or(below).or_else(|| line(at)),
            Position::Absent => above.or(below),
        };
        written
            .or_else(|| self.file.clone().map(Place::File))
            .unwrap_or(Place::Defaults)
    }
}

fn report_of(place: Place, message: String) -> Report {
    let key = KeyPath::default();
    Report {
        findings: vec![Finding {
            severity: Severity::Problem,
            place: Some(place),
            key,
            message,
        }],
    }
}
