//! Checks CEL expressions of the configuration before anything runs them.

pub(super) use portcullis_core::expression::Scope;

use portcullis_core::expression::Expression;

/// Checks that `text` compiles and names only what its scope knows.
pub(super) fn validate(text: &str, scope: Scope) -> Result<(), String> {
    Expression::compile(text, scope)
        .map(|_| ())
        .map_err(|invalid| {
            let known = match scope {
                Scope::Policy => "`identity`, `session` and `request`",
                Scope::Claims => "`claims`",
            };
            format!(
                "{}; a CEL expression over {known} belongs here",
                invalid.reason
            )
        })
}
