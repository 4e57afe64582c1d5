//! Names that people give to what they prove themselves with, in the settings.

use jiff::Timestamp;
use portcullis_core::{
    credential::Credential,
    factor::{Answer, Change, Question},
    message::Message,
    ui::Node,
};
use serde_json::Value;

/// No name is longer, in characters.
pub(crate) const LONGEST: u64 = 100;

/// What asks for a new name: the group of its nodes, its button and its field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Naming {
    pub(crate) group: &'static str,
    pub(crate) button: &'static str,
    pub(crate) field: &'static str,
}

impl Naming {
    /// Gives the credential that is called so the name that was typed, or asks for one.
    pub(crate) fn change(
        self,
        answer: Answer<'_>,
        (credential, value, called): (&Credential, &str, String),
        now: Timestamp,
    ) -> Change {
        if let Some(name) = typed(answer, self.field) {
            let after = Credential {
                label: Some(name),
                updated_at: now,
                ..credential.clone()
            };
            return Change::Replace {
                before: Box::new(credential.clone()),
                after: Box::new(after),
            };
        }
        let mut field = Node::input(self.group, self.field, "text")
            .with_label(Message::new_key_name())
            .with_value(called)
            .required();
        field.attributes.maxlength = Some(LONGEST);
        let save = Node::submit(self.group, self.button, value, Message::save());
        Change::Ask(Question {
            nodes: vec![field, save],
            memory: Value::Null,
        })
    }
}

/// The name that somebody has typed, as it can stand on a button.
pub(crate) fn typed(answer: Answer<'_>, field: &str) -> Option<String> {
    cleaned(answer.text(field)?)
}

/// A name as it can stand on a button; `None` where nothing is left of it.
pub(crate) fn cleaned(name: &str) -> Option<String> {
    let letters = name.trim().chars().filter(|one| !one.is_control());
    let name: String = letters
        .take(usize::try_from(LONGEST).unwrap_or(usize::MAX))
        .collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
