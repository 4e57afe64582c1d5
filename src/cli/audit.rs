//! Writing down what commands change in the store themselves, by the verbs of the admin API.

use std::fmt::Display;

use portcullis_core::{
    audit::{AuditEntry, DONE},
    id::{AuditId, IdentityId},
};
use serde_json::Value;

use super::output::remark;
use crate::gateway::Foundation;

/// One thing that a command did.
#[derive(Debug)]
pub(super) struct Act {
    command: &'static str,
    verb: &'static str,
    object: Option<(&'static str, String)>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Act {
    /// Something that this command did to nothing in particular.
    pub(super) fn new(command: &'static str, verb: &'static str) -> Self {
        Self {
            command,
            verb,
            object: None,
            before: None,
            after: None,
        }
    }

    /// The same done to an identity.
    #[must_use]
    pub(super) fn on_identity(self, id: IdentityId) -> Self {
        self.on("identity", &id)
    }

    /// The same done to the thing of this kind with this id.
    #[must_use]
    pub(super) fn on(mut self, kind: &'static str, id: &dyn Display) -> Self {
        self.object = Some((kind, id.to_string()));
        self
    }

    /// The same with what the thing was like before; never a password, a code, a secret or a token.
    #[must_use]
    pub(super) fn from(mut self, before: Value) -> Self {
        self.before = Some(before);
        self
    }

    /// The same with what the thing is like now; likewise.
    #[must_use]
    pub(super) fn to(mut self, after: Value) -> Self {
        self.after = Some(after);
        self
    }

    /// Writes it down. It is done already, so that a log which cannot be written undoes nothing and
    /// keeps nothing back that is shown only once; that it could not is told on standard error.
    pub(super) async fn note(self, foundation: &Foundation) {
        let (kind, id) = self.object.unzip();
        let entry = AuditEntry {
            id: AuditId::generate(&*foundation.entropy),
            at: foundation.clock.now(),
            actor: "command".to_owned(),
            actor_label: format!("portcullis {}", self.command),
            verb: self.verb.to_owned(),
            object_kind: kind.map(str::to_owned),
            object_id: id,
            client: None,
            request_id: None,
            outcome: DONE.to_owned(),
            before: self.before,
            after: self.after,
        };
        if let Err(error) = foundation.stores.audit.append(&entry).await {
            let verb = entry.verb;
            remark(format_args!(
                "warning: {verb} is done, but was not written to the audit log: {error}"
            ));
        }
    }
}
