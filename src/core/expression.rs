//! Expressions in CEL: the rules of routes over who asks and what is asked, and the maps of
//! providers over claims. Compiled once, when the configuration is read.

use serde_json::Value;

use crate::{head::RequestHead, identity::Identity, principal::Principal, session::Session};

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    program: cel::Program,
    scope: Scope,
}

/// Which variables an expression may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `identity`, `session` and `request`.
    Policy,
    /// `claims`.
    Claims,
}

/// The text is no expression of its scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct InvalidExpression {
    /// What is wrong, for the person who wrote it.
    pub reason: String,
}

/// The expression has no value for these variables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the expression cannot be evaluated: {reason}")]
pub struct EvaluationError {
    /// Why, without quoting values.
    pub reason: String,
}

/// An identity and its session as values, built once for many evaluations.
#[derive(Debug)]
pub struct PrincipalValues {
    identity: cel::Value,
    session: cel::Value,
}

impl PrincipalValues {
    /// Prepares the values: `id schema_id state traits metadata_public roles` of the identity,
    /// `aal authenticated_at issued_at expires_at methods provider actor` of the session.
    pub fn new(identity: &Identity, session: &Session) -> Self {
        let _ = (identity, session);
        todo!()
    }
}

impl Expression {
    /// Compiles `text`; unknown variables and functions are errors.
    pub fn compile(text: &str, scope: Scope) -> Result<Self, InvalidExpression> {
        let _ = (text, scope);
        todo!()
    }

    /// Whether the value depends on the request, and not only on who asks.
    pub fn needs_request(&self) -> bool {
        todo!()
    }

    /// The rule's answer; anything but a boolean is an error. Without a principal, `identity` and
    /// `session` are null.
    pub fn holds(
        &self,
        principal: Option<&Principal>,
        head: &RequestHead<'_>,
    ) -> Result<bool, EvaluationError> {
        let _ = (principal, head);
        todo!()
    }

    /// The value as one text for a header: lists joined by commas, null and absent as `None`.
    pub fn text(
        &self,
        principal: &Principal,
        head: &RequestHead<'_>,
    ) -> Result<Option<String>, EvaluationError> {
        let _ = (principal, head);
        todo!()
    }

    /// The value over a provider's claims; `None` when a claim it names is absent or null.
    pub fn over_claims(&self, claims: &Value) -> Result<Option<Value>, EvaluationError> {
        let _ = claims;
        todo!()
    }
}
