//! `/admin/recovery/code`, `/admin/recovery/link` and `…/actions-email`: ways back in that are handed
//! out, and what people are asked to do by mail.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    response::IntoResponse,
};
use http::{Method, StatusCode, request::Parts};
use portcullis_core::{
    errand::{Handed, Handout},
    flow::Transport,
};
use portcullis_kit::{Failure, Outcome};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::document::{Document, Members};
use crate::{
    caller::Caller,
    desk::Desk,
    doc::people as docs,
    endpoints::Endpoints,
    need::Need,
    people::{outreach, refusal::mistaken},
    role::Permission::WriteIdentities,
};

/// The longest that anything handed out is good for.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    let writes = Need::Permission(WriteIdentities);
    table
        .at(
            (Method::POST, "/admin/recovery/code"),
            writes,
            "Hands out a code that lets an identity back in.",
            code,
        )
        .told(docs::recovery_code)
        .at(
            (Method::POST, "/admin/recovery/link"),
            writes,
            "Hands out a link that lets an identity back in.",
            link,
        )
        .told(docs::recovery_link)
        .at(
            (Method::POST, "/admin/identities/{id}/actions-email"),
            writes,
            "Has an identity do something, by a letter whose link leads there.",
            send,
        )
        .told(docs::send_errand)
}

async fn code(State(desk): State<Arc<Desk>>, caller: Caller, document: Document) -> Outcome {
    let (id, handout) = read(&document, Handed::Code)?;
    let recovery = outreach::hand_out(&desk, &caller, id, handout).await?;
    let code = recovery.code.as_ref().map(|code| code.expose());
    let told = json!({
        "recovery_code": code, "recovery_link": recovery.link.expose(),
        "expires_at": recovery.expires_at,
    });
    Ok((StatusCode::CREATED, Json(told)).into_response())
}

async fn link(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    ReturnTo(return_to): ReturnTo,
    document: Document,
) -> Outcome {
    let (id, mut handout) = read(&document, Handed::Link)?;
    handout.return_to = return_to;
    let recovery = outreach::hand_out(&desk, &caller, id, handout).await?;
    let link = recovery.link.expose();
    let told = json!({"recovery_link": link, "expires_at": recovery.expires_at});
    Ok(Json(told).into_response())
}

/// What is to be handed out, and to whom.
fn read(document: &Document, proof: Handed) -> Result<(&str, Handout), Failure> {
    let members = document.members()?;
    members.only_in_dialect(&["identity_id", "expires_in", "flow_type"])?;
    let id = members.required("identity_id")?;
    let mut handout = Handout::new(proof, lifespan(&members, "expires_in")?);
    handout.taker = match (members.text("flow_type")?, proof) {
        (None | Some("browser"), _) => Transport::Browser,
        (Some("api"), Handed::Code) => Transport::Api,
        (Some("api"), Handed::Link) => {
            return Err(mistaken("flow_type", "a link is opened by a browser."));
        }
        (Some(_), _) => return Err(mistaken("flow_type", "this has to be browser or api.")),
    };
    Ok((id, handout))
}

/// Where a browser ends: `return_to`, in which saying nothing is saying so.
struct ReturnTo(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for ReturnTo {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        let mut query = form_urlencoded::parse(query.as_bytes());
        let sent = query.find(|(name, _)| name == "return_to");
        let sent = sent.map(|(_, value)| value.into_owned());
        Ok(Self(sent.filter(|value| !value.is_empty())))
    }
}

async fn send(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    document: Document,
) -> Outcome {
    let members = document.members()?;
    members.only(&["actions", "lifespan", "return_to"])?;
    let asked = outreach::Asked {
        actions: members.texts("actions")?.unwrap_or_default(),
        lifespan: lifespan(&members, "lifespan")?,
        return_to: members.text("return_to")?.map(str::to_owned),
    };
    let sent = outreach::send(&desk, &caller, &id, asked).await?;
    Ok(Json(json!({
        "identity_id": id, "sent_to": sent.to, "required_actions": sent.required_actions,
        "expires_at": sent.expires_at,
    }))
    .into_response())
}

/// A whole number, however it is written: JSON knows one kind of number only.
fn seconds(value: &Value) -> Option<u64> {
    let is_whole =
        |number: &f64| number.fract() == 0.0 && (0.0..=LONGEST.as_secs_f64()).contains(number);
    value
        .as_u64()
        .or_else(|| value.as_f64().filter(is_whole).map(|number| number as u64))
}

/// A length of time: a text such as `1h30m`, or a number of seconds.
fn lifespan(members: &Members<'_>, name: &str) -> Result<Option<Duration>, Failure> {
    let read = match members.value(name) {
        None => return Ok(None),
        Some(Value::String(text)) => humantime::parse_duration(text).ok(),
        Some(value) => seconds(value).map(Duration::from_secs),
    };
    let read = read.filter(|one| !one.is_zero() && *one <= LONGEST);
    read.map(Some).ok_or_else(|| {
        let at = members.at(name);
        let why = "this has to be a length of time such as 1h, a year at most.";
        mistaken(&at, why)
    })
}
