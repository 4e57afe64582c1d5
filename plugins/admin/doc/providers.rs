//! What is said of the endpoints of providers.

use http::StatusCode;
use utoipa::openapi::Required;

use super::{
    Doc,
    schema::{flag, pattern, word},
    shape::provider::{
        Addresses, NewProvider, Provider, ProviderClaims, ProviderDryRun, ProviderGone,
        ProviderStatus, ProviderTable, WholeProvider,
    },
};

const PROVIDERS: &str = "providers";
const MERGE: &str = "application/merge-patch+json";
/// What ids of providers are.
const ID: &str = "^[A-Za-z0-9_-]{1,64}$";

fn of_one(name: &'static str) -> Doc {
    let doc = Doc::new(name, PROVIDERS).path("id", pattern(ID), "The id of the provider.");
    doc.refuses(&[400, 404])
}

/// What becomes of what a provider leaves behind.
fn leaving(doc: Doc) -> Doc {
    let links = "What becomes of links to its accounts when it goes or is switched off.";
    let sessions = "What becomes of sessions that began at it.";
    doc.query("links", word(["keep", "unlink", "refuse"]), links)
        .query("sessions", word(["keep", "revoke"]), sessions)
}

pub(crate) fn list() -> Doc {
    Doc::new("listProviders", PROVIDERS).lists::<Provider>("The providers.")
}

pub(crate) fn add() -> Doc {
    Doc::new("createProvider", PROVIDERS)
        .takes::<NewProvider>()
        .answers::<Provider>(StatusCode::CREATED, "The new provider.")
        .header("Location", "Where it is.")
        .refuses(&[400, 409, 413])
}

pub(crate) fn find() -> Doc {
    of_one("getProvider").answers::<Provider>(StatusCode::OK, "The provider.")
}

pub(crate) fn replace() -> Doc {
    leaving(of_one("updateProvider"))
        .takes::<WholeProvider>()
        .answers::<Provider>(StatusCode::OK, "The provider as it is now.")
        .refuses(&[409, 413])
}

pub(crate) fn patch() -> Doc {
    leaving(of_one("patchProvider"))
        .takes::<ProviderTable>()
        .takes_as::<ProviderTable>(MERGE, Required::True)
        .answers::<Provider>(StatusCode::OK, "The provider as it is now.")
        .refuses(&[409, 413])
}

pub(crate) fn remove() -> Doc {
    leaving(of_one("deleteProvider"))
        .query("dry_run", flag(), "Whether only to tell what hangs on it.")
        .answers::<ProviderGone>(StatusCode::OK, "What became of it, or would.")
        .refuses(&[409])
}

pub(crate) fn status() -> Doc {
    of_one("getProviderStatus").answers::<ProviderStatus>(StatusCode::OK, "How it is.")
}

pub(crate) fn addresses() -> Doc {
    let what = "The id of a provider, there already or not.";
    Doc::new("listEndpoints", PROVIDERS)
        .query("provider", pattern(ID), what)
        .answers::<Addresses>(StatusCode::OK, "The addresses.")
        .refuses(&[400])
}

pub(crate) fn dry_run() -> Doc {
    of_one("dryRunProvider")
        .takes::<ProviderClaims>()
        .answers::<ProviderDryRun>(StatusCode::OK, "What would become of them.")
        .refuses(&[409, 413])
}
