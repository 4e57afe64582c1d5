//! Many new identities at once, each of which comes about or not by itself.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use futures_util::future::join_all;
use portcullis_kit::{Failure, Outcome};
use serde_json::{Value, json};

use super::wanted;
use crate::{
    api::document::{Document, Members},
    caller::Caller,
    desk::Desk,
    people::{self, NewPassword, Wanted, refusal::refused},
};

/// How many identities one request may create.
const MOST: usize = 1000;
/// How many of them may come with a password that is still to be hashed, which takes its time.
const MOST_PLAIN: usize = 200;
/// How many are created at a time.
const AT_ONCE: usize = 4;

/// One of many.
struct Entry<'a> {
    patch_id: Option<&'a str>,
    wanted: Result<Wanted, Failure>,
}

pub(super) async fn create(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    document: Document,
) -> Outcome {
    let members = document.members()?;
    let entries = entries(&members)?;
    let mut told: Vec<Value> = Vec::new();
    for some in entries.chunks(AT_ONCE) {
        let mut work = Vec::new();
        for entry in some {
            work.push(one(&desk, &caller, entry));
        }
        told.extend(join_all(work).await);
    }
    Ok(Json(json!({"identities": told})).into_response())
}

fn entries<'a>(members: &Members<'a>) -> Result<Vec<Entry<'a>>, Failure> {
    let list = members.list("identities")?.unwrap_or_default();
    if list.len() > MOST {
        return Err(refused(format!("identities: these are more than {MOST}.")));
    }
    let mut entries = Vec::new();
    for (at, entry) in list.iter().enumerate() {
        let entry = Members::of(&format!("identities[{at}]"), entry)?;
        let patch_id = entry.text("patch_id")?;
        let missing = || refused(format!("{}: this is missing.", entry.at("create")));
        let create = entry.object("create")?.ok_or_else(missing)?;
        entries.push(Entry {
            patch_id,
            wanted: wanted::read(&create),
        });
    }
    let is_plain = |entry: &&Entry<'_>| {
        let wanted = entry.wanted.as_ref().ok();
        matches!(
            wanted.and_then(|one| one.password.as_ref()),
            Some(NewPassword::Plain(_))
        )
    };
    if entries.iter().filter(is_plain).count() > MOST_PLAIN {
        return Err(refused(format!(
            "identities: more than {MOST_PLAIN} passwords are to be hashed; send fewer at once, or \
             send hashes."
        )));
    }
    Ok(entries)
}

async fn one(desk: &Desk, caller: &Caller, entry: &Entry<'_>) -> Value {
    let created = match &entry.wanted {
        Ok(wanted) => people::create(desk, caller, wanted).await,
        Err(failure) => Err(failure.clone()),
    };
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
