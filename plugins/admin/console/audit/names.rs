//! Whom and what entries are about, by the names that they have now. Nobody reads a name here whom they
//! may not look up elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_core::{
    audit::AuditEntry,
    id::IdentityId,
    search::{Filter, IdentityQuery, LARGEST_SIZE, Page},
};
use portcullis_kit::Failure;
use serde_json::Value;

use crate::{
    caller::{self, Caller},
    desk::Desk,
    programs,
    role::Permission::ReadIdentities,
};

const PROGRAM: &str = "api-credential";
const THROTTLE: &str = "throttle";

/// The names of what some entries are about, by their ids.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// The names that this caller may read.
    pub(super) async fn of(
        desk: &Desk,
        caller: &Caller,
        entries: &[AuditEntry],
    ) -> Result<Self, Failure> {
        let mut names = BTreeMap::new();
        if caller.roles.permit(ReadIdentities) {
            let ids = entries.iter().filter_map(person);
            let ids: BTreeSet<IdentityId> = ids.filter_map(|id| id.parse().ok()).collect();
            names.extend(people(desk, ids).await?);
        }
        let is_program = |entry: &AuditEntry| entry.object_kind.as_deref() == Some(PROGRAM);
        if entries.iter().any(is_program) {
            let programs = programs::list(desk).await?.into_iter();
            names.extend(programs.map(|one| (one.id.to_string(), one.name)));
        }
        Ok(Self(names))
    }

    /// The name of what an entry is about; of a session that of its person, of a throttle that of whoever
    /// had to wait, or what they typed.
    pub(super) fn of_entry<'n>(&'n self, entry: &'n AuditEntry) -> Option<&'n str> {
        let id = person(entry).or(entry.object_id.as_deref())?;
        let name = self.0.get(id).map(String::as_str);
        name.or_else(|| subject(entry).filter(|subject| id_of(subject).is_none()))
    }
}

async fn people(
    desk: &Desk,
    ids: BTreeSet<IdentityId>,
) -> Result<BTreeMap<String, String>, Failure> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = IdentityQuery {
        filters: vec![Filter::Ids(ids)],
        page: Page::From {
            size: LARGEST_SIZE,
            token: None,
        },
        ..IdentityQuery::default()
    };
    let found = desk.services.search.search(&query).await?;
    let named = found.identities.iter();
    Ok(named
        .map(|one| (one.id.to_string(), caller::label(one)))
        .collect())
}

/// What a throttle was about: the id of a person, or what somebody typed.
fn subject(entry: &AuditEntry) -> Option<&str> {
    let is_throttle = entry.object_kind.as_deref() == Some(THROTTLE);
    let before = entry.before.as_ref().filter(|_| is_throttle)?;
    before.get("subject").and_then(Value::as_str)
}

fn id_of(text: &str) -> Option<IdentityId> {
    text.parse().ok()
}

/// The id of the person that an entry is about, be it by one of their sessions, or that they had to wait.
pub(super) fn person(entry: &AuditEntry) -> Option<&str> {
    match entry.object_kind.as_deref()? {
        "identity" => entry.object_id.as_deref(),
        "session" => {
            let facts = [entry.before.as_ref(), entry.after.as_ref()];
            let mut facts = facts.into_iter().flatten();
            facts.find_map(|facts| facts.get("identity_id").and_then(Value::as_str))
        }
        THROTTLE => subject(entry).filter(|subject| id_of(subject).is_some()),
        _ => None,
    }
}
