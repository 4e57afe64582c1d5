//! Back-channel logout: a provider tells us, behind the browser's back, that its session has ended
//! (OpenID Connect Back-Channel Logout 1.0).

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Json, Response},
};
use http::{StatusCode, header::CACHE_CONTROL};
use portcullis_core::{
    id::{ProviderId, SessionId},
    provider::LogoutNotice,
    store::StoreError,
};
use portcullis_kit::{Outcome, Visit};
use serde_json::json;

use super::ended;
use crate::{desk::Desk, marker, throttle};

/// Why a logout token ends nothing, in words for whoever runs the provider.
enum Refusal {
    /// It is not ours, not valid, or not understood.
    Invalid(&'static str),
    /// It cannot be looked at now.
    Unavailable(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error)
    }
}

/// Ends the sessions that a logout token is about.
pub(crate) async fn receive(
    State(desk): State<Arc<Desk>>,
    Path(provider): Path<String>,
    visit: Visit,
) -> Outcome {
    throttle::notice(&desk, &visit).await?;
    Ok(match end(&desk, &provider, &visit).await {
        Ok(()) => ([(CACHE_CONTROL, "no-store")], StatusCode::OK).into_response(),
        Err(refusal) => answer(&provider, refusal),
    })
}

async fn end(desk: &Desk, provider: &str, visit: &Visit) -> Result<(), Refusal> {
    let id: ProviderId = provider
        .parse()
        .map_err(|_| Refusal::Invalid("there is no provider of this name"))?;
    // One that is switched off lets nobody in, but its sessions may have been kept.
    let providers = desk.services.broker.registry.current();
    let configured = providers.find(&id);
    let configured = configured.ok_or(Refusal::Invalid("there is no provider of this name"))?;
    let sign_out = configured.provider.sign_out();
    let sign_out = sign_out.ok_or(Refusal::Invalid("the provider has no logout tokens"))?;
    let fields = visit.fields();
    let fields = fields.map_err(|_| Refusal::Invalid("the body is no form"))?;
    let token = fields.get("logout_token").and_then(|token| token.as_str());
    let token = token.ok_or(Refusal::Invalid("the logout_token is missing"))?;
    let notice = sign_out.read_logout_token(token).await.map_err(|error| {
        tracing::warn!(provider = %id, %error, "a logout token is refused");
        Refusal::Invalid("the logout_token does not hold")
    })?;
    // Used up only when all is done: a provider that is told to try again sends the same one.
    let used = format!("logout-token:{id}:{}", notice.id);
    if marker::stands(desk, &used).await?.is_some() {
        return Err(Refusal::Invalid("the logout_token was used already"));
    }
    let sessions = sessions(desk, &id, &notice).await?;
    ended::end(desk, &sessions).await?;
    Ok(marker::set(desk, &used, notice.expires_at).await?)
}

/// The sessions that the notice is about: the one it names, or all of the account it names.
async fn sessions(
    desk: &Desk,
    id: &ProviderId,
    notice: &LogoutNotice,
) -> Result<Vec<SessionId>, StoreError> {
    let kept = &desk.services.upstream_sessions;
    let (issuer, subject) = (&notice.issuer, notice.subject.as_deref());
    let Some(session_id) = notice.session_id.as_deref() else {
        return kept.sessions(id, issuer, subject, None).await;
    };
    // A provider's name for its session is its own, whatever the account is called beside it.
    let mut sessions = kept.sessions(id, issuer, None, Some(session_id)).await?;
    let of_account = match subject {
        Some(_) => kept.sessions(id, issuer, subject, None).await?,
        None => Vec::new(),
    };
    // Sessions that began without being told the provider's name for them may be the one meant.
    for session in of_account {
        let upstream = kept.find(session).await?;
        if upstream.is_some_and(|upstream| upstream.session_id.is_none()) {
            sessions.push(session);
        }
    }
    Ok(sessions)
}

/// The answer that the specification wants (section 2.8).
fn answer(provider: &str, refusal: Refusal) -> Response {
    let reason = match refusal {
        Refusal::Invalid(reason) => reason,
        Refusal::Unavailable(error) => {
            tracing::error!(provider, %error, "a logout token cannot be followed");
            "the logout cannot be done at the moment"
        }
    };
    let body = json!({"error": "invalid_request", "error_description": reason});
    let headers = [(CACHE_CONTROL, "no-store")];
    (StatusCode::BAD_REQUEST, headers, Json(body)).into_response()
}
