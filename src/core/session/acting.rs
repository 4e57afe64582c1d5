//! Who acts in a session that is somebody else's.

use serde::{Deserialize, Serialize};

use crate::id::{IdentityId, SessionId};

/// What the names of API credentials begin with as actors.
const API_CREDENTIAL: &str = "api-credential:";

/// Who acts in a session that is somebody else's, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acting {
    /// The administrator: an identity's id, or `api-credential:` and that of an API credential.
    pub actor: String,
    /// What the administrator is called.
    pub label: String,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Why, in the administrator's words.
    pub reason: String,
    /// The administrator's own session, whose end is this one's too.
    pub own_session: Option<SessionId>,
}

impl Acting {
    /// The name of an API credential as an actor.
    pub fn api_credential(id: impl std::fmt::Display) -> String {
        format!("{API_CREDENTIAL}{id}")
    }

    /// The id of the API credential that an actor of this name is; `None` of an identity.
    pub fn credential_of(actor: &str) -> Option<&str> {
        actor.strip_prefix(API_CREDENTIAL)
    }

    /// Whether this identity acts.
    pub fn is_by(&self, identity: IdentityId) -> bool {
        self.actor == identity.to_string()
    }
}
