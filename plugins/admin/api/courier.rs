//! `/admin/courier/messages`: mail that waits to be sent, and what became of the rest. What it says is
//! never shown: it may hold a code or a link.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::Method;
use jiff::Timestamp;
use portcullis_core::{
    id::MailId,
    mail::{Occasion, PostedMail, Stand},
};
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::pages::Page;
use crate::{
    courier::{self, STATES, template},
    desk::Desk,
    doc::upkeep,
    endpoints::Endpoints,
    need::Need,
    people::refusal::mistaken,
    role::Permission::ReadMails,
};

const PATH: &str = "/admin/courier/messages";

/// What stands in place of what a mail says.
const WITHHELD: &str = "<withheld>";

/// A mail as the dialect shows it.
#[derive(Debug, Serialize)]
struct Message {
    id: MailId,
    /// `queued` before anybody has tried to send it, `processing` from then on, `sent` or `abandoned`
    /// in the end.
    status: &'static str,
    r#type: &'static str,
    channel: &'static str,
    recipient: String,
    /// What it is about, in a word; the written subject may hold a code.
    subject: &'static str,
    body: &'static str,
    template_type: &'static str,
    send_count: u32,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// When it is tried next, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Timestamp>,
    /// When it is not worth sending any more, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

impl From<PostedMail> for Message {
    fn from(mail: PostedMail) -> Self {
        let (updated_at, due_at, expires_at) = match mail.stand {
            Stand::Waiting { due_at, expires_at } => {
                (mail.created_at, Some(due_at), Some(expires_at))
            }
            Stand::Ended { at, .. } => (at, None, None),
        };
        Self {
            id: mail.id,
            status: mail.state(),
            r#type: "email",
            channel: "email",
            subject: mail.occasion.map_or("notice", Occasion::as_str),
            body: WITHHELD,
            template_type: template(mail.occasion),
            send_count: mail.tries,
            created_at: mail.created_at,
            updated_at,
            due_at,
            expires_at,
            recipient: mail.recipient,
        }
    }
}

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, PATH),
            Need::Permission(ReadMails),
            "Lists mail that waits, was sent or was given up, the newest first, without what it says.",
            list,
        )
        .told(upkeep::list_mails)
        .at(
            (Method::GET, "/admin/courier/messages/{id}"),
            Need::Permission(ReadMails),
            "Shows one of them.",
            find,
        )
        .told(upkeep::find_mail)
}

async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let page = Page::of(&visit)?;
    let text = |name: &str| visit.query(name).filter(|text| !text.is_empty());
    let wanted = text("status");
    if wanted.is_some_and(|wanted| !STATES.contains(&wanted)) {
        let states = STATES.join(", ");
        let why = format!("this has to be one of {states}.");
        return Err(mistaken("status", why));
    }
    let mails = courier::list(&desk, wanted, text("recipient")).await?;
    let (part, around) = page.part_of(mails, courier::place)?;
    let part: Vec<Message> = part.into_iter().map(Message::from).collect();
    Ok(page.linked(&visit, (Json(part), around)))
}

async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    let found = courier::find(&desk, &id).await?;
    Ok(Json(Message::from(found)).into_response())
}
