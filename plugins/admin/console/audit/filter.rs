//! What the log is narrowed down by.

use portcullis_core::{
    audit::{AuditFilter, AuditOutcome, AuditPlace, DONE},
    identifier::normalise_identifier,
    part::Part,
};
use portcullis_kit::{Failure, Visit};

use super::words::{ACTS, KINDS};
use crate::{
    audit::reading,
    console::{
        areas::AUDIT,
        narrowing::{self, Field, Narrowing, value},
    },
    desk::Desk,
    programs,
};

/// Which entries a visit asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) filter: AuditFilter,
    /// Which part of them.
    pub(super) part: Part<AuditPlace>,
}

/// How what was attempted ended.
const OUTCOMES: [(&str, &str); 2] = [(DONE, "Done"), (AuditOutcome::REFUSED, "Refused")];

/// The form of a visit.
pub(super) fn form(visit: &Visit) -> Narrowing {
    let fields = vec![
        Field::choice(("verb", "What was done"), ACTS),
        Field::text("actor", "Who did it"),
        Field::choice(("kind", "To what"), KINDS),
        Field::text("object", "To which one"),
        Field::text("client", "Address on the network"),
        Field::choice(("outcome", "Outcome"), OUTCOMES),
        Field::day("from", "From"),
        Field::day("until", "Until"),
    ];
    Narrowing::of(visit, AUDIT.path, fields)
}

/// What a visit asks for, or what is wrong with it.
pub(super) async fn asked(
    desk: &Desk,
    visit: &Visit,
) -> Result<Result<Asked, &'static str>, Failure> {
    let (since, until) = match days(visit) {
        Ok(days) => days,
        Err(trouble) => return Ok(Err(trouble)),
    };
    let Some(part) = reading::part(value(visit, "page_token")) else {
        return Ok(Err("This cannot be shown. Please choose again."));
    };
    let Ok(client) = value(visit, "client").map(reading::client).transpose() else {
        return Ok(Err("This is not an address on the network."));
    };
    let actor = match value(visit, "actor") {
        Some(typed) => Some(actor(desk, typed).await?),
        None => None,
    };
    let object_id = match value(visit, "object") {
        Some(typed) => Some(person(desk, typed).await?.unwrap_or(typed.to_owned())),
        None => None,
    };
    let filter = AuditFilter {
        actor,
        verb: value(visit, "verb").map(str::to_owned),
        object_kind: value(visit, "kind").map(str::to_owned),
        object_id,
        client,
        outcome: value(visit, "outcome").map(AuditOutcome::named),
        since,
        until,
    };
    Ok(Ok(Asked { filter, part }))
}

type Days = (Option<jiff::Timestamp>, Option<jiff::Timestamp>);

fn days(visit: &Visit) -> Result<Days, &'static str> {
    let since = narrowing::day(visit, "from", 0)?;
    Ok((since, narrowing::day(visit, "until", 1)?))
}

/// The actor that is known by what was typed: an address, an id, or the name of an API credential.
async fn actor(desk: &Desk, typed: &str) -> Result<String, Failure> {
    if let Some(id) = person(desk, typed).await? {
        return Ok(format!("identity:{id}"));
    }
    let mut programs = programs::list(desk).await?.into_iter();
    let known = programs.find(|one| one.name == typed || one.id.to_string() == typed);
    Ok(match known {
        Some(one) => format!("api-credential:{}", one.id),
        // Somebody who is gone is found by their id still.
        None if typed.parse::<portcullis_core::id::IdentityId>().is_ok() => {
            format!("identity:{typed}")
        }
        None => typed.to_owned(),
    })
}

/// The id of whoever signs in with this or has this address.
async fn person(desk: &Desk, typed: &str) -> Result<Option<String>, Failure> {
    let identities = &desk.services.identities;
    let name = normalise_identifier(typed);
    let found = match identities.find_by_identifier(&name).await? {
        None => identities.find_by_address(&name).await?.into_iter().next(),
        known => known,
    };
    Ok(found.map(|one| one.id.to_string()))
}
