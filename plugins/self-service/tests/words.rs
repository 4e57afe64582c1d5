//! Every text that pages of this plugin show has a translation.

use std::{
    fs,
    path::{Path, PathBuf},
};

use http::HeaderMap;
use portcullis_kit::Locales;

/// What only programs read, or whoever registers applications.
const FOR_PROGRAMS: [&str; 17] = [
    "Mac OSX",
    "A browser is on its way with this flow already: begin another flow.",
    "A provider needs a browser: begin a flow with return_session_token_exchange_code, or begin a browser \
     flow, and open it in the system's browser.",
    "An application that exchanges codes says by return_to where its other code goes.",
    "Both init_code and return_to_code have to be given.",
    "No session waits for these codes.",
    "No active session was found in this request.",
    "Send the cookies of the request that began the flow.",
    "The aal must be aal1 or aal2.",
    "The request had no anti-forgery cookie.",
    "The request's anti-forgery cookie or token belongs to another form.",
    "The session has ended already.",
    "The session that asks cannot be ended this way. Sign out instead.",
    "The session_token is missing.",
    "The session_token opens no session.",
    "There is no token template of this name.",
    "This address is for native applications: requests with an Origin or a Cookie header come \
     from browsers, which use the browser flow.",
];
/// What is put together before it is shown.
const ELSEWHERE: [&str; 2] = ["X You stay signed in at X: ", "X (X)"];
/// Single words that are names and not texts.
const NAMES: [&str; 3] = ["Portcullis", "Windows", "Phone"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_apart = ["tests", "doc", "router"]
            .iter()
            .any(|end| path.ends_with(end));
        if path.is_dir() && !is_apart {
            sources(&path, found);
        } else if is_source(&path) {
            found.push(path);
        }
    }
}

/// Whether it has texts for people: the first profile API has its own, in English, and descriptions of
/// endpoints are for programmers.
fn is_source(path: &Path) -> bool {
    let apart = ["tests.rs", "legacy/wording.rs", "doc.rs", "openapi.rs"];
    let is_apart = apart.iter().any(|end| path.ends_with(end));
    path.extension().is_some_and(|end| end == "rs") && !is_apart
}

/// The literals of a source that are texts, each value in them replaced by a letter.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let code = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n").replace("\\\"", "'");
    let literals = code.split('"').skip(1).step_by(2).map(|literal| {
        let lines = literal.split("\\\n").map(str::trim_start);
        filled(&lines.collect::<String>())
    });
    literals.filter(|text| is_text(text)).collect()
}

fn filled(literal: &str) -> String {
    let mut parts = literal.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let behind = part.split_once('}').map_or(part, |(_, behind)| behind);
        text + "X" + behind
    })
}

fn is_text(literal: &str) -> bool {
    let begins = literal.starts_with(|c: char| c.is_ascii_uppercase());
    let word = literal.trim_end_matches('?');
    let is_word = word.len() > 2
        && word.chars().skip(1).all(|c| c.is_ascii_lowercase())
        && !NAMES.contains(&word);
    let is_sentence = literal.contains(' ') && literal.chars().any(char::is_lowercase);
    begins && (is_word || is_sentence)
}

#[test]
fn every_text_of_a_page_has_a_german_one() {
    let mut files = Vec::new();
    sources(Path::new(env!("CARGO_MANIFEST_DIR")), &mut files);
    assert!(files.len() > 30, "the crate has sources");
    let german = Locales::load(None)
        .unwrap()
        .negotiate(Some("de"), &HeaderMap::new());
    let mut missing = Vec::new();
    for file in files {
        for text in texts(&fs::read_to_string(&file).unwrap()) {
            let is_known = german.text(&text) != text
                || FOR_PROGRAMS.contains(&text.as_str())
                || ELSEWHERE.iter().any(|start| text.starts_with(start));
            if !is_known {
                missing.push(format!("{}: {text}", file.display()));
            }
        }
    }
    let missing = missing.join("\n");
    assert!(missing.is_empty(), "not in config/messages:\n{missing}");
}
