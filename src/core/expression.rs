//! Expressions in CEL: the rules of routes over who asks and what is asked, and the maps of
//! providers over claims. Compiled once, when the configuration is read.
//!
//! `identity` has `id schema_id state traits metadata_public roles`; `session` has `aal
//! authenticated_at issued_at expires_at methods provider actor`; `request` has `method scheme host
//! path query headers client_ip time`. `query` and `headers` are maps from a name to one text.

mod check;
mod evaluate;
mod pattern;
pub(crate) mod values;

use std::sync::{Arc, LazyLock};

use serde_json::Value;

pub use self::values::{EvaluationError, PrincipalValues};
use self::{
    evaluate::{Variables, explain, header_text},
    pattern::Patterns,
};
use crate::head::RequestHead;

/// The longest text that is read as an expression, in bytes.
const MAX_LENGTH: usize = 4096;

/// CEL's standard functions and our pattern matching; a constant that is costly to write down.
static ENVIRONMENT: LazyLock<Arc<cel::Env>> = LazyLock::new(|| Arc::new(pattern::environment()));

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    root: cel::IdedExpr,
    patterns: Patterns,
    needs_request: bool,
    claims: Vec<Vec<String>>,
    reads_all_claims: bool,
}

/// Which variables an expression may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `identity`, `session` and `request`.
    Policy,
    /// `claims`, and `trusted_email`: whether the address in them counts as verified.
    Claims,
}

/// The text is no expression of its scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct InvalidExpression {
    /// What is wrong, for the person who wrote it.
    pub reason: String,
}

/// A value as it goes into a header. Whoever writes the header sees to it that no item of a list
/// reads as two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderText {
    /// One text.
    One(String),
    /// A list of texts.
    List(Vec<String>),
}

impl Expression {
    /// Compiles `text`; unknown variables, members and functions are errors.
    pub fn compile(text: &str, scope: Scope) -> Result<Self, InvalidExpression> {
        let invalid = |reason| InvalidExpression { reason };
        let mut root = parse(text).map_err(invalid)?;
        let found = check::check(&root, scope).map_err(invalid)?;
        let patterns = Patterns::take_from(&mut root).map_err(invalid)?;
        Ok(Self {
            root,
            patterns,
            needs_request: found.needs_request,
            claims: found.claims,
            reads_all_claims: found.reads_all_claims,
        })
    }

    /// Compiles a rule's `text`; what can be seen never to be a boolean is an error, too.
    pub fn compile_condition(text: &str) -> Result<Self, InvalidExpression> {
        Self::boolean(Self::compile(text, Scope::Policy)?, Scope::Policy)
    }

    /// Compiles the `text` of a condition over claims, such as `trusted_email`; what can be seen
    /// never to be a boolean is an error, too.
    pub fn compile_claims_condition(text: &str) -> Result<Self, InvalidExpression> {
        Self::boolean(Self::compile(text, Scope::Claims)?, Scope::Claims)
    }

    fn boolean(expression: Self, scope: Scope) -> Result<Self, InvalidExpression> {
        match check::never_boolean(&expression.root.expr, scope) {
            Some(kind) => Err(InvalidExpression {
                reason: format!("a rule must be true or false, but this is {kind}"),
            }),
            None => Ok(expression),
        }
    }

    /// Whether the value depends on the request, and not only on who asks.
    pub fn needs_request(&self) -> bool {
        self.needs_request
    }

    /// The rule's answer; anything but a boolean is an error. Without a principal, `identity` and
    /// `session` are null.
    pub fn holds(
        &self,
        principal: Option<&PrincipalValues>,
        head: &RequestHead<'_>,
    ) -> Result<bool, EvaluationError> {
        let variables = Variables::policy(&self.patterns, principal, head);
        let context = variables.context();
        let value =
            cel::Value::resolve_val(&self.root, &context).map_err(|error| explain(&error))?;
        value
            .downcast_ref::<cel::common::types::CelBool>()
            .map(|answer| *answer.inner())
            .ok_or_else(|| EvaluationError {
                reason: format!("it is of type {}, not bool", value.get_type().name()),
            })
    }

    /// The value as text for a header; null and absent as `None`.
    pub fn text(
        &self,
        principal: &PrincipalValues,
        head: &RequestHead<'_>,
    ) -> Result<Option<HeaderText>, EvaluationError> {
        let variables = Variables::policy(&self.patterns, Some(principal), head);
        let context = variables.context();
        match cel::Value::resolve_val(&self.root, &context) {
            Ok(value) => header_text(&*value),
            Err(cel::ExecutionError::NoSuchKey(_)) => Ok(None),
            Err(error) => Err(explain(&error)),
        }
    }

    /// Whether the value may depend on this claim.
    pub fn reads_claim(&self, name: &str) -> bool {
        let named = |path: &Vec<String>| path.first().is_some_and(|first| first == name);
        self.reads_all_claims || self.claims.iter().any(named)
    }

    /// The value over a provider's claims; `None` when a claim it names is absent or null.
    pub fn over_claims(
        &self,
        claims: &Value,
        trusted_email: bool,
    ) -> Result<Option<Value>, EvaluationError> {
        let claims_value = values::from_json(claims);
        let variables = Variables::claims(&self.patterns, &*claims_value, trusted_email);
        let context = variables.context();
        match cel::Value::resolve_val(&self.root, &context) {
            Ok(value) => Ok(values::to_json(&*value)?.filter_null()),
            Err(cel::ExecutionError::NoSuchKey(_)) => Ok(None),
            Err(_) if self.names_an_absent_claim(claims) => Ok(None),
            Err(error) => Err(explain(&error)),
        }
    }

    fn names_an_absent_claim(&self, claims: &Value) -> bool {
        self.claims.iter().any(|path| {
            path.iter()
                .try_fold(claims, |value, key| value.get(key))
                .is_none_or(Value::is_null)
        })
    }
}

/// Null is as good as nothing.
trait FilterNull {
    fn filter_null(self) -> Option<Value>;
}

impl FilterNull for Value {
    fn filter_null(self) -> Option<Value> {
        (!self.is_null()).then_some(self)
    }
}

fn parse(text: &str) -> Result<cel::IdedExpr, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("it is longer than {MAX_LENGTH} bytes"));
    }
    check::nesting(text)?;
    // The parser is not ours: should it ever panic on an odd text, that text is no expression.
    let parsed = std::panic::catch_unwind(|| ENVIRONMENT.compile(text));
    match parsed {
        Ok(Ok(program)) => Ok(program.expression().clone()),
        Ok(Err(errors)) => Err(errors.errors.first().map_or_else(
            || "it cannot be read".to_owned(),
            |error| format!("column {}: {}", error.pos.1, error.msg),
        )),
        Err(_) => Err("it cannot be read".to_owned()),
    }
}

#[cfg(test)]
mod tests;
