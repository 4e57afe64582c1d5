//! The list of API credentials.

use std::sync::Arc;

use axum::extract::State;
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::row::Row;
use crate::{
    caller::Caller,
    console::{
        areas::API_CREDENTIALS,
        view::{self, Page},
    },
    desk::Desk,
    programs,
};

#[derive(Serialize)]
struct View {
    rows: Vec<Row>,
}

pub(super) async fn page(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let locale = view::locale(&desk, &visit);
    let now = desk.services.clock.now();
    let all = programs::list(&desk).await?;
    let rows = all.iter().map(|one| Row::of(one, &locale, now)).collect();
    let page = Page {
        area: API_CREDENTIALS,
        title: API_CREDENTIALS.label,
        template: "api-credentials.html",
    };
    Ok(view::draw(&desk, (&caller, &visit), page, View { rows }))
}
