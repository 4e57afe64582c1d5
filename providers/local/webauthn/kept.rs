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
}

impl Kept {
    /// A new key.
    pub(crate) fn new(
        data: &AuthenticatorData<'_>,
        transports: Vec<String>,
    ) -> Result<Self, Refusal> {
        let made = data.made.as_ref().ok_or(Refusal::Unreadable)?;
        let is_known = |name: &String| TRANSPORTS.contains(&name.as_str());
        let mut transports: Vec<String> = transports.into_iter().filter(is_known).collect();
        transports.sort();
        transports.dedup();
        Ok(Self {
            public_key: encoded(made.public_key),
            algorithm: PublicKey::parse(made.public_key)?.algorithm().to_owned(),
            sign_count: data.sign_count,
            transports,
            user_verified: data.is_verified(),
            backup_eligible: Some(data.can_be_backed_up()),
            backed_up: data.is_backed_up(),
            aaguid: (made.aaguid != [0; 16]).then(|| hyphenated(made.aaguid)),
        })
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
