//! Administering providers while the gateway runs: the port behind endpoints and commands.
//!
//! Providers come from files and from the store. Those from files can only be looked at here, for
//! the file would bring them back.

use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    id::ProviderId,
    link::{LinkKey, is_subject},
    provider::ProviderStatus,
    store::StoreError,
    subject::{SubjectError, SubjectForm},
};

/// Adds, changes and removes providers.
#[async_trait]
pub trait ProviderAdministration: Debug + Send + Sync {
    /// The kinds that providers can be of, the one that stands for many last.
    fn kinds(&self) -> Vec<Kind>;

    /// All providers in the order of their ids, disabled ones included.
    async fn list(&self) -> Result<Vec<ProviderRecord>, AdministrationError>;

    /// One provider.
    async fn find(&self, id: &ProviderId) -> Result<ProviderRecord, AdministrationError>;

    /// How a provider is, from what was last seen of it.
    async fn status(&self, id: &ProviderId) -> Result<ProviderReport, AdministrationError>;

    /// Asks a provider itself, and then how it is.
    async fn reach(&self, id: &ProviderId) -> Result<ProviderReport, AdministrationError>;

    /// What is weak about a provider, as a check of the configuration would warn of it.
    async fn weakness(&self, record: &ProviderRecord) -> Vec<Problem>;

    /// Why providers of the sources do not serve as they are written there; `None` when all do.
    async fn trouble(&self) -> Option<String>;

    /// How much a provider would leave behind. A name that nobody has any more may still have links.
    async fn attached(&self, id: &ProviderId) -> Result<Attached, AdministrationError>;

    /// What a change would make of a provider, or what would be added by this where no id says whose
    /// it is. Changes nothing.
    async fn preview(
        &self,
        id: Option<&ProviderId>,
        change: Change,
    ) -> Result<ProviderRecord, AdministrationError>;

    /// Adds a provider from its table; without an `id` in it, one is made of its client.
    async fn add(&self, table: Map<String, Value>) -> Result<ProviderRecord, AdministrationError>;

    /// Changes a provider; its id stays.
    async fn change(
        &self,
        id: &ProviderId,
        change: Change,
        leave: Leave,
    ) -> Result<ProviderRecord, AdministrationError>;

    /// Removes a provider.
    async fn remove(&self, id: &ProviderId, leave: Leave) -> Result<Departed, AdministrationError>;
}

/// A kind of providers, for whoever adds one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kind {
    /// Its name in tables.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its issuer, where all clients have the same.
    pub issuer: Option<String>,
    /// What an issuer looks like that has to be told.
    pub issuer_example: Option<String>,
    /// The keys of its table that are asked for beside those of every kind, the required ones first.
    pub asks: Vec<String>,
}

/// How a provider's table is changed. Secrets are never shown, so those that a change does not
/// name stay; `null` removes one.
#[derive(Debug, Clone)]
pub enum Change {
    /// This table takes the old one's place.
    Replace(Map<String, Value>),
    /// These keys take the place of the old ones (RFC 7396).
    Merge(Map<String, Value>),
}

impl Change {
    /// The change that switches a provider on or off.
    pub fn enabled(enabled: bool) -> Self {
        let key = ("enabled".to_owned(), Value::Bool(enabled));
        Self::Merge(Map::from_iter([key]))
    }
}

/// What becomes of what a provider leaves behind when it is removed or disabled; what is not said
/// is taken from its `on_disable`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leave {
    /// The links to its accounts.
    pub links: Option<LinkFate>,
    /// The sessions that began at it.
    pub sessions: Option<SessionFate>,
}

/// What becomes of the links to the accounts of a provider that is removed or disabled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkFate {
    /// They stay, and work again should it come back.
    #[default]
    Keep,
    /// They are removed, and what is kept of its tokens with them.
    Unlink,
    /// As long as there are any, the provider stays.
    Refuse,
}

/// What becomes of the sessions that began at a provider that is removed or disabled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionFate {
    /// They go on.
    #[default]
    Keep,
    /// They end.
    Revoke,
}

/// What hangs on a provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Attached {
    /// How many links to its accounts there are, made or prepared.
    pub links: u64,
    /// How many sessions began at it.
    pub sessions: u64,
}

/// What a departure took along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Departed {
    /// How many links were removed.
    pub links_removed: u64,
    /// How many sessions were ended.
    pub sessions_ended: u64,
}

/// A provider as administrators see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProviderRecord {
    /// Its name.
    pub id: ProviderId,
    /// Where it comes from.
    pub source: ProviderSource,
    /// What to register at the provider.
    pub redirect_uri: String,
    /// What can be registered there for signing out.
    #[serde(flatten)]
    pub sign_out: SignOutAddresses,
    /// Which secrets it has.
    #[serde(flatten)]
    pub secrets: Secrets,
    /// The issuer of its accounts, where all have the same.
    #[serde(skip)]
    pub issuer: Option<String>,
    /// The same, where other systems know the accounts by the same names.
    #[serde(skip)]
    pub account_issuer: Option<String>,
    /// What its accounts are called by.
    #[serde(skip)]
    pub subjects: SubjectForm,
    /// Its table with all defaults, without any secret.
    #[serde(flatten)]
    pub table: Map<String, Value>,
}

