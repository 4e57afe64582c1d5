//! An overview: what is known of somebody in sections, with a button where something can be done.

use jiff::Timestamp;
use serde::Serialize;

use crate::failure::WayOut;

/// A line in the reader's language already; people's own values stand in it as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it says.
    pub text: String,
    /// The moment it tells, as machines read it.
    time: Option<String>,
}

impl Line {
    /// A line that tells of a moment.
    pub fn at(time: Timestamp, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            time: Some(time.to_string()),
        }
    }
}

impl<T: Into<String>> From<T> for Line {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            time: None,
        }
    }
}

/// A page of sections.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OverviewPage {
    /// The heading.
    pub title: &'static str,
    /// One line below it, as it is.
    pub lead: Option<String>,
    /// What has just been done.
    pub notice: Option<&'static str>,
    /// The sections.
    pub sections: Vec<OverviewSection>,
    /// Where to go from here.
    pub ways_out: Vec<WayOut>,
}

/// A section of an overview.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OverviewSection {
    /// The heading.
    pub heading: &'static str,
    /// Its rows.
    pub rows: Vec<OverviewRow>,
    /// What can be done with all of it.
    pub button: Option<PostButton>,
    /// Where it is changed.
    pub links: Vec<WayOut>,
}

/// A row of a section.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OverviewRow {
    /// What it is about, in the reader's language already: it may be somebody's own.
    pub title: String,
    /// The header of the rows that it stands with, in the reader's language already.
    pub group: Option<String>,
    /// A word that marks it.
    pub badge: Option<&'static str>,
    /// Whether that word is a good one.
    pub is_good: bool,
    /// More about it, line by line.
    pub details: Vec<Line>,
    /// What can be done with it.
    pub button: Option<PostButton>,
}

/// A button that posts a form of its own.
#[derive(Debug, Clone, Serialize)]
pub struct PostButton {
    /// What it says.
    pub label: &'static str,
    /// Whether it is what the page is for.
    pub is_main: bool,
    /// Where it posts to.
    pub action: String,
    /// What it posts.
    pub hidden: Vec<(&'static str, String)>,
}
