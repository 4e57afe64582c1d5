//! Changes of one identity: operation by operation (RFC 6902), or member by member (RFC 7396).
//!
//! Both are made to the identity as an administrator sees it. What they see and may not change is looked
//! at by `test` and by nothing else.

use std::{slice, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use json_patch::{PatchOperation, jsonptr::Pointer};
use portcullis_core::{identifier::normalise_identifier, identity::Identity};
use portcullis_kit::{Failure, Outcome, dialect};
use serde_json::{Value, json};

use super::{shown, wanted};
use crate::{
    api::document::{Document, Members},
    caller::Caller,
    desk::Desk,
    people::{
        self, Proved, Wanted,
        refusal::{mistaken, refused, shortened},
    },
};

/// What can be changed so.
const CHANGEABLE: [&str; 9] = [
    "schema_id",
    "state",
    "traits",
    "metadata_public",
    "metadata_admin",
    "external_id",
    "roles",
    "required_actions",
    ADDRESSES,
];

const ADDRESSES: &str = "verifiable_addresses";
/// What an address has beside whether it is verified; nothing but the address itself decides it.
const FOLLOWING: [&str; 5] = ["id", "via", "verified_at", "created_at", "updated_at"];

/// How many operations one request may have.
const MOST_OPERATIONS: usize = 1000;
/// How long the identity may become on the way, in bytes, and how deep: copies of copies grow fast.
const LONGEST: usize = 512 * 1024;
const DEEPEST: usize = 64;

pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    document: Document,
) -> Outcome {
    let patch = Patch::read(&document)?;
    let want = |identity: &Identity| {
        let mut before = dialect::identity_for_administrators(&desk.services, identity);
        before["external_id"] = json!(identity.external_id);
        let mut after = before.clone();
        patch.apply(&mut after)?;
        difference(&before, &after)
    };
    let identity = people::change(&desk, &caller, &id, want).await?;
    let json = shown(&desk, &identity, &[]).await?;
    Ok(Json(json).into_response())
}

enum Patch {
    Operations(Vec<PatchOperation>),
    Merge(Value),
}

impl Patch {
    /// A list is operations, an object is what is merged.
    fn read(document: &Document) -> Result<Self, Failure> {
        let is_merge = document.media_type == "application/merge-patch+json";
        match &document.value {
            Value::Object(members) if is_merge => {
                members.keys().try_for_each(|name| permit(name))?;
                Ok(Self::Merge(document.value.clone()))
            }
            Value::Array(operations) if !is_merge => {
                if operations.len() > MOST_OPERATIONS {
                    let reason = format!("These are more than {MOST_OPERATIONS} operations.");
                    return Err(refused(reason));
                }
                let read = operations.iter().enumerate().map(operation);
                Ok(Self::Operations(read.collect::<Result<_, _>>()?))
            }
            _ => Err(refused(
                "Send a list of operations (RFC 6902), or an object as \
                 application/merge-patch+json (RFC 7396).",
            )),
        }
    }

    fn apply(&self, document: &mut Value) -> Result<(), Failure> {
        let operations = match self {
            Self::Merge(patch) => {
                json_patch::merge(document, patch);
                return Ok(());
            }
            Self::Operations(operations) => operations,
        };
        for (at, operation) in operations.iter().enumerate() {
            let applied = json_patch::patch(document, slice::from_ref(operation));
            applied.map_err(|error| wrong(at, &format!("{}.", error.kind)))?;
            if depth(document) > DEEPEST || document.to_string().len() > LONGEST {
                return Err(wrong(at, "this becomes too much."));
            }
        }
        Ok(())
    }
}

/// Something is wrong with this operation.
fn wrong(at: usize, why: &str) -> Failure {
    let error = json!({"path": format!("[{at}]"), "message": why});
    refused(format!("Operation {at}: {why}")).detail("errors", vec![error])
}

/// One operation, which changes only what may be changed.
fn operation((at, value): (usize, &Value)) -> Result<PatchOperation, Failure> {
    let operation = serde_json::from_value::<PatchOperation>(value.clone());
    let unread = |_| wrong(at, "this is none of RFC 6902.");
    let operation = operation.map_err(unread)?;
    match &operation {
        PatchOperation::Test(_) => {}
        PatchOperation::Move(moved) => {
            permit_at(at, &moved.from)?;
            permit_at(at, &moved.path)?;
            whole((at, &moved.from))?;
        }
        PatchOperation::Remove(removed) => {
            permit_at(at, &removed.path)?;
            whole((at, &removed.path))?;
        }
        other => permit_at(at, other.path())?,
    }
    Ok(operation)
}

/// Refuses to take anything away from an address: what is not said of one stays as it is.
fn whole((at, pointer): (usize, &Pointer)) -> Result<(), Failure> {
    match first(pointer) == ADDRESSES && pointer.count() > 2 {
        true => Err(wrong(
            at,
            "nothing is taken away from an address; whether it is verified is replaced.",
        )),
        false => Ok(()),
    }
}

