//! What an API credential may do and until when, changed; what is taken from it is told first.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use portcullis_core::{api_credential::ApiCredential, catalogue::Code};
use portcullis_kit::{Locale, Outcome, Visit};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    complaint,
    create::{NO_DATE, end_of},
    place,
};
use crate::{
    caller::Caller,
    console::{
        areas::API_CREDENTIALS,
        choice::{self, Choice, chosen, meaning, text},
        notice,
        question::{self, Question},
        view::{self, Page},
    },
    credential::{Change, OPENID},
    desk::Desk,
    programs,
    role::{Role, Roles},
};

/// Where the form says which losses it was told.
const TOLD: &str = "told";
/// Where it says what it was that it began with.
const SHOWN: &str = "shown";

const OVERTAKEN: &str = "Somebody else has changed it meanwhile. This is what it may do now.";

/// What the form shows, and what it was sent with.
struct Entered {
    roles: Vec<String>,
    scopes: Vec<String>,
    /// The last day; empty for no end.
    expires: String,
    /// What it was when the page was shown.
    shown: String,
}

#[derive(Serialize)]
struct View {
    shown: String,
    href: String,
    roles: Vec<Choice>,
    scopes: Vec<Choice>,
    expires: String,
    /// The field that is wrong, and why.
    trouble: Option<(&'static str, &'static str)>,
}

impl Entered {
    fn stored(one: &ApiCredential) -> Self {
        Self {
            roles: one.roles.clone(),
            scopes: one.scopes.clone(),
            expires: one.expires_at.and_then(last_day).unwrap_or_default(),
            shown: told(one),
        }
    }

    fn sent(fields: &Map<String, Value>) -> Self {
        Self {
            roles: chosen(fields, "roles"),
            scopes: chosen(fields, "scopes"),
            expires: text(fields, "expires").to_owned(),
            shown: text(fields, SHOWN).to_owned(),
        }
    }

    /// What is to change of a credential: what the form shows as it is stays.
    fn change(&self, one: &ApiCredential) -> Result<Change, &'static str> {
        let stored = Self::stored(one);
        let roles = Roles::among(&self.roles);
        let expires_at = match &*self.expires {
            same if same == stored.expires => None,
            "" => Some(None),
            day => Some(Some(end_of(day).ok_or(NO_DATE)?)),
        };
        Ok(Change {
            roles: is_other(&self.roles, &stored.roles).then_some(roles),
            scopes: is_other(&self.scopes, &stored.scopes).then(|| self.scopes.clone()),
            expires_at,
            ..Change::default()
        })
    }

    /// The same as the fields of a form.
    fn fields(self) -> Vec<(String, String)> {
        let ticked = |name: &str, all: Vec<String>| {
            let fields = all.into_iter();
            let fields = fields.map(|one| (format!("{name}.{one}"), "true".to_owned()));
            fields.collect::<Vec<_>>()
        };
        let mut fields = ticked("roles", self.roles);
        fields.extend(ticked("scopes", self.scopes));
        fields.push(("expires".to_owned(), self.expires));
        fields.push((SHOWN.to_owned(), self.shown));
        fields
    }
}

fn is_other(one: &[String], other: &[String]) -> bool {
    BTreeSet::from_iter(one) != BTreeSet::from_iter(other)
}

/// The last day on which something is good that ends then.
fn last_day(end: Timestamp) -> Option<String> {
    let last = end.checked_sub(1.nanosecond()).ok()?;
    Some(last.to_zoned(TimeZone::UTC).date().to_string())
}

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let one = programs::find(&desk, &id).await?;
    let asked = (&caller, &visit);
    Ok(draw(&desk, asked, &one, (&Entered::stored(&one), None)))
}

pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let one = programs::find(&desk, &id).await?;
    let fields = visit.fields()?;
    let entered = Entered::sent(&fields);
    let asked = (&caller, &visit);
    let refused = |trouble| {
        let page = draw(&desk, asked, &one, (&entered, Some(trouble)));
        Ok((Code::BadRequest.status(), page).into_response())
    };
    if !entered.shown.is_empty() && entered.shown != told(&one) {
        let trouble = (SHOWN, OVERTAKEN);
        let page = draw(&desk, asked, &one, (&Entered::stored(&one), Some(trouble)));
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let change = match entered.change(&one) {
        Ok(change) => change,
        Err(trouble) => return refused(("expires", trouble)),
    };
    if !change.is_of_rights() {
        return notice::redirect(&desk, &place(&id), "Saved.");
    }
    let judged = programs::preview(&desk, &caller, (&id, &change)).await;
    let (before, after) = match judged {
        Ok(both) => both,
        Err(failure) => return refused(complaint(&failure).ok_or(failure)?),
    };
    let losses = losses(&view::locale(&desk, &visit), (&before, &after));
    if !losses.is_empty() && text(&fields, TOLD) != told(&after) {
        return Ok(ask(&desk, asked, (&after, entered), losses));
    }
    programs::change(&desk, &caller, (&id, &change)).await?;
    notice::redirect(&desk, &place(&id), "Saved.")
}

/// What a credential loses on its way from one to the other.
fn losses(locale: &Locale, (before, after): (&ApiCredential, &ApiCredential)) -> Vec<String> {
    let gone = |one: &&String| !after.roles.contains(one);
    let roles = before.roles.iter().filter(gone).map(|name| {
        let meaning = name.parse::<Role>().map_or("", meaning);
        let meaning = locale.text(meaning);
        locale.text(&format!("It loses the role {name}: {meaning}"))
    });
    let gone = before.scopes.iter();
    let gone = gone.filter(|scope| !after.scopes.contains(scope));
    let scopes = gone.map(|scope| {
        locale.text(&format!(
            "It loses this scope, and so do its access tokens: {scope}"
        ))
    });
    let mut losses: Vec<String> = roles.chain(scopes).collect();
    let ends = after
        .expires_at
        .filter(|end| before.expires_at.is_none_or(|was| *end < was));
    if let Some(end) = ends {
        let end = locale.moment(end);
        losses.push(locale.text(&format!("It ends sooner, with its access tokens: {end}")));
    }
    if !losses.is_empty() {
        losses.push(locale.text("Whom it acts as is let go."));
    }
    losses
}

/// What a form was told of: the credential as it would be.
fn told(after: &ApiCredential) -> String {
    let end = after.expires_at.map(|end| end.to_string());
    let parts = [
        after.roles.join(" "),
        after.scopes.join(" "),
        end.unwrap_or_default(),
    ];
    parts.join("|")
}

fn ask(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (after, entered): (&ApiCredential, Entered),
    losses: Vec<String>,
) -> Response {
    let mut hidden = entered.fields();
    hidden.push((TOLD.to_owned(), told(after)));
    let question = Question {
        heading: "Take rights away",
        losses,
        hidden,
        label: "Take them away",
        back: format!("{}/rights", place(&after.id.to_string())),
        ..Question::default()
    };
    question::ask(desk, asked, (API_CREDENTIALS, &after.name), question)
}

/// The scopes that there are, with what they are for.
fn scopes(chosen: &[String]) -> Vec<Choice> {
    let openid = (OPENID.to_owned(), "Tokens that nothing narrows.");
    let roles = Role::ALL.into_iter();
    let roles = roles.map(|role| (role.to_string(), meaning(role)));
    let all = [openid].into_iter().chain(roles);
    all.map(|(name, label)| Choice {
        is_chosen: chosen.contains(&name),
        is_fixed: false,
        name,
        label,
    })
    .collect()
}

fn draw(
    desk: &Desk,
    asked: (&Caller, &Visit),
    one: &ApiCredential,
    (entered, trouble): (&Entered, Option<(&'static str, &'static str)>),
) -> Response {
    let view = View {
        shown: entered.shown.clone(),
        href: place(&one.id.to_string()),
        roles: choice::roles(&asked.0.roles, &entered.roles),
        scopes: scopes(&entered.scopes),
        expires: entered.expires.clone(),
        trouble,
    };
    let page = Page {
        area: API_CREDENTIALS,
        title: &one.name,
        template: "api-credential-rights.html",
    };
    view::draw(desk, asked, page, view)
}
