//! Who signs in already with what was typed for somebody else: told beside the field, with the way to
//! them. Nobody is named to whom they may not look up elsewhere.

use portcullis_core::{
    catalogue::Code,
    id::IdentityId,
    identifier::normalise_identifier,
    message::Message,
    schema::{Evaluation, ProfileContext, Schema},
    ui::Ui,
};
use portcullis_kit::Failure;
use serde_json::Value;

use crate::{
    caller::{self, Caller},
    console::areas::PEOPLE,
    desk::Desk,
    role::Permission::ReadIdentities,
};

/// What stands beside the field, and above the form with the way to whoever it is.
const TEXT: &str = "Somebody signs in with the same already.";
/// What the names of traits begin with.
const TRAITS: &str = "traits.";

/// What others sign in with already.
#[derive(Debug, Default)]
pub(super) struct Taken {
    identifiers: Vec<String>,
    /// Where they are, and what they are called.
    pub(super) holders: Vec<(String, String)>,
}

/// What was typed for somebody.
pub(super) struct Typed<'a> {
    pub(super) schema: &'a Schema,
    pub(super) traits: Value,
    /// What they have now.
    pub(super) stored: &'a Value,
    /// Who they are, if they are somebody already.
    pub(super) own: Option<IdentityId>,
}

impl Taken {
    /// What is in the way of whoever was refused for this.
    pub(super) async fn of(
        desk: &Desk,
        caller: &Caller,
        typed: Typed<'_>,
        failure: &Failure,
    ) -> Result<Self, Failure> {
        let mut taken = Self::default();
        if failure.code() != Code::IdentityConflict {
            return Ok(taken);
        }
        let identities = &desk.services.identities;
        for identifier in identifiers(desk, &typed) {
            let found = identities.find_by_identifier(&identifier).await?;
            let Some(holder) = found.filter(|one| Some(one.id) != typed.own) else {
                continue;
            };
            taken.identifiers.push(identifier);
            if caller.roles.permit(ReadIdentities) {
                let place = format!("{}/{}", PEOPLE.path, holder.id);
                taken.holders.push((place, caller::label(&holder)));
            }
        }
        taken.holders.dedup();
        Ok(taken)
    }

    /// Puts it beside the fields; `false` where it is about none.
    pub(super) fn mark(&self, ui: &mut Ui) -> bool {
        let mut is_marked = false;
        for node in &mut ui.nodes {
            let input = &node.attributes;
            let value = input.value.as_ref();
            let is_meant = value.is_some_and(|value| self.has(value));
            if input.name.starts_with(TRAITS) && is_meant {
                node.messages.push(Message::invalid(TEXT));
                is_marked = true;
            }
        }
        is_marked
    }

    fn has(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.identifiers.contains(&normalise_identifier(text)),
            Value::Array(values) => values.iter().any(|value| self.has(value)),
            _ => false,
        }
    }
}

/// What they would sign in with.
fn identifiers(desk: &Desk, typed: &Typed<'_>) -> Vec<String> {
    let services = &desk.services;
    let (clock, entropy) = (&*services.clock, &*services.entropy);
    let place = Evaluation::of(ProfileContext::Admin);
    let traits = typed
        .schema
        .accept(&place, typed.traits.clone(), typed.stored);
    let schemas = &services.schemas;
    let made = traits.and_then(|traits| schemas.identity(typed.schema, traits, clock, entropy));
    made.map(|made| made.identifiers).unwrap_or_default()
}
