//! Bodies in JSON, read member by member so that what is wrong is told by name and never repeated. What
//! nobody reads is refused: it meant something to whoever sent it.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
};
use http::header::CONTENT_TYPE;
use portcullis_core::catalogue::Code;
use portcullis_kit::Failure;
use serde_json::{Map, Value};

use crate::people::refusal::{refused, shortened};

/// No body may be longer, whatever the listener lets through.
const LONGEST: usize = 8 * 1024 * 1024;

/// The body of a request, which is JSON.
#[derive(Debug)]
pub(crate) struct Document {
    /// What it says.
    pub(crate) value: Value,
    /// Its media type, without parameters and in small letters.
    pub(crate) media_type: String,
}

impl Document {
    /// Its members.
    pub(crate) fn members(&self) -> Result<Members<'_>, Failure> {
        Members::of("", &self.value)
    }
}

impl<S: Send + Sync> FromRequest<S> for Document {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let media_type = request.headers().get(CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().split(';').next();
        let media_type = media_type.unwrap_or_default().trim().to_ascii_lowercase();
        // Pages of other sites can send plain text and forms without asking, JSON they cannot.
        if !media_type.ends_with("json") {
            return Err(refused(
                "The body has to be JSON, and to say so by its Content-Type.",
            ));
        }
        let body = to_bytes(request.into_body(), LONGEST).await;
        let body = body.map_err(|_| Code::BodyTooLarge)?;
        let value = serde_json::from_slice(&body);
        let value = value.map_err(|error| {
            let (line, column) = (error.line(), error.column());
            refused(format!(
                "The body is no JSON: see line {line}, column {column}."
            ))
        })?;
        Ok(Self { value, media_type })
    }
}

/// The members of an object, read by name; null counts as absent.
#[derive(Debug, Clone)]
pub(crate) struct Members<'a> {
    path: String,
    members: &'a Map<String, Value>,
}

impl<'a> Members<'a> {
    /// The members of what stands at `path`.
    pub(crate) fn of(path: &str, value: &'a Value) -> Result<Self, Failure> {
        let Value::Object(members) = value else {
            return Err(match path {
                "" => refused("The body has to be an object."),
                path => refused(format!("{path}: this has to be an object.")),
            });
        };
        Ok(Self {
            path: path.to_owned(),
            members,
        })
    }

    /// Refuses members that are none of these.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Failure> {
        self.refuse_unknown(known, |_| true)
    }

    /// Refuses members that are none of these and say something: clients of the dialect that are newer
    /// than the gateway may write null where they have nothing to say.
    pub(crate) fn only_in_dialect(&self, known: &[&str]) -> Result<(), Failure> {
        self.refuse_unknown(known, |value| !value.is_null())
    }

    fn refuse_unknown(
        &self,
        known: &[&str],
        is_meant: impl Fn(&Value) -> bool,
    ) -> Result<(), Failure> {
        let mut members = self.members.iter();
        let unknown =
            members.find(|(name, value)| !known.contains(&name.as_str()) && is_meant(value));
        let Some((name, _)) = unknown else {
            return Ok(());
        };
        let at = self.at(&shortened(name));
        let reason = format!(
            "{at}: there is no such member; there are {}.",
            known.join(", ")
        );
        Err(refused(reason).detail("member", at))
    }

    /// The names of all members.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.members.keys().map(String::as_str)
    }

    /// Any value.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, Failure> {
        self.read(name, "a text", Value::as_str)
    }

    /// A text that has to be there.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, Failure> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| refused(format!("{}: this is missing.", self.at(name))))
    }

    /// Yes or no.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        self.read(name, "true or false", Value::as_bool)
    }

    /// A list.
    pub(crate) fn list(&self, name: &str) -> Result<Option<&'a [Value]>, Failure> {
        let list = |value: &'a Value| value.as_array().map(Vec::as_slice);
        self.read(name, "a list", list)
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        self.read(name, "a list of texts", |value| {
            let texts = value.as_array()?.iter();
            let texts = texts.map(|item| item.as_str().map(str::to_owned));
            texts.collect()
        })
    }

    /// An object.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Self>, Failure> {
        match self.value(name) {
            Some(value) => Self::of(&self.at(name), value).map(Some),
            None => Ok(None),
        }
    }

    /// Where a member stands.
    pub(crate) fn at(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    fn read<T>(
        &self,
        name: &str,
        what: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        match read(value) {
            Some(read) => Ok(Some(read)),
            None => Err(refused(format!(
                "{}: this has to be {what}.",
                self.at(name)
            ))),
        }
    }
}
