//! Every text of the console has a translation.

use std::{
    fs,
    path::{Path, PathBuf},
};

use http::HeaderMap;
use portcullis_core::{
    administration::IssuerError, credentials::CredentialsError, errand::ErrandError,
    subject::SubjectError,
};
use portcullis_kit::{Locale, Locales};

use crate::console::bare;

/// Names, which are the same everywhere.
const NAMES: [&str; 13] = [
    "Schema", "Person", "Ada", "Example", "Scopes", "Id", "Link", "Name", "Code", "Details",
    "Passkey", "Text", "Format",
];

fn files(folder: &Path, end: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, end, found);
        } else if path.extension().is_some_and(|known| known == end) {
            found.push(path);
        }
    }
}

/// What stands in double quotes, each value in it replaced by a letter.
fn literals(text: &str) -> Vec<String> {
    let plain = text.replace("\\\"", "'");
    let literals = plain.split('"').skip(1).step_by(2).map(|literal| {
        let lines: String = literal.split("\\\n").map(str::trim_start).collect();
        let mut parts = lines.split('{');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            text + "X" + part.split_once('}').map_or(part, |(_, behind)| behind)
        })
    });
    literals.collect()
}

/// Whether somebody reads it: a capital, and small letters behind it.
fn is_text(literal: &str) -> bool {
    let mut letters = literal.chars();
    letters.next().is_some_and(|c| c.is_ascii_uppercase())
        && letters
            .next()
            .is_some_and(|c| c.is_ascii_lowercase() || c == ' ')
        && !NAMES.contains(&literal)
}

fn german() -> Locale {
    Locales::load(None)
        .unwrap()
        .negotiate(Some("de"), &HeaderMap::new())
}

#[test]
fn every_text_of_the_console_has_a_german_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let german = german();
    let mut missing = Vec::new();
    let mut sources = ["console.rs", "throttles/kinds.rs"]
        .map(|file| root.join(file))
        .to_vec();
    files(&root.join("console"), "rs", &mut sources);
    assert!(sources.len() > 10, "the console has sources");
    for file in &sources {
        let source = fs::read_to_string(file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        let code = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//") && !line.contains("reason = "));
        let texts = literals(&code.collect::<Vec<_>>().join("\n"));
        missing.extend(texts.into_iter().filter(|text| is_text(text)));
    }
    let mut templates = Vec::new();
    files(&root.join("templates"), "html", &mut templates);
    for file in &templates {
        let template = fs::read_to_string(file).unwrap();
        let asked = template.split("t(\"").skip(1);
        missing.extend(asked.map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    missing.retain(|text| german.text(text) == *text && !NAMES.contains(&text.as_str()));
    assert!(missing.is_empty(), "not in config/messages: {missing:#?}");
}

#[test]
fn every_refusal_that_the_console_shows_has_a_german_text() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let german = german();
    let own = ["caller.rs", "administrators.rs", "programs.rs"];
    let mut sources: Vec<PathBuf> = own.map(|file| root.join(file)).to_vec();
    files(&root.join("people"), "rs", &mut sources);
    let mut refusals = Vec::new();
    for file in &sources {
        let source = fs::read_to_string(file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        let code = source.lines();
        let code = code.filter(|line| !line.trim_start().starts_with("//"));
        let texts = literals(&code.collect::<Vec<_>>().join("\n"));
        // What is a whole sentence is read by somebody.
        let said = |text: &String| text.contains(' ') && text.ends_with('.');
        refusals.extend(texts.into_iter().filter(said));
    }
    assert!(refusals.len() > 15, "{refusals:#?}");
    let errors: [&dyn ToString; 14] = [
        &ErrandError::Nothing,
        &ErrandError::Brief,
        &ErrandError::Off("X"),
        &ErrandError::NoAddress,
        &CredentialsError::Label,
        &CredentialsError::Link,
        &IssuerError::Missing,
        &IssuerError::Other("X".to_owned()),
        &SubjectError::None,
        &SubjectError::NoObject,
        &SubjectError::NoTenantAndObject,
        &SubjectError::OtherTenant(vec!["X".to_owned()]),
        &SubjectError::BarredTenant("X".to_owned()),
        &SubjectError::OtherIssuer("X".to_owned()),
    ];
    refusals.extend(errors.map(|error| format!("{}.", error.to_string())));
    refusals.retain(|text| german.text(bare(text)) == bare(text));
    assert!(refusals.is_empty(), "not in config/messages: {refusals:#?}");
}