impl ProviderRecord {
    /// Whether its map may set roles (`allow_privileged`).
    pub fn may_give_roles(&self) -> bool {
        self.table.get("allow_privileged") == Some(&Value::Bool(true))
    }

    /// The account that is called so, at this issuer where one is said: what is to be linked by hand. One that
    /// could never sign in through the provider is refused.
    pub fn account(&self, subject: &str, issuer: Option<&str>) -> Result<LinkKey, AccountError> {
        if !is_subject(subject) {
            return Err(SubjectError::None.into());
        }
        let issuer = self.issuer_of(issuer)?;
        self.subjects.judge(subject, &issuer)?;
        Ok(LinkKey {
            provider: self.id.clone(),
            issuer,
            subject: subject.to_owned(),
        })
    }

    /// The issuer of an account that is to be linked: the provider's, unless its accounts have issuers of
    /// their own. An account of another issuer could never sign in through it.
    fn issuer_of(&self, named: Option<&str>) -> Result<String, IssuerError> {
        match (&self.issuer, named) {
            (Some(own), Some(named)) if own != named => Err(IssuerError::Other(own.clone())),
            (Some(own), _) => Ok(own.clone()),
            (None, Some(named)) => Ok(named.to_owned()),
            (None, None) => Err(IssuerError::Missing),
        }
    }
}

/// An account is not as those of its provider have to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Its name is not.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// Its issuer is not.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
}

/// The issuer of an account at a provider is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Nothing tells it.
    #[error("accounts of this provider have issuers of their own, so say this one's")]
    Missing,
    /// It is not the provider's.
    #[error("all accounts of this provider have the issuer {0}")]
    Other(String),
}

/// Which secrets a provider has; what they are is never shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Secrets {
    /// Whether it has a `client_secret`.
    pub has_client_secret: bool,
    /// Whether it has a `private_key`.
    pub has_private_key: bool,
}

/// What can be registered at a provider for signing out, by the names of OpenID Connect Dynamic
/// Client Registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignOutAddresses {
    /// Where a browser comes back to that has signed out at the provider.
    pub post_logout_redirect_uri: String,
    /// Where the provider itself says that somebody has signed out.
    pub backchannel_logout_uri: String,
    /// What the provider has the browser of somebody open who has signed out.
    pub frontchannel_logout_uri: String,
}

/// Where a provider comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderSource {
    /// The configuration file, the environment, or the program that embeds the gateway.
    Config,
    /// A file of `providers_dir`.
    File,
    /// It was added while the gateway ran, and is in the store.
    Runtime,
}

impl ProviderSource {
    /// The source's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::File => "file",
            Self::Runtime => "runtime",
        }
    }
}

/// How a provider is, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderReport {
    /// Its name.
    pub id: ProviderId,
    /// Where it comes from.
    pub source: ProviderSource,
    /// Whether it can be used.
    pub enabled: bool,
    /// What was last seen of it.
    #[serde(flatten)]
    pub status: ProviderStatus,
    /// What to register at the provider.
    pub redirect_uri: String,
}

/// What is wrong with a provider's table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The key it is about; empty for the table as a whole.
    pub key: String,
    /// What is wrong and what to write instead, never the value of a secret.
    pub message: String,
}

/// An administrator's wish was not followed.
#[derive(Debug, thiserror::Error)]
pub enum AdministrationError {
    /// There is no such provider.
    #[error("there is no provider of this name")]
    Unknown,
    /// There is one of this name already.
    #[error("there is a provider of this name already ({place})")]
    Exists {
        /// Where it comes from.
        place: String,
    },
    /// It comes from a file, and the file would bring it back.
    #[error("the provider is written in {place}; change it there")]
    ReadOnly {
        /// Where it is written.
        place: String,
    },
    /// Its table has mistakes; these are all of them.
    #[error("the provider cannot be made of this: {}", told(.0))]
    Invalid(Vec<Problem>),
    /// People are linked to it, and its links are to be kept from going.
    #[error("{links} links to this provider exist; say keep or unlink to go on")]
    Linked {
        /// How many links there are.
        links: u64,
    },
    /// Nobody who may do everything could come in without it.
    #[error(
        "nobody with the role admin could sign in without this provider: give one of them another way in \
         first, such as a password"
    )]
    LastAdministrator,
    /// Somebody else changed it at the same time; reading it again helps.
    #[error("somebody else has changed the provider just now")]
    Changed,
    /// A store did not do what it was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn told(problems: &[Problem]) -> String {
    let line = |problem: &Problem| match problem.key.as_str() {
        "" => problem.message.clone(),
        key => format!("{key}: {}", problem.message),
    };
    problems.iter().map(line).collect::<Vec<_>>().join("; ")
}
