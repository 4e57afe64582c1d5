//! `POST /oauth2/revoke`: ends an access token (RFC 7009).

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use portcullis_core::secret::TokenHash;
use portcullis_kit::Visit;

use super::{client::client, failure::OAuthFailure, form::Form};
use crate::desk::Desk;

/// Ends a token of the client that asks. A token that is unknown has ended already.
pub(super) async fn revoke(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
) -> Result<Response, OAuthFailure> {
    let form = Form::of(&visit)?;
    let credential = client(&desk, &visit, &form).await?;
    let token = form.get("token");
    let token = token.ok_or(OAuthFailure::InvalidRequest("token is missing."))?;
    let (store, hash) = (&desk.services.api_credentials, TokenHash::of(token));
    if let Some(bearer) = store.bearer(&hash).await? {
        if bearer.credential.id != credential.id {
            return Err(OAuthFailure::UnauthorizedClient);
        }
        store.revoke(&hash).await?;
    }
    Ok(StatusCode::OK.into_response())
}
