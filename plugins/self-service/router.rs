//! The table of own pages: every path below the prefix, and which function answers it.

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{delete, get, post},
};
use portcullis_core::catalogue::Code;
use portcullis_kit::{Outcome, json_only};

use crate::{
    actions, arrival, codes::link_page, desk::Desk, errors, exchange, fetch, impersonation, legacy,
    login, logout, own_page, profile_page, recovery, registration, schemas, sessions, settings,
    verification, welcome,
};

/// The router behind the prefix.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    flows()
        .merge(json_only(programs()))
        .merge(own_pages())
        .merge(desk.shell.assets())
        .fallback(|| nothing(Code::NotFound))
        .method_not_allowed_fallback(|| nothing(Code::MethodNotAllowed))
        .layer(from_fn_with_state(
            desk.clone(),
            impersonation::guard::refuse,
        ))
        .layer(from_fn_with_state(desk.clone(), errors::park))
        .with_state(desk)
}

/// What browsers and programs both use.
fn flows() -> Router<Arc<Desk>> {
    mailed()
        .route("/self-service/login/browser", get(login::init::browser))
        .route("/self-service/login", post(login::submit::submit))
        .route(
            "/self-service/registration/browser",
            get(registration::init::browser),
        )
        .route(
            "/self-service/registration",
            post(registration::submit::submit),
        )
        .route(
            "/self-service/settings/browser",
            get(settings::init::browser),
        )
        .route("/self-service/settings", post(settings::submit::submit))
        .route(
            "/self-service/settings/continue",
            get(settings::resume::go_on),
        )
        .route(
            "/self-service/browser/flows/profile",
            get(legacy::init::browser),
        )
        .route(
            "/self-service/browser/flows/profile/update",
            post(legacy::update::submit),
        )
        .route("/self-service/logout/browser", get(logout::browser::begin))
        .route("/self-service/logout", get(logout::submit::submit))
        .route(
            "/self-service/methods/oidc/callback/{provider}",
            get(arrival::arrive).post(arrival::form_post::turn),
        )
        .route(exchange::BEGIN, get(exchange::begin::begin))
        .route(
            exchange::END,
            get(exchange::end::end).post(exchange::end::agree),
        )
        .route(
            "/self-service/methods/oidc/signed-out/{provider}",
            get(logout::signed_out::arrive),
        )
        .route(
            "/self-service/methods/oidc/frontchannel-logout/{provider}",
            get(logout::frontchannel::receive),
        )
}

/// The flows that write to people.
fn mailed() -> Router<Arc<Desk>> {
    Router::new()
        .route(
            "/self-service/recovery/browser",
            get(recovery::init::browser),
        )
        .route(
            "/self-service/recovery",
            get(link_page::recovery).post(recovery::submit::submit),
        )
        .route(
            "/self-service/verification/browser",
            get(verification::init::browser),
        )
        .route(
            "/self-service/verification",
            get(link_page::verification).post(verification::submit::submit),
        )
}

/// What only programs read.
fn programs() -> Router<Arc<Desk>> {
    Router::new()
        .route("/self-service/login/api", get(login::init::native))
        .route("/self-service/login/flows", get(fetch::login))
        .route(
            "/self-service/registration/api",
            get(registration::init::native),
        )
        .route("/self-service/registration/flows", get(fetch::registration))
        .route("/self-service/settings/api", get(settings::init::native))
        .route("/self-service/settings/flows", get(fetch::settings))
        .route(
            "/self-service/browser/flows/requests/profile",
            get(legacy::request::fetch),
        )
        .route("/self-service/recovery/api", get(recovery::init::native))
        .route("/self-service/recovery/flows", get(fetch::recovery))
        .route(
            "/self-service/verification/api",
            get(verification::init::native),
        )
        .route("/self-service/verification/flows", get(fetch::verification))
        .route("/self-service/logout/api", delete(logout::native::end))
        .route(
            "/self-service/methods/oidc/backchannel-logout/{provider}",
            post(logout::backchannel::receive),
        )
        .route("/self-service/actions", get(actions::list::list))
        .route("/self-service/errors", get(errors::fetch))
        .route("/sessions/whoami", get(sessions::whoami::whoami))
        .route(
            "/sessions",
            get(sessions::list::list).delete(sessions::revoke::others),
        )
        .route("/sessions/{id}", delete(sessions::revoke::one))
        .route("/sessions/token-exchange", get(exchange::redeem::redeem))
        .route("/schemas", get(schemas::list))
        .route("/schemas/{id}", get(schemas::find))
        .method_not_allowed_fallback(|| nothing(Code::MethodNotAllowed))
}

fn own_pages() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(welcome::page))
        .route("/login", get(own_page::login))
        .route("/registration", get(own_page::registration))
        .route("/settings", get(own_page::settings))
        .route("/profile", get(profile_page::page))
        .route("/profile/sessions", post(profile_page::sign_out))
        .route(
            "/.well-known/change-password",
            get(settings::init::change_password),
        )
        .route("/recovery", get(own_page::recovery))
        .route("/verification", get(own_page::verification))
        .route(
            "/impersonation",
            get(impersonation::enter::page).post(impersonation::enter::submit),
        )
        .route("/signed-out", get(logout::signed_out::page))
        .route("/error", get(own_page::error))
}

async fn nothing(code: Code) -> Outcome {
    Err(code.into())
}
