//! Throttles: who has to wait before trying again, and ending that, for the API and the console alike.

pub(crate) mod kinds;

use std::net::IpAddr;

use jiff::Timestamp;
use portcullis_core::{
    catalogue::Code,
    identifier::normalise_identifier,
    identity::Identity,
    throttle::{self, Pause},
};
use portcullis_kit::{Failure, pages::Place};
use serde::Serialize;
use serde_json::json;

use crate::{audit::Act, caller::Caller, desk::Desk};

/// Which pauses are asked for; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// What is held up.
    pub(crate) kind: Option<String>,
    /// Whom it is about: the id of an identity, or anything that it is known by, or what was typed.
    pub(crate) subject: Option<String>,
    /// Where it holds.
    pub(crate) network: Option<IpAddr>,
}

/// A pause as administrators see it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Throttle {
    /// Its name.
    pub(crate) id: String,
    /// What is held up.
    pub(crate) kind: String,
    /// Whom it is about.
    pub(crate) subject: Option<String>,
    /// Where it holds.
    pub(crate) network: Option<String>,
    /// When it began.
    pub(crate) since: Timestamp,
    /// When it ends.
    pub(crate) until: Timestamp,
}

impl From<&Pause> for Throttle {
    fn from(pause: &Pause) -> Self {
        Self {
            id: pause.id(),
            kind: pause.kind.clone(),
            subject: pause.subject.clone(),
            network: pause.network.map(|network| network.to_string()),
            since: pause.since,
            until: pause.until,
        }
    }
}

/// The pauses that last now.
pub(crate) async fn list(desk: &Desk, wanted: &Wanted) -> Result<Vec<Throttle>, Failure> {
    let services = &desk.services;
    let mut pauses = services.throttles.running(services.clock.now()).await?;
    if let Some(kind) = &wanted.kind {
        pauses.retain(|one| one.kind == *kind);
    }
    if let Some(address) = wanted.network {
        pauses.retain(|one| one.network.is_some_and(|one| one.contains(address)));
    }
    if let Some(subject) = &wanted.subject {
        let names = names(desk, subject).await?;
        pauses.retain(|one| one.subject.as_ref().is_some_and(|one| names.contains(one)));
    }
    Ok(pauses.iter().map(Throttle::from).collect())
}

/// Where a pause stands among the others: what ends first comes first.
pub(crate) fn place(throttle: &Throttle) -> Place<u128> {
    // Its name is a number in hexadecimal digits.
    let number = u128::from_str_radix(&throttle.id, 16).unwrap_or_default();
    Place::oldest_first(throttle.until, number)
}

/// Ends a pause now, as if what led to it had never been.
pub(crate) async fn lift(desk: &Desk, caller: &Caller, id: &str) -> Result<(), Failure> {
    let services = &desk.services;
    let pauses = services.throttles.running(services.clock.now()).await?;
    let found = pauses.iter().find(|one| one.id() == id);
    let pause = found.ok_or(Code::RecordNotFound)?;
    // Whoever has no end of tries at somebody's password becomes them.
    if let Some(subject) = &pause.subject {
        for identity in known(desk, subject).await? {
            caller.may_touch(&identity)?;
        }
    }
    if !services.throttles.lift(pause).await? {
        return Err(Code::RecordNotFound.into());
    }
    let act = Act::on("throttle.lift", "throttle", id).from(json!(Throttle::from(pause)));
    desk.audit(caller, act).await;
    Ok(())
}

/// Everything that pauses of whoever is known by this are about.
async fn names(desk: &Desk, subject: &str) -> Result<Vec<String>, Failure> {
    let found = known(desk, subject).await?;
    let names = found.iter().flat_map(throttle::subjects);
    let typed = normalise_identifier(subject);
    Ok(names.chain([subject.to_owned(), typed]).collect())
}

/// Whoever is known by this.
async fn known(desk: &Desk, subject: &str) -> Result<Vec<Identity>, Failure> {
    let identities = &desk.services.identities;
    let typed = normalise_identifier(subject);
    let mut found = identities.find_by_address(&typed).await?;
    found.extend(identities.find_by_identifier(&typed).await?);
    if let Ok(id) = subject.parse() {
        found.extend(identities.find(id).await?);
    }
    Ok(found)
}
