//! What somebody has proved themselves with, and whether they still have it.

use jiff::Timestamp;
use portcullis_core::{
    broker::Arrived,
    credential::Credential,
    id::CredentialId,
    provider::Upstream,
    session::{Aal, AuthenticationMethod},
};

use crate::{desk::Desk, provider::OIDC};

/// One thing that somebody has proved themselves with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proof<'a> {
    /// The method's wire name.
    pub(super) method: &'a str,
    /// What the provider that vouched says of it.
    pub(super) arrived: Option<&'a Arrived>,
    /// The credential it was compared with, and when that had last changed.
    credential: Option<(CredentialId, Timestamp)>,
}

impl<'a> Proof<'a> {
    /// A method of local identities that keeps no credential, such as a code by mail.
    pub(crate) fn local(method: &'a str) -> Self {
        Self {
            method,
            arrived: None,
            credential: None,
        }
    }

    /// A method of local identities, by this credential as it was read: one that has changed since
    /// was not it.
    pub(crate) fn credential(method: &'a str, read: &Credential) -> Self {
        Self {
            credential: Some((read.id, read.updated_at)),
            ..Self::local(method)
        }
    }

    /// A provider.
    pub(crate) fn provider(arrived: &'a Arrived) -> Self {
        Self {
            method: OIDC,
            arrived: Some(arrived),
            credential: None,
        }
    }

    /// The method's wire name.
    pub(crate) fn method(&self) -> &'a str {
        self.method
    }

    /// Where the provider that vouched knows them from.
    pub(super) fn upstream(&self) -> Option<&'a Upstream> {
        self.arrived.map(|arrived| &arrived.upstream)
    }

    /// Whether the identity has what it was proved with, and not only its like that came later. Proofs
    /// that are no credentials, such as codes by mail, have nothing to be taken away.
    pub(crate) fn is_in(&self, credentials: &[Credential]) -> bool {
        let mut own = credentials.iter();
        match (self.arrived, self.credential) {
            (Some(arrived), _) => {
                let key = arrived.upstream.link.identifier();
                own.any(|one| one.id == arrived.link && one.identifier.as_deref() == Some(&*key))
            }
            (None, Some(read)) => own
                .filter(|one| one.kind.as_str() == self.method)
                .any(|one| (one.id, one.updated_at) == read),
            (None, None) => true,
        }
    }

    pub(super) fn completed(&self, desk: &Desk) -> AuthenticationMethod {
        let now = desk.now();
        // A provider's clock may be ahead.
        let proved_at = self.arrived.and_then(|arrived| arrived.proved_at);
        AuthenticationMethod {
            method: self.method.to_owned(),
            aal: self.arrived.map_or(Aal::Aal1, |arrived| arrived.aal),
            completed_at: now,
            provider: self.upstream().map(|one| one.link.provider.clone()),
            account: self.upstream().map(|one| one.link.mark()),
            proved_at: proved_at.map(|at| at.min(now)),
            upstream_acr: self.arrived.and_then(|arrived| arrived.acr.clone()),
            upstream_amr: self.arrived.map_or_else(Vec::new, |one| one.amr.clone()),
        }
    }
}

/// A second factor that has been shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// The method's wire name.
    pub(super) method: &'a str,
    /// The credential; `None` for a code by mail.
    pub(super) credential: Option<CredentialId>,
}

impl<'a> Shown<'a> {
    /// A credential.
    pub(crate) fn with(credential: &Credential) -> Self {
        Self {
            method: credential.kind.as_str(),
            credential: Some(credential.id),
        }
    }

    /// A method that keeps none.
    pub(crate) fn by(method: &'a str) -> Self {
        Self {
            method,
            credential: None,
        }
    }
}
