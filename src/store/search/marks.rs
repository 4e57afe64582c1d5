//! Marks as each database is given them.

use std::{collections::BTreeSet, fmt::Write as _};

use super::sql::Sql;
use crate::store::cell::text;

/// How many numbers are in a block of those that have a mark in common, where the index itself knows
/// no order.
pub(super) const STRETCH: i64 = 16384;

/// Where the marks of those begin, apart from all others.
const STRETCHES: i64 = 0x5000_0000;

impl Sql {
    /// Goes on with marks as PostgreSQL writes an array.
    pub(super) fn bind_marks(self, marks: &BTreeSet<u32>) -> Self {
        let mut written = String::from("{");
        for mark in marks {
            let comma = if written.len() == 1 { "" } else { "," };
            let _ = write!(written, "{comma}{mark}");
        }
        written.push('}');
        self.push("CAST(CAST(")
            .bind(text(written))
            .push(" AS TEXT) AS INTEGER[])")
    }
}

/// What goes on with the mark of the stretch that a number is in.
pub(super) fn stretch_of(seq: &str) -> String {
    format!(" || CAST({STRETCHES} + {seq} / {STRETCH} AS INTEGER)")
}

/// The mark that the numbers of a stretch have in common.
pub(super) fn stretch_mark(stretch: i64) -> u32 {
    u32::try_from(STRETCHES + stretch).unwrap_or(u32::MAX >> 1)
}

/// Marks as SQLite is given them.
pub(super) fn written(marks: &BTreeSet<u32>) -> String {
    let marks: Vec<String> = marks.iter().map(|mark| format!("{mark:x}")).collect();
    marks.join(" ")
}
