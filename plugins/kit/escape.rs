//! Escaping: every value a template writes, made harmless in text and in quoted attributes.
//!
//! The library's own escaping also writes `/` as a reference, which is as safe but makes
//! addresses unreadable to scripts that look for them in a page.

use std::fmt::Write;

use minijinja::{Error, ErrorKind, Output, State, Value};

/// Writes `value`. As it is only where the code has built it of harmless tags: a template has no way
/// to ask for that.
pub(crate) fn write(out: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(());
    }
    let text = value.to_string();
    if value.is_safe() {
        let written = out.write_str(&text);
        return written.map_err(|error| Error::new(ErrorKind::WriteFailure, error.to_string()));
    }
    let written = text.chars().try_for_each(|c| match c {
        '&' => out.write_str("&amp;"),
        '<' => out.write_str("&lt;"),
        '>' => out.write_str("&gt;"),
        '"' => out.write_str("&quot;"),
        '\'' => out.write_str("&#39;"),
        c => out.write_char(c),
    });
    written.map_err(|error| Error::new(ErrorKind::WriteFailure, error.to_string()))
}
