//! The overview: what there is now, and what has happened lately, as far as the gateway knows it.

mod chart;
mod history;
mod sessions;
mod share;
mod span;
mod tiles;

use std::sync::Arc;

use axum::extract::State;
use http::Method;
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use self::{chart::Chart, tiles::Tile};
use super::{
    areas::OVERVIEW,
    pages::Pages,
    view::{self, Page},
};
use crate::{caller::Caller, desk::Desk, need::Need};

/// Adds the area to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    let need = Need::Permission(OVERVIEW.permission);
    table.at((Method::GET, OVERVIEW.path), need, page)
}

#[derive(Serialize)]
struct View {
    tiles: Vec<Tile>,
    charts: Vec<Chart>,
}

async fn page(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let locale = view::locale(&desk, &visit);
    let view = View {
        tiles: tiles::tiles(&desk, &caller, &locale).await?,
        charts: history::charts(&desk, &caller, &locale).await?,
    };
    let page = Page {
        area: OVERVIEW,
        title: OVERVIEW.label,
        template: "overview-console.html",
    };
    Ok(view::draw(&desk, (&caller, &visit), page, view))
}
