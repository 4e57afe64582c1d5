//! Where somebody is signed in, and ending that.

use portcullis_core::{catalogue::Code, session::Session};
use portcullis_kit::{Line, Outcome, dialect::DeviceName};
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

/// Ends one session of theirs.
pub(super) async fn end(call: Call) -> Outcome {
    let id = call.name("session");
    // The address names both, so that nobody ends another's by mistake.
    let is_theirs = match sessions::find(&call.desk, id).await {
        Ok((session, _)) => session.identity_id == call.identity.id,
        Err(failure) if failure.code() == Code::RecordNotFound => false,
        Err(failure) => return Err(failure),
    };
    match is_theirs {
        true => {
            sessions::end(&call.desk, &call.caller, id).await?;
            call.done(Tab::Sessions.end(), "The session has ended.")
        }
        false => call.done(Tab::Sessions.end(), "That session had ended already."),
    }
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
