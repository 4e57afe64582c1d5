//! The relying party: for which host and origin keys are made, and the script that asks browsers for them.

use portcullis_core::{entropy::Entropy, ui::Node};
use serde_json::{Value, json};
use url::Url;

use super::{Refusal, answer::encoded};

/// The member of a question's memory.
const CHALLENGE: &str = "challenge";

/// How long a browser waits for a key, in milliseconds.
pub(crate) const PATIENCE: u32 = 300_000;

/// The page's script.
#[derive(Debug, Clone)]
pub struct Script {
    /// Where it is.
    pub src: String,
    /// The digest it has (Subresource Integrity).
    pub integrity: String,
}

/// What keys are made for: a host, at one origin.
#[derive(Debug)]
pub struct RelyingParty {
    id: String,
    origin: String,
    name: String,
    script: Script,
}

impl RelyingParty {
    /// The one at `public_url`, which people know by `name`; `None` where that has no name but an
    /// address of numbers, for which browsers make no keys.
    pub fn new(public_url: &Url, name: &str, script: Script) -> Option<Self> {
        Some(Self {
            id: public_url.domain()?.to_owned(),
            origin: public_url.origin().ascii_serialization(),
            name: name.to_owned(),
            script,
        })
    }

    /// Its id: the host.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The origin of its pages.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// What people know it by.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The node of its script.
    pub(crate) fn script(&self, group: &str) -> Node {
        Node::script(
            group,
            "webauthn_script",
            &self.script.src,
            &self.script.integrity,
        )
    }
}

/// What an authenticator has to sign (section 13.4.3: 16 bytes at least).
#[derive(Debug)]
pub(crate) struct Challenge(String);

impl Challenge {
    /// A new one.
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        Self(encoded(&entropy.bytes::<32>()))
    }

    /// The one that was asked for, of a question's memory.
    pub(crate) fn remembered(memory: &Value) -> Result<Self, Refusal> {
        let asked = memory.get(CHALLENGE).and_then(Value::as_str);
        asked
            .map(|asked| Self(asked.to_owned()))
            .ok_or(Refusal::NotAsked)
    }

    /// What is to be remembered of it.
    pub(crate) fn memory(&self) -> Value {
        json!({ CHALLENGE: self.0 })
    }

    /// As it stands in options and in what browsers collect: base64url without padding.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
