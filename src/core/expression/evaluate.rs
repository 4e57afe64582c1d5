//! Running an expression: what its variables stand for, and what its value is as text.
//!
//! Nothing is prepared that an expression does not ask for: values of the principal are borrowed,
//! and members of the request are made when they are named.

use std::{borrow::Cow, collections::HashMap};

use cel::{
    Context, ExecutionError,
    common::{
        types::{
            CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString,
            CelTimestamp, CelUInt,
        },
        value::{CowVal, Val},
    },
    context::VariableResolver,
};
use http::HeaderMap;

use super::{ENVIRONMENT, EvaluationError, HeaderText, PrincipalValues, pattern::Patterns, values};
use crate::head::RequestHead;

static NULL: CelNull = CelNull;

/// The variables of one evaluation.
pub(super) struct Variables<'a> {
    patterns: &'a Patterns,
    source: Source<'a>,
}

enum Source<'a> {
    Policy(Option<&'a PrincipalValues>, &'a RequestHead<'a>),
    Claims(&'a dyn Val, bool),
}

impl<'a> Variables<'a> {
    /// Over who asks and what is asked.
    pub(super) fn policy(
        patterns: &'a Patterns,
        principal: Option<&'a PrincipalValues>,
        head: &'a RequestHead<'a>,
    ) -> Self {
        Self {
            patterns,
            source: Source::Policy(principal, head),
        }
    }

    /// Over what a provider says, and whether its address counts as verified.
    pub(super) fn claims(patterns: &'a Patterns, claims: &'a dyn Val, trusted_email: bool) -> Self {
        Self {
            patterns,
            source: Source::Claims(claims, trusted_email),
        }
    }

    /// The context to evaluate in.
    pub(super) fn context(&self) -> Context<'_, '_> {
        let mut context = Context::with_env(ENVIRONMENT.clone());
        context.set_variable_resolver(self);
        context
    }
}

impl VariableResolver for Variables<'_> {
    /// CEL asks for the longest qualified name first: `request.path` before `request`.
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(pattern) = self.patterns.find(name) {
            return Some(CowVal::Borrowed(pattern));
        }
        match &self.source {
            Source::Claims(claims, trusted) => match name {
                "claims" => Some(CowVal::Borrowed(*claims)),
                "trusted_email" => Some(CowVal::owned(CelBool::from(*trusted))),
                _ => None,
            },
            Source::Policy(principal, head) => match name {
                "identity" => Some(principal.map_or(CowVal::Borrowed(&NULL), |values| {
                    CowVal::Borrowed(&values.identity)
                })),
                "session" => Some(principal.map_or(CowVal::Borrowed(&NULL), |values| {
                    CowVal::Borrowed(&values.session)
                })),
                "request" => Some(CowVal::owned(request(head))),
                _ => member(head, name.strip_prefix("request.")?),
            },
        }
    }
}

/// One member of `request`.
fn member<'b>(head: &'b RequestHead<'_>, name: &str) -> Option<CowVal<'b, 'b>> {
    let text = |text: &'b str| CowVal::owned(CelString::from(text));
    Some(match name {
        "method" => text(head.method.as_str()),
        "scheme" => text(head.scheme.as_str()),
        "host" => text(head.host),
        "path" => text(head.path),
        "query" => CowVal::owned(query(head.query.unwrap_or_default())),
        "headers" => CowVal::owned(headers(head.headers)),
        "client_ip" => CowVal::owned(CelString::from(head.client.to_string())),
        "time" => CowVal::Owned(values::time(head.received_at)),
        _ => return None,
    })
}

/// `request` as a whole, for `has(request.query)` and the like.
fn request<'b>(head: &'b RequestHead<'_>) -> CelMap<'b> {
    const MEMBERS: [&str; 8] = [
        "method",
        "scheme",
        "host",
        "path",
        "query",
        "headers",
        "client_ip",
        "time",
    ];
    let entries = MEMBERS.iter().filter_map(|name| {
        let value = member(head, name)?;
        Some((CelMapKey::from(*name), value.into_owned()))
    });
    CelMap::from(entries.collect::<HashMap<_, _>>())
}

