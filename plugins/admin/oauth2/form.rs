//! The form of a request for tokens: every parameter once (RFC 6749, section 3.2).

use http::header::CONTENT_TYPE;
use portcullis_kit::Visit;
use url::form_urlencoded;

use super::failure::OAuthFailure;

const FORM: &str = "application/x-www-form-urlencoded";
/// The parameter that may come several times (RFC 8707, section 2).
const SEVERAL: &str = "audience";

/// A form that was sent.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// The form of a visit.
    pub(super) fn of(visit: &Visit) -> Result<Self, OAuthFailure> {
        let essence = visit.header(&CONTENT_TYPE).unwrap_or_default();
        let essence = essence.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case(FORM) {
            return Err(OAuthFailure::InvalidRequest("The body has to be a form."));
        }
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(visit.body()).into_owned().collect();
        for (index, (name, _)) in pairs.iter().enumerate() {
            if name != SEVERAL && pairs[..index].iter().any(|(other, _)| other == name) {
                return Err(OAuthFailure::InvalidRequest("A parameter is repeated."));
            }
        }
        Ok(Self(pairs))
    }

    /// The parameter of this name; an empty one counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every parameter of this name that is not empty.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(own, _)| own == name);
        named
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}
