//! Attributes that no schema describes: who may see and change them, and how much there may be.

mod form;

use std::collections::BTreeMap;

use serde_json::Value;

pub use self::form::{ATTRIBUTES, attributes_of_rows};
use super::{Schema, TraitError, Viewer};
use crate::message::Message;

/// The most attributes of one identity.
const MAX_ATTRIBUTES: usize = 100;

/// The longest name of one, in characters.
const MAX_NAME: usize = 255;

/// The longest value, in characters.
const MAX_VALUE: usize = 2048;

/// The most values of one attribute.
const MAX_VALUES: usize = 100;

/// What the context of a mistake has where it is in the name of an attribute, not in its value.
pub const ABOUT_NAME: &str = "about_name";

/// Attributes by name, each with its values.
pub type Unmanaged = BTreeMap<String, Vec<String>>;

/// Who may see and change attributes that no schema describes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnmanagedPolicy {
    /// Nobody; there are none.
    #[default]
    Disabled,
    /// Administrators see them.
    AdminView,
    /// Administrators see and change them.
    AdminEdit,
    /// Everybody sees and changes them.
    Enabled,
}

impl UnmanagedPolicy {
    /// The policy of this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "DISABLED" => Self::Disabled,
            "ADMIN_VIEW" => Self::AdminView,
            "ADMIN_EDIT" => Self::AdminEdit,
            "ENABLED" => Self::Enabled,
            _ => return None,
        })
    }

    /// Whether this viewer sees them.
    pub fn lets_view(self, viewer: Viewer) -> bool {
        match viewer {
            Viewer::Person => self == Self::Enabled,
            Viewer::Administrator => self != Self::Disabled,
        }
    }

    /// Whether this viewer changes them.
    pub fn lets_edit(self, viewer: Viewer) -> bool {
        match viewer {
            Viewer::Person => self == Self::Enabled,
            Viewer::Administrator => matches!(self, Self::AdminEdit | Self::Enabled),
        }
    }
}

impl Schema {
    /// Who may see and change attributes that it does not describe.
    pub fn unmanaged_policy(&self) -> UnmanagedPolicy {
        self.root.unmanaged
    }

    /// The attributes that this viewer may see; `None` where there are none to be seen at all.
    pub fn visible_unmanaged<'a>(
        &self,
        viewer: Viewer,
        stored: &'a Unmanaged,
    ) -> Option<&'a Unmanaged> {
        self.root.unmanaged.lets_view(viewer).then_some(stored)
    }

    /// The attributes that this viewer sends: an object of texts or lists of texts that replaces
    /// all of them, or null to leave them. Every error when they are not accepted.
    pub fn accept_unmanaged(
        &self,
        viewer: Viewer,
        submitted: &Value,
        stored: &Unmanaged,
    ) -> Result<Unmanaged, Vec<TraitError>> {
        let sent = match submitted {
            Value::Null => return Ok(stored.clone()),
            Value::Object(sent) => sent,
            _ => return Err(vec![error("", "These attributes cannot be read.")]),
        };
        let mut attributes = Unmanaged::new();
        let mut errors = Vec::new();
        for (name, value) in sent {
            match values(value) {
                Some(values) if values.is_empty() => {}
                Some(values) => {
                    attributes.insert(name.clone(), values);
                }
                None => errors.push(error(name, "Please give a text, or a list of texts.")),
            }
        }
        if !self.root.unmanaged.lets_edit(viewer) {
            return self.untouched(viewer, &attributes, stored);
        }
        errors.extend(self.unmanaged_errors(&attributes));
        match errors.is_empty() {
            true => Ok(attributes),
            false => Err(errors),
        }
    }

    /// Everything that is wrong with these attributes, whoever set them.
    pub fn unmanaged_errors(&self, attributes: &Unmanaged) -> Vec<TraitError> {
        let mut errors = Vec::new();
        if attributes.len() > MAX_ATTRIBUTES {
            errors.push(error(
                "",
                &format!("There are more than {MAX_ATTRIBUTES} attributes."),
            ));
        }
        for (name, values) in attributes {
            let is_name = !name.is_empty() && name.chars().count() <= MAX_NAME;
            if !is_name || name.contains('\0') {
                let name: String = name.chars().take(MAX_NAME).collect();
                let reason = format!("A name has 1 to {MAX_NAME} characters.");
                errors.push(about_name(&name, &reason));
            } else if self.fields.iter().any(|field| field.dotted() == *name) {
                errors.push(about_name(name, "This has a field of its own in the form."));
            }
            if values.len() > MAX_VALUES {
                errors.push(error(
                    name,
                    &format!("There are more than {MAX_VALUES} values."),
                ));
            }
            let longest = values.iter().map(|value| value.chars().count()).max();
            if let Some(length) = longest.filter(|length| *length > MAX_VALUE) {
                let message = Message::max_length(MAX_VALUE as u64, length as u64);
                errors.push(TraitError {
                    path: format!("unmanaged.{name}"),
                    message,
                });
            }
            if values.iter().any(|value| value.contains('\0')) {
                errors.push(error(
                    name,
                    "There is a character in this that cannot be kept.",
                ));
            }
        }
        errors
    }

    /// What is stored, where what was sent by somebody who may not change it is the same, or where
    /// the unknown is passed over.
    fn untouched(
        &self,
        viewer: Viewer,
        sent: &Unmanaged,
        stored: &Unmanaged,
    ) -> Result<Unmanaged, Vec<TraitError>> {
        let may_view = self.root.unmanaged.lets_view(viewer);
        let is_same =
            |name: &String, values: &Vec<String>| may_view && stored.get(name) == Some(values);
        let changed = sent.iter().filter(|(name, values)| !is_same(name, values));
        let errors: Vec<TraitError> = changed
            .map(|(name, _)| error(name, "There is no such trait."))
            .collect();
        match errors.is_empty() || self.rules.ignores_unknown {
            true => Ok(stored.clone()),
            false => Err(errors),
        }
    }
}

/// The values of one attribute, without empty ones; `None` where it is neither text nor texts.
fn values(value: &Value) -> Option<Vec<String>> {
    let texts = match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>()?
        }
        _ => return None,
    };
    Some(texts.into_iter().filter(|text| !text.is_empty()).collect())
}

fn error(name: &str, reason: &str) -> TraitError {
    let path = match name {
        "" => "unmanaged".to_owned(),
        name => format!("unmanaged.{name}"),
    };
    TraitError {
        path,
        message: Message::invalid(reason),
    }
}

/// The same, where it is the name that is wrong.
fn about_name(name: &str, reason: &str) -> TraitError {
    let mut error = error(name, reason);
    let context = &mut error.message.context;
    context.insert(ABOUT_NAME.to_owned(), true.into());
    error
}

#[cfg(test)]
mod tests;
