//! Who has already what somebody else was to have, as an identifier or as an address of one of the two who
//! administers something: told with the way to them. Nobody is named to whom they may not look up elsewhere.

use portcullis_core::{
    administrators::reach::{Shared, shared},
    catalogue::Code,
    identifier::normalise_identifier,
    identity::Identity,
    message::Message,
    ui::Ui,
};
use portcullis_kit::Failure;
use serde::Serialize;
use serde_json::Value;

use crate::{
    caller::{self, Caller},
    console::areas::PEOPLE,
    desk::Desk,
    people::{self, Wanted, refusal::SHARED_ADDRESS},
    role::Permission::ReadIdentities,
};

/// What stands beside the field, and above the form with the way to whoever it is.
pub(super) const IDENTIFIER: &str = "Somebody signs in with the same already.";
/// The same, where whoever reads mail there would get in as an administrator.
const ADDRESS: &str =
    "Somebody has the same address already, and an administrator's is nobody else's.";
/// What the names of traits begin with.
const TRAITS: &str = "traits.";

/// What others have already.
#[derive(Debug, Default)]
pub(super) struct Taken {
    names: Vec<String>,
    text: &'static str,
    /// Who has it.
    pub(super) holders: Vec<Holder>,
}

/// Somebody who is in the way.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct Holder {
    /// Why they are, in English.
    text: &'static str,
    /// Where they are.
    path: String,
    /// What they are called.
    label: String,
}

impl Taken {
    /// What is in the way of whoever was refused what is wanted of them; of somebody new without `before`.
    pub(super) async fn of(
        desk: &Desk,
        caller: &Caller,
        (before, wanted): (Option<&Identity>, &Wanted),
        failure: &Failure,
    ) -> Result<Self, Failure> {
        if failure.code() != Code::IdentityConflict {
            return Ok(Self::default());
        }
        let Ok(after) = people::as_wanted(desk, before, wanted).await else {
            return Ok(Self::default());
        };
        let (text, found) = match failure.reason() {
            Some(SHARED_ADDRESS) => {
                let identities = &*desk.services.identities;
                (ADDRESS, shared(identities, &after, before).await?)
            }
            _ => (IDENTIFIER, people::signed_in_with(desk, &after).await?),
        };
        let mut taken = Self {
            text,
            ..Self::default()
        };
        for Shared { name, holder } in found {
            taken.names.push(name);
            let holder = Holder {
                text,
                path: format!("{}/{}", PEOPLE.path, holder.id),
                label: caller::label(&holder),
            };
            if caller.roles.permit(ReadIdentities) && !taken.holders.contains(&holder) {
                taken.holders.push(holder);
            }
        }
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
                node.messages.push(Message::invalid(self.text));
                is_marked = true;
            }
        }
        is_marked
    }

    fn has(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.names.contains(&normalise_identifier(text)),
            Value::Array(values) => values.iter().any(|value| self.has(value)),
            _ => false,
        }
    }
}
