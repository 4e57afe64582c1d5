//! Second factors and passkeys of another system, as they are sent. What that system keeps beside is passed
//! over.

use serde_json::Value;
use utoipa::ToSchema;

use super::Moment;

given! {
    /// The app that makes its codes.
    TotpCredential of TotpConfig
}

/// The address that the app was set up by.
#[derive(ToSchema)]
pub(crate) struct TotpConfig {
    /// `otpauth://totp/…` with a secret of 16 to 128 bytes in base 32; SHA1, SHA256 or SHA512, 6 to 8 digits, 1 to 300 seconds.
    #[schema(
        min_length = 1,
        max_length = 2048,
        examples("otpauth://totp/Old:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Old")
    )]
    totp_url: String,
}

given! {
    /// Its backup codes.
    LookupSecretCredential of LookupSecretConfig
}

/// Its backup codes, under either name.
#[derive(ToSchema)]
pub(crate) struct LookupSecretConfig {
    #[schema(min_items = 1, max_items = 100)]
    codes: Option<Vec<BackupCode>>,
    #[schema(min_items = 1, max_items = 100)]
    recovery_codes: Option<Vec<BackupCode>>,
}

/// A backup code.
#[derive(ToSchema)]
pub(crate) struct BackupCode {
    /// Letters, digits and signs; case, spaces and hyphens do not count.
    #[schema(min_length = 8, max_length = 64)]
    code: String,
    /// When it was used, if it was.
    used_at: Option<Moment>,
}

given! {
    /// Its security keys, or its passkeys.
    KeysCredential of KeysConfig
}

/// Its security keys, or its passkeys.
#[derive(ToSchema)]
pub(crate) struct KeysConfig {
    #[schema(min_items = 1, max_items = 25)]
    credentials: Option<Vec<Key>>,
    /// The name that authenticators know the person by, 64 bytes at most: base64, or a list of bytes. Passkeys have to have one.
    #[schema(required = false)]
    user_handle: Value,
}

/// A key.
#[derive(ToSchema)]
pub(crate) struct Key {
    /// Its id: base64, or a list of bytes.
    id: Value,
    /// Its public half (COSE) of ES256, EdDSA or RS256: base64, or a list of bytes.
    public_key: Value,
    attestation_type: Option<Value>,
    authenticator: Option<KeyAuthenticator>,
    display_name: Option<String>,
    added_at: Option<Moment>,
    /// Of a security key only false.
    is_passwordless: Option<bool>,
    flags: Option<KeyFlags>,
    transport: Option<Vec<String>>,
}

/// What is known of its authenticator.
#[derive(ToSchema)]
pub(crate) struct KeyAuthenticator {
    /// Its model: base64, a list of bytes, or a UUID.
    #[schema(required = false)]
    aaguid: Value,
    #[schema(minimum = 0, maximum = 4294967295u64)]
    sign_count: Option<u64>,
    /// Only false.
    clone_warning: Option<bool>,
}

/// What its authenticator said when it made the key.
#[derive(ToSchema)]
pub(crate) struct KeyFlags {
    user_present: Option<bool>,
    user_verified: Option<bool>,
    backup_eligible: Option<bool>,
    backup_state: Option<bool>,
}
