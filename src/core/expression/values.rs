//! Values as CEL sees them, made of ours and of JSON, and turned back.

use std::{collections::HashMap, fmt};

use cel::common::{
    types::{
        CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelTimestamp,
        CelUInt,
    },
    value::Val,
};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    administrators::held,
    identity::{Identity, IdentityState},
    session::Session,
};

/// A value that owns all it holds.
pub(super) type Owned = Box<dyn Val>;

/// The expression has no value for these variables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the expression cannot be evaluated: {reason}")]
pub struct EvaluationError {
    /// Why, without quoting values.
    pub reason: String,
}

/// An identity and its session as values, built once for many evaluations.
pub struct PrincipalValues {
    pub(super) identity: CelMap<'static>,
    pub(super) session: CelMap<'static>,
}

impl PrincipalValues {
    /// Prepares the values: `id schema_id state traits metadata_public roles` of the identity, the roles as
    /// they hold in the session, `aal authenticated_at issued_at expires_at methods provider actor` of the session.
    pub fn new(identity: &Identity, session: &Session) -> Self {
        Self {
            identity: identity_map(identity, session),
            session: session_map(session),
        }
    }
}

/// Personal data stays out of whatever prints a principal.
impl fmt::Debug for PrincipalValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrincipalValues").finish_non_exhaustive()
    }
}

fn identity_map(identity: &Identity, session: &Session) -> CelMap<'static> {
    let state = match identity.state {
        IdentityState::Active => "active",
        IdentityState::Inactive => "inactive",
    };
    // Without metadata there is an empty map, so that `has(identity.metadata_public.x)` works.
    let metadata = match &identity.metadata_public {
        Some(metadata) if !metadata.is_null() => from_json(metadata),
        _ => Box::new(map([])),
    };
    map([
        ("id", text(identity.id.to_string())),
        ("schema_id", text(identity.schema_id.clone())),
        ("state", text(state)),
        ("traits", from_json(&identity.traits)),
        ("metadata_public", metadata),
        ("roles", list(held(identity, session).map(text))),
    ])
}

fn session_map(session: &Session) -> CelMap<'static> {
    let methods = session.methods.iter().map(|m| text(m.method.clone()));
    let provider = match session.provider() {
        Some(provider) => text(provider.as_str()),
        None => Box::new(CelNull),
    };
    let actor: Owned = match &session.acting {
        Some(acting) => text(acting.actor.clone()),
        None => Box::new(CelNull),
    };
    map([
        ("aal", text(session.aal().as_str())),
        ("authenticated_at", time(session.authenticated_at)),
        ("issued_at", time(session.issued_at)),
        ("expires_at", time(session.expires_at)),
        ("methods", list(methods)),
        ("provider", provider),
        ("actor", actor),
    ])
}

fn text(text: impl Into<String>) -> Owned {
    Box::new(CelString::from(text.into()))
}

fn list(items: impl Iterator<Item = Owned>) -> Owned {
    Box::new(CelList::from(items.collect::<Vec<_>>()))
}

fn map<const N: usize>(entries: [(&'static str, Owned); N]) -> CelMap<'static> {
    let entries = entries
        .into_iter()
        .map(|(key, value)| (CelMapKey::from(key), value));
    CelMap::from(entries.collect::<HashMap<_, _>>())
}

/// A moment; null beyond the years that CEL knows.
pub(super) fn time(at: Timestamp) -> Owned {
    let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or(0);
    match chrono::DateTime::from_timestamp(at.as_second(), nanos) {
        Some(moment) => Box::new(CelTimestamp::from(moment.fixed_offset())),
        None => Box::new(CelNull),
    }
}

/// A JSON value: whole numbers as int, other numbers as double.
pub(super) fn from_json(value: &Value) -> Owned {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Box::new(CelInt::from(whole)),
            (None, Some(whole)) => Box::new(CelUInt::from(whole)),
            (None, None) => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(value) => text(value.clone()),
        Value::Array(items) => list(items.iter().map(from_json)),
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (CelMapKey::from(key.clone()), from_json(value)));
            Box::new(CelMap::from(entries.collect::<HashMap<_, _>>()))
        }
    }
}

/// The value in JSON: times as RFC 3339.
pub(super) fn to_json(value: &dyn Val) -> Result<Value, EvaluationError> {
    let no_json = || EvaluationError {
        reason: format!("a value of type {} has no JSON", value.get_type().name()),
    };
    cel::Value::try_from(value)
        .map_err(|_| no_json())?
        .json()
        .map_err(|_| no_json())
}
