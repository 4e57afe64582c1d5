//! `POST /oauth2/token`: an access token for client credentials.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::header::PRAGMA;
use portcullis_core::{
    api_credential::ApiToken,
    secret::{Token, TokenHash},
};
use portcullis_kit::Visit;
use serde_json::json;

use super::{client::client, failure::OAuthFailure, form::Form};
use crate::{access::bearer::TOKEN_PREFIX, credential::granted, desk::Desk};

/// Gives out a token.
pub(super) async fn issue(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
) -> Result<Response, OAuthFailure> {
    let form = Form::of(&visit)?;
    let credential = client(&desk, &visit, &form).await?;
    match form.get("grant_type") {
        None => return Err(OAuthFailure::InvalidRequest("grant_type is missing.")),
        Some("client_credentials") => {}
        Some(_) => return Err(OAuthFailure::UnsupportedGrantType),
    }
    let own = desk.issuer().audience();
    let mut asked = form.all("audience").flat_map(|all| all.split(' '));
    if asked.any(|one| one.trim_end_matches('/') != own) {
        return Err(OAuthFailure::InvalidTarget);
    }
    let scopes = granted(&credential, form.get("scope"));
    let scopes = scopes.ok_or(OAuthFailure::InvalidScope)?;
    let (text, lifespan) = (fresh(&desk), desk.config.token_lifespan);
    let now = desk.services.clock.now();
    let mut expires_at = now + lifespan;
    if let Some(end) = credential.expires_at {
        expires_at = expires_at.min(end);
    }
    let token = ApiToken {
        hash: TokenHash::of(&text),
        credential_id: credential.id,
        scopes,
        audience: vec![own],
        issued_at: now,
        expires_at,
    };
    let store = &desk.services.api_credentials;
    store.issue(&token).await?;
    store.note_use(credential.id, now).await?;
    // A second less than it is good for: part of that has passed when the program reads this.
    let expires_in = (expires_at.duration_since(now).as_secs() - 1).max(0);
    let body = json!({
        "access_token": text,
        "expires_in": expires_in,
        "scope": token.scopes.join(" "),
        "token_type": "bearer",
    });
    Ok(([(PRAGMA, "no-cache")], Json(body)).into_response())
}

/// A token in two parts; neither means anything.
fn fresh(desk: &Desk) -> String {
    let entropy = &*desk.services.entropy;
    let (one, other) = (
        Token::generate_prefixed(TOKEN_PREFIX, entropy),
        Token::generate(entropy),
    );
    format!("{}.{}", one.expose(), other.expose())
}
