//! Errors on a page of their own, where the operator has one: kept for it, and handed out.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Json, Redirect, Response},
};
use portcullis_core::{
    catalogue::Code,
    flow::{Flow, FlowKind, Transport},
    id::FlowId,
    pages::Visitor,
};
use portcullis_kit::{Failure, JsonOnly, Outcome, Visit, Wants};
use serde_json::{Value, json};

use crate::{
    desk::{Desk, with_query},
    fetch::find,
};

/// How long an error is kept.
const LIFESPAN: Duration = Duration::from_secs(60 * 60);

/// Sends browsers to the operator's error page; without one, errors are shown where they happen.
pub(crate) async fn park(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let wants = Wants::of(request.headers());
    let visitor = request.extensions().get::<Visitor>().cloned();
    let response = next.run(request).await;
    let extensions = response.extensions();
    let for_people = wants == Wants::Html && extensions.get::<JsonOnly>().is_none();
    let (Some(page), Some(failure), Some(visitor), true) = (
        &desk.config.error.ui_url,
        extensions.get::<Failure>(),
        visitor,
        for_people,
    ) else {
        return response;
    };
    let flow = error(&desk, failure, &visitor);
    // The store itself may be what fails: then the error is shown here after all.
    if desk.services.flows.put(&flow).await.is_err() {
        return response;
    }
    let target = with_query(page.as_str(), &[("id", &flow.id.to_string())]);
    let mut redirect = Redirect::to(&target).into_response();
    redirect.headers_mut().extend(failure.headers().clone());
    redirect
}

/// Answers with a kept error.
pub(crate) async fn fetch(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let flow = kept(&desk, visit.query("id")).await?;
    Ok(Json(json!({
        "id": flow.id,
        "error": flow.context["error"],
        "created_at": flow.issued_at,
        "updated_at": flow.issued_at,
    }))
    .into_response())
}

/// The kept error of this id.
pub(crate) async fn kept(desk: &Desk, id: Option<&str>) -> Result<Flow, Failure> {
    let flow = find(desk, id, FlowKind::Error).await;
    let flow = flow.map_err(|failure| match failure.code() {
        Code::FlowNotFound => Code::NotFound.into(),
        _ => failure,
    })?;
    match flow.context["error"].is_object() && desk.now() < flow.expires_at {
        true => Ok(flow),
        false => Err(Code::NotFound.into()),
    }
}

fn error(desk: &Desk, failure: &Failure, visitor: &Visitor) -> Flow {
    let now = desk.now();
    let mut envelope = failure.envelope(&visitor.request_id);
    let error: Value = envelope["error"].take();
    let id = FlowId::generate(&*desk.services.entropy);
    Flow {
        transport: Transport::Browser,
        state: "show_form".to_owned(),
        context: json!({"error": error}),
        ..Flow::blank(FlowKind::Error, id, now, now + LIFESPAN)
    }
}
