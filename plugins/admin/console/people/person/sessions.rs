//! Where somebody is signed in, and ending that.

use portcullis_core::{catalogue::Code, session::Session};
use portcullis_kit::{Failure, Line, Outcome, dialect::DeviceName};
use serde::Serialize;

use super::{
    call::Call,
    confirm::{self, Question},
    head::Tab,
};
use crate::people::sessions;

/// What people prove themselves by here, by its name.
const METHODS: [(&str, &str); 9] = [
    ("password", "Password"),
    ("passkey", "Passkey"),
    ("totp", "Authenticator app"),
    ("lookup_secret", "Backup codes"),
    ("webauthn", "Security key"),
    ("code", "A code to sign in with"),
    ("code_recovery", "A code to get back in with"),
    ("link_recovery", "A link to get back in with"),
    ("api_credential", "An API credential"),
];

/// The page as a template reads it.
#[derive(Serialize)]
struct Sessions {
    rows: Vec<Row>,
}

/// A session.
#[derive(Serialize)]
struct Row {
    device: String,
    user_agent: Option<String>,
    address: Option<String>,
    methods: Vec<String>,
    began: Line,
    seen: Line,
    until: Line,
    /// Who acts in it.
    acting: Option<String>,
    /// Whether the caller is signed in by it.
    is_own: bool,
    end: String,
}

pub(super) async fn page(call: Call) -> Outcome {
    let (_, live) = sessions::of(&call.desk, &call.id, Some(true)).await?;
    let rows = live.iter().map(|session| row(&call, session)).collect();
    Ok(call.show(Tab::Sessions, "person-sessions.html", Sessions { rows }))
}

fn row(call: &Call, session: &Session) -> Row {
    let device = DeviceName::of(session.device.user_agent.as_deref());
    let own = call.caller.principal.as_ref();
    let methods = session.methods.iter();
    let methods = methods.map(|one| match &one.provider {
        Some(provider) => provider.to_string(),
        None => method(call, &one.method),
    });
    Row {
        device: call.locale.text(&device.line()),
        user_agent: session.device.user_agent.clone(),
        address: session.device.ip_address.map(|address| address.to_string()),
        methods: methods.collect(),
        began: call.moment(session.authenticated_at),
        seen: call.moment(session.last_seen_at),
        until: call.moment(session.expires_at),
        acting: session.acting.as_ref().map(|acting| acting.label.clone()),
        is_own: own.is_some_and(|own| own.session.id == session.id),
        end: call.path(&format!("/sessions/{}/end", session.id)),
    }
}

/// How somebody proved themselves here, in words where there are some.
fn method(call: &Call, name: &str) -> String {
    let words = METHODS.iter().find(|(known, _)| *known == name);
    words.map_or_else(|| name.to_owned(), |(_, words)| call.locale.text(words))
}

/// The session of theirs that the address names; none where it is over, or another's.
async fn named(call: &Call) -> Result<Option<Session>, Failure> {
    // The address names both, so that nobody ends another's by mistake.
    match sessions::find(&call.desk, call.name("session")).await {
        Ok((session, _)) if session.identity_id == call.identity.id => Ok(Some(session)),
        Ok(_) => Ok(None),
        Err(failure) if failure.code() == Code::RecordNotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Says of a session that is not there any more.
fn over(call: &Call) -> Outcome {
    call.done(Tab::Sessions.end(), "That session had ended already.")
}

/// Asks whether one session is to end.
pub(super) async fn confirm_one(call: Call) -> Outcome {
    let Some(session) = named(&call).await? else {
        return over(&call);
    };
    let row = row(&call, &session);
    let seen = call.locale.moment(session.last_seen_at);
    let mut losses = vec![
        format!("The session that ends: {}, last seen {seen}", row.device),
        "They are signed out there, and may sign in again.".to_owned(),
    ];
    losses.extend(
        row.acting
            .map(|who| format!("Whoever acts in it stops: {who}")),
    );
    if row.is_own {
        losses.push("It is your own session, so the console closes for you.".to_owned());
    }
    let question = Question {
        heading: "End the session",
        losses: losses.iter().map(|loss| call.locale.text(loss)).collect(),
        label: "End the session",
        ..Question::default()
    };
    Ok(confirm::ask(&call, Tab::Sessions, question, None))
}

/// Ends one session of theirs.
pub(super) async fn end(call: Call) -> Outcome {
    if named(&call).await?.is_none() {
        return over(&call);
    }
    sessions::end(&call.desk, &call.caller, call.name("session")).await?;
    call.done(Tab::Sessions.end(), "The session has ended.")
}

/// Asks whether all are to end.
pub(super) async fn confirm(call: Call) -> Outcome {
    let (_, live) = sessions::of(&call.desk, &call.id, Some(true)).await?;
    let losses = [
        format!("Sessions that end: {}", live.len()),
        "They are signed out everywhere, and may sign in again.".to_owned(),
    ];
    let question = Question {
        heading: "End all sessions",
        losses: losses.map(|loss| call.locale.text(&loss)).to_vec(),
        label: "End all sessions",
        ..Question::default()
    };
    Ok(confirm::ask(&call, Tab::Sessions, question, None))
}

/// Ends all.
pub(super) async fn end_all(call: Call) -> Outcome {
    sessions::end_all(&call.desk, &call.caller, &call.id).await?;
    call.done(Tab::Sessions.end(), "Every session has ended.")
}
