//! What the page's script sends: the members of a `PublicKeyCredential`, binary ones in base64url.

use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{
        DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::URL_SAFE_NO_PAD,
    },
};
use serde::{Deserialize, Deserializer, de::Error};

use super::Refusal;

/// No honest answer is longer, with all the certificates of its maker.
const LONGEST: usize = 64 * 1024;

/// Reads with padding and without: scripts differ.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes that travel as text.
#[derive(Debug, Default)]
pub(crate) struct Binary(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        LENIENT.decode(text).map(Self).map_err(D::Error::custom)
    }
}

/// What a browser answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Sent<R> {
    /// The key's id.
    pub(crate) id: Binary,
    r#type: String,
    /// What the authenticator has made or signed.
    pub(crate) response: R,
}

/// The answer to a request for a new key.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Created {
    #[serde(rename = "clientDataJSON")]
    pub(crate) client_data: Binary,
    pub(crate) attestation_object: Binary,
    #[serde(default)]
    pub(crate) transports: Vec<String>,
}

/// The answer to a request for a signature.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Signed {
    #[serde(rename = "clientDataJSON")]
    pub(crate) client_data: Binary,
    pub(crate) authenticator_data: Binary,
    pub(crate) signature: Binary,
    /// Whose key it is, as the authenticator knows them.
    pub(crate) user_handle: Option<Binary>,
}

/// Reads an answer.
pub(crate) fn read<R: for<'de> Deserialize<'de>>(text: &str) -> Result<Sent<R>, Refusal> {
    if text.len() > LONGEST {
        return Err(Refusal::Unreadable);
    }
    let sent: Sent<R> = serde_json::from_str(text).map_err(|_| Refusal::Unreadable)?;
    match sent.r#type.as_str() {
        "public-key" => Ok(sent),
        _ => Err(Refusal::Unreadable),
    }
}

/// Bytes as text.
pub(crate) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a text.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    LENIENT.decode(text).ok()
}
