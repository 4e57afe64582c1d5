//! The table of own pages: every path below the prefix, what it is for, and which function answers it.

mod flows;
mod pages;
mod programs;
mod ways;

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state};
use portcullis_core::{catalogue::Code, cookie::Cookies};
use portcullis_kit::{Outcome, json_only};
use serde_json::Value;

use crate::{
    desk::Desk,
    endpoints::{Endpoint, Endpoints},
    errors, impersonation, openapi,
};

/// The router behind the prefix.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let services = &desk.services;
    let described = || description(&services.addresses.prefix, &services.cookies);
    desk.description.get_or_init(described);
    table()
        .into_router()
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

/// The description of every endpoint below `prefix` (OpenAPI 3.1); cookies are called as these are.
pub fn description(prefix: &str, cookies: &Cookies) -> Value {
    openapi::description(&endpoints(), prefix, cookies)
}

/// Every endpoint, in the order in which it is described.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    table().into_list()
}

fn table() -> Endpoints {
    let programs = Endpoints::default()
        .with(programs::flows)
        .with(programs::mailed)
        .with(programs::sessions)
        .with(programs::others);
    Endpoints::default()
        .with(flows::flows)
        .with(flows::profile)
        .with(flows::mailed)
        .with(flows::leaving)
        .with(ways::providers)
        .with(ways::exchanges)
        .merged(programs, |router| {
            json_only(router.method_not_allowed_fallback(|| nothing(Code::MethodNotAllowed)))
        })
        .with(pages::flows)
        .with(pages::others)
        .with(pages::assets)
}

async fn nothing(code: Code) -> Outcome {
    Err(code.into())
}
