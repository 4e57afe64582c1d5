//! The description of the API (OpenAPI 3.1), made of the table of endpoints and of nothing else.

use portcullis_kit::doc::{Doc, Document, Operation, shape::Refusal};
use serde_json::{Value, json};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};

use crate::{doc::TOKENS, endpoints::Endpoint, need::Need, role::Role};

/// The parts of the API in the order in which they are told.
const TAGS: [(&str, &str); 13] = [
    ("about", "The API itself."),
    ("oauth2", "Access tokens for programs."),
    ("identities", "People."),
    ("credentials", "What people sign in with."),
    ("sessions", "Who is signed in, and from where."),
    (
        "recovery",
        "Ways back in, and what people are asked to do by mail.",
    ),
    ("impersonation", "Acting as somebody else."),
    ("providers", "Who else may say who somebody is."),
    ("schemas", "What is known of people."),
    ("throttles", "Who has to wait before trying again."),
    ("courier", "Mail that waits, was sent or was given up."),
    ("api-credentials", "What programs prove themselves with."),
    ("audit", "Who did what."),
];
/// How everybody can be refused: for the host that is named, or where the request comes from.
const OF_ALL: [u16; 1] = [403];
/// How whoever has to show who they are can be refused.
const OF_GUARD: [u16; 3] = [401, 429, 503];
/// How whoever names a parameter that is not there is refused, where the dialect does not pass it over.
const OF_OURS: [u16; 1] = [400];

/// What is described here.
const TITLE: &str = "Portcullis admin API";
const ABOUT: &str = "Everything that administrators do, in the dialect of Ory Kratos with additions \
                     under `/admin/x`. `x-roles` says which roles may call an operation.";

/// The description of these endpoints.
pub(crate) fn document(endpoints: &[Endpoint]) -> Value {
    let document = Document::new((TITLE, ABOUT), "/", Doc::shape::<Refusal>);
    let document = secured(document.tagged(&TAGS));
    let operations = endpoints.iter().filter_map(operation);
    operations.fold(document, Document::with).into_json()
}

fn operation(endpoint: &Endpoint) -> Option<Operation<'_>> {
    let mut doc = endpoint.doc?();
    let mut extensions = Vec::new();
    if let Need::Permission(permission) = endpoint.need {
        let roles = Role::ALL.into_iter();
        let roles = roles.filter(|role| role.permits(permission));
        let roles: Vec<&str> = roles.map(Role::as_str).collect();
        extensions.push(("x-roles", json!(roles)));
        doc = doc.asking(&TOKENS);
    }
    if doc.asks() {
        doc = doc.refuses(&OF_GUARD);
    }
    if endpoint.is_ours() {
        doc = doc.refuses(&OF_OURS);
    }
    Some(Operation {
        method: &endpoint.method,
        path: endpoint.path,
        summary: endpoint.summary,
        doc: doc.refuses(&OF_ALL),
        extensions,
    })
}

fn secured(document: Document) -> Document {
    let bearer = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "An access token, or the session token of an administrator.",
        ))
        .build();
    let client = Http::builder()
        .scheme(HttpAuthScheme::Basic)
        .description(Some("The id and the secret of an API credential."))
        .build();
    let about = "The session token of an administrator.";
    let session = ApiKeyValue::with_description("X-Session-Token", about);
    document
        .secured("bearer", SecurityScheme::Http(bearer))
        .secured("client", SecurityScheme::Http(client))
        .secured(
            "session_token",
            SecurityScheme::ApiKey(ApiKey::Header(session)),
        )
}
