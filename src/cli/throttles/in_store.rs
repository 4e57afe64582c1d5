//! Pauses in the store.

use portcullis_core::{
    identifier::normalise_identifier,
    throttle::{self, Pause},
};
use serde_json::{Value, json};

use super::{Pauses, Whose};
use crate::cli::{Failure, audit::Act, desk::Desk};

impl Pauses for Desk {
    type Pause = Pause;

    async fn running(&self, whose: &Whose) -> Result<Vec<Pause>, Failure> {
        let mut pauses = self.throttles().running(self.now()).await?;
        if let Some(address) = whose.address {
            let is_there = |one: &Pause| one.network.is_some_and(|one| one.contains(address));
            pauses.retain(is_there);
        } else if whose.is_anybody() {
            let subjects = subjects(self, whose).await?;
            let is_theirs = |one: &Pause| {
                let subject = one.subject.as_ref();
                subject.is_some_and(|subject| subjects.contains(subject))
            };
            pauses.retain(is_theirs);
        }
        Ok(pauses)
    }

    async fn lift(&self, pause: &Pause) -> Result<bool, Failure> {
        let lifted = self.throttles().lift(pause).await?;
        if lifted {
            let act = Act::new("lift-throttle", "throttle.lift").on("throttle", &pause.id());
            act.from(Self::told(pause)).note(self.foundation()).await;
        }
        Ok(lifted)
    }

    fn told(pause: &Pause) -> Value {
        json!({
            "id": pause.id(),
            "kind": pause.kind,
            "subject": pause.subject,
            "network": pause.network.map(|network| network.to_string()),
            "since": pause.since,
            "until": pause.until,
        })
    }
}

/// What pauses of this identity, or of whoever has this address, are about.
async fn subjects(desk: &Desk, whose: &Whose) -> Result<Vec<String>, Failure> {
    let mut subjects: Vec<String> = whose
        .email
        .as_deref()
        .map(normalise_identifier)
        .into_iter()
        .collect();
    match whose.selector().resolve(desk.identities()).await {
        Ok(identity) => subjects.extend(throttle::subjects(&identity)),
        // What nobody is known by is paused all the same.
        Err(Failure::Nobody(_)) if whose.email.is_some() => {}
        Err(failure) => return Err(failure),
    }
    Ok(subjects)
}
