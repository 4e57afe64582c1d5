//! Answers that come by form: turned into a navigation, because browsers send no `SameSite=Lax`
//! cookie with a form of another site.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect},
};
use http::header::CONTENT_TYPE;
use portcullis_core::{catalogue::Code, id::ProviderId};
use portcullis_kit::{Failure, Outcome, Visit};

use crate::desk::{Desk, with_query};

/// How long an answer may be; longer ones would not fit a request's target.
const LONGEST: usize = 6 * 1024;

/// Turns the form into the same address with the form's fields as its query, repeated ones
/// included: the navigation refuses those.
pub(crate) async fn turn(
    State(desk): State<Arc<Desk>>,
    Path(provider): Path<String>,
    visit: Visit,
) -> Outcome {
    let provider: ProviderId = provider.parse().map_err(|_| Code::ProviderUnknown)?;
    let form = visit
        .header(&CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !form {
        return Err(Failure::from(Code::BadRequest).because("The answer is not a form."));
    }
    if visit.body().len() > LONGEST {
        return Err(Code::BodyTooLarge.into());
    }
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(visit.body())
        .into_owned()
        .collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let here = desk.services.addresses.redirect_uri(&provider);
    Ok(Redirect::to(&with_query(&here, &fields)).into_response())
}
