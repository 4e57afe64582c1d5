//! `/admin/courier/messages`: mail that waits to be sent. What it says is never shown: it may hold a
//! code or a link.

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
    mail::{Occasion, WaitingMail},
};
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::pages::Page;
use crate::{
    courier::{self, template},
    desk::Desk,
    doc::upkeep,
    endpoints::Endpoints,
    need::Need,
    people::refusal::refused,
    role::Permission::ReadMails,
};

const PATH: &str = "/admin/courier/messages";

/// What stands in place of what a mail says.
const WITHHELD: &str = "<withheld>";

/// The states of the dialect. What is sent or given up is forgotten, so two of them are never seen.
const STATES: [&str; 4] = ["queued", "processing", "sent", "abandoned"];

/// A mail as the dialect shows it.
#[derive(Debug, Serialize)]
struct Message {
    id: MailId,
    /// `queued` before anybody has tried to send it, `processing` from then on.
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
    /// When it is tried next.
    due_at: Timestamp,
    /// When it is not worth sending any more.
    expires_at: Timestamp,
}

impl From<WaitingMail> for Message {
    fn from(mail: WaitingMail) -> Self {
        Self {
            id: mail.id,
            status: status(&mail),
            r#type: "email",
            channel: "email",
            subject: mail.occasion.map_or("notice", Occasion::as_str),
            body: WITHHELD,
            template_type: template(mail.occasion),
            send_count: mail.tries,
            created_at: mail.created_at,
            updated_at: mail.created_at,
            due_at: mail.due_at,
            expires_at: mail.expires_at,
            recipient: mail.recipient,
        }
    }
}

fn status(mail: &WaitingMail) -> &'static str {
    match mail.tries {
        0 => "queued",
        _ => "processing",
    }
}

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, PATH),
            Need::Permission(ReadMails),
            "Lists mail that waits to be sent, the newest first, without what it says.",
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
        return Err(refused(format!("status: this has to be one of {states}.")));
    }
    let mut mails = courier::list(&desk, text("recipient")).await?;
    mails.retain(|mail| wanted.is_none_or(|wanted| status(mail) == wanted));
    let (part, next) = page.part_of(mails, courier::place);
    let part: Vec<Message> = part.into_iter().map(Message::from).collect();
    Ok(page.linked(&visit, (Json(part), next)))
}

async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    let found = courier::find(&desk, &id).await?;
    Ok(Json(Message::from(found)).into_response())
}
