//! Writing down what is done: every change after it succeeded, and what callers were refused.

pub(crate) mod reading;

use portcullis_core::{
    audit::{AuditEntry, DONE, note},
    id::AuditId,
};
use serde_json::Value;

use crate::{caller::Caller, desk::Desk};

/// One thing that a caller did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Act {
    /// What, such as `identity.update`.
    pub(crate) verb: String,
    /// The kind and id of what it was done to.
    pub(crate) object: Option<(&'static str, String)>,
    /// What that was like before; never a password, a code, a secret or a token.
    pub(crate) before: Option<Value>,
    /// What it is like now; the same.
    pub(crate) after: Option<Value>,
}

impl Act {
    /// Something done to one thing.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "ids are copied, and callers read better without a mark"
    )]
    pub(crate) fn on(verb: &str, kind: &'static str, id: impl ToString) -> Self {
        Self {
            verb: verb.to_owned(),
            object: Some((kind, id.to_string())),
            ..Self::default()
        }
    }

    /// The same with what the thing was like before.
    #[must_use]
    pub(crate) fn from(mut self, before: Value) -> Self {
        self.before = Some(before);
        self
    }

    /// The same with what the thing is like now.
    #[must_use]
    pub(crate) fn to(mut self, after: Value) -> Self {
        self.after = Some(after);
        self
    }
}

impl Desk {
    /// Writes down what a caller did. It is done already, so that a log which cannot be written
    /// undoes nothing; that it could not is told in the gateway's own log.
    pub(crate) async fn audit(&self, caller: &Caller, act: Act) {
        self.write_down(caller, act, DONE).await;
    }

    /// Writes down what a caller was refused, by the code that refused it.
    pub(crate) async fn audit_refusal(&self, caller: &Caller, act: Act, code: &str) {
        self.write_down(caller, act, code).await;
    }

    async fn write_down(&self, caller: &Caller, act: Act, outcome: &str) {
        let (kind, id) = act.object.unzip();
        let entry = AuditEntry {
            id: AuditId::generate(&*self.services.entropy),
            at: self.services.clock.now(),
            actor: caller.actor.to_string(),
            actor_label: caller.label.clone(),
            verb: act.verb,
            object_kind: kind.map(str::to_owned),
            object_id: id,
            client: Some(caller.client.to_string()),
            request_id: Some(caller.request_id.clone()),
            outcome: outcome.to_owned(),
            before: act.before,
            after: act.after,
        };
        note(&*self.services.audit, &entry).await;
    }
}
