//! Acting as somebody: why, for how long, and whether to look only.

use std::time::Duration;

use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, header::SET_COOKIE};
use portcullis_core::catalogue::Code;
use portcullis_kit::Outcome;
use serde::Serialize;

use super::{
    call::{Call, Trouble},
    head::Tab,
};
use crate::people::impersonation::{Asked, Begun, begin_from};

/// The form as a template reads it.
#[derive(Serialize)]
struct Form<'a> {
    reason: &'a str,
    minutes: &'a str,
    changes: bool,
}

pub(super) async fn page(call: Call) -> Outcome {
    Ok(draw(&call, None))
}

fn draw(call: &Call, trouble: Option<Trouble>) -> Response {
    let form = Form {
        reason: call.text("reason"),
        minutes: call.text("minutes"),
        changes: call.is_ticked("changes"),
    };
    call.draw((Tab::Details, "person-impersonate.html"), form, trouble)
}

/// Begins it: the browser goes on at the gateway's public address.
pub(super) async fn begin(call: Call) -> Outcome {
    let minutes = call.text("minutes").parse().ok();
    let asked = Asked {
        reason: call.text("reason").to_owned(),
        ttl: minutes.map(|minutes: u64| Duration::from_secs(minutes.saturating_mul(60))),
        read_only: !call.is_ticked("changes"),
    };
    let who = (&call.caller, &call.visit);
    let base = call.desk.config.public_url.as_str().trim_end_matches('/');
    let back = format!("{base}{}", call.action(""));
    let whom = (&call.identity, Some(back));
    match begin_from(&call.desk, who, whom, &asked).await {
        Ok(Begun::Elsewhere(page, _)) => Ok(Redirect::to(&page).into_response()),
        Ok(Begun::Swapped(_, cookies, page)) => Ok(swapped(&cookies, &page)),
        // Only programs are told a token.
        Ok(Begun::Told(..)) => Err(Code::Internal.into()),
        Err(failure) => Ok(draw(&call, Some(call.trouble("impersonate", failure)?))),
    }
}

fn swapped(cookies: &[String], page: &str) -> Response {
    let mut response = Redirect::to(page).into_response();
    let values = cookies.iter();
    let values = values.filter_map(|cookie| HeaderValue::from_str(cookie).ok());
    for value in values {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}
