//! What every page of a person is asked: by whom, of whom, and with which fields.

use std::{collections::BTreeMap, sync::Arc};

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use jiff::Timestamp;
use portcullis_core::{catalogue::Code, identity::Identity};
use portcullis_kit::{Failure, Line, Locale, Outcome, Visit};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    caller::Caller,
    console::{HOME, areas::PEOPLE, notice, people::taken::Holder, told, view},
    desk::Desk,
    people,
};

/// Where a form says which state of the person it has shown.
const VERSION: &str = "version";

/// What somebody is told whose form has shown what is not so any more.
const OVERTAKEN: &str = "Somebody else changed this person meanwhile, so nothing was saved. What you \
                         typed is still here: look at it again, then save it.";

/// A request about a person.
pub(super) struct Call {
    pub(super) desk: Arc<Desk>,
    pub(super) caller: Caller,
    pub(super) visit: Visit,
    pub(super) locale: Locale,
    /// Whom it is about.
    pub(super) identity: Identity,
    /// The same, as the layer of people asks for it.
    pub(super) id: String,
    /// What a form sends.
    pub(super) fields: Map<String, Value>,
    names: BTreeMap<String, String>,
}

/// What is wrong with what a form sent.
#[derive(Debug, Serialize)]
pub(super) struct Trouble {
    /// Which form of the page.
    form: &'static str,
    /// What is wrong, in the reader's language already.
    text: String,
    /// Who is in the way.
    holders: Vec<Holder>,
}

impl Trouble {
    /// The same with whoever is in the way.
    #[must_use]
    pub(super) fn with_holders(mut self, holders: Vec<Holder>) -> Self {
        self.holders = holders;
        self
    }
}

impl FromRequest<Arc<Desk>> for Call {
    type Rejection = Failure;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, desk).await?;
        let names = Path::<BTreeMap<String, String>>::from_request_parts(&mut parts, desk).await;
        let Path(names) = names.map_err(|_| Code::NotFound)?;
        let visit = Visit::from_request(Request::from_parts(parts, body), desk).await?;
        let fields = match visit.method.is_safe() {
            true => Map::new(),
            false => visit.fields()?,
        };
        let id = names.get("id").cloned().unwrap_or_default();
        let found = people::find(desk, &id).await;
        let identity = found.map_err(|gone| gone.way_out("People", PEOPLE.path))?;
        Ok(Self {
            desk: Arc::clone(desk),
            caller,
            locale: view::locale(desk, &visit),
            visit,
            identity,
            id,
            fields,
            names,
        })
    }
}

impl Call {
    /// What the address names besides the person.
    pub(super) fn name(&self, name: &str) -> &str {
        self.names.get(name).map_or("", String::as_str)
    }

    /// What was typed into a field.
    pub(super) fn text(&self, field: &str) -> &str {
        let field = self.fields.get(field).and_then(Value::as_str);
        field.unwrap_or_default()
    }

    /// Whether a box is ticked.
    pub(super) fn is_ticked(&self, field: &str) -> bool {
        !self.text(field).is_empty()
    }

    /// The address of a page of this person's.
    pub(super) fn path(&self, end: &str) -> String {
        format!("{}/{}{end}", PEOPLE.path, self.id)
    }

    /// The same as forms post to it: whoever asked for a language keeps it.
    pub(super) fn action(&self, end: &str) -> String {
        self.locale.link(HOME, &self.path(end))
    }

    /// Refuses a form that has shown a person who was changed since by somebody else.
    pub(super) fn require_shown(&self, identity: &Identity) -> Result<(), Failure> {
        match self.text(VERSION).parse() == Ok(identity.version) {
            true => Ok(()),
            false => Err(Failure::from(Code::IdentityConflict).because(OVERTAKEN)),
        }
    }

    /// A moment in the reader's language.
    pub(super) fn moment(&self, time: Timestamp) -> Line {
        Line::at(time, self.locale.moment(time))
    }

    /// A line of ours that tells of a moment.
    pub(super) fn told(&self, time: Timestamp, line: impl Fn(String) -> String) -> Line {
        let text = line(self.locale.moment(time));
        Line::at(time, self.locale.text(&text))
    }

    /// Leads on to a page of this person's, which says what was done.
    pub(super) fn done(&self, end: &str, text: &'static str) -> Outcome {
        notice::redirect(&self.desk, &self.path(end), text)
    }

    /// What a failure says beside a form; one that no form mends stays a failure.
    pub(super) fn trouble(&self, form: &'static str, failure: Failure) -> Result<Trouble, Failure> {
        let text = told::told(&self.locale, &failure);
        match is_told(&failure) {
            true => Ok(plain(form, text)),
            false => Err(failure),
        }
    }

    /// What is wrong, in words of the page's own.
    pub(super) fn wrong(&self, form: &'static str, text: &str) -> Trouble {
        plain(form, self.locale.text(text))
    }
}

fn plain(form: &'static str, text: String) -> Trouble {
    Trouble {
        form,
        text,
        holders: Vec::new(),
    }
}

/// Whether a form was refused because it has shown what is not so any more.
pub(super) fn is_overtaken(failure: &Failure) -> bool {
    failure.reason() == Some(OVERTAKEN)
}

/// Whether what was sent is to blame, so that the form comes back.
pub(super) fn is_told(failure: &Failure) -> bool {
    matches!(
        failure.code(),
        Code::BadRequest
            | Code::IdentityConflict
            | Code::IdentityDisabled
            | Code::LastAdministrator
            | Code::LastFactor
            | Code::LinkedElsewhere
            | Code::ProviderDisabled
            | Code::ProviderUnknown
            | Code::ReturnToForbidden
    )
}
