//! What a gateway decides beside its schemas, for all who sign in.

use super::{
    Schema,
    field::{Field, IdentifierKind},
    profile::{Permissions, RequiredFor, Viewers},
};

/// The most that all traits of an identity may take, in bytes of JSON, unless something else is said.
const MAX_TRAIT_BYTES: usize = 64 * 1024;

/// What a gateway decides beside a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Traits that the schema does not describe are left out of what is sent, and not refused.
    pub ignores_unknown: bool,
    /// The most that all traits of an identity may take, in bytes of JSON.
    pub max_trait_bytes: usize,
    /// The e-mail address stands for the username, which nobody is asked for.
    pub email_as_username: bool,
    /// People may change the username they once chose.
    pub edit_username: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            ignores_unknown: false,
            max_trait_bytes: MAX_TRAIT_BYTES,
            email_as_username: false,
            edit_username: true,
        }
    }
}

impl Schema {
    /// The schema in a gateway that decides so.
    #[must_use]
    pub fn with_rules(mut self, rules: Rules) -> Self {
        if rules.email_as_username {
            self.sign_in_by_email();
        }
        if !rules.edit_username {
            let is_email = rules.email_as_username;
            let is_chosen = |field: &&mut Field| {
                field.is_identifier
                    && (is_email || field.kind() == IdentifierKind::Username)
                    && field.kind() != IdentifierKind::Phone
            };
            let chosen = self.fields.iter_mut().filter(is_chosen);
            chosen.for_each(|field| field.is_chosen_once = true);
        }
        self.rules = rules;
        self
    }

    /// Makes the e-mail address what people sign in with, and the username a copy of it.
    fn sign_in_by_email(&mut self) {
        let is_email = |field: &&mut Field| field.kind() == IdentifierKind::Email;
        let Some(email) = self.fields.iter_mut().find(is_email) else {
            return;
        };
        email.is_identifier = true;
        email.profile.required_for = Some(RequiredFor {
            roles: Viewers::ALL,
            scopes: Vec::new(),
        });
        let is_username =
            |field: &&mut Field| field.is_identifier && field.kind() == IdentifierKind::Username;
        if let Some(username) = self.fields.iter_mut().find(is_username) {
            username.is_substituted = true;
            username.permissions = Permissions {
                view: Viewers {
                    person: false,
                    administrator: true,
                },
                edit: Viewers::NONE,
            };
        }
    }
}

#[cfg(test)]
mod tests;
