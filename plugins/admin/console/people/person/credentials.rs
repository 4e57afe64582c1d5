//! What somebody signs in with: passwords, keys, apps and linked accounts, in the order in which they
//! are offered.

use axum::response::Response;
use portcullis_core::{
    administration::ProviderRecord,
    credential::{Credential, CredentialKind},
    credentials::Listed,
    link::{self, Link, PreparedLink},
};
use portcullis_kit::{Failure, Line, Outcome};
use serde::Serialize;
use serde_json::Value;

use super::{
    call::{Call, Trouble},
    head::Tab,
    link_form::{self, LinkForm},
};
use crate::{
    console::{providers::is_on, sending},
    people::credentials,
    providers,
};

const TEMPLATE: &str = "person-sign-in.html";

/// The page as a template reads it.
#[derive(Serialize)]
struct SignIn {
    rows: Vec<Row>,
    /// Whether a password is there to be replaced.
    has_password: bool,
    /// What was handed out just now, seen this once.
    handed_out: Option<HandedOut>,
    /// What the form is known by that hands something out.
    form: String,
    /// How another account is linked, for those who may.
    link_form: Option<LinkForm>,
}

/// A way back in, which is shown this once.
#[derive(Serialize)]
pub(super) struct HandedOut {
    pub(super) code: Option<String>,
    pub(super) link: String,
    pub(super) until: Line,
}

/// One credential.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) kind: &'static str,
    pub(super) name: Option<String>,
    /// What its person calls it.
    pub(super) label: Option<String>,
    pub(super) details: Vec<Line>,
    /// Why nobody comes in by it at present.
    pub(super) away: Option<&'static str>,
    /// What is no secret about it.
    pub(super) data: Vec<(String, String)>,
    href: String,
    /// Behind which one it stands once it has moved up: nothing for the first place.
    up: Option<String>,
}

pub(super) async fn page(call: Call) -> Outcome {
    draw(&call, None, None).await
}

/// The page, with what was handed out or what is wrong.
pub(super) async fn draw(
    call: &Call,
    handed_out: Option<HandedOut>,
    trouble: Option<Trouble>,
) -> Result<Response, Failure> {
    let all = credentials::list(&call.desk, &call.id).await?;
    let known = providers::list(&call.desk).await?;
    let rows = all.iter().enumerate().map(|(place, one)| {
        let mut row = row(call, one);
        row.away = away(one, &known);
        row.up = match place {
            0 => None,
            1 => Some(String::new()),
            place => all.get(place - 2).map(|one| one.id.to_string()),
        };
        row
    });
    let part = SignIn {
        rows: rows.collect(),
        has_password: all.iter().any(|one| one.kind == CredentialKind::Password),
        handed_out,
        form: sending::mark(&call.desk),
        link_form: link_form::form(call).await?,
    };
    Ok(call.draw((Tab::SignIn, TEMPLATE), part, trouble))
}

/// A credential without its place.
pub(super) fn row(call: &Call, credential: &Credential) -> Row {
    let mut details = vec![call.told(credential.created_at, |at| format!("Added on {at}"))];
    details.extend(
        credential
            .last_used_at
            .map(|at| call.told(at, |at| format!("Last used on {at}"))),
    );
    Row {
        kind: kind(credential),
        name: name(credential),
        label: credential.label.clone(),
        details,
        away: None,
        data: data(credential),
        href: call.path(&format!("/credentials/{}", credential.id)),
        up: None,
    }
}

/// Why a link leads nowhere at present.
fn away(credential: &Credential, known: &[ProviderRecord]) -> Option<&'static str> {
    let provider = link::provider_of(credential)?;
    match known.iter().find(|record| record.id == provider) {
        None => Some("It leads nowhere at present: there is no such provider any more."),
        Some(record) if !is_on(record) => {
            Some("It leads nowhere at present: the provider is switched off.")
        }
        Some(_) => None,
    }
}

fn kind(credential: &Credential) -> &'static str {
    match credential.kind {
        CredentialKind::Password => "Password",
        CredentialKind::Oidc if PreparedLink::of(credential).is_some() => "Prepared link",
        CredentialKind::Oidc => "Linked account",
        CredentialKind::Totp => "Authenticator app",
        CredentialKind::LookupSecret => "Backup codes",
        CredentialKind::Webauthn => "Security key",
        CredentialKind::Passkey => "Passkey",
    }
}

/// The account that a link leads to.
fn name(credential: &Credential) -> Option<String> {
    let link = Link::of(credential);
    let link = link.map(|link| format!("{}: {}", link.key.provider, link.shown()));
    let prepared = PreparedLink::of(credential);
    link.or_else(|| prepared.map(|one| format!("{}: {}", one.provider, one.address)))
}

fn data(credential: &Credential) -> Vec<(String, String)> {
    let data = Listed::of(credential, true).data;
    let members = data.as_ref().and_then(Value::as_object);
    let members = members.into_iter().flatten();
    let shown = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    members
        .map(|(name, value)| (name.clone(), shown(value)))
        .collect()
}
