//! Checks CEL expressions of the configuration before anything runs them.

pub(super) use portcullis_core::expression::Scope;

use portcullis_core::expression::{Expression, InvalidExpression};

/// Checks that `text` compiles and names only what its scope knows.
pub(super) fn validate(text: &str, scope: Scope) -> Result<(), String> {
    explained(Expression::compile(text, scope), scope)
}

/// Checks that `text` is a rule: an expression that is true or false.
pub(super) fn validate_rule(text: &str) -> Result<(), String> {
    explained(Expression::compile_condition(text), Scope::Policy)
}

/// Checks that `text` is a condition over claims.
pub(super) fn validate_claims_condition(text: &str) -> Result<(), String> {
    explained(Expression::compile_claims_condition(text), Scope::Claims)
}

fn explained(compiled: Result<Expression, InvalidExpression>, scope: Scope) -> Result<(), String> {
    let Err(invalid) = compiled else {
        return Ok(());
    };
    // Parsers draw a picture below the first line, which has no place in a list of findings.
    let reason = invalid.reason.lines().next().unwrap_or_default();
    let known = match scope {
        Scope::Policy => "`identity`, `session` and `request`",
        Scope::Claims => "`claims` and `trusted_email`",
    };
    Err(format!(
        "{reason}; a CEL expression over {known} belongs here"
    ))
}
