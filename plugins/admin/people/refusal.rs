//! Why something that an administrator wants is not done, in words that name what is wrong.

use http::header::RETRY_AFTER;
pub(crate) use portcullis_core::json::shortened;
use portcullis_core::{
    catalogue::Code,
    method::MethodError,
    schema::TraitError,
    store::{ADMINISTRATORS_ADDRESS, PAST_IDENTITY, StoreError},
};
use portcullis_kit::Failure;
use serde_json::Value;

/// An administrator and somebody else would have the same address.
pub(crate) const SHARED_ADDRESS: &str = "This identity conflicts with another identity that already exists. One of the two is an administrator, \
     whose addresses are nobody else's.";

/// What was sent is not accepted as a whole, for this reason.
pub(crate) fn refused(reason: impl AsRef<str>) -> Failure {
    mistaken("", reason)
}

/// What stands at `path` is not accepted, for this reason, which is a sentence.
pub(crate) fn mistaken(path: &str, message: impl AsRef<str>) -> Failure {
    at_fault(&[(path, message.as_ref())])
}

/// Several things are not accepted, each for its reason.
pub(crate) fn at_fault(all: &[(&str, &str)]) -> Failure {
    Failure::at_fault(Code::BadRequest, all)
}

/// The refusal of one of many by its place in the whole body: what does not name `entry` yet stands in this
/// part of it.
pub(crate) fn within(failure: Failure, (entry, part): (&str, &str)) -> Failure {
    let Some(Value::Array(errors)) = failure.detail_of("errors") else {
        return failure;
    };
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let placed = errors.iter().map(|error| {
        let path = match text(error, "path") {
            path if path.starts_with(entry) => path,
            path if path.is_empty() => format!("{entry}.{part}"),
            path => format!("{entry}.{part}.{path}"),
        };
        (path, text(error, "message"))
    });
    let placed: Vec<(String, String)> = placed.collect();
    let all = placed.iter().map(|(at, why)| (at.as_str(), why.as_str()));
    Failure::at_fault(failure.code(), &all.collect::<Vec<_>>())
}

/// Traits are not accepted; each is named.
pub(crate) fn traits(errors: &[TraitError]) -> Failure {
    named("traits", errors)
}

/// The same of attributes that no schema describes, whose paths say so themselves.
pub(crate) fn attributes(errors: &[TraitError]) -> Failure {
    named("", errors)
}

fn named(whole: &str, errors: &[TraitError]) -> Failure {
    let path = |error: &TraitError| match (whole, error.path.as_str()) {
        ("", path) | (path, "") => path.to_owned(),
        (whole, path) => format!("{whole}.{path}"),
    };
    let paths: Vec<String> = errors.iter().map(path).collect();
    let texts = errors.iter().map(|error| &*error.message.text);
    let all: Vec<(&str, &str)> = paths.iter().map(String::as_str).zip(texts).collect();
    at_fault(&all)
}

/// The password that stands at `path` is not accepted.
pub(crate) fn password(path: &str, error: MethodError) -> Failure {
    match error {
        MethodError::Invalid(messages) => {
            let texts = messages.into_iter().map(|(_, message)| message.text);
            let texts: Vec<String> = texts.collect();
            mistaken(path, texts.join(" "))
        }
        MethodError::Throttled { retry_after } => {
            let failure = Failure::from(Code::TooManyRequests);
            failure.header(RETRY_AFTER, &retry_after.to_string())
        }
        MethodError::Unavailable(error) => error.into(),
    }
}

/// Somebody else has what must be unique.
pub(crate) fn conflict(error: StoreError) -> Failure {
    match error {
        StoreError::Conflict { what } => {
            let reason = match what {
                "identifier" => {
                    "This identity conflicts with another identity that already exists. It signs in \
                     with the same identifier."
                }
                ADMINISTRATORS_ADDRESS => SHARED_ADDRESS,
                PAST_IDENTITY => {
                    "This id was somebody else's, who is deleted, and is nobody's again: leave it \
                     out, or choose another."
                }
                "credential" => {
                    "This identity conflicts with another identity that already exists. It is linked \
                     to the same account at a provider, or has the same key."
                }
                _ => {
                    "This identity conflicts with another identity that already exists. It has the \
                     same id, or is called the same elsewhere (external_id)."
                }
            };
            Failure::from(Code::IdentityConflict).because(reason)
        }
        other => other.into(),
    }
}

/// Others changed it again and again meanwhile.
pub(crate) fn overtaken() -> Failure {
    Failure::from(Code::IdentityConflict)
        .because("Somebody else changes this identity at the same time; try again.")
}