fn permit_at(at: usize, pointer: &Pointer) -> Result<(), Failure> {
    let named = shortened(pointer.as_str());
    let why = || format!("{named:?} {}", protected());
    match CHANGEABLE.contains(&first(pointer)) {
        true => Ok(()),
        false => Err(wrong(at, &why())),
    }
}

/// The member of the identity that a pointer leads into.
fn first(pointer: &Pointer) -> &str {
    let path = pointer.as_str().strip_prefix('/').unwrap_or_default();
    path.split('/').next().unwrap_or_default()
}

fn permit(member: &str) -> Result<(), Failure> {
    match CHANGEABLE.contains(&member) {
        true => Ok(()),
        false => Err(mistaken(
            &shortened(member),
            format!("this {}", protected()),
        )),
    }
}

fn protected() -> String {
    let all = CHANGEABLE.join(", ");
    format!("is protected, or not there; what can be changed is {all}.")
}

fn depth(value: &Value) -> usize {
    let deepest = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    1 + deepest.unwrap_or(0)
}

/// What is wanted, where this was seen and that was made of it.
fn difference(before: &Value, after: &Value) -> Result<Wanted, Failure> {
    let members = Members::of("", after)?;
    let is_changed = |name: &str| before.get(name) != after.get(name);
    let text = |name: &str| -> Result<Option<String>, Failure> {
        let text = members.text(name)?.unwrap_or_default().to_owned();
        Ok(is_changed(name).then_some(text))
    };
    let texts = |name: &str| -> Result<Option<Vec<String>>, Failure> {
        let texts = members.texts(name)?.unwrap_or_default();
        Ok(is_changed(name).then_some(texts))
    };
    let value = |name: &str| {
        let value = after.get(name).cloned().unwrap_or_default();
        is_changed(name).then_some(value)
    };
    if is_changed("schema_id") {
        members.required("schema_id")?;
    }
    if is_changed("state") {
        members.required("state")?;
    }
    Ok(Wanted {
        schema_id: text("schema_id")?,
        traits: value("traits"),
        state: wanted::state(&members)?,
        metadata_public: value("metadata_public"),
        metadata_admin: value("metadata_admin"),
        external_id: text("external_id")?,
        roles: texts("roles")?,
        required_actions: texts("required_actions")?,
        proved: proved(before, &members)?,
        parted: parted(before, after),
        ..Wanted::default()
    })
}

/// The addresses that count as proved from now on, or no more.
fn proved(before: &Value, members: &Members<'_>) -> Result<Vec<Proved>, Failure> {
    let known = addresses(before);
    let mut all = Vec::new();
    for (at, written) in members.list(ADDRESSES)?.into_iter().flatten().enumerate() {
        let old = known.iter().find(|one| value(one) == value(written));
        if old == Some(written) {
            continue;
        }
        let address = Members::of(&format!("{ADDRESSES}[{at}]"), written)?;
        address.only_in_dialect(&wanted::ADDRESS)?;
        let none = Value::Null;
        all.push(address_proved(old.unwrap_or(&none), &address)?);
    }
    Ok(all)
}

/// What a change of this address says of it.
fn address_proved(old: &Value, address: &Members<'_>) -> Result<Proved, Failure> {
    let is_changed = |name: &&str| {
        let written = address.value(name);
        written.is_some_and(|written| *written != old[*name])
    };
    let stays = FOLLOWING.iter().find(|name| is_changed(name));
    if let Some(name) = stays.filter(|_| !old.is_null()) {
        let at = address.at(name);
        return Err(mistaken(&at, "this follows from the address."));
    }
    let was = old["verified"] == true;
    let is_completed = match address.text("status")? {
        None => was,
        Some("completed") => true,
        Some("pending") => false,
        Some(_) => {
            let at = address.at("status");
            return Err(mistaken(&at, "this has to be pending or completed."));
        }
    };
    // Whichever of both is changed says it.
    let is_verified = address.flag("verified")?.filter(|is| *is != was);
    Ok(Proved {
        value: address.required("value")?.to_owned(),
        is_verified: is_verified.unwrap_or(is_completed),
        at: None,
    })
}

/// The addresses that were there and are left out.
fn parted(before: &Value, after: &Value) -> Vec<String> {
    let left: Vec<_> = addresses(after).iter().map(value).collect();
    let known = addresses(before).iter().map(value);
    known.filter(|one| !left.contains(one)).flatten().collect()
}

fn addresses(identity: &Value) -> &[Value] {
    identity[ADDRESSES].as_array().map_or(&[], Vec::as_slice)
}

fn value(address: &Value) -> Option<String> {
    address["value"].as_str().map(normalise_identifier)
}
