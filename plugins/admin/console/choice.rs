//! Boxes to tick: roles and whatever else a form offers several of.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::role::{Permission, Role, Roles};

/// A box.
#[derive(Debug, Serialize)]
pub(super) struct Choice {
    /// What it is sent as, below the name of its field.
    pub(super) name: String,
    /// What it means.
    pub(super) label: &'static str,
    /// Whether it is ticked.
    pub(super) is_chosen: bool,
    /// Whether it stays so.
    pub(super) is_fixed: bool,
}

/// The names that were ticked among the boxes of a field.
pub(super) fn chosen(fields: &Map<String, Value>, field: &str) -> Vec<String> {
    let boxes = fields.get(field).and_then(Value::as_object);
    let boxes = boxes.into_iter().flatten();
    let ticked = boxes.filter(|(_, value)| value.as_str() == Some("true"));
    ticked.map(|(name, _)| name.clone()).collect()
}

/// The text of a field; empty where it was not sent.
pub(super) fn text<'a>(fields: &'a Map<String, Value>, field: &str) -> &'a str {
    let text = fields.get(field).and_then(Value::as_str);
    text.unwrap_or_default().trim()
}

/// The roles that somebody of these roles may give; none without the right to.
pub(super) fn roles(own: &Roles, chosen: &[String]) -> Vec<Choice> {
    let may_give = own.permit(Permission::ManageAccess);
    let all = Role::ALL.into_iter().filter(|_| may_give);
    all.filter(|role| own.cover(&Roles::new([*role])))
        .map(|role| Choice {
            name: role.to_string(),
            label: meaning(role),
            is_chosen: chosen.iter().any(|name| name == role.as_str()),
            is_fixed: false,
        })
        .collect()
}

/// What a role permits, in the same words wherever it is offered.
pub(super) fn meaning(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Sees everything, changes nothing.",
        Role::UserManager => "Looks after people, except administrators who may do more.",
        Role::ProviderManager => "Looks after providers.",
        Role::Impersonator => "Sees everything, and acts as somebody else.",
        Role::Admin => "Does everything.",
    }
}
