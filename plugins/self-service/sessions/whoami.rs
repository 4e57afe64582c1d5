//! Who the visitor is.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Json},
};
use http::HeaderName;
use jiff::Timestamp;
use portcullis_core::catalogue::Code;
use portcullis_kit::{Failure, Outcome, Visit, dialect};

use super::principal;
use crate::{actions, desk::Desk};

const IDENTITY_ID: HeaderName = HeaderName::from_static("x-kratos-authenticated-identity-id");
const CACHE_FOR: HeaderName = HeaderName::from_static("ory-session-cache-for");

/// Answers with the visitor's session and identity.
pub(crate) async fn whoami(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let principal = principal(&desk, &visit)?;
    if visit.query("tokenize_as").is_some() {
        return Err(
            Failure::from(Code::BadRequest).because("There is no token template of this name.")
        );
    }
    if let Some(action) = principal.pending.first()
        && desk.config.whoami_enforces_actions
    {
        let page = actions::begin::page(&desk, *action, None);
        return Err(Failure::from(Code::ActionsPending).member("redirect_browser_to", page));
    }
    let identity = &principal.identity;
    let session = dialect::session(&desk.services, &principal.session, identity);
    let mut headers = vec![(IDENTITY_ID, identity.id.to_string())];
    let seconds = cached_for(&desk, principal.session.expires_at);
    headers.extend(seconds.map(|seconds| (CACHE_FOR, seconds.to_string())));
    Ok((AppendHeaders(headers), Json(session)).into_response())
}

/// For how many seconds the answer may be kept, where it may: not beyond the end of the session, and for
/// half of the time after which it ends unused, so that whoever goes on is seen before that.
fn cached_for(desk: &Desk, ends: Timestamp) -> Option<u64> {
    let left = ends.duration_since(desk.now()).try_into().ok()?;
    let unseen = desk.services.sessions.lifetimes().idle_timeout / 2;
    let wanted = desk.config.whoami_cache_for;
    let seconds = wanted.min(left).min(unseen).as_secs();
    (seconds > 0).then_some(seconds)
}
