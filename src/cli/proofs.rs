//! What people sign in with as commands look after it: in the store, or at a running gateway. Commands say
//! what is asked, what is wanted and what is printed; where it is done is said here.

mod at_gateway;
mod in_store;

use portcullis_core::{
    credential::CredentialKind,
    credentials::{CredentialsError, Place},
    id::CredentialId,
};
use serde_json::Value;

use super::{Failure, Selector, output::remark};

/// Looks after what people sign in with.
pub(super) trait Proofs {
    /// One of the people.
    type Person;
    /// One thing that somebody signs in with.
    type Proof;

    /// The one that is meant.
    async fn find(&self, selector: &Selector) -> Result<Self::Person, Failure>;

    /// What somebody is called.
    fn id(person: &Self::Person) -> String;

    /// What somebody has, in the order in which it is offered; with how each is made, where that is
    /// asked.
    async fn list(
        &self,
        person: &Self::Person,
        with_data: bool,
    ) -> Result<Vec<Self::Proof>, Failure>;

    /// One as it is told.
    fn told(proof: &Self::Proof, with_data: bool) -> Value;

    /// Gives one a label, or takes it away: how it is told from now on.
    async fn label(
        &self,
        person: &Self::Person,
        wish: (CredentialId, &str),
    ) -> Result<Value, Failure>;

    /// Moves one: all in their new order.
    async fn move_to(
        &self,
        person: &Self::Person,
        wish: (CredentialId, Place),
    ) -> Result<Vec<Self::Proof>, Failure>;

    /// Deletes these of one type on behalf of a command, and unlinks links: how many sessions ended.
    async fn delete(
        &self,
        person: &Self::Person,
        proofs: &[Self::Proof],
        command: &'static str,
    ) -> Result<u64, Failure>;

    /// Whether somebody who has this left has a second factor beside backup codes.
    async fn has_second(
        &self,
        person: &Self::Person,
        left: &[Self::Proof],
    ) -> Result<bool, Failure>;
}

/// Whether it is of this type.
pub(super) fn is_of<P: Proofs>(proof: &P::Proof, kind: CredentialKind) -> bool {
    P::told(proof, false)["type"] == kind.as_str()
}

/// The ids of these.
pub(super) fn ids<P: Proofs>(proofs: &[P::Proof]) -> Vec<Value> {
    let id = |one: &P::Proof| P::told(one, false)["id"].take();
    proofs.iter().map(id).collect()
}

/// What somebody has left that is of no use by itself: codes on a list only stand in for another second
/// factor. It is said, too.
pub(super) async fn without_use<P: Proofs>(
    proofs: &P,
    person: &P::Person,
) -> Result<Vec<&'static str>, Failure> {
    let kind = CredentialKind::LookupSecret;
    let left = proofs.list(person, false).await?;
    let has_list = left.iter().any(|one| is_of::<P>(one, kind));
    if !has_list || proofs.has_second(person, &left).await? {
        return Ok(Vec::new());
    }
    remark(format_args!(
        "note: backup codes are left; they are not asked for until there is another second factor, and \
         then they count again. reset-identity-mfa --mfa-type {} removes them",
        kind.as_str()
    ));
    Ok(vec![kind.as_str()])
}

/// Why a wish was not followed.
pub(super) fn refused(error: CredentialsError) -> Failure {
    match error {
        CredentialsError::Label => Failure::Usage(error.to_string()),
        CredentialsError::Unknown => {
            Failure::Refused(format!("{error}; list-credentials shows what it has"))
        }
        other => Failure::refused(&other),
    }
}
