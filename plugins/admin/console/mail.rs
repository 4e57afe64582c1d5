//! Mail: letters that wait, and what became of the rest, without what they say.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::Method;
use portcullis_core::mail::{MailEnding, Occasion, PostedMail, Stand};
use portcullis_kit::{Line, Locale, Outcome, Visit};
use serde::Serialize;

use super::{
    areas::MAIL,
    narrowing::{Field, Narrowing, value},
    pages::Pages,
    view,
};
use crate::{api::pages::Page, caller::Caller, courier, desk::Desk, need::Need};

/// How many are on a page.
const SIZE: u32 = 50;
/// The states in words.
const STATES: [(&str, &str); 4] = [
    ("queued", "Not tried yet"),
    ("processing", "Tried, not sent"),
    ("sent", "Sent"),
    ("abandoned", "Given up"),
];

/// The list as a template reads it.
#[derive(Debug, Serialize)]
struct List {
    narrowing: Narrowing,
    rows: Vec<Letter>,
    first: Option<String>,
    prev: Option<String>,
    next: Option<String>,
}

/// One page of one letter.
#[derive(Debug, Serialize)]
struct Shown {
    letter: Letter,
}

/// A letter, without what it says.
#[derive(Debug, Serialize)]
struct Letter {
    id: String,
    href: String,
    recipient: String,
    about: &'static str,
    state: &'static str,
    /// The class of its badge.
    light: &'static str,
    is_tried: bool,
    tries: u32,
    /// What is known of the last failure; nothing of a letter that was sent at once.
    last_error: Option<&'static str>,
    created: Line,
    /// When it is its turn, and whether that has come.
    due: Option<(Line, bool)>,
    expires: Option<Line>,
    ended: Option<Line>,
}

/// Adds the area to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    let read = Need::Permission(MAIL.permission);
    table
        .at((Method::GET, MAIL.path), read, list)
        .at((Method::GET, "/ui/mail/{id}"), read, show)
}

async fn list(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let fields = vec![
        Field::choice(("status", "State"), STATES),
        Field::text("recipient", "Recipient"),
    ];
    let narrowing = Narrowing::of(&visit, MAIL.path, fields);
    let wanted = (value(&visit, "status"), value(&visit, "recipient"));
    let mails = courier::list(&desk, wanted.0, wanted.1).await?;
    let token = value(&visit, "page_token").map(str::to_owned);
    let is_first = token.is_none();
    let page = Page::ByToken { token, size: SIZE };
    let (part, around) = page.part_of(mails, courier::place)?;
    let to = |others: &[(&str, &str)]| narrowing.address(MAIL.path, others);
    let locale = view::locale(&desk, &visit);
    let rows = part.into_iter().map(|mail| letter(&desk, &locale, mail));
    let list = List {
        rows: rows.collect(),
        first: (!is_first).then(|| to(&[])),
        prev: around.prev.map(|prev| to(&[("page_token", &prev)])),
        next: around.next.map(|next| to(&[("page_token", &next)])),
        narrowing,
    };
    let page = view::Page {
        area: MAIL,
        title: MAIL.label,
        template: "mails.html",
    };
    Ok(view::draw(&desk, (&caller, &visit), page, list))
}

async fn show(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let found = courier::find(&desk, &id).await;
    let found = found.map_err(|failure| failure.way_out("Back to the mail", MAIL.path))?;
    let letter = letter(&desk, &view::locale(&desk, &visit), found);
    let page = view::Page {
        area: MAIL,
        title: letter.about,
        template: "mail.html",
    };
    let shown = Shown { letter };
    Ok(view::draw(&desk, (&caller, &visit), page, shown))
}

fn letter(desk: &Desk, locale: &Locale, mail: PostedMail) -> Letter {
    let moment = |time| Line::at(time, locale.moment(time));
    let now = desk.services.clock.now();
    let mut states = STATES.into_iter();
    let state = states.find(|(name, _)| *name == mail.state());
    let is_sent = matches!(
        mail.stand,
        Stand::Ended {
            ending: MailEnding::Sent,
            ..
        }
    );
    let light = match mail.stand {
        _ if is_sent => "good",
        Stand::Waiting { .. } if mail.tries == 0 => "plain",
        _ => "bad",
    };
    let (due, expires, ended) = match mail.stand {
        Stand::Ended { at, .. } => (None, None, Some(moment(at))),
        Stand::Waiting { due_at, expires_at } => {
            let due = (moment(due_at), due_at <= now);
            (Some(due), Some(moment(expires_at)), None)
        }
    };
    let last_error = match mail.tries {
        0 | 1 if is_sent => None,
        0 => Some("None: nobody has tried yet."),
        _ => Some("Not kept. The gateway's log has it beside the id of the letter."),
    };
    Letter {
        id: mail.id.to_string(),
        href: format!("{}/{}", MAIL.path, mail.id),
        about: about(mail.occasion),
        state: state.map_or_else(|| mail.state(), |(_, words)| words),
        light,
        is_tried: mail.tries > 0,
        tries: mail.tries,
        last_error,
        created: moment(mail.created_at),
        due,
        expires,
        ended,
        recipient: mail.recipient,
    }
}

fn about(occasion: Option<Occasion>) -> &'static str {
    match occasion {
        Some(Occasion::RecoveryCode) => "A code to get back in with",
        Some(Occasion::RecoveryLink) => "A link to get back in with",
        Some(Occasion::ActionsLink) => "A link to what there is to do",
        Some(Occasion::VerificationCode) => "A code that proves an address",
        Some(Occasion::VerificationLink) => "A link that proves an address",
        Some(Occasion::SignInCode) => "A code to sign in with",
        Some(Occasion::LinkCode) => "A code to link an account",
        Some(Occasion::PasswordChanged) => "The password was changed",
        Some(Occasion::FactorsChanged) => "Second factors or passkeys were changed",
        Some(Occasion::AddressChanged) => "An address was changed",
        Some(Occasion::Recovered) => "Somebody got back in",
        Some(Occasion::NewDevice) => "A sign-in on a new device",
        Some(Occasion::SecondStepGuessed) => "Wrong guesses at the second step",
        None => "A notice",
    }
}
