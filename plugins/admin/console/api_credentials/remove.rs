//! Removing an API credential, after saying what goes with it.

use std::sync::Arc;

use axum::extract::{Path, State};
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::row::Row;
use crate::{
    caller::Caller,
    console::{
        areas::API_CREDENTIALS,
        notice,
        view::{self, Page},
    },
    desk::Desk,
    programs,
};

#[derive(Serialize)]
struct View {
    one: Row,
}

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let one = programs::find(&desk, &id).await?;
    let locale = view::locale(&desk, &visit);
    let page = Page {
        area: API_CREDENTIALS,
        title: "Remove an API credential",
        template: "api-credential-remove.html",
    };
    let one = Row::of(&one, &locale, desk.services.clock.now());
    Ok(view::draw(&desk, (&caller, &visit), page, View { one }))
}

pub(super) async fn remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Outcome {
    programs::remove(&desk, &caller, &id).await?;
    notice::redirect(
        &desk,
        API_CREDENTIALS.path,
        "It is removed, with its tokens.",
    )
}
