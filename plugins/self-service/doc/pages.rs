//! What is said of pages that only people read, and of what they load.

use portcullis_kit::doc::{
    Doc,
    schema::{flag, id, pattern, text, word},
};

use super::{
    ANYBODY, SESSION, form, page,
    shape::sent::{ImpersonationPressed, SessionsPressed},
    spoken,
};

const PAGES: &str = "pages";
/// What files are called: by what is in them.
const FILE: &str = "^[0-9a-f]{16}\\.(css|js)$";

fn plain(name: &'static str) -> Doc {
    spoken(page(name, PAGES)).asking(&ANYBODY)
}

/// The page of a flow; without one the browser begins it.
fn of_kind(name: &'static str) -> Doc {
    plain(name)
        .query("flow", id(), "The id of the flow.")
        .refuses(&[401, 403, 404, 410, 503])
}

pub(crate) fn start() -> Doc {
    plain("showStart").refuses(&[503])
}

pub(crate) fn login() -> Doc {
    of_kind("showLogin")
}

pub(crate) fn registration() -> Doc {
    of_kind("showRegistration")
}

pub(crate) fn settings() -> Doc {
    let what = "The id of a flow of the first profile API.";
    of_kind("showSettings").query("request", id(), what)
}

pub(crate) fn recovery() -> Doc {
    of_kind("showRecovery")
}

pub(crate) fn verification() -> Doc {
    of_kind("showVerification")
}

pub(crate) fn profile() -> Doc {
    plain("showProfile")
        .query("ended", word(["one", "others"]), "What has just ended.")
        .refuses(&[401, 403, 503])
}

pub(crate) fn profile_sessions() -> Doc {
    let doc = Doc::new("endProfileSessions", PAGES).for_people();
    form::<SessionsPressed>(spoken(doc))
        .asking(&SESSION)
        .redirects("They have ended, and the browser goes back to the page.")
        .refuses(&[401, 403, 503])
}

pub(crate) fn change_password() -> Doc {
    Doc::new("changePassword", PAGES)
        .for_people()
        .redirects("The browser goes to the settings.")
}

pub(crate) fn impersonation() -> Doc {
    let doc = spoken(Doc::new("showImpersonation", PAGES).for_people());
    doc.asking(&SESSION)
        .needs("code", text(), "What an administrator was given.")
        .page("The page that asks whether to begin.")
        .refuses(&[401, 403, 404, 410, 503])
}

pub(crate) fn impersonation_begun() -> Doc {
    let doc = Doc::new("beginImpersonation", PAGES).for_people();
    form::<ImpersonationPressed>(spoken(doc))
        .asking(&SESSION)
        .redirects("It has begun, and the browser goes to the person's own page.")
        .refuses(&[401, 403, 404, 410, 503])
}

pub(crate) fn signed_out() -> Doc {
    plain("showSignedOut")
        .query(
            "still",
            text(),
            "The provider at which somebody is signed in still.",
        )
        .query("deleted", flag(), "Whether an account is gone.")
        .query("return_to", text(), "Where the browser goes on.")
}

pub(crate) fn error() -> Doc {
    let doc = spoken(Doc::new("showError", PAGES).for_people());
    doc.needs("id", id(), "The id of the error.")
        .page("The error.")
        .refuses(&[404, 503])
}

pub(crate) fn assets() -> Doc {
    Doc::new("getAsset", PAGES)
        .path(
            "file",
            pattern(FILE),
            "The name of the file, as pages have it.",
        )
        .text("text/css", "The file.")
        .or_text("text/javascript")
}

pub(crate) fn key_script() -> Doc {
    Doc::new("getWebAuthnJavaScript", PAGES).text(
        "text/javascript",
        "The script of security keys and passkeys.",
    )
}
