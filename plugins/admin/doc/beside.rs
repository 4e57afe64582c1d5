//! What is said of what the gateway itself answers on the admin listener.

use http::StatusCode;
use portcullis_kit::doc::pages::NUMBER;

use super::{
    Doc,
    schema::pattern,
    shape::beside::{IdentitySchema, Lack, ProvidersHealth, Status, TraitsSchema},
    upkeep::{NAME, SCHEMAS},
};

const ABOUT: &str = "about";

pub(crate) fn alive() -> Doc {
    Doc::new("isAlive", ABOUT).answers::<Status>(StatusCode::OK, "It lives.")
}

pub(crate) fn ready() -> Doc {
    Doc::new("isReady", ABOUT)
        .answers::<Status>(StatusCode::OK, "It can.")
        .answers::<Lack>(StatusCode::SERVICE_UNAVAILABLE, "It lacks something.")
}

pub(crate) fn providers() -> Doc {
    let told = "How each provider is, disabled ones included.";
    Doc::new("getProvidersHealth", ABOUT).answers::<ProvidersHealth>(StatusCode::OK, told)
}

pub(crate) fn list_schemas() -> Doc {
    Doc::new("listIdentitySchemas", SCHEMAS)
        .in_pages(NUMBER)
        .lists::<IdentitySchema>("The schemas.")
        .header("Link", "Where the other pages are (RFC 8288).")
        .header("X-Total-Count", "How many there are in all.")
}

pub(crate) fn find_schema() -> Doc {
    Doc::new("getIdentitySchema", SCHEMAS)
        .path("id", pattern(NAME), "The id of the schema.")
        .answers::<TraitsSchema>(StatusCode::OK, "The document.")
        .refuses(&[400, 404])
}
