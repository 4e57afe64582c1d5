//! Front-channel logout: a provider's page shows us in a frame to end its session's counterpart
//! here (OpenID Connect Front-Channel Logout 1.0).
//!
//! Our cookie is not sent into frames of other sites, so the session is found by the provider's
//! name for it. Other applications of the provider may be told that name, too, and could sign
//! people out with it, so this is on only where a provider's configuration says so.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse},
};
use portcullis_core::{catalogue::Code, id::ProviderId};
use portcullis_kit::{Failure, Framing, NoticePage, Outcome, Visit, WayOut};
use url::Url;

use super::ended;
use crate::{desk::Desk, language, throttle};

/// Ends the session that the provider names.
pub(crate) async fn receive(
    State(desk): State<Arc<Desk>>,
    Path(provider): Path<String>,
    visit: Visit,
) -> Outcome {
    throttle::notice(&desk, &visit).await?;
    let id: ProviderId = provider.parse().map_err(|_| Code::ProviderUnknown)?;
    // One that is switched off lets nobody in, but its sessions may have been kept.
    let providers = desk.services.broker.registry.current();
    let configured = providers.find(&id).ok_or(Code::ProviderUnknown)?;
    if !configured.policy.front_channel_logout {
        return Err(Failure::from(Code::NotFound)
            .because("This provider does not end sessions by its page here."));
    }
    let (Some(issuer), Some(session_id)) = (visit.query("iss"), visit.query("sid")) else {
        return Err(Failure::from(Code::BadRequest)
            .because("The provider has to say which session ends: iss and sid are missing."));
    };
    let kept = &desk.services.upstream_sessions;
    let sessions = kept.sessions(&id, issuer, None, Some(session_id)).await?;
    let framing = match sessions.is_empty() {
        true => Framing::Nobody,
        false => Framing::Origin(origin(issuer)?),
    };
    ended::end(&desk, &sessions).await?;
    let locale = language::of_visit(&desk, &visit);
    let page = NoticePage {
        title: "You are signed out",
        lead: &locale.text("The sign-in provider has ended your session."),
        facts: &[],
        ways_out: &[WayOut::new("Continue", desk.home())],
    };
    let page = desk.shell.notice_page(&locale, &page);
    Ok((desk.shell.policy(&framing, None), Html(page)).into_response())
}

/// The origin of an issuer that a session of ours came from.
fn origin(issuer: &str) -> Result<String, Failure> {
    let url = Url::parse(issuer).map_err(|_| Code::BadRequest)?;
    Ok(url.origin().ascii_serialization())
}
