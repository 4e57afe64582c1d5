//! Naming one identity on the command line: by id or by e-mail address, never both.

use clap::Args;
use portcullis_core::{
    id::IdentityId,
    identifier::normalise_identifier,
    identity::{Identity, IdentityStore},
};

use super::Failure;

/// Names one identity.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Selector {
    /// The identity's id (a UUID).
    #[arg(long, visible_alias = "user-id", value_name = "ID")]
    pub identity_id: Option<String>,
    /// The identity's e-mail address.
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
}

impl Selector {
    /// The identity that is meant.
    pub async fn resolve(&self, identities: &dyn IdentityStore) -> Result<Identity, Failure> {
        match (&self.identity_id, &self.email) {
            (Some(id), None) => by_id(id, identities).await,
            (None, Some(email)) => by_email(email, identities).await,
            _ => Err(Self::undecided()),
        }
    }

    /// An id, when it is one.
    pub(super) fn id(id: &str) -> Result<IdentityId, Failure> {
        let odd = |_| Failure::Usage("the --identity-id is not a valid UUID".to_owned());
        id.trim().parse().map_err(odd)
    }

    /// Neither is said, or both are.
    pub(super) fn undecided() -> Failure {
        Failure::Usage("provide exactly one of --identity-id and --email".to_owned())
    }
}

async fn by_id(id: &str, identities: &dyn IdentityStore) -> Result<Identity, Failure> {
    let id = Selector::id(id)?;
    let found = identities.find(id).await?;
    found.ok_or_else(|| Failure::Nobody(format!("id {id}")))
}

async fn by_email(email: &str, identities: &dyn IdentityStore) -> Result<Identity, Failure> {
    let address = normalise_identifier(email);
    if address.is_empty() {
        return Err(Failure::Usage("the --email is empty".to_owned()));
    }
    let mut found = identities.find_by_address(&address).await?;
    if let Some(identity) = identities.find_by_identifier(&address).await?
        && found.iter().all(|other| other.id != identity.id)
    {
        found.push(identity);
    }
    if found.len() > 1 {
        return Err(Failure::Several);
    }
    let none = || Failure::Nobody("this e-mail address".to_owned());
    found.pop().ok_or_else(none)
}
