//! A principal: the identity and session behind a request, ready to be judged.

use std::sync::Arc;

use crate::{
    action::Action, expression::values::PrincipalValues, identity::Identity, memo::Memo,
    session::Session,
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
    /// What stages computed from this principal alone.
    pub memo: Memo,
    /// What has to be done first on the way to scopes, which is costly to find out: no room here
    /// goes to anything else.
    pub demands: Memo,
}

impl Principal {
    /// Prepares a principal for many requests; `pending` is what its identity has to do first.
    pub fn new(identity: Arc<Identity>, session: Session, pending: Vec<Action>) -> Self {
        let values = PrincipalValues::new(&identity, &session);
        Self {
            identity,
            session,
            values,
            pending,
            memo: Memo::default(),
            demands: Memo::default(),
        }
    }
}
