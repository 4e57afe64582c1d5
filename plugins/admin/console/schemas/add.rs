//! A schema more, which begins as a copy of one that is there.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use portcullis_core::schema::runtime::{Expected, SchemaError, Terms};
use portcullis_kit::{Failure, Outcome, Visit};
use serde::Serialize;

use super::{answer, find, place, typed, value};
use crate::{caller::Caller, console::notice, desk::Desk, schemas};

/// The page as a template reads it, with what was typed.
#[derive(Debug, Serialize)]
struct Form {
    name: String,
    /// The schemas that it can begin as, and whether each is chosen.
    copies: Vec<(String, bool)>,
    /// What is wrong with the name.
    trouble: Option<&'static str>,
}

pub(super) async fn page(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let form = (String::new(), String::new(), None);
    draw(&desk, (&caller, &visit), form).await
}

/// Adds it, and goes on where it is written.
pub(super) async fn add(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let typed = typed(&visit);
    let (name, copy) = (value(&typed, "name").trim(), value(&typed, "copy"));
    let document = find(&desk, copy).await?.schema;
    // One that is there is never written over.
    let terms = Terms {
        expected: Some(Expected::Absent),
        force: false,
    };
    let written = schemas::write(&desk, &caller, (name, document), &terms).await;
    let trouble = match written {
        Ok(record) => {
            let place = place(&record.id);
            return notice::redirect(
                &desk,
                &place,
                "The schema is added. Change it as you need it.",
            );
        }
        Err(SchemaError::Name) => "Write letters, digits, -, _ and dots.",
        Err(SchemaError::Changed) => "There is a schema of this name already.",
        Err(error) => return Err(schemas::failure(error)),
    };
    let form = (name.to_owned(), copy.to_owned(), Some(trouble));
    draw(&desk, (&caller, &visit), form).await
}

async fn draw(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (name, copy, trouble): (String, String, Option<&'static str>),
) -> Result<Response, Failure> {
    let all = desk.services.schema_desk.list().await;
    let all = all.map_err(schemas::failure)?.into_iter();
    let copies = all.map(|one| {
        let is_chosen = if copy.is_empty() {
            one.is_default
        } else {
            one.id == copy
        };
        (one.id, is_chosen)
    });
    let status = match trouble {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let form = Form {
        name,
        copies: copies.collect(),
        trouble,
    };
    let sheet = ("Add a schema", "profile-add.html");
    Ok(answer(desk, asked, status, sheet, form))
}
