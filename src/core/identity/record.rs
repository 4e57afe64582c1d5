//! What is kept of an identity.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    credential::Kinds,
    id::{AddressId, IdentityId, ProviderId},
    provenance::{self, Provenance, is_within},
};

/// Somebody or something that can sign in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Its name for ever.
    pub id: IdentityId,
    /// The tenant it belongs to; `default` until there are several.
    pub tenant: String,
    /// The schema its traits obey.
    pub schema_id: String,
    /// Whether it may sign in.
    pub state: IdentityState,
    /// When the state last changed.
    pub state_changed_at: Timestamp,
    /// What is known of it, valid against its schema.
    pub traits: Value,
    /// What it is called elsewhere; at most one identity is called the same.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Further facts it may see but not change.
    pub metadata_public: Option<Value>,
    /// Further facts only administrators see.
    pub metadata_admin: Option<Value>,
    /// Roles, such as `admin`.
    pub roles: Vec<String>,
    /// What it has to do before it is let through, by alias; also aliases that mean nothing here.
    #[serde(default)]
    pub required_actions: Vec<String>,
    /// The terms it accepted, oldest first.
    #[serde(default)]
    pub accepted_terms: Vec<AcceptedTerms>,
    /// Attributes that no schema describes, apart from the traits.
    #[serde(default)]
    pub unmanaged: BTreeMap<String, Vec<String>>,
    /// Which traits came from a provider.
    #[serde(default)]
    pub provenance: Provenance,
    /// What it signs in with, normalised; each belongs to at most one identity.
    pub identifiers: Vec<String>,
    /// Addresses that can be verified or used for recovery.
    pub addresses: Vec<Address>,
    /// Which kinds of second factors are among its credentials, switched on or not. Stores find it
    /// out as they read; what is written of it counts for nothing.
    // No default: a record of before there were any says nothing of them, and is read anew.
    pub second_factors: Kinds,
    /// Whether it is linked to an account at a provider; found out likewise.
    pub is_linked: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How often it has been changed since it was created.
    #[serde(default)]
    pub version: i64,
}

/// The longest name that an identity has elsewhere, in characters.
const LONGEST_EXTERNAL_ID: usize = 255;

/// The longest name of a role, in letters.
const LONGEST_ROLE: usize = 64;

impl Identity {
    /// Whether an identity can be called this elsewhere: up to 255 letters, digits and signs.
    pub fn is_external_id(name: &str) -> bool {
        let length = name.chars().count();
        (1..=LONGEST_EXTERNAL_ID).contains(&length) && !name.chars().any(char::is_control)
    }

    /// Whether a role can have this name: up to 64 letters, digits and signs of ASCII, no spaces.
    pub fn is_role(name: &str) -> bool {
        (1..=LONGEST_ROLE).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_graphic())
    }

    /// Stands among the required actions of whoever registered where nobody signs in before a first
    /// address is proved.
    pub const FIRST_PROOF: &'static str = "FIRST_PROOF";

    /// Whether it was registered so, and nothing of it is proved yet.
    pub fn awaits_first_proof(&self) -> bool {
        let mut aliases = self.required_actions.iter();
        aliases.any(|alias| alias == Self::FIRST_PROOF)
            && self.addresses.iter().all(|one| one.verified_at.is_none())
    }

    /// Notes that something of it is proved, or vouched for by an administrator.
    pub fn lift_first_proof(&mut self) {
        self.required_actions
            .retain(|alias| alias != Self::FIRST_PROOF);
    }

    /// An active identity of which nothing is known yet.
    pub fn blank(id: IdentityId, schema_id: &str, now: Timestamp) -> Self {
        Self {
            id,
            tenant: "default".to_owned(),
            schema_id: schema_id.to_owned(),
            state: IdentityState::Active,
            state_changed_at: now,
            traits: Value::Null,
            external_id: None,
            metadata_public: None,
            metadata_admin: None,
            roles: Vec::new(),
            required_actions: Vec::new(),
            accepted_terms: Vec::new(),
            unmanaged: BTreeMap::new(),
            provenance: Provenance::new(),
            identifiers: Vec::new(),
            addresses: Vec::new(),
            second_factors: Kinds::default(),
            is_linked: false,
            created_at: now,
            updated_at: now,
            version: 0,
        }
    }

    /// Whether it may sign in and has the role.
    pub fn is_active_as(&self, role: &str) -> bool {
        self.state == IdentityState::Active && self.roles.iter().any(|own| own == role)
    }

    /// Whether a provider keeps the trait of this dotted path up to date, so that nobody here
    /// changes it.
    pub fn is_forced(&self, path: &str) -> bool {
        self.kept_by(path).is_some()
    }

    /// The provider that keeps the trait of this dotted path up to date.
    pub fn kept_by(&self, path: &str) -> Option<&ProviderId> {
        let forced = self.provenance.iter();
        let mut forced = forced.filter(|(_, origin)| origin.sync == provenance::Sync::Force);
        let found = forced.find(|(whole, _)| is_within(path, whole));
        found.map(|(_, origin)| &origin.source)
    }
}

/// Whether an identity may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityState {
    /// It may.
    Active,
    /// It may not, and has no sessions.
    Inactive,
}

/// Terms that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedTerms {
    /// The action that asked: `TERMS_AND_CONDITIONS`.
    pub alias: String,
    /// Which version.
    pub version: String,
    /// When.
    pub accepted_at: Timestamp,
}

/// An address of an identity, found through its schema's keywords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Its name.
    pub id: AddressId,
    /// The address, normalised.
    pub value: String,
    /// How it is reached: `email` or `sms`.
    pub via: String,
    /// What the schema lets it be used for.
    pub purpose: AddressPurpose,
    /// When somebody proved to hold it; `None` until then.
    pub verified_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What an address may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressPurpose {
    /// It can be verified.
    pub verification: bool,
    /// Codes for recovery may go there.
    pub recovery: bool,
}
