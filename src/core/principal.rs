//! A principal: the identity and session behind a request, ready to be judged.

use std::sync::Arc;

use crate::{
    action::Action,
    administrators,
    credential::CredentialKind,
    expression::values::PrincipalValues,
    identity::Identity,
    memo::Memo,
    session::{Aal, AuthenticationMethod, Session},
};

/// Who a request comes from. Built once when a session enters the cache and shared by every
/// request of it, so everything costly is prepared here.
#[derive(Debug)]
pub struct Principal {
    /// Who it is.
    pub identity: Arc<Identity>,
    /// The session that says so.
    pub session: Session,
    /// Both as values for expressions.
    pub values: PrincipalValues,
    /// What it has to do before it is let through, the first one first.
    pub pending: Vec<Action>,
    /// Whether a second factor has to be shown before anything else.
    pub is_too_weak: bool,
    /// What stages computed from this principal alone.
    pub memo: Memo,
    /// What has to be done first on the way to scopes, which is costly to find out: no room here
    /// goes to anything else.
    pub demands: Memo,
}

impl Principal {
    /// Prepares a principal for many requests; `pending` is what its identity has to do first, which
    /// holds up nobody who acts as it.
    pub fn new(identity: Arc<Identity>, session: Session, pending: Vec<Action>) -> Self {
        let values = PrincipalValues::new(&identity, &session);
        let is_own = session.acting.is_none();
        Self {
            identity,
            session,
            values,
            pending: if is_own { pending } else { Vec::new() },
            is_too_weak: false,
            memo: Memo::default(),
            demands: Memo::default(),
        }
    }

    /// The same, which has to show a second factor before anything else.
    #[must_use]
    pub fn too_weak(mut self, is_too_weak: bool) -> Self {
        self.is_too_weak = is_too_weak;
        self
    }

    /// The roles that hold in its session.
    pub fn roles(&self) -> Vec<&str> {
        administrators::held(&self.identity, &self.session).collect()
    }

    /// The same as if a second factor had been shown.
    pub fn strengthened(&self) -> Self {
        let mut session = self.session.clone();
        session.methods.push(AuthenticationMethod::local(
            CredentialKind::Totp.as_str(),
            Aal::Aal2,
            session.authenticated_at,
        ));
        Self::new(self.identity.clone(), session, self.pending.clone())
    }
}
