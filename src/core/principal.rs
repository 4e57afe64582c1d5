//! A principal: the identity and session behind a request, ready to be judged.

use std::sync::Arc;

use crate::{expression::PrincipalValues, identity::Identity, memo::Memo, session::Session};

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
    /// What stages computed from this principal alone.
    pub memo: Memo,
}

impl Principal {
    /// Prepares a principal for many requests.
    pub fn new(identity: Arc<Identity>, session: Session) -> Self {
        let values = PrincipalValues::new(&identity, &session);
        Self {
            identity,
            session,
            values,
            memo: Memo::default(),
        }
    }
}
