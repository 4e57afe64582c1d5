//! What a check of the configuration found: where, which key, what is wrong and how to mend it.
//!
//! Sections collect findings through [`Check`]; the loader adds the place of each one afterwards.

use std::{fmt, path::PathBuf};

/// Where a key stands, from the top of the configuration down.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPath(pub(super) Vec<String>);

impl KeyPath {
    /// What is left of the path below its first `levels`.
    #[must_use]
    pub fn below(&self, levels: usize) -> Self {
        Self(self.0.iter().skip(levels).cloned().collect())
    }

    /// The path of `key` inside the table or list at this path.
    pub fn join(&self, key: &str) -> Self {
        let mut segments = self.0.clone();
        segments.push(key.to_owned());
        Self(segments)
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            if position > 0 && is_index(segment) {
                write!(f, "[{segment}]")?;
                continue;
            }
            if position > 0 {
                f.write_str(".")?;
            }
            match is_bare_key(segment) {
                true => f.write_str(segment)?,
                false => write!(f, "{segment:?}")?,
            }
        }
        Ok(())
    }
}

fn is_index(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_bare_key(segment: &str) -> bool {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !segment.is_empty() && segment.bytes().all(bare)
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The gateway does not start.
    Problem,
    /// The gateway starts, but the choice is weak.
    Warning,
}

/// The source a value came from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A line of a file, counted from 1, with its column where that helps.
    Line(PathBuf, usize, Option<usize>),
    /// A file as a whole.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// Nowhere in particular: the built-in defaults.
    Defaults,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line, Some(column)) => {
                write!(f, "{}:{line}:{column}", file.display())
            }
            Self::Line(file, line, None) => write!(f, "{}:{line}", file.display()),
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Defaults => f.write_str("defaults"),
        }
    }
}

/// One thing that is wrong or weak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Where the value was written, once known.
    pub place: Option<Place>,
    /// The key it is about; empty for a whole file.
    pub key: KeyPath,
    /// What is wrong and what to write instead, never the value of a secret.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        if !self.key.0.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

/// All findings of one check, in the order of the file.
#[derive(Clone, Debug, Default, thiserror::Error)]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Report {
    /// How many findings keep the gateway from starting.
    pub fn problems(&self) -> usize {
        self.findings
            .iter()
            .filter(|one| one.severity == Severity::Problem)
            .count()
    }

    /// The report without advice.
    #[must_use]
    pub fn problems_alone(mut self) -> Self {
        self.findings
            .retain(|one| one.severity == Severity::Problem);
        self
    }

    /// How many findings are advice.
    pub fn warnings(&self) -> usize {
        self.findings.len() - self.problems()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, finding) in self.findings.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}

/// Collects findings about the key it stands at.
#[derive(Debug)]
pub(super) struct Check<'a> {
    findings: &'a mut Vec<Finding>,
    at: KeyPath,
}

impl<'a> Check<'a> {
    /// A check of the whole configuration.
    pub(super) fn new(findings: &'a mut Vec<Finding>) -> Self {
        Self {
            findings,
            at: KeyPath::default(),
        }
    }

    /// The check of `key` inside this table.
    pub(super) fn under(&mut self, key: &str) -> Check<'_> {
        Check {
            at: self.at.join(key),
            findings: self.findings,
        }
    }

    /// The check of one element of this list.
    pub(super) fn item(&mut self, index: usize) -> Check<'_> {
        self.under(&index.to_string())
    }

    /// Whether a problem stands here, or below, already.
    pub(super) fn has_problem(&self) -> bool {
        let is_here = |finding: &Finding| finding.key.0.starts_with(&self.at.0);
        let mut problems = self
            .findings
            .iter()
            .filter(|one| one.severity == Severity::Problem);
        problems.any(is_here)
    }

    /// Records what keeps the gateway from starting.
    pub(super) fn problem(&mut self, message: impl Into<String>) {
        self.record(Severity::Problem, None, message.into());
    }

    /// Records a problem that stands in another file than the configuration.
    pub(super) fn problem_at(&mut self, place: Place, message: impl Into<String>) {
        self.record(Severity::Problem, Some(place), message.into());
    }

    /// Records a weak choice.
    pub(super) fn warn(&mut self, message: impl Into<String>) {
        self.record(Severity::Warning, None, message.into());
    }

    /// Records a weak choice that stands in another file than the configuration.
    pub(super) fn warn_at(&mut self, place: Place, message: impl Into<String>) {
        self.record(Severity::Warning, Some(place), message.into());
    }

    fn record(&mut self, severity: Severity, place: Option<Place>, message: String) {
        self.findings.push(Finding {
            severity,
            place,
            key: self.at.clone(),
            message,
        });
    }
}
