//! What is kept of a key: enough to verify what it signs, and to show people which one it is.

use portcullis_core::credential::Credential;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Refusal,
    answer::{decoded, encoded},
    authenticator_data::AuthenticatorData,
    public_key::PublicKey,
};

/// The ways to a key that browsers know (section 5.8.4).
const TRANSPORTS: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

/// What is kept of a key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    public_key: String,
    algorithm: String,
    sign_count: u32,
    #[serde(default)]
    transports: Vec<String>,
    #[serde(default)]
    user_verified: bool,
    #[serde(default)]
    backup_eligible: Option<bool>,
    #[serde(default)]
    backed_up: bool,
    #[serde(default)]
    aaguid: Option<String>,
    /// The name that its authenticator knows the person by, where another system chose it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_handle: Option<String>,
}

/// A key that another system has had made.
#[derive(Debug)]
pub(crate) struct Foreign {
    /// Its public half (COSE).
    pub(crate) public_key: Vec<u8>,
    /// How often it has signed.
    pub(crate) sign_count: u32,
    /// The ways to it.
    pub(crate) transports: Vec<String>,
    /// What its authenticator said when it made it, where that is known.
    pub(crate) flags: Option<Flags>,
    /// The model of the authenticator.
    pub(crate) aaguid: Option<[u8; 16]>,
    /// The name that its authenticator knows the person by.
    pub(crate) user_handle: Vec<u8>,
}

/// What an authenticator said of a key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flags {
    pub(crate) user_verified: bool,
    pub(crate) backup_eligible: bool,
    pub(crate) backed_up: bool,
}

impl Kept {
    /// A new key.
    pub(crate) fn new(
        data: &AuthenticatorData<'_>,
        transports: Vec<String>,
    ) -> Result<Self, Refusal> {
        let made = data.made.as_ref().ok_or(Refusal::Unreadable)?;
        Ok(Self {
            public_key: encoded(made.public_key),
            algorithm: PublicKey::parse(made.public_key)?.algorithm().to_owned(),
            sign_count: data.sign_count,
            transports: known(transports),
            user_verified: data.is_verified(),
            backup_eligible: Some(data.can_be_backed_up()),
            backed_up: data.is_backed_up(),
            aaguid: (made.aaguid != [0; 16]).then(|| hyphenated(made.aaguid)),
            user_handle: None,
        })
    }

    /// A key that another system has had made. Whether it can be on several devices is learnt at its
    /// first signature where nobody says so.
    pub(crate) fn foreign(key: Foreign) -> Result<Self, Refusal> {
        let aaguid = key.aaguid.filter(|aaguid| *aaguid != [0; 16]);
        let flags = key.flags;
        Ok(Self {
            algorithm: PublicKey::parse(&key.public_key)?.algorithm().to_owned(),
            public_key: encoded(&key.public_key),
            sign_count: key.sign_count,
            transports: known(key.transports),
            user_verified: flags.is_some_and(|flags| flags.user_verified),
            backup_eligible: flags.map(|flags| flags.backup_eligible),
            backed_up: flags.is_some_and(|flags| flags.backed_up),
            aaguid: aaguid.map(hyphenated),
            user_handle: Some(encoded(&key.user_handle)),
        })
    }

    /// The name that its authenticator knows the person by: ours, unless another system chose it.
    pub(crate) fn user_handle(&self, ours: &str) -> Result<Vec<u8>, Refusal> {
        match &self.user_handle {
            None => Ok(ours.as_bytes().to_vec()),
            Some(theirs) => decoded(theirs).ok_or(Refusal::UnknownKey),
        }
    }

    /// What is kept of this key.
    pub(crate) fn of(credential: &Credential) -> Result<Self, Refusal> {
        Kept::deserialize(&credential.config).map_err(|_| Refusal::UnknownKey)
    }

    /// Its public half.
    pub(crate) fn public_key(&self) -> Result<PublicKey, Refusal> {
        let cose = decoded(&self.public_key).ok_or(Refusal::UnknownKey)?;
        PublicKey::parse(&cose)
    }

    /// The credential's data once the key has signed this (section 7.2, from the backup flags on).
    pub(crate) fn after(
        &self,
        data: &AuthenticatorData<'_>,
        config: &Value,
    ) -> Result<Value, Refusal> {
        let eligible = data.can_be_backed_up();
        if self.backup_eligible.is_some_and(|known| known != eligible) {
            return Err(Refusal::ImpossibleFlags);
        }
        let counts = data.sign_count != 0 || self.sign_count != 0;
        if counts && data.sign_count <= self.sign_count {
            return Err(Refusal::CounterWentBack);
        }
        let mut after = config.clone();
        after["sign_count"] = data.sign_count.into();
        after["backup_eligible"] = eligible.into();
        after["backed_up"] = data.is_backed_up().into();
        after["user_verified"] = (self.user_verified || data.is_verified()).into();
        Ok(after)
    }

    /// How options name it.
    pub(crate) fn descriptor(&self, credential: &Credential) -> Value {
        let mut descriptor = json!({ "type": "public-key", "id": credential.identifier });
        if !self.transports.is_empty() {
            descriptor["transports"] = json!(self.transports);
        }
        descriptor
    }
}

fn known(transports: Vec<String>) -> Vec<String> {
    let is_known = |name: &String| TRANSPORTS.contains(&name.as_str());
    let mut transports: Vec<String> = transports.into_iter().filter(is_known).collect();
    transports.sort();
    transports.dedup();
    transports
}

fn hyphenated(bytes: [u8; 16]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}
