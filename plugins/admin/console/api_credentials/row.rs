//! A credential as templates read it.

use jiff::Timestamp;
use portcullis_core::api_credential::{ApiCredential, ClientSecret};
use portcullis_kit::{Line, Locale};
use serde::Serialize;

use super::place;

/// A credential.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// Where it is.
    pub(super) href: String,
    pub(super) name: String,
    pub(super) client_id: String,
    pub(super) auth_method: &'static str,
    pub(super) roles: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) created: Line,
    /// When it ends; never where this is nothing.
    pub(super) expires: Option<Line>,
    /// Whether it opens anything still.
    pub(super) is_live: bool,
    /// When it last got a token.
    pub(super) used: Option<Line>,
    pub(super) secrets: Vec<SecretRow>,
}

/// One of its secrets.
#[derive(Debug, Serialize)]
pub(super) struct SecretRow {
    made: Line,
    age: String,
    ends: Option<Line>,
    /// Whether it is good still.
    is_live: bool,
}

impl Row {
    pub(super) fn of(one: &ApiCredential, locale: &Locale, now: Timestamp) -> Self {
        let moment = |at: Timestamp| Line::at(at, locale.moment(at));
        let secrets = one.secrets.iter();
        Self {
            href: place(&one.id.to_string()),
            name: one.name.clone(),
            client_id: one.client_id.clone(),
            auth_method: one.auth_method.as_str(),
            roles: one.roles.clone(),
            scopes: one.scopes.clone(),
            created: moment(one.created_at),
            expires: one.expires_at.map(moment),
            is_live: one.is_live(now),
            used: one.last_used_at.map(moment),
            secrets: secrets
                .map(|secret| secret_row(secret, locale, now))
                .collect(),
        }
    }
}

fn secret_row(secret: &ClientSecret, locale: &Locale, now: Timestamp) -> SecretRow {
    let moment = |at: Timestamp| Line::at(at, locale.moment(at));
    let days = now.duration_since(secret.created_at).as_hours() / 24;
    SecretRow {
        made: moment(secret.created_at),
        age: locale.text(&format!("Days old: {days}")),
        ends: secret.expires_at.map(moment),
        is_live: secret.expires_at.is_none_or(|end| now < end),
    }
}
