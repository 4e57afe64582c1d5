//! Many new identities at once, each of which comes about or not by itself: what is wrong with one is told
//! in its place and keeps nobody else from coming about.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use http::StatusCode;
use portcullis_core::{catalogue::Code, id::IdentityId, identity::Identity, json::check};
use portcullis_kit::{Failure, Outcome};
use serde_json::{Value, json};

use super::wanted;
use crate::{
    api::document::{Members, Unchecked},
    audit::Act,
    caller::Caller,
    desk::Desk,
    people::{
        self, NewPassword, Wanted,
        refusal::{mistaken, within},
    },
};

/// How many identities one request may create.
const MOST: usize = 1000;
/// How many of them may come with a password that is still to be hashed, which takes its time.
const MOST_PLAIN: usize = 200;

/// What the answer calls one of them. As all ids of the dialect it is a UUID.
type PatchId = IdentityId;

/// One of many.
struct Entry {
    patch_id: Option<PatchId>,
    wanted: Result<Wanted, Failure>,
}

pub(super) async fn create(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Unchecked(document): Unchecked,
) -> Outcome {
    let members = document.members()?;
    let entries = entries(&members)?;
    let wanted: Vec<&Wanted> = entries
        .iter()
        .filter_map(|entry| entry.wanted.as_ref().ok())
        .collect();
    let mut created = people::create_many(&desk, &caller, &wanted)
        .await
        .into_iter();
    let mut told: Vec<Value> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let outcome = match &entry.wanted {
            Err(failure) => Err(failure.clone()),
            Ok(_) => created.next().unwrap_or_else(|| Err(Code::Internal.into())),
        };
        let place = format!("identities[{at}]");
        let outcome = outcome.map_err(|failure| within(failure, (&place, "create")));
        if let Err(failure) = &outcome {
            note_refusal(&desk, &caller, failure).await;
        }
        told.push(one(&caller, (entry, outcome)));
    }
    Ok(Json(json!({"identities": told})).into_response())
}

fn entries(members: &Members<'_>) -> Result<Vec<Entry>, Failure> {
    members.only_in_dialect(&["identities"])?;
    let missing = || mistaken("identities", "this is missing.");
    let list = members.list("identities")?.ok_or_else(missing)?;
    if list.len() > MOST {
        return Err(mistaken(
            "identities",
            format!("these are more than {MOST}."),
        ));
    }
    let entries: Vec<Entry> = list.iter().enumerate().map(read).collect();
    let is_plain = |entry: &&Entry| {
        let wanted = entry.wanted.as_ref().ok();
        matches!(
            wanted.and_then(|one| one.password.as_ref()),
            Some(NewPassword::Plain(_))
        )
    };
    if entries.iter().filter(is_plain).count() > MOST_PLAIN {
        let why = format!(
            "more than {MOST_PLAIN} passwords are to be hashed; send fewer at once, or send hashes."
        );
        return Err(mistaken("identities", why));
    }
    Ok(entries)
}

/// One of them, or why it cannot be read.
fn read((at, value): (usize, &Value)) -> Entry {
    let entry = Members::of(&format!("identities[{at}]"), value);
    let named = entry.as_ref().ok().map(patch_id);
    Entry {
        patch_id: named.and_then(|id| id.ok().flatten()),
        wanted: entry.and_then(|entry| {
            let checked = check(value).map_err(|odd| mistaken(&entry.at(&odd.path), odd.message));
            checked.and_then(|()| new(&entry))
        }),
    }
}

fn new(entry: &Members<'_>) -> Result<Wanted, Failure> {
    entry.only_in_dialect(&["create", "patch_id"])?;
    patch_id(entry)?;
    let missing = || mistaken(&entry.at("create"), "this is missing.");
    wanted::read_new(&entry.object("create")?.ok_or_else(missing)?)
}

/// What the answer calls it, which the dialect wants to be a UUID.
fn patch_id(entry: &Members<'_>) -> Result<Option<PatchId>, Failure> {
    let id = entry.text("patch_id")?.map(str::parse).transpose();
    let at = entry.at("patch_id");
    id.map_err(|_| mistaken(&at, "this has to be a UUID."))
}

/// Writes down what one of many is refused for, as the guard does where the whole is.
async fn note_refusal(desk: &Desk, caller: &Caller, failure: &Failure) {
    if failure.code().status() == StatusCode::FORBIDDEN {
        let act = Act::on("identity.create", "path", "/admin/identities");
        let code = failure.code().as_str();
        desk.audit_refusal(caller, act, code).await;
    }
}

/// What became of one.
fn one(caller: &Caller, (entry, created): (&Entry, Result<Identity, Failure>)) -> Value {
    let mut told = match created {
        Ok(identity) => json!({"action": "create", "identity": identity.id}),
        Err(failure) => {
            let envelope = failure.envelope(&caller.request_id);
            json!({"action": "error", "error": envelope["error"]})
        }
    };
    if let Some(patch_id) = entry.patch_id {
        told["patch_id"] = json!(patch_id);
    }
    told
}
