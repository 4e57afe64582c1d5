//! One trait, as its schema describes it.

use serde_json::Value;

use super::{
    Evaluation, ProfileContext, Viewer,
    profile::{Permissions, Profile},
};

/// What a schema says of one trait.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Where it is, name by name.
    pub(super) path: Vec<String>,
    /// Where the document describes it, as a JSON pointer.
    pub(super) pointer: String,
    /// What people call it.
    pub(super) title: Option<String>,
    /// The types it may have.
    pub(super) types: Vec<String>,
    /// The types the items of a list may have.
    pub(super) item_types: Vec<String>,
    pub(super) format: Option<String>,
    pub(super) pattern: Option<String>,
    pub(super) max_length: Option<u64>,
    /// The least and the most that a number may be.
    pub(super) bounds: [Option<Value>; 2],
    /// How many items a list may have.
    pub(super) max_items: Option<u64>,
    /// The only value it may have.
    pub(super) constant: Option<Value>,
    /// The values it, or an item of it, may have.
    pub(super) options: Vec<Value>,
    /// What it is where nobody says otherwise.
    pub(super) default: Option<Value>,
    /// It and all it is part of must be there, wherever the schema is asked.
    pub(super) is_required: bool,
    /// It must be there where whoever looks may change it.
    pub(super) is_required_of_editors: bool,
    /// The form shows it but does not let it be changed.
    pub(super) is_disabled: bool,
    /// What it may have inside is described, too.
    pub(super) has_parts: bool,
    pub(super) is_identifier: bool,
    /// How codes to sign in with are sent to it.
    pub(super) code_via: Option<String>,
    pub(super) verification: Option<String>,
    pub(super) recovery: Option<String>,
    /// Its `x-profile`.
    pub(super) profile: Profile,
    /// Who may see and change it, all it is part of considered.
    pub(super) permissions: Permissions,
    /// The scopes one of which must be asked for, for it and for all it is part of.
    pub(super) scopes: Vec<Vec<String>>,
    /// The group it is shown in.
    pub(super) group: Option<String>,
    /// Where it is shown: its order and place, after those of all it is part of.
    pub(super) rank: Vec<(i64, usize)>,
    /// People choose it once.
    pub(super) is_chosen_once: bool,
    /// It is the e-mail address, whatever anybody says.
    pub(super) is_substituted: bool,
}

/// What people sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdentifierKind {
    Email,
    Phone,
    Username,
}

impl IdentifierKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email address",
            Self::Phone => "telephone number",
            Self::Username => "name",
        }
    }
}

impl Field {
    /// The dotted path.
    pub(super) fn dotted(&self) -> String {
        self.path.join(".")
    }

    /// What people call it; its own name where the schema gives no title.
    pub(super) fn label(&self) -> &str {
        match (&self.title, self.path.last()) {
            (Some(title), _) => title,
            (None, Some(name)) => name,
            (None, None) => "",
        }
    }

    /// Whether it may be of this type.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.types.iter().any(|own| own == kind)
    }

    /// Whether somebody signs in with it or can be reached by it.
    pub(super) fn is_address(&self) -> bool {
        self.is_identifier || self.verification.is_some() || self.recovery.is_some()
    }

    /// Whether mail can be sent to it.
    pub(super) fn is_email_address(&self) -> bool {
        let via = self.verification.as_deref().or(self.recovery.as_deref());
        via == Some("email")
    }

    /// What it is, for whoever signs in with it or is reached by it.
    pub(super) fn kind(&self) -> IdentifierKind {
        let via = self.verification.as_deref().or(self.recovery.as_deref());
        let via = via.or(self.code_via.as_deref());
        match (self.format.as_deref(), via) {
            (Some("email" | "idn-email"), _) | (_, Some("email")) => IdentifierKind::Email,
            (Some("tel"), _) | (_, Some("sms")) => IdentifierKind::Phone,
            _ => IdentifierKind::Username,
        }
    }

    /// Whether forms have a field for it: objects, and lists of anything but texts and numbers, have
    /// none.
    pub(super) fn is_entered(&self) -> bool {
        let is_plain = |kind: &String| matches!(kind.as_str(), "string" | "integer" | "number");
        let is_list = !self.item_types.is_empty() && self.item_types.iter().all(is_plain);
        !self.is("object") && !self.has_parts && (!self.is("array") || is_list)
    }

    /// Whether this viewer may see it.
    pub(super) fn is_visible(&self, viewer: Viewer) -> bool {
        self.permissions.view.include(viewer)
    }

    /// Whether the scopes that were asked for leave it in its place.
    pub(super) fn is_enabled(&self, evaluation: &Evaluation) -> bool {
        let counts = evaluation.context.evaluates_scopes();
        let is_asked_for = |scopes: &Vec<String>| evaluation.asks_for_any(scopes);
        !counts || self.scopes.iter().all(is_asked_for)
    }

    /// Whether it may be changed in this place.
    pub(super) fn is_editable(&self, evaluation: &Evaluation) -> bool {
        use ProfileContext::{Admin, BrokerReview, Registration};
        let is_open = matches!(evaluation.context, Registration | BrokerReview | Admin);
        self.permissions.edit.include(evaluation.context.viewer())
            && self.is_enabled(evaluation)
            && (is_open || !self.is_chosen_once)
    }

    /// Whether this place asks for it, besides what every place asks for.
    pub(super) fn is_required_in(&self, evaluation: &Evaluation) -> bool {
        let required_for = self.profile.required_for.as_ref();
        self.is_editable(evaluation)
            && (self.is_required_of_editors
                || required_for.is_some_and(|required| required.holds(evaluation)))
    }

    /// Its value in `traits`.
    pub(super) fn value<'a>(&self, traits: &'a Value) -> Option<&'a Value> {
        self.path
            .iter()
            .try_fold(traits, |value, name| value.get(name))
    }

    /// Whether it says nothing in `traits`.
    pub(super) fn is_absent(&self, traits: &Value) -> bool {
        match self.value(traits) {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::Array(items)) => items.is_empty(),
            Some(_) => false,
        }
    }

    /// Its texts in `traits`: one, or the items of a list.
    pub(super) fn texts<'a>(&self, traits: &'a Value) -> impl Iterator<Item = &'a str> {
        let value = self.value(traits);
        let items = value.and_then(Value::as_array).into_iter().flatten();
        value.into_iter().chain(items).filter_map(Value::as_str)
    }
}
