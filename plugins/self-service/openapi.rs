//! The description of the pages (OpenAPI 3.1), made of their table and of nothing else.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::Method;
use portcullis_core::cookie::Cookies;
use portcullis_kit::doc::{Doc, Document, Operation};
use serde_json::Value;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};

use crate::{desk::Desk, doc::shape::Refusal, endpoints::Endpoint};

/// What is described here.
const TITLE: &str = "Portcullis self-service API";
const ABOUT: &str = "How people sign in and out, register, and look after what belongs to them, in the \
                     dialect of Ory Kratos. Flows answer browsers by pages and redirects, and whoever \
                     accepts `application/json` in JSON.";
/// The parts in the order in which they are told.
const TAGS: [(&str, &str); 12] = [
    ("login", "Signing in, and proving more."),
    ("registration", "Coming new."),
    ("settings", "Changing what belongs to oneself."),
    ("profile", "The same by the first profile API."),
    ("recovery", "Getting back in."),
    ("verification", "Proving an address."),
    ("logout", "Signing out."),
    ("sessions", "Who is signed in, and where else."),
    ("providers", "The ways to providers and back."),
    ("schemas", "What is known of people."),
    ("errors", "What went wrong, for pages of one's own."),
    ("pages", "The built-in pages."),
];
/// What is said of the description itself, and of what it is about.
const ABOUT_TAG: (&str, &str) = ("about", "These pages themselves.");

/// The description of these endpoints below `prefix`; cookies are called as these are.
pub(crate) fn description(all: &[Endpoint], prefix: &str, cookies: &Cookies) -> Value {
    let document = Document::new((TITLE, ABOUT), prefix, Doc::shape::<Refusal>);
    let tags: Vec<_> = TAGS.into_iter().chain([ABOUT_TAG]).collect();
    let document = secured(document.tagged(&tags), cookies);
    let operations = all.iter().map(operation);
    operations.fold(document, Document::with).into_json()
}

/// Answers with the description of what is served here.
pub(crate) async fn describe(State(desk): State<Arc<Desk>>) -> Response {
    Json(desk.description.get()).into_response()
}

fn operation(endpoint: &Endpoint) -> Operation<'_> {
    let doc = (endpoint.doc)();
    Operation {
        method: &endpoint.method,
        path: endpoint.path,
        summary: endpoint.summary,
        doc: match endpoint.method {
            Method::GET => doc,
            // Whoever acts as somebody else changes nothing.
            _ => doc.refuses(&[403]),
        },
        extensions: Vec::new(),
    }
}

fn secured(document: Document, cookies: &Cookies) -> Document {
    let cookie = |name: &str, about: &str| {
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(name, about)))
    };
    let bearer = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The token of a session."))
        .build();
    let token = ApiKeyValue::with_description("X-Session-Token", "The token of a session.");
    let attempts = "The sign-ins that a browser has begun at providers.";
    document
        .secured(
            "session_cookie",
            cookie(cookies.session(), "The session of a browser."),
        )
        .secured(
            "session_token",
            SecurityScheme::ApiKey(ApiKey::Header(token)),
        )
        .secured("bearer", SecurityScheme::Http(bearer))
        .secured(
            "csrf_cookie",
            cookie(cookies.csrf(), "What a browser's flows are bound to."),
        )
        .secured("attempts_cookie", cookie(cookies.attempts(), attempts))
}
