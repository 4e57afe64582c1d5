//! What is said of the endpoints of schemas, throttles and mail that waits.

use http::StatusCode;
use portcullis_kit::doc::pages::{MOMENT, NUMBERED_MOMENT};

use super::{
    Doc,
    schema::{address, flag, id, pattern, text, word},
    shape::upkeep::{
        CourierMessage, SchemaChecked, SchemaListed, SchemaShown, SchemaWritten, Throttle,
        TraitsForm,
    },
};
use crate::throttles::kinds;

pub(super) const SCHEMAS: &str = "schemas";
const THROTTLES: &str = "throttles";
const COURIER: &str = "courier";
/// Names as part of a path: nothing that is read in two ways there.
pub(super) const NAME: &str = "^[A-Za-z0-9_-][A-Za-z0-9_.-]*$";

fn of_schema(name: &'static str) -> Doc {
    let doc = Doc::new(name, SCHEMAS).path("id", pattern(NAME), "The id of the schema.");
    doc.refuses(&[400, 404])
}

fn guarded(doc: Doc) -> Doc {
    doc.sent(
        "If-Match",
        text(),
        "The `ETag` of the schema that is changed.",
    )
    .sent("If-None-Match", text(), "`*`: there is none yet.")
    .query(
        "force",
        flag(),
        "Whether to do it although people do not fit or groups in use go.",
    )
    .refuses(&[409, 412])
}

pub(crate) fn list_schemas() -> Doc {
    Doc::new("listSchemas", SCHEMAS).lists::<SchemaListed>("The schemas.")
}

pub(crate) fn find_schema() -> Doc {
    of_schema("getSchema")
        .answers::<SchemaShown>(StatusCode::OK, "The schema.")
        .header("ETag", "Names this very document.")
}

pub(crate) fn put_schema() -> Doc {
    guarded(of_schema("putSchema"))
        .takes::<SchemaWritten>()
        .answers::<SchemaShown>(StatusCode::OK, "The schema as it is now.")
        .header("ETag", "Names this very document.")
        .refuses(&[413])
}

pub(crate) fn check_schema() -> Doc {
    of_schema("checkSchema")
        .takes::<SchemaWritten>()
        .answers::<SchemaChecked>(StatusCode::OK, "How people fit it.")
        .refuses(&[413])
}

pub(crate) fn remove_schema() -> Doc {
    guarded(of_schema("deleteSchema")).empty(StatusCode::NO_CONTENT, "It is gone.")
}

pub(crate) fn form() -> Doc {
    Doc::new("getTraitsForm", SCHEMAS)
        .query(
            "schema_id",
            text(),
            "The schema; otherwise the default one.",
        )
        .answers::<TraitsForm>(StatusCode::OK, "The form.")
        .refuses(&[404])
}

pub(crate) fn list_throttles() -> Doc {
    Doc::new("listThrottles", THROTTLES)
        .in_pages(NUMBERED_MOMENT)
        .query("kind", word(kinds::names()), "Only of this kind.")
        .query("subject", text(), "Only about whoever is known by this.")
        .query("network", address(), "Only where this address is held up.")
        .lists::<Throttle>("The throttles, what ends first before the rest.")
        .header("Link", "Where the other pages are (RFC 8288).")
        .header("X-Total-Count", "How many there are in all.")
}

pub(crate) fn lift_throttle() -> Doc {
    let doc = Doc::new("liftThrottle", THROTTLES);
    doc.path("id", pattern(NAME), "The id of the throttle.")
        .empty(StatusCode::NO_CONTENT, "It has ended.")
        .refuses(&[400, 404])
}

pub(crate) fn list_mails() -> Doc {
    let states = word(crate::courier::STATES);
    Doc::new("listCourierMessages", COURIER)
        .in_pages(MOMENT)
        .query("status", states, "Only in this state.")
        .query("recipient", text(), "Only to this address.")
        .lists::<CourierMessage>("The messages, the newest first.")
        .header("Link", "Where the other pages are (RFC 8288).")
        .header("X-Total-Count", "How many there are in all.")
}

pub(crate) fn find_mail() -> Doc {
    let doc = Doc::new("getCourierMessage", COURIER);
    doc.path("id", id(), "The id of the message.")
        .answers::<CourierMessage>(StatusCode::OK, "The message.")
        .refuses(&[400, 404])
}
