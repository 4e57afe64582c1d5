//! Ways back in that lead nowhere, for tests of what hands them out.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    action::Action,
    errand::{Errand, ErrandError, Handed, Handout, Outreach, Recovery, Sent},
    id::IdentityId,
    secret::Secret,
};

/// Hands out the same code and link to everybody, and remembers what people were asked to do and what
/// was handed out.
#[derive(Debug, Default)]
pub struct CannedOutreach {
    sent: Mutex<Vec<(IdentityId, Vec<Action>)>>,
    handed_out: Mutex<Vec<Handout>>,
}

impl CannedOutreach {
    /// The code that everybody gets.
    pub const CODE: &str = "481516";

    /// Who was asked to do what.
    pub fn sent(&self) -> Vec<(IdentityId, Vec<Action>)> {
        of(&self.sent).clone()
    }

    /// What was handed out.
    pub fn handed_out(&self) -> Vec<Handout> {
        of(&self.handed_out).clone()
    }
}

fn of<T>(remembered: &Mutex<T>) -> MutexGuard<'_, T> {
    remembered.lock().unwrap_or_else(PoisonError::into_inner)
}

fn end(lifespan: Option<Duration>) -> Timestamp {
    Timestamp::UNIX_EPOCH + lifespan.unwrap_or(Duration::from_secs(3600))
}

#[async_trait]
impl Outreach for CannedOutreach {
    async fn hand_out(&self, _: IdentityId, handout: Handout) -> Result<Recovery, ErrandError> {
        let recovery = Recovery {
            code: (handout.proof == Handed::Code).then(|| Secret::new(Self::CODE)),
            link: Secret::new("https://gate.test/recovery?flow=1"),
            expires_at: end(handout.lifespan),
        };
        of(&self.handed_out).push(handout);
        Ok(recovery)
    }

    async fn send(&self, id: IdentityId, errand: Errand) -> Result<Sent, ErrandError> {
        if errand.actions.is_empty() {
            return Err(ErrandError::Nothing);
        }
        let aliases = errand.actions.iter().map(|one| one.alias().to_owned());
        let required_actions = aliases.collect();
        of(&self.sent).push((id, errand.actions));
        Ok(Sent {
            to: "somebody@example.org".to_owned(),
            required_actions,
            expires_at: end(errand.lifespan),
        })
    }
}
