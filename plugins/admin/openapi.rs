//! The description of the API (OpenAPI 3.1), made of the table of endpoints and of nothing else.

use http::Method;
use serde_json::{Value, json};
use utoipa::openapi::{
    Components, Info, License, OpenApi, OpenApiBuilder, Paths, RefOr, Schema, Server,
    extensions::Extensions,
    path::{HttpMethod, Operation, OperationBuilder},
    security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    tag::{Tag, TagBuilder},
};

use crate::{
    doc::{Asks, Doc},
    endpoints::Endpoint,
    need::Need,
    role::Role,
};

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

/// The description of these endpoints.
pub(crate) fn document(endpoints: &[Endpoint]) -> Value {
    let (mut paths, mut components) = (Paths::new(), Components::new());
    for endpoint in endpoints {
        let Some(doc) = endpoint.doc else {
            continue;
        };
        let (operation, shapes) = operation(endpoint, doc());
        let methods = method(&endpoint.method);
        paths.add_path_operation(endpoint.path, methods, operation);
        components.schemas.extend(shapes);
    }
    secure(&mut components);
    let document: OpenApi = OpenApiBuilder::new()
        .info(info())
        .servers(Some([Server::new("/")]))
        .paths(paths)
        .components(Some(components))
        .tags(Some(tags()))
        .build();
    json!(document)
}

fn info() -> Info {
    let mut info = Info::new("Portcullis admin API", env!("CARGO_PKG_VERSION"));
    let about = "Everything that administrators do, in the dialect of Ory Kratos with additions \
                 under `/admin/x`. `x-roles` says which roles may call an operation.";
    info.description = Some(about.to_owned());
    let mut license = License::new(env!("CARGO_PKG_LICENSE"));
    license.identifier = Some(env!("CARGO_PKG_LICENSE").to_owned());
    info.license = Some(license);
    info
}

fn tags() -> Vec<Tag> {
    let tag = |(name, about)| {
        TagBuilder::new()
            .name(name)
            .description(Some(about))
            .build()
    };
    TAGS.into_iter().map(tag).collect()
}

fn method(method: &Method) -> Vec<HttpMethod> {
    let known = match method.as_str() {
        "GET" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => return Vec::new(),
    };
    vec![known]
}

fn operation(endpoint: &Endpoint, mut doc: Doc) -> (Operation, Vec<(String, RefOr<Schema>)>) {
    let (security, roles) = asked(endpoint, doc.asks);
    if !security.is_empty() {
        doc = doc.refuses(&OF_GUARD);
    }
    doc = doc.refuses(&OF_ALL);
    let mut operation = OperationBuilder::new()
        .operation_id(Some(doc.id))
        .tag(doc.tag)
        .summary(Some(endpoint.summary))
        .securities(Some(security))
        .request_body(doc.body.clone());
    for parameter in std::mem::take(&mut doc.parameters) {
        operation = operation.parameter(parameter);
    }
    for (status, response) in doc.responses() {
        operation = operation.response(status, response);
    }
    if let Some(roles) = roles {
        let mut extensions = Extensions::default();
        extensions.insert("x-roles".to_owned(), json!(roles));
        operation = operation.extensions(Some(extensions));
    }
    (operation.build(), doc.shapes)
}

/// What has to be shown, and the roles that may.
fn asked(endpoint: &Endpoint, asks: Asks) -> (Vec<SecurityRequirement>, Option<Vec<&str>>) {
    let none: [&str; 0] = [];
    let tokens = || {
        let names = ["bearer", "session_token"];
        names
            .map(|name| SecurityRequirement::new(name, none))
            .to_vec()
    };
    match (endpoint.need, asks) {
        (Need::Permission(permission), _) => {
            let roles = Role::ALL.into_iter();
            let roles = roles.filter(|role| role.permits(permission));
            (tokens(), Some(roles.map(Role::as_str).collect()))
        }
        (Need::Anybody, Asks::Token) => (tokens(), None),
        (Need::Anybody, Asks::Client) => {
            // The form can hold the secret instead.
            let basic = SecurityRequirement::new("client", none);
            (vec![basic, SecurityRequirement::default()], None)
        }
        (Need::Anybody, Asks::Need) => (Vec::new(), None),
    }
}

fn secure(components: &mut Components) {
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
    for (name, scheme) in [
        ("bearer", SecurityScheme::Http(bearer)),
        ("client", SecurityScheme::Http(client)),
        (
            "session_token",
            SecurityScheme::ApiKey(ApiKey::Header(session)),
        ),
    ] {
        components.add_security_scheme(name, scheme);
    }
}
