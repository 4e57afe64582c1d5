//! Bodies in JSON, read member by member so that what is wrong is told by name and never repeated. What
//! nobody reads is refused: it meant something to whoever sent it.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
};
use http::{HeaderMap, header::CONTENT_TYPE};
use jiff::{Timestamp, fmt::temporal::Pieces};
use portcullis_core::{
    catalogue::Code,
    json::{self, Mistake, Unread},
};
use portcullis_kit::{Failure, Visit};
use serde_json::{Map, Value};

use crate::people::refusal::{mistaken, refused, shortened};

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
    /// The body of a visit; where nothing is sent, nothing is said.
    pub(crate) fn of(visit: &Visit) -> Result<Self, Failure> {
        if visit.body().trim_ascii().is_empty() {
            return Ok(Self {
                value: Value::Object(Map::new()),
                media_type: String::new(),
            });
        }
        Ok(Self {
            media_type: media_type(&visit.headers)?,
            value: json::read(visit.body()).map_err(unread)?,
        })
    }

    /// Its members.
    pub(crate) fn members(&self) -> Result<Members<'_>, Failure> {
        Members::of("", &self.value)
    }
}

impl<S: Send + Sync> FromRequest<S> for Document {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let Unchecked(document) = Unchecked::from_request(request, state).await?;
        json::check(&document.value).map_err(misplaced)?;
        Ok(document)
    }
}

/// The body of a request of many, each of which has still to be checked for NUL by itself.
#[derive(Debug)]
pub(crate) struct Unchecked(pub(crate) Document);

impl<S: Send + Sync> FromRequest<S> for Unchecked {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let media_type = media_type(request.headers())?;
        let body = to_bytes(request.into_body(), LONGEST).await;
        let body = body.map_err(|_| Code::BodyTooLarge)?;
        let value = json::parse(&body).map_err(unread)?;
        Ok(Self(Document { value, media_type }))
    }
}

fn media_type(headers: &HeaderMap) -> Result<String, Failure> {
    let media_type = headers.get(CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next();
    let media_type = media_type.unwrap_or_default().trim().to_ascii_lowercase();
    // Pages of other sites can send plain text and forms without asking, JSON they cannot.
    match media_type.ends_with("json") {
        true => Ok(media_type),
        false => Err(refused(
            "The body has to be JSON, and to say so by its Content-Type.",
        )),
    }
}

fn unread(error: Unread) -> Failure {
    match error {
        Unread::Malformed { line, column } => refused(format!(
            "The body is no JSON: see line {line}, column {column}."
        )),
        Unread::Mistaken(mistake) => misplaced(mistake),
    }
}

fn misplaced(Mistake { path, message }: Mistake) -> Failure {
    mistaken(&path, message)
}

/// A time as RFC 3339 writes it; otherwise why it is none.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse::<Timestamp>().map_err(|_| {
        // Whoever means "for ever" writes the end of the last year that has four figures.
        let pieces = Pieces::parse(text).ok();
        match pieces.filter(|pieces| pieces.offset().is_some() && pieces.date().year() > 9998) {
            Some(_) => format!("no time here is later than {}.", Timestamp::MAX),
            None => "this has to be a time as RFC 3339 writes it.".to_owned(),
        }
    })
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
                path => mistaken(path, "this has to be an object."),
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
        let known = known.join(", ");
        let why = format!("there is no such member; there are {known}.");
        Err(mistaken(&at, why))
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
        text.ok_or_else(|| mistaken(&self.at(name), "this is missing."))
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

    /// A time.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<Timestamp>, Failure> {
        let read = self.text(name)?.map(moment).transpose();
        read.map_err(|why| mistaken(&self.at(name), why))
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
            None => Err(mistaken(&self.at(name), format!("this has to be {what}."))),
        }
    }
}