/// The first value of each name of the query, decoded.
fn query(query: &str) -> CelMap<'_> {
    let mut map: HashMap<CelMapKey<'_>, Box<dyn Val + '_>> = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        map.entry(CelMapKey::from(name.into_owned()))
            .or_insert_with(|| match value {
                Cow::Borrowed(value) => Box::new(CelString::from(value)),
                Cow::Owned(value) => Box::new(CelString::from(value)),
            });
    }
    CelMap::from(map)
}

/// Each header under its name in lower case; repeated ones joined by `, `, bytes that are no text
/// left out.
fn headers(headers: &HeaderMap) -> CelMap<'_> {
    let mut map: HashMap<CelMapKey<'_>, Box<dyn Val + '_>> =
        HashMap::with_capacity(headers.keys_len());
    for name in headers.keys() {
        let mut values = headers.get_all(name).iter().filter_map(|v| v.to_str().ok());
        let Some(first) = values.next() else { continue };
        let value: Box<dyn Val + '_> = match values.next() {
            None => Box::new(CelString::from(first)),
            Some(second) => {
                let all = [first, second].into_iter().chain(values);
                Box::new(CelString::from(all.collect::<Vec<_>>().join(", ")))
            }
        };
        map.insert(CelMapKey::from(name.as_str()), value);
    }
    CelMap::from(map)
}

/// A value as text for a header.
pub(super) fn header_text(value: &dyn Val) -> Result<Option<HeaderText>, EvaluationError> {
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        let items = list.inner().iter().map(|item| scalar_text(&**item));
        let texts = items.collect::<Result<Vec<_>, _>>()?;
        return Ok(Some(HeaderText::List(
            texts.into_iter().flatten().collect(),
        )));
    }
    Ok(scalar_text(value)?.map(HeaderText::One))
}

fn scalar_text(value: &dyn Val) -> Result<Option<String>, EvaluationError> {
    let text = if let Some(value) = value.downcast_ref::<CelString<'_>>() {
        value.inner().to_owned()
    } else if let Some(value) = value.downcast_ref::<CelInt>() {
        value.inner().to_string()
    } else if let Some(value) = value.downcast_ref::<CelBool>() {
        value.inner().to_string()
    } else if let Some(value) = value.downcast_ref::<CelUInt>() {
        value.inner().to_string()
    } else if let Some(value) = value.downcast_ref::<CelDouble>() {
        value.inner().to_string()
    } else if let Some(value) = value.downcast_ref::<CelTimestamp>() {
        value.inner().to_rfc3339()
    } else if value.downcast_ref::<CelNull>().is_some() {
        return Ok(None);
    } else {
        return Err(EvaluationError {
            reason: format!("a value of type {} is no text", value.get_type().name()),
        });
    };
    Ok(Some(text))
}

/// Why an evaluation ended, without the values it met.
pub(super) fn explain(error: &ExecutionError) -> EvaluationError {
    let reason = match error {
        ExecutionError::NoSuchKey(_) => "it names something that is not there".to_owned(),
        ExecutionError::NoSuchOverload(error) => format!(
            "`{}` cannot be applied to {}",
            error.function(),
            error.argument_types().join(" and ")
        ),
        ExecutionError::UnexpectedType { got, want } => format!("{want} is expected, not {got}"),
        ExecutionError::IndexOutOfBounds(_) => "it asks for an item beyond the list".to_owned(),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".to_owned()
        }
        ExecutionError::FunctionError { function, .. } => {
            format!("`{function}` does not accept its arguments")
        }
        _ => "its values do not fit together".to_owned(),
    };
    EvaluationError { reason }
}
