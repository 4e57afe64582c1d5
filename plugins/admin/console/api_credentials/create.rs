//! Making an API credential, whose secret is shown once.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use portcullis_core::{
    api_credential::{ApiCredential, ClientAuthMethod},
    catalogue::Code,
    secret::Secret,
};
use portcullis_kit::{Failure, Outcome, Visit};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{NEW, complaint, place};
use crate::{
    caller::Caller,
    console::{
        areas::API_CREDENTIALS,
        choice::{self, Choice, chosen, text},
        notice,
        once::Once,
        sending::{self, Sending},
        view::{self, Page},
    },
    credential::Wish,
    desk::Desk,
    programs,
    role::Roles,
};

/// What was entered, as the form shows it again.
#[derive(Debug, Default, Serialize)]
struct Entered {
    name: String,
    expires: String,
    /// Whether its program shows the secret in the form of its request.
    is_post: bool,
    #[serde(skip)]
    roles: Vec<String>,
}

#[derive(Serialize)]
struct View<'a> {
    action: &'static str,
    /// What the form is known by.
    form: String,
    entered: &'a Entered,
    roles: Vec<Choice>,
    /// The field that is wrong, and why.
    trouble: Option<(&'static str, &'static str)>,
}

impl Entered {
    fn read(fields: &Map<String, Value>) -> Self {
        let post = ClientAuthMethod::ClientSecretPost.as_str();
        Self {
            name: text(fields, "name").to_owned(),
            expires: text(fields, "expires").to_owned(),
            is_post: text(fields, "auth_method") == post,
            roles: chosen(fields, "roles"),
        }
    }

    fn wish(&self) -> Result<Wish, &'static str> {
        Ok(Wish {
            name: self.name.clone(),
            auth_method: match self.is_post {
                true => ClientAuthMethod::ClientSecretPost,
                false => ClientAuthMethod::ClientSecretBasic,
            },
            roles: Roles::among(&self.roles),
            scopes: None,
            expires_at: match &*self.expires {
                "" => None,
                day => Some(end_of(day).ok_or(NO_DATE)?),
            },
        })
    }
}

pub(super) const NO_DATE: &str = "This is not a date. Please write it like 2000-12-31.";

/// The end of a day.
pub(super) fn end_of(day: &str) -> Option<Timestamp> {
    let day: Date = day.parse().ok()?;
    let next = day.checked_add(1.day()).ok()?;
    let next = next.to_zoned(TimeZone::UTC).ok()?;
    Some(next.timestamp())
}

pub(super) async fn page(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let entered = Entered::default();
    Ok(draw(&desk, (&caller, &visit), (&entered, None)))
}

pub(super) async fn create(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let fields = visit.fields()?;
    let entered = Entered::read(&fields);
    let asked = (&caller, &visit);
    let trouble = match entered.wish() {
        Err(trouble) => ("expires", trouble),
        Ok(wish) => match programs::make(&desk, &caller, wish) {
            Ok(new) => return keep(&desk, asked, (&fields, new)).await,
            Err(failure) => told(failure)?,
        },
    };
    let page = draw(&desk, asked, (&entered, Some(trouble)));
    Ok((Code::BadRequest.status(), page).into_response())
}

/// Keeps a credential, unless its form has been sent before, and shows its secret.
async fn keep(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (fields, (made, secret)): (&Map<String, Value>, (ApiCredential, Secret)),
) -> Outcome {
    if Sending::of(desk, fields).await? == Sending::Again {
        return notice::redirect(desk, API_CREDENTIALS.path, sending::AGAIN_SAID);
    }
    programs::keep(desk, asked.0, &made).await?;
    Ok(shown(desk, asked, (&made, &secret)))
}

/// What the form says of a failure; another one is none of the form's.
fn told(failure: Failure) -> Result<(&'static str, &'static str), Failure> {
    complaint(&failure).ok_or(failure)
}

fn draw(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (entered, trouble): (&Entered, Option<(&'static str, &'static str)>),
) -> Response {
    let view = View {
        action: NEW,
        form: sending::mark(desk),
        entered,
        roles: choice::roles(&asked.0.roles, &entered.roles),
        trouble,
    };
    let page = Page {
        area: API_CREDENTIALS,
        title: "Make an API credential",
        template: "api-credential-new.html",
    };
    view::draw(desk, asked, page, view)
}

/// The only page that shows this secret.
pub(super) fn shown(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (one, secret): (&ApiCredential, &Secret),
) -> Response {
    let issuer = desk.issuer();
    Once {
        area: API_CREDENTIALS,
        title: &one.name,
        lead: "This is the new secret. With it the program gets its access tokens.",
        values: vec![("Secret", secret)],
        facts: vec![
            ("Client id", one.client_id.clone().into()),
            ("Shown by", one.auth_method.as_str().into()),
            ("Token endpoint", issuer.token_endpoint().into()),
            ("Audience", issuer.audience().into()),
        ],
        onward: ("To this credential", place(&one.id.to_string())),
    }
    .draw(desk, asked)
}
