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
use portcullis_core::identity::Identity;
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
    "verifiable_addresses",
];

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
        }
        other => permit_at(at, other.path())?,
    }
    Ok(operation)
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
        ..Wanted::default()
    })
}

/// The addresses that count as proved from now on, or no more.
fn proved(before: &Value, members: &Members<'_>) -> Result<Vec<Proved>, Failure> {
    let name = "verifiable_addresses";
    let known = before[name].as_array().map_or(&[][..], Vec::as_slice);
    let mut all = Vec::new();
    for (at, written) in members.list(name)?.into_iter().flatten().enumerate() {
        let address = Members::of(&format!("{name}[{at}]"), written)?;
        let old = known.iter().find(|one| one["value"] == written["value"]);
        if old == Some(written) {
            continue;
        }
        address.only_in_dialect(&wanted::ADDRESS)?;
        let was = old.is_some_and(|old| old["verified"] == true);
        let is = address.flag("verified")?.unwrap_or(was);
        let completes = !was && address.text("status")? == Some("completed");
        all.push(Proved {
            value: address.required("value")?.to_owned(),
            is_verified: is || completes,
            at: None,
        });
    }
    Ok(all)
}
