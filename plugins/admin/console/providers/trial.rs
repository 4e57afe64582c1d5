//! Trying a provider with claims: what would become of them, while nothing does.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use http::StatusCode;
use portcullis_core::{administration::ProviderRecord, broker::DryRun};
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;
use serde_json::{Value, json};

use super::{label, place, typed};
use crate::{
    caller::Caller,
    console::{
        areas::PROVIDERS,
        told,
        view::{self, Page},
    },
    desk::Desk,
    providers,
};

#[derive(Debug, Serialize)]
struct Trial {
    place: String,
    label: String,
    claims: String,
    trouble: Option<String>,
    run: Option<Run>,
}

/// What would become of the claims.
#[derive(Debug, Serialize)]
struct Run {
    rule: String,
    why: String,
    identity: Option<String>,
    trusted: Option<String>,
    traits: Option<String>,
    roles: Vec<String>,
    errors: Vec<(String, String)>,
}

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = providers::find(&desk, &id).await?;
    let trial = Trial {
        place: place(&id),
        label: label(&record),
        claims: pretty(&example(&record)),
        trouble: None,
        run: None,
    };
    Ok(draw(&desk, (&caller, &visit), trial))
}

pub(super) async fn submit(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = providers::find(&desk, &id).await?;
    let claims = typed(&visit).remove("claims").unwrap_or_default();
    let read = serde_json::from_str::<Value>(&claims).ok();
    let locale = view::locale(&desk, &visit);
    let run = match read.filter(Value::is_object) {
        None => Err(locale.text("The claims have to be a JSON object.")),
        Some(document) => match providers::dry_run(&desk, &caller, &id, document).await {
            Ok(run) => Ok(told(run)),
            Err(failure) if failure.code().status().is_client_error() => {
                Err(told::told(&locale, &failure))
            }
            Err(failure) => return Err(failure),
        },
    };
    let (status, run, trouble) = match run {
        Ok(run) => (StatusCode::OK, Some(run), None),
        Err(trouble) => (StatusCode::BAD_REQUEST, None, Some(trouble)),
    };
    let trial = Trial {
        place: place(&id),
        label: label(&record),
        claims,
        trouble,
        run,
    };
    Ok((status, draw(&desk, (&caller, &visit), trial)).into_response())
}

fn draw(desk: &Desk, asked: (&Caller, &Visit), trial: Trial) -> axum::response::Response {
    let page = Page {
        area: PROVIDERS,
        title: "Try with claims",
        template: "provider-try.html",
    };
    view::draw(desk, asked, page, trial)
}

/// What a provider could say.
fn example(record: &ProviderRecord) -> Value {
    let mut claims = json!({
        "sub": "4711", "email": "ada@example.org", "email_verified": true,
        "given_name": "Ada", "family_name": "Example",
    });
    if let Some(issuer) = &record.account_issuer {
        claims["iss"] = issuer.as_str().into();
    }
    claims
}

fn told(run: DryRun) -> Run {
    Run {
        rule: run.rule,
        why: run.why,
        identity: run.identity_id.map(|id| id.to_string()),
        trusted: run.trusted.map(|trusted| trusted.address),
        traits: (!run.traits.is_null()).then(|| pretty(&run.traits)),
        roles: run.roles,
        errors: run.errors,
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
