//! Beginning flows: what browsers and native clients get, whatever the flow is for.

use axum::response::{IntoResponse, Json, Redirect, Response};
use http::{
    HeaderMap, HeaderName, HeaderValue, header::COOKIE, header::ORIGIN, header::SET_COOKIE,
};
use portcullis_core::{
    catalogue::Code,
    flow::{Flow, FlowKind, Transport},
    message::Message,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};
use serde_json::Value;

use crate::{csrf::Csrf, desk::Desk, flow_json, return_to, start::NewFlow, throttle};

/// How a flow begins beside what all flows have in common.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    /// What the flow's own code remembers.
    pub(crate) context: Value,
    /// What the form says from the start.
    pub(crate) messages: Vec<Message>,
}

/// Begins a browser's flow.
pub(crate) async fn browser(
    desk: &Desk,
    visit: &Visit,
    kind: FlowKind,
    opening: Opening,
) -> Outcome {
    throttle::flow(desk, visit).await?;
    let return_to = match visit.wants() {
        Wants::Html => return_to::lenient(desk, visit),
        Wants::Json => return_to::strict(desk, visit)?,
    };
    let csrf = Csrf::of_or_new(desk, visit);
    let new = NewFlow {
        return_to,
        csrf_hash: Some(csrf.hash()),
        context: opening.context,
        messages: opening.messages,
        ..NewFlow::plain(desk, visit, kind)
    };
    let flow = new.start(desk).await?;
    let response = match visit.wants() {
        Wants::Html => Redirect::to(&desk.flow_page(kind, flow.id)).into_response(),
        Wants::Json => Json(flow_json::flow(desk, &flow, Some(&csrf))).into_response(),
    };
    Ok(with_cookie(response, &csrf.set_cookie(desk)))
}

/// Begins a native client's flow.
pub(crate) async fn native(
    desk: &Desk,
    visit: &Visit,
    kind: FlowKind,
    opening: Opening,
) -> Outcome {
    require_native(&visit.headers)?;
    throttle::flow(desk, visit).await?;
    let new = NewFlow {
        transport: Transport::Api,
        return_to: return_to::strict(desk, visit)?,
        context: opening.context,
        messages: opening.messages,
        ..NewFlow::plain(desk, visit, kind)
    };
    let flow: Flow = new.start(desk).await?;
    Ok(Json(flow_json::flow(desk, &flow, None)).into_response())
}

/// Refuses browsers in native flows: a page of another site could drive such a flow, for nothing
/// binds it to the browser.
pub(crate) fn require_native(headers: &HeaderMap) -> Result<(), Failure> {
    let cookies = headers.get_all(COOKIE).iter();
    let of_browser = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split('=').next())
        .any(|name| {
            // Cookies of a content delivery network say nothing about the client.
            !name.is_empty()
                && !["__cf", "_cf", "cf_"]
                    .iter()
                    .any(|cdn| name.starts_with(cdn))
        });
    match of_browser || headers.contains_key(ORIGIN) {
        true => Err(Failure::from(Code::BadRequest).because(
            "This address is for native applications: requests with an Origin or a Cookie header \
             come from browsers, which use the browser flow.",
        )),
        false => Ok(()),
    }
}

/// The response with another cookie.
pub(crate) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    append(response.headers_mut(), SET_COOKIE, cookie);
    response
}

fn append(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.append(name, value);
    }
}
