//! Where newcomers settle: the stores here, or whatever else keeps identities.

use portcullis_core::{
    credential::{Credential, CredentialKind, CredentialStore},
    factor::{Imports, Misfit},
    identity::{Identity, IdentityStore},
    method::MethodError,
    store::{ADMINISTRATORS_ADDRESS, PAST_IDENTITY, StoreError},
};

use super::{Known, Sought, conflict_told};
use crate::migration::newcomer::{KeptFactor, Password};

/// What is said of whoever comes without a password.
pub(crate) const WITHOUT: &str =
    "; whoever comes without one gets back in by mail, or is given one";

/// What is said of whoever comes with the id of somebody who is deleted.
const PAST_TOLD: &str =
    "its id was somebody else's, who is deleted, and is nobody's again: leave it out";

/// What is said of whoever would share an address with an administrator.
const SHARED_TOLD: &str =
    "they would be reached by the same as somebody else, and one of the two is an administrator";

/// Why somebody is not taken in; each reason.
pub(crate) type Reasons = Vec<String>;

/// Where newcomers settle.
pub(crate) trait Settlement: Sized {
    /// Why nothing can be asked of it, or nobody taken in.
    type Error;
    /// A password, as it is given to somebody here.
    type Password;
    /// A second factor or passkey, likewise.
    type Factor;

    /// What is known here of these people.
    async fn known(&self, sought: &Sought) -> Result<Known, Self::Error>;

    /// The password for somebody; why there is none, where it cannot be used.
    async fn password(
        &self,
        identity: &Identity,
        password: &Password,
    ) -> Result<Result<Self::Password, String>, Self::Error>;

    /// Whether somebody signs in with this kind of second factor, or with passkeys, here.
    fn takes(&self, kind: CredentialKind) -> bool;

    /// Those of a kind for somebody; why they cannot be taken over.
    fn factors(&self, identity: &Identity, kept: &KeptFactor) -> Result<Vec<Self::Factor>, Misfit>;

    /// Takes people in, each by themselves, whole or not at all: what becomes of each, in their
    /// order.
    async fn take_in(&self, arrivals: Vec<Arrival<Self>>) -> TakenIn<Self::Error>;
}

/// What became of those who were to be taken in.
#[derive(Debug)]
pub(crate) struct TakenIn<E> {
    /// Of each, in their order.
    pub(crate) each: Vec<Reception>,
    /// Why nobody else can be taken in now.
    pub(crate) broken_off: Option<E>,
}

/// What became of one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reception {
    /// They are in.
    In,
    /// They are not, for each of these reasons.
    Refused(Reasons),
    /// They may be in: it broke off over them.
    Unknown,
    /// It broke off before.
    Unsent,
}

/// Somebody with what proves them, about to be taken in.
pub(crate) struct Arrival<S: Settlement> {
    pub(crate) identity: Identity,
    pub(crate) links: Vec<Credential>,
    pub(crate) password: Option<S::Password>,
    pub(crate) factors: Vec<S::Factor>,
}

/// The stores.
#[derive(Debug)]
pub(crate) struct Stores<'a> {
    pub(crate) identities: &'a dyn IdentityStore,
    pub(crate) credentials: &'a dyn CredentialStore,
    pub(crate) passwords: &'a portcullis_local::Password,
    pub(crate) imports: &'a dyn Imports,
}

impl Settlement for Stores<'_> {
    type Error = StoreError;
    type Password = Credential;
    type Factor = Credential;

    async fn known(&self, sought: &Sought) -> Result<Known, StoreError> {
        let kind = CredentialKind::Oidc;
        Ok(Known {
            ids: self.identities.present(&sought.ids).await?,
            identifiers: self.identities.owners(&sought.identifiers).await?,
            accounts: self.credentials.owners(kind, &sought.accounts).await?,
            external_ids: self.identities.namesakes(&sought.external_ids).await?,
        })
    }

    async fn password(
        &self,
        identity: &Identity,
        password: &Password,
    ) -> Result<Result<Credential, String>, StoreError> {
        match password {
            Password::Hashed(hash) => {
                let made = self.passwords.imported(identity, hash.expose());
                Ok(made.map_err(|why| format!("{why}{WITHOUT}")))
            }
            Password::Plain(plain) => {
                match self.passwords.credential(identity, plain.expose()).await {
                    Ok(credential) => Ok(Ok(credential)),
                    Err(MethodError::Invalid(messages)) => {
                        let texts: Vec<String> = messages
                            .into_iter()
                            .map(|(_, message)| message.text)
                            .collect();
                        Ok(Err(format!("{}{WITHOUT}", texts.join(" "))))
                    }
                    Err(MethodError::Unavailable(error)) => Err(error),
                    Err(other) => Ok(Err(format!("{other}{WITHOUT}"))),
                }
            }
        }
    }

    fn takes(&self, kind: CredentialKind) -> bool {
        self.imports.takes(kind)
    }

    fn factors(&self, identity: &Identity, kept: &KeptFactor) -> Result<Vec<Credential>, Misfit> {
        let whose = (identity.id, &[][..]);
        self.imports.import(kept.kind, &kept.config, whose)
    }

    async fn take_in(&self, arrivals: Vec<Arrival<Self>>) -> TakenIn<StoreError> {
        let rows: Vec<_> = arrivals.into_iter().map(row).collect();
        let inserted = self.identities.insert_many(&rows).await.into_iter();
        let mut broken_off = None;
        let each = inserted.map(|inserted| match inserted {
            Ok(()) => Reception::In,
            Err(StoreError::Conflict { what }) => Reception::Refused(vec![match what {
                PAST_IDENTITY => PAST_TOLD.to_owned(),
                ADMINISTRATORS_ADDRESS => SHARED_TOLD.to_owned(),
                _ => conflict_told(),
            }]),
            Err(error) => {
                broken_off.get_or_insert(error);
                Reception::Unknown
            }
        });
        let each = each.collect();
        TakenIn { each, broken_off }
    }
}

fn row(arrival: Arrival<Stores<'_>>) -> (Identity, Vec<Credential>) {
    let Arrival {
        identity,
        links: mut credentials,
        password,
        factors,
    } = arrival;
    credentials.extend(password);
    credentials.extend(factors);
    (identity, credentials)
}
