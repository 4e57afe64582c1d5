//! What is said of an own page beside its row in the table: what may be sent to it, and what it answers.
//! The description is made of it; nothing here decides anything.

pub(crate) mod flows;
pub(crate) mod pages;
pub(crate) mod providers;
pub(crate) mod sessions;
pub(crate) mod shape;

use http::StatusCode;
use portcullis_kit::doc::{Doc, NOTHING, schema};
use utoipa::{ToSchema, openapi::Required};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// What whoever is signed in shows: a browser its cookie, an application its token.
const SESSION: [&str; 3] = ["session_cookie", "session_token", "bearer"];
/// The same where whoever is not signed in is answered as well.
const ANYBODY: [&str; 4] = ["session_cookie", "session_token", "bearer", NOTHING];
/// What a flow is bound to: a browser's to its cookie, an application's to nothing.
const FLOW: [&str; 2] = ["csrf_cookie", NOTHING];

/// The name of a provider as part of a path.
const PROVIDER: &str = "^[A-Za-z0-9_-]{1,64}$";

/// A flow that is named in the query.
fn of_flow(doc: Doc, name: &str) -> Doc {
    doc.needs(name, schema::id(), "The id of the flow.")
        .refuses(&[403, 404, 410])
}

/// Fields as JSON, or as a form whose dotted names become nested ones.
fn fields<T: ToSchema>(doc: Doc) -> Doc {
    doc.takes_as::<T>(JSON, Required::True)
        .takes_as::<T>(FORM, Required::True)
        .refuses(&[400, 413])
}

/// Fields that come by form alone.
fn form<T: ToSchema>(doc: Doc) -> Doc {
    doc.takes_as::<T>(FORM, Required::True).refuses(&[400, 413])
}

/// An endpoint that shows a page where the browser does not go elsewhere.
fn page(name: &'static str, tag: &'static str) -> Doc {
    Doc::new(name, tag)
        .for_people()
        .page("The page.")
        .redirects("The browser goes on elsewhere.")
}

/// It begins a flow.
fn begins<T: ToSchema>(doc: Doc) -> Doc {
    doc.answers::<T>(StatusCode::OK, "The flow.")
        .refuses(&[400, 429, 503])
}

/// It answers in the language that is asked for.
fn spoken(doc: Doc) -> Doc {
    let what = "Languages, the best liked first, with spaces between them.";
    doc.query("ui_locales", schema::text(), what)
}
