//! What is said of the endpoints of sessions, and of acting as somebody else.

use http::StatusCode;
use portcullis_kit::doc::pages::MOMENT;

use super::{
    Doc, TOKENS,
    schema::{flag, id, list, number_from, pattern, word},
    shape::session::{
        ImpersonationAsked, ImpersonationBegun, Session, SessionsEnded, SessionsToEnd,
    },
};

const SESSIONS: &str = "sessions";
/// A place in the list; nothing counts as none.
const PLACE: &str = "^(-?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})?$";
const IMPERSONATION: &str = "impersonation";

fn of_identity(name: &'static str, tag: &'static str) -> Doc {
    let doc = Doc::new(name, tag).path("id", id(), "The id of the identity.");
    doc.refuses(&[400, 404])
}

fn of_one(name: &'static str) -> Doc {
    let doc = Doc::new(name, SESSIONS).path("id", id(), "The id of the session.");
    doc.refuses(&[400, 404])
}

fn expanded(doc: Doc) -> Doc {
    let what = "What is told beside the session itself.";
    doc.query("expand", list(word(["identity", "devices"])), what)
}

fn narrowed(doc: Doc) -> Doc {
    let what = "Only those that still open something, or do not.";
    doc.query("active", flag(), what)
}

pub(crate) fn list_of_identity() -> Doc {
    narrowed(of_identity("listIdentitySessions", SESSIONS))
        .in_pages(MOMENT)
        .lists::<Session>("The sessions, the newest first.")
        .header("Link", "Where the other pages are (RFC 8288).")
        .header("X-Total-Count", "How many there are in all.")
}

pub(crate) fn end_of_identity() -> Doc {
    of_identity("deleteIdentitySessions", SESSIONS)
        .empty(StatusCode::NO_CONTENT, "They have ended.")
}

pub(crate) fn list_sessions() -> Doc {
    narrowed(expanded(Doc::new("listSessions", SESSIONS)))
        .query("page_size", number_from(0), "How many; 500 at most.")
        .query(
            "page_token",
            pattern(PLACE),
            "Where to begin, as `Link` says.",
        )
        .lists::<Session>("The sessions.")
        .header("Link", "Where the other pages are (RFC 8288).")
        .refuses(&[400])
}

pub(crate) fn end_many() -> Doc {
    Doc::new("manageSessions", SESSIONS)
        .takes::<SessionsToEnd>()
        .answers::<SessionsEnded>(StatusCode::OK, "How many ended.")
        .refuses(&[400, 413])
}

pub(crate) fn find_session() -> Doc {
    expanded(of_one("getSession")).answers::<Session>(StatusCode::OK, "The session.")
}

pub(crate) fn end_session() -> Doc {
    of_one("disableSession").empty(StatusCode::NO_CONTENT, "It has ended.")
}

pub(crate) fn extend_session() -> Doc {
    of_one("extendSession").answers::<Session>(StatusCode::OK, "The session as it is now.")
}

pub(crate) fn impersonate() -> Doc {
    of_identity("impersonateIdentity", IMPERSONATION)
        .takes::<ImpersonationAsked>()
        .answers::<ImpersonationBegun>(StatusCode::CREATED, "The session, or where it begins.")
        .refuses(&[413])
}

pub(crate) fn stop_impersonating() -> Doc {
    of_identity("stopImpersonatingIdentity", IMPERSONATION)
        .asking(&TOKENS)
        .empty(StatusCode::NO_CONTENT, "It has ended.")
}
