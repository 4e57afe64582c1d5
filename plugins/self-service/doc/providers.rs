//! What is said of the ways to providers and back.

use http::StatusCode;
use portcullis_kit::doc::{
    Doc,
    schema::{pattern, text},
};

use super::{
    FORM, PROVIDER, form, of_flow, page,
    shape::{
        LogoutRefused,
        answer::Registered,
        flow::SettingsFlow,
        sent::{LogoutNotice, Pressed, ProviderAnswer},
    },
    spoken,
};

const PROVIDERS: &str = "providers";
/// Going through a provider may fail in each of these ways.
const FAILS: [u16; 9] = [400, 403, 404, 409, 410, 422, 429, 502, 503];

fn of_provider(doc: Doc) -> Doc {
    doc.path("provider", pattern(PROVIDER), "The id of the provider.")
}

pub(crate) fn arrival() -> Doc {
    let doc = Doc::new("completeProviderSignIn", PROVIDERS).for_people();
    of_provider(doc)
        .asking(&["attempts_cookie"])
        .query(
            "state",
            text(),
            "What names the sign-in; it has to be of this browser.",
        )
        .query(
            "code",
            text(),
            "What the provider gives in exchange for tokens.",
        )
        .query("error", text(), "Why it gives nothing.")
        .answers::<Registered>(StatusCode::OK, "Somebody is signed in.")
        .or_page()
        .redirects("Somebody is signed in, or the browser goes to what is missing.")
        .complains::<SettingsFlow>(400)
        .refuses(&FAILS)
        .refuses(&[401])
}

pub(crate) fn arrival_by_form() -> Doc {
    let doc = Doc::new("returnProviderAnswer", PROVIDERS).for_people();
    form::<ProviderAnswer>(of_provider(doc))
        .redirects("The same address with the fields as its query.")
        .refuses(&[404])
}

pub(crate) fn exchange_begun() -> Doc {
    let doc = Doc::new("beginSessionExchange", PROVIDERS).for_people();
    of_flow(doc, "flow")
        .needs("ticket", text(), "What lets one browser in.")
        .redirects("The browser goes to the provider.")
        .refuses(&FAILS)
}

pub(crate) fn exchange_ended() -> Doc {
    let doc = page("endSessionExchange", PROVIDERS).asking(&["csrf_cookie"]);
    of_flow(spoken(doc), "flow").refuses(&[400, 401, 503])
}

pub(crate) fn exchange_agreed() -> Doc {
    let doc = Doc::new("agreeToSessionExchange", PROVIDERS).for_people();
    form::<Pressed>(of_flow(doc, "flow"))
        .asking(&["csrf_cookie"])
        .redirects("The browser goes back to the application.")
        .refuses(&[401, 503])
}

pub(crate) fn signed_out() -> Doc {
    let doc = page("returnFromProviderLogout", PROVIDERS).asking(&["csrf_cookie"]);
    of_provider(spoken(doc))
        .query(
            "state",
            text(),
            "What names the way back; it has to be of this browser.",
        )
        .refuses(&[503])
}

pub(crate) fn front_channel() -> Doc {
    let doc = Doc::new("endSessionsByFrame", PROVIDERS).for_people();
    of_provider(spoken(doc))
        .needs("iss", text(), "The provider's issuer.")
        .needs("sid", text(), "The provider's name of its session.")
        .page("The page that says so.")
        .refuses(&[400, 404, 429, 503])
}

pub(crate) fn back_channel() -> Doc {
    of_provider(Doc::new("endSessionsByToken", PROVIDERS))
        .takes_as::<LogoutNotice>(FORM, utoipa::openapi::Required::True)
        .empty(
            StatusCode::OK,
            "The sessions have ended, or there were none.",
        )
        .refusing_as::<LogoutRefused>(&[400])
        .refuses(&[400, 413, 429, 503])
}
