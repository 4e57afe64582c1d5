//! One credential: what it is called, where it stands, and whether it goes.

use axum::response::Response;
use portcullis_core::{
    credential::{Credential, CredentialKind},
    link::Link,
};
use portcullis_kit::{Failure, Outcome};
use serde::Serialize;

use super::{
    call::{Call, Trouble},
    credentials::{Row, row},
    head::Tab,
};
use crate::people::credentials;

/// What the address calls it.
const NAME: &str = "credential";

/// The page as a template reads it.
#[derive(Serialize)]
struct One {
    row: Row,
    is_link: bool,
    /// Whether it is a link without which nothing would let them in, which stays.
    stays: bool,
    /// What goes with it.
    losses: Vec<String>,
}

pub(super) async fn page(call: Call) -> Outcome {
    draw(&call, None).await
}

/// Deletes it; a link is unlinked.
pub(super) async fn delete(call: Call) -> Outcome {
    let which = (call.id.as_str(), call.name(NAME));
    match credentials::delete(&call.desk, &call.caller, which).await {
        Ok(()) => call.done(Tab::SignIn.end(), "It is gone."),
        Err(failure) => draw(&call, Some(call.trouble("delete", failure)?)).await,
    }
}

/// Names it.
pub(super) async fn label(call: Call) -> Outcome {
    let (which, text) = ((call.id.as_str(), call.name(NAME)), call.text("label"));
    match credentials::label(&call.desk, &call.caller, which, text).await {
        Ok(_) => call.done(Tab::SignIn.end(), "Saved."),
        Err(failure) => draw(&call, Some(call.trouble("label", failure)?)).await,
    }
}

/// Has it offered before the one that stood before it.
pub(super) async fn move_up(call: Call) -> Outcome {
    let which = (call.id.as_str(), call.name(NAME));
    let behind = Some(call.text("behind")).filter(|id| !id.is_empty());
    credentials::move_to(&call.desk, &call.caller, which, behind).await?;
    call.done(Tab::SignIn.end(), "The order has changed.")
}

async fn draw(call: &Call, trouble: Option<Trouble>) -> Result<Response, Failure> {
    let all = credentials::list(&call.desk, &call.id).await?;
    let mut named = all.iter();
    let found = named.find(|one| one.id.to_string() == call.name(NAME));
    let gone = portcullis_core::catalogue::Code::RecordNotFound;
    let found = found.ok_or(gone)?;
    let mut row = row(call, found);
    if trouble.is_some() && !call.text("label").is_empty() {
        row.label = Some(call.text("label").to_owned());
    }
    let part = One {
        row,
        is_link: found.kind == CredentialKind::Oidc,
        stays: stays(call, found, &all),
        losses: losses(call, found, &all),
    };
    Ok(call.draw((Tab::SignIn, "person-credential.html"), part, trouble))
}

/// Whether it is a link beside which nothing lets them in.
fn stays(call: &Call, credential: &Credential, all: &[Credential]) -> bool {
    let others = all.iter().filter(|one| one.id != credential.id);
    let others: Vec<Credential> = others.cloned().collect();
    let broker = &call.desk.services.broker;
    Link::of(credential).is_some() && broker.ways_in(&call.identity, &others).is_empty()
}

/// What somebody loses with it.
fn losses(call: &Call, credential: &Credential, all: &[Credential]) -> Vec<String> {
    let mut losses = vec![match credential.kind {
        CredentialKind::Password => "They do not sign in with this password any more.",
        CredentialKind::Oidc => {
            "They do not sign in with this account any more, and the sessions that began with it end."
        }
        CredentialKind::Totp => "The codes of this app are not good here any more.",
        CredentialKind::LookupSecret => "The codes they have written down are not good any more.",
        CredentialKind::Webauthn | CredentialKind::Passkey => {
            "They do not sign in with this key any more."
        }
    }];
    if call.desk.config.end_sessions && credential.kind != CredentialKind::Oidc {
        losses.push("All their sessions end now.");
    }
    let begins = |one: &Credential| {
        use CredentialKind::{Oidc, Passkey, Password};
        matches!(one.kind, Password | Oidc | Passkey)
    };
    let is_last = !all.iter().any(|one| one.id != credential.id && begins(one));
    if begins(credential) && is_last {
        losses.push(
            "It is the last thing they sign in with: without it they need a code or a link that you hand out.",
        );
    }
    let told = losses.into_iter().map(|loss| call.locale.text(loss));
    told.collect()
}
