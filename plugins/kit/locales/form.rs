//! Forms in a language: every text of a [`Ui`], where a form becomes a page or an answer.

use portcullis_core::{
    message::Message,
    ui::{Input, Node, Ui},
};
use serde_json::{Map, Value};

use super::Locale;
use crate::html;

/// The texts among the members that the dialect has no word for.
const TEXTS: [&str; 4] = [
    "helperTextBefore",
    "helperTextAfter",
    "placeholder",
    Input::PATTERN_IN_WORDS,
];
/// The member that names those of them that are HTML.
pub(crate) const HTML: &str = "html";

impl Locale {
    /// Puts a form into this language; what people have entered is not touched.
    pub fn form(&self, ui: &mut Ui) {
        for message in &mut ui.messages {
            self.message(message);
        }
        for node in &mut ui.nodes {
            self.node(node);
        }
    }

    fn node(&self, node: &mut Node) {
        let shown = &mut node.attributes.shown;
        let texts: [&mut Option<Message>; 3] =
            [&mut node.meta.label, &mut shown.text, &mut shown.title];
        for message in texts.into_iter().flatten().chain(&mut node.messages) {
            self.message(message);
        }
        let ext = &mut node.attributes.ext;
        self.members(ext, &TEXTS);
        clean(ext);
        if let Some(Value::Object(labels)) = ext.get_mut("optionLabels") {
            labels.values_mut().for_each(|label| self.value(label));
        }
        if let Some(Value::Object(group)) = ext.get_mut("group") {
            self.members(group, &["header", "description"]);
        }
    }

    fn members(&self, members: &mut Map<String, Value>, names: &[&str]) {
        for name in names {
            members
                .get_mut(*name)
                .into_iter()
                .for_each(|text| self.value(text));
        }
    }

    fn value(&self, value: &mut Value) {
        if let Value::String(text) = value {
            *text = self.text(text);
        }
    }
}

/// Makes harmless what may be HTML: a text can come from a bundle of somebody else's.
fn clean(ext: &mut Map<String, Value>) {
    let named = ext.get(HTML).and_then(Value::as_array).cloned();
    for name in named.iter().flatten().filter_map(Value::as_str) {
        if let Some(Value::String(text)) = ext.get_mut(name) {
            *text = html::harmless(text);
        }
    }
}
