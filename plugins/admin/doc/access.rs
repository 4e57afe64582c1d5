//! What is said of the endpoints of programs, tokens and the audit log, and of the API itself.

use http::StatusCode;
use portcullis_kit::doc::{NOTHING, shape::Description};
use utoipa::{ToSchema, openapi::Required};

use super::{
    Doc,
    schema::{address, id, moment, number, pattern, text},
    shape::{
        Refused, Version,
        access::{AccessToken, ApiCredential, AuditEntry, Introspection, TokenForm, TokenNamed},
    },
};

const ABOUT: &str = "about";
const TOKENS: &str = "oauth2";
const PROGRAMS: &str = "api-credentials";
const AUDIT: &str = "audit";
/// A place in the log; nothing counts as none.
const PLACE: &str =
    "^(-?[0-9]{1,18}[.][0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?$";
const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) fn version() -> Doc {
    Doc::new("getVersion", ABOUT).answers::<Version>(StatusCode::OK, "The version.")
}

pub(crate) fn openapi() -> Doc {
    Doc::new("getOpenApi", ABOUT).answers::<Description>(StatusCode::OK, "This document.")
}

fn by_client<T: ToSchema>(name: &'static str) -> Doc {
    // The form can hold the secret instead.
    let doc = Doc::new(name, TOKENS).asking(&["client", NOTHING]);
    let doc = doc.refusing_as::<Refused>(&[400, 401, 429, 503]);
    doc.takes_as::<T>(FORM, Required::True).refuses(&[400, 413])
}

pub(crate) fn token() -> Doc {
    by_client::<TokenForm>("oauth2TokenExchange")
        .answers::<AccessToken>(StatusCode::OK, "The token.")
}

pub(crate) fn revoke() -> Doc {
    by_client::<TokenNamed>("revokeOAuth2Token")
        .empty(StatusCode::OK, "It has ended, or there was none.")
}

pub(crate) fn introspect() -> Doc {
    by_client::<TokenNamed>("introspectOAuth2Token")
        .answers::<Introspection>(StatusCode::OK, "What is known of it.")
}

fn of_program(name: &'static str) -> Doc {
    let doc = Doc::new(name, PROGRAMS).path("id", id(), "The id of the API credential.");
    doc.refuses(&[400, 404])
}

pub(crate) fn list_programs() -> Doc {
    Doc::new("listApiCredentials", PROGRAMS).lists::<ApiCredential>("The API credentials.")
}

pub(crate) fn create_program<T: ToSchema>() -> Doc {
    Doc::new("createApiCredential", PROGRAMS)
        .takes::<T>()
        .answers::<ApiCredential>(StatusCode::CREATED, "The API credential with its secret.")
        .header("Location", "Where it is.")
        .refuses(&[400, 413])
}

pub(crate) fn find_program() -> Doc {
    of_program("getApiCredential").answers::<ApiCredential>(StatusCode::OK, "The API credential.")
}

pub(crate) fn change_program<T: ToSchema>() -> Doc {
    of_program("patchApiCredential")
        .may_take::<T>()
        .answers::<ApiCredential>(StatusCode::OK, "The API credential as it is now.")
        .refuses(&[413])
}

pub(crate) fn remove_program() -> Doc {
    of_program("deleteApiCredential").empty(StatusCode::NO_CONTENT, "It is gone.")
}

pub(crate) fn rotate_program<T: ToSchema>() -> Doc {
    of_program("rotateApiCredential")
        .may_take::<T>()
        .answers::<ApiCredential>(StatusCode::OK, "The API credential with its new secret.")
        .refuses(&[413])
}

pub(crate) fn audit() -> Doc {
    Doc::new("listAuditEntries", AUDIT)
        .query("actor", text(), "Only what they did.")
        .query(
            "verb",
            text(),
            "Only what is called so, such as `identity.update`.",
        )
        .query(
            "object",
            text(),
            "Only what was done to this: `<kind>:<id>`, or an id.",
        )
        .query(
            "client",
            address(),
            "Only from this address; `unix` is the Unix socket.",
        )
        .query(
            "outcome",
            text(),
            "Only what ended so: `done`, `refused`, or the code of a refusal.",
        )
        .query("since", moment(), "Not before this.")
        .query("until", moment(), "Before this.")
        .query("page_size", number(1, 1000), "How many.")
        .query(
            "page_token",
            pattern(PLACE),
            "Where to begin, as `Link` says.",
        )
        .lists::<AuditEntry>("The entries, the newest first.")
        .or_text("application/x-ndjson")
        .header("Link", "Where the other pages are (RFC 8288).")
        .refuses(&[400])
}
