//! `/admin/x/throttles`: who has to wait before trying again.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::{Method, StatusCode};
use portcullis_kit::{Outcome, Visit};

use super::pages::{Page, sent};
use crate::{
    caller::Caller,
    desk::Desk,
    doc::upkeep,
    endpoints::Endpoints,
    need::Need,
    people::refusal::mistaken,
    role::Permission::{LiftThrottles, ReadThrottles},
    throttles::{self, Wanted, kinds},
};

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, "/admin/x/throttles"),
            Need::Permission(ReadThrottles),
            "Lists who has to wait before trying again, and until when.",
            list,
        )
        .told(upkeep::list_throttles)
        .at(
            (Method::DELETE, "/admin/x/throttles/{id}"),
            Need::Permission(LiftThrottles),
            "Ends a wait now, as if what led to it had never been.",
            lift,
        )
        .told(upkeep::lift_throttle)
}

async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let page = Page::of(&visit)?;
    let text = |name: &str| visit.query(name).filter(|text| !text.is_empty());
    let network = sent(&visit, "network").map(str::parse).transpose();
    let network =
        network.map_err(|_| mistaken("network", "this has to be an address on the network."))?;
    let wanted = Wanted {
        kind: text("kind").map(str::to_owned),
        subject: text("subject").map(str::to_owned),
        network,
    };
    let is_known = |kind: &String| kinds::names().any(|known| known == kind);
    if !wanted.kind.as_ref().is_none_or(is_known) {
        let kinds: Vec<&str> = kinds::names().collect();
        let why = format!("this has to be one of {}.", kinds.join(", "));
        return Err(mistaken("kind", why));
    }
    let all = throttles::list(&desk, &wanted).await?;
    let (part, around) = page.part_of(all, throttles::place)?;
    Ok(page.linked(&visit, (Json(part), around)))
}

async fn lift(State(desk): State<Arc<Desk>>, caller: Caller, Path(id): Path<String>) -> Outcome {
    throttles::lift(&desk, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
