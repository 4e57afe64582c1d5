//! Security keys and passkeys in a form: a list of those there are, and buttons that do nothing
//! without the page's script.

use portcullis_core::ui::Node;
use serde::Serialize;
use serde_json::Value;

use super::{label, text};

/// The groups whose nodes are a form of their own, wherever they stand: what a browser signs goes
/// without the fields around it, and Enter in one of those presses none of their buttons.
const APART: [&str; 2] = ["webauthn", "passkey"];

/// A key, and what can be done with it.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    name: &'a str,
    /// The day it was added, where it is known.
    added: Option<&'a str>,
    ways: Vec<Way<'a>>,
}

#[derive(Debug, Serialize)]
struct Way<'a> {
    /// A word key: the short form of the label, which names the key once more.
    word: &'static str,
    label: &'a str,
    name: &'a str,
    value: String,
}

/// The group, where its nodes are a form of their own.
pub(super) fn apart(node: &Node) -> Option<&'static str> {
    APART.into_iter().find(|group| *group == node.group)
}

/// Adds the button to the row of its key; `false` when it is no such button.
pub(super) fn add<'a>(rows: &mut Vec<Row<'a>>, node: &'a Node) -> bool {
    let said = |name: &str| {
        let label = node.meta.label.as_ref()?;
        label.context.get(name).and_then(Value::as_str)
    };
    let (Some(_), Some(key), Some(word)) = (apart(node), said("display_name"), word(node)) else {
        return false;
    };
    let value = text(node);
    let way = Way {
        word,
        label: label(node),
        name: &node.attributes.name,
        value,
    };
    let day = said("added_at").and_then(|at| at.split('T').next());
    let is_same = |row: &&mut Row<'a>| row.ways.iter().any(|one| one.value == way.value);
    match rows.iter_mut().find(is_same) {
        Some(row) => {
            row.added = row.added.or(day);
            row.ways.push(way);
        }
        None => rows.push(Row {
            name: key,
            added: day,
            ways: vec![way],
        }),
    }
    true
}

fn word(node: &Node) -> Option<&'static str> {
    let (_, what) = node.attributes.name.rsplit_once('_')?;
    match what {
        "rename" => Some("key-rename"),
        "remove" => Some("key-remove"),
        _ => None,
    }
}
