//! `POST /oauth2/introspect`: what an access token is good for (RFC 7662).

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use portcullis_core::{api_credential::Bearer, secret::TokenHash};
use portcullis_kit::Visit;
use serde_json::{Value, json};

use super::{client::client, failure::OAuthFailure, form::Form};
use crate::{
    credential::{roles, scopes},
    desk::Desk,
};

/// Tells about a token; of one that is not good, nothing but that.
pub(super) async fn introspect(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
) -> Result<Response, OAuthFailure> {
    let form = Form::of(&visit)?;
    client(&desk, &visit, &form).await?;
    let token = form.get("token");
    let token = token.ok_or(OAuthFailure::InvalidRequest("token is missing."))?;
    let told = told(&desk, &TokenHash::of(token)).await?;
    Ok(Json(told).into_response())
}

async fn told(desk: &Desk, token: &TokenHash) -> Result<Value, OAuthFailure> {
    let found = desk.services.api_credentials.bearer(token).await?;
    let now = desk.services.clock.now();
    // One that may do nothing any more is good for nothing.
    let is_good = |one: &Bearer| one.is_live(now) && !roles(one).is_empty();
    let Some(bearer) = found.filter(is_good) else {
        return Ok(json!({"active": false}));
    };
    let (token, credential) = (&bearer.token, &bearer.credential);
    Ok(json!({
        "active": true,
        "scope": scopes(&bearer).join(" "),
        "client_id": credential.client_id,
        "sub": credential.client_id,
        "token_type": "Bearer",
        "iss": desk.issuer().audience(),
        "aud": token.audience,
        "iat": token.issued_at.as_second(),
        "nbf": token.issued_at.as_second(),
        "exp": token.expires_at.as_second(),
    }))
}
