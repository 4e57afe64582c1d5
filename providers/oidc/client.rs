//! The gateway as a client of a provider: what every kind of provider needs to be told.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_core::outbound::Way;

use crate::authentication::ClientAuthentication;

/// The authorization request's parameters that a configuration may set. Whatever binds the answer
/// to the browser, or names a person, is not among them.
const PARAMETERS: [&str; 11] = [
    "access_type",
    "acr_values",
    "audience",
    "auth_type",
    "claims_locales",
    "display",
    "domain_hint",
    "hd",
    "prompt",
    "resource",
    "ui_locales",
];

/// A client of a provider, as configured.
#[derive(Debug, Clone)]
pub struct Client {
    /// The id the provider gave this gateway.
    pub id: String,
    /// What the gateway proves with that it is this client; default: nothing.
    pub authentication: ClientAuthentication,
    /// What is asked for; default `["openid", "email", "profile"]`.
    pub scopes: Vec<String>,
    /// More parameters of the authorization request, such as `prompt`.
    pub authorization_parameters: BTreeMap<String, String>,
    /// Whether the provider may be at a private address; default `true`.
    pub allow_private_network: bool,
    /// More hosts that may be asked although their addresses are private.
    pub allowed_hosts: Vec<String>,
    /// How the provider is reached; default: straight.
    pub way: Arc<Way>,
}

/// A value that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct InvalidConfig {
    /// The key it stands under.
    pub key: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

/// Whether a configuration may set this parameter of the authorization request.
pub fn check_parameter(name: &str) -> Result<(), String> {
    match PARAMETERS.contains(&name) {
        true => Ok(()),
        false => Err(format!(
            "{name:?} cannot be set; what can be: {}",
            PARAMETERS.join(", ")
        )),
    }
}

impl Client {
    /// The defaults for the client of this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            authentication: ClientAuthentication::default(),
            scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
            authorization_parameters: BTreeMap::new(),
            allow_private_network: true,
            allowed_hosts: Vec::new(),
            way: Arc::default(),
        }
    }

    /// What is wrong with the id.
    pub fn problem_of_id(&self) -> Option<InvalidConfig> {
        self.id.is_empty().then(|| InvalidConfig {
            key: "client_id",
            reason: "it is missing".to_owned(),
        })
    }

    /// What is wrong with the parameters of the authorization request.
    pub fn problems_of_parameters(&self) -> impl Iterator<Item = InvalidConfig> {
        let names = self.authorization_parameters.keys();
        names.filter_map(|name| {
            check_parameter(name).err().map(|reason| InvalidConfig {
                key: "authorization_parameters",
                reason,
            })
        })
    }
}
