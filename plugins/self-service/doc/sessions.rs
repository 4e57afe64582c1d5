//! What is said of the endpoints of sessions, of signing out, and of what else programs read.

use http::StatusCode;
use portcullis_kit::doc::{
    Doc,
    pages::{MOMENT, NUMBER},
    schema::{flag, id, pattern, text},
    shape::Description,
};
use utoipa::openapi::Required;

use super::{
    JSON, SESSION,
    shape::{
        answer::{
            ActionAlias, Exchanged, KeptError, ListedSchema, LogoutFlow, PersonSchema,
            SessionsEnded,
        },
        person::Session,
        sent::NativeLogout,
    },
    spoken,
};

const SESSIONS: &str = "sessions";
const LOGOUT: &str = "logout";
const ABOUT: &str = "about";
const SCHEMAS: &str = "schemas";
const ERRORS: &str = "errors";
/// Names as part of a path: nothing that is read in two ways there.
const NAME: &str = "^[A-Za-z0-9_-][A-Za-z0-9_.-]*$";

pub(crate) fn whoami() -> Doc {
    Doc::new("toSession", SESSIONS)
        .asking(&SESSION)
        .query("tokenize_as", text(), "Not known here: it is refused.")
        .answers::<Session>(StatusCode::OK, "The session.")
        .header("X-Kratos-Authenticated-Identity-Id", "Whose it is.")
        .header(
            "Ory-Session-Cache-For",
            "For how many seconds the answer may be kept; not there where it may not.",
        )
        .refuses(&[400, 401, 403])
}

pub(crate) fn list() -> Doc {
    Doc::new("listMySessions", SESSIONS)
        .asking(&SESSION)
        .in_pages(MOMENT)
        .lists::<Session>("The sessions, without the one that asks; the newest first.")
        .header("Link", "Where the other pages are (RFC 8288).")
        .header("X-Total-Count", "How many there are in all.")
        .refuses(&[401, 403, 503])
}

pub(crate) fn end_others() -> Doc {
    Doc::new("disableMyOtherSessions", SESSIONS)
        .asking(&SESSION)
        .answers::<SessionsEnded>(StatusCode::OK, "How many ended.")
        .refuses(&[401, 403, 503])
}

pub(crate) fn end_one() -> Doc {
    Doc::new("disableMySession", SESSIONS)
        .asking(&SESSION)
        .path("id", id(), "The id of the session.")
        .empty(StatusCode::NO_CONTENT, "It has ended.")
        .refuses(&[400, 401, 403, 404, 503])
}

pub(crate) fn exchange() -> Doc {
    Doc::new("exchangeSessionToken", SESSIONS)
        .needs(
            "init_code",
            text(),
            "The code that the application was told.",
        )
        .needs(
            "return_to_code",
            text(),
            "The code that its browser brought back.",
        )
        .answers::<Exchanged>(StatusCode::OK, "The session, and its token.")
        .refuses(&[400, 403, 404, 429, 503])
}

pub(crate) fn logout_begun() -> Doc {
    let what = "Where the browser goes in the end: an own address, or one that is allowed.";
    spoken(Doc::new("createBrowserLogoutFlow", LOGOUT).for_people())
        .asking(&SESSION)
        .query("return_to", text(), what)
        .answers::<LogoutFlow>(StatusCode::OK, "Where the browser signs out.")
        .or_page()
        .redirects("Nobody is signed in, and the browser goes on.")
        .refuses(&[400, 401, 503])
}

pub(crate) fn logout() -> Doc {
    spoken(Doc::new("updateLogoutFlow", LOGOUT).for_people())
        .asking(&["session_cookie"])
        .needs("token", text(), "The token that was told with the address.")
        .query("return_to", text(), "Where the browser goes in the end.")
        .query(
            "upstream",
            flag(),
            "Whether the provider's session ends, too.",
        )
        .query(
            "told",
            flag(),
            "Whether somebody was told what becomes of the provider's session.",
        )
        .page("The page that says so.")
        .empty(StatusCode::NO_CONTENT, "They are signed out.")
        .redirects("They are signed out, and the browser goes on.")
        .refuses(&[400, 403, 422, 503])
}

pub(crate) fn logout_native() -> Doc {
    Doc::new("performNativeLogout", LOGOUT)
        .takes_as::<NativeLogout>(JSON, Required::True)
        .empty(StatusCode::NO_CONTENT, "The session has ended.")
        .refuses(&[400, 403, 413, 503])
}

pub(crate) fn actions() -> Doc {
    Doc::new("listActions", ABOUT).lists::<ActionAlias>("What people can be made to do, by alias.")
}

pub(crate) fn errors() -> Doc {
    Doc::new("getFlowError", ERRORS)
        .needs("id", id(), "The id of the error.")
        .answers::<KeptError>(StatusCode::OK, "The error.")
        .refuses(&[404, 503])
}

pub(crate) fn schemas() -> Doc {
    Doc::new("listIdentitySchemas", SCHEMAS)
        .in_pages(NUMBER)
        .lists::<ListedSchema>("The schemas.")
        .header("Link", "Where the other pages are (RFC 8288).")
        .header("X-Total-Count", "How many there are in all.")
}

pub(crate) fn schema() -> Doc {
    Doc::new("getIdentitySchema", SCHEMAS)
        .path(
            "id",
            pattern(NAME),
            "The id of the schema: in base64url, or plain.",
        )
        .answers::<PersonSchema>(StatusCode::OK, "The document.")
        .refuses(&[404])
}

pub(crate) fn description() -> Doc {
    Doc::new("getOpenApi", ABOUT).answers::<Description>(StatusCode::OK, "This document.")
}
