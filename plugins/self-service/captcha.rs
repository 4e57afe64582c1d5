//! Captchas: forms of chosen flows ask for a sign that a person fills them in, and take nothing without.

use std::time::Duration;

use portcullis_core::{
    broker::PendingLink,
    captcha::{Captcha, CaptchaAnswer},
    flow::FlowKind,
    identifier::normalise_identifier,
    message::Message,
    secret::TokenHash,
};
use portcullis_kit::{Failure, Visit};
use serde_json::{Map, Value};

use crate::{
    codes::awaited::{Awaited, SENT},
    desk::Desk,
    forms::{
        captcha::GROUP,
        code::{CODE, RESEND},
        mailed::EMAIL,
    },
    parked, remembered,
    submission::Submission,
};

/// How long an answer is remembered as used; services give none that lasts longer.
const MEMORY: Duration = Duration::from_secs(10 * 60);
/// No service's answer is longer.
const LONGEST: usize = 8192;

/// Why a submission to a form that asks for it is not taken, if it is not.
pub(crate) async fn objection(
    desk: &Desk,
    visit: &Visit,
    submission: &Submission,
) -> Result<Option<Message>, Failure> {
    let flow = &submission.flow;
    let Some(guard) = &desk.captcha else {
        return Ok(None);
    };
    let is_asked = match flow.kind {
        // Their forms change once a letter is on its way, and take other addresses all the same.
        FlowKind::Recovery | FlowKind::Verification => {
            guard.flows.contains(&flow.kind) && !is_repeated(desk, submission)?
        }
        // Their form then takes a code and no more, but a password may come all the same.
        FlowKind::Login if flow.state == SENT => {
            guard.flows.contains(&flow.kind) && asks_first(submission) && !is_resent(submission)
        }
        _ => flow.ui.nodes.iter().any(|node| node.group == GROUP),
    };
    if !is_asked {
        return Ok(None);
    }
    let captcha = &guard.captcha;
    let response = response(&submission.fields, &**captcha);
    let response = response.filter(|text| !text.is_empty() && text.len() <= LONGEST);
    let Some(response) = response else {
        return Ok(Some(Message::captcha_failed()));
    };
    let answer = CaptchaAnswer {
        response,
        action: flow.kind.as_str(),
        client: visit.visitor.client.address(),
    };
    match captcha.judge(&answer).await {
        Ok(true) => {}
        Ok(false) => return Ok(Some(Message::captcha_failed())),
        Err(error) => {
            tracing::error!(%error, "forms with a captcha are not taken");
            return Ok(Some(Message::captcha_unavailable()));
        }
    }
    // Services say that of an answer once. Some say it twice when asked at the same time.
    let used = TokenHash::of(&format!("captcha:{response}"));
    let claimed = desk.services.flows.claim_once(&used, desk.now() + MEMORY);
    Ok(match claimed.await? {
        true => None,
        false => Some(Message::captcha_failed()),
    })
}

/// Whether the form of a login flow was one that has a captcha before a code was mailed: that of
/// signing in, or of a link that waits for its first proof.
fn asks_first(submission: &Submission) -> bool {
    let flow = &submission.flow;
    let is_link = parked::is_in::<PendingLink>(flow) && !remembered::steps_up(flow);
    is_link || !remembered::proves(flow)
}

/// Whether somebody who signs in only asks for the code once more, which goes where it went before.
fn is_resent(submission: &Submission) -> bool {
    let other = submission.text("method").filter(|name| *name != CODE);
    other.is_none() && submission.text(RESEND) == Some(CODE)
}

/// Whether the flow is to write once more to whom it has written already.
fn is_repeated(desk: &Desk, submission: &Submission) -> Result<bool, Failure> {
    let flow = &submission.flow;
    if !parked::is_in::<Awaited>(flow) {
        return Ok(false);
    }
    let awaited: Awaited = parked::open(desk, flow)?;
    let address = submission.text(EMAIL).map(normalise_identifier);
    Ok(address == Some(awaited.receiver))
}

/// What the service gave the page, under the node's name or that of the service's own script.
fn response<'a>(fields: &'a Map<String, Value>, captcha: &dyn Captcha) -> Option<&'a str> {
    let kind = captcha.kind();
    let field = kind.field();
    let nested = field
        .split_once('.')
        .and_then(|(outer, inner)| fields.get(outer)?.get(inner));
    let text = |value: Option<&'a Value>| {
        let text = value.and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
    };
    text(nested).or_else(|| text(fields.get(kind.own_field())))
}
