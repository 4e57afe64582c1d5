//! What a key is for, and what that asks of it: its names on the wire and what it has to be able to do.

use portcullis_core::{credential::CredentialKind, id::IdentityId, message::Message};
use serde_json::{Value, json};

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It is asked for beside a first factor.
    SecondFactor,
    /// It needs nothing beside it.
    Passkey,
}

/// The names of the fields and buttons of the settings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// What the browser made.
    pub(crate) register: &'static str,
    /// The button that has it make a key.
    pub(crate) trigger: &'static str,
    /// The function of the page's script behind that button.
    pub(crate) function: &'static str,
    /// What the new key is called.
    pub(crate) name: &'static str,
    /// The button that removes a key.
    pub(crate) remove: &'static str,
    /// The button that renames a key.
    pub(crate) rename: &'static str,
    /// What that key is called from then on.
    pub(crate) new_name: &'static str,
}

const SECURITY_KEY: Fields = Fields {
    register: "webauthn_register",
    trigger: "webauthn_register_trigger",
    function: "oryWebAuthnRegistration",
    name: "webauthn_register_displayname",
    remove: "webauthn_remove",
    rename: "webauthn_rename",
    new_name: "webauthn_rename_displayname",
};

const PASSKEY: Fields = Fields {
    register: "passkey_settings_register",
    trigger: "passkey_register_trigger",
    function: "oryPasskeySettingsRegistration",
    name: "passkey_register_displayname",
    remove: "passkey_remove",
    rename: "passkey_rename",
    new_name: "passkey_rename_displayname",
};

impl Purpose {
    /// What its credentials are.
    pub(crate) fn kind(self) -> CredentialKind {
        match self {
            Self::SecondFactor => CredentialKind::Webauthn,
            Self::Passkey => CredentialKind::Passkey,
        }
    }

    /// The group of its nodes.
    pub(crate) fn group(self) -> &'static str {
        self.kind().as_str()
    }

    /// Its names in the settings.
    pub(crate) fn fields(self) -> Fields {
        match self {
            Self::SecondFactor => SECURITY_KEY,
            Self::Passkey => PASSKEY,
        }
    }

    /// Whether the authenticator has to find out who uses it, by a PIN or a finger.
    pub(crate) fn needs_verification(self) -> bool {
        self == Self::Passkey
    }

    /// What the specification calls that.
    pub(crate) fn user_verification(self) -> &'static str {
        match self {
            Self::SecondFactor => "preferred",
            Self::Passkey => "required",
        }
    }

    /// What an authenticator has to be able to do.
    pub(crate) fn selection(self) -> Value {
        let is_passkey = self == Self::Passkey;
        json!({
            "residentKey": if is_passkey { "required" } else { "discouraged" },
            "requireResidentKey": is_passkey,
            "userVerification": self.user_verification(),
        })
    }

    /// The name that authenticators know somebody by. An authenticator keeps one discoverable key
    /// for each, so that a passkey and a security key of the same name could displace each other.
    pub(crate) fn user_handle(self, identity: IdentityId) -> String {
        match self {
            Self::SecondFactor => format!("{identity}/webauthn"),
            Self::Passkey => identity.to_string(),
        }
    }

    /// What a key is called that nobody has named.
    pub(crate) fn default_name(self, number: usize) -> String {
        match self {
            Self::SecondFactor => format!("Security key {number}"),
            Self::Passkey => format!("Passkey {number}"),
        }
    }

    /// The label of the button that adds a key.
    pub(crate) fn adds(self) -> Message {
        match self {
            Self::SecondFactor => Message::add_security_key(),
            Self::Passkey => Message::add_passkey(),
        }
    }

    /// The label of the button that removes the key of this name.
    pub(crate) fn removes(self, name: &str, added_at: &str) -> Message {
        match self {
            Self::SecondFactor => Message::remove_security_key(name, added_at),
            Self::Passkey => Message::remove_passkey(name, added_at),
        }
    }
}
