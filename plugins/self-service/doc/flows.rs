//! What is said of the endpoints of flows.

use http::StatusCode;
use portcullis_kit::doc::{
    Doc,
    schema::{flag, number_from, text, word},
};
use utoipa::ToSchema;

use super::{
    ANYBODY, FLOW, SESSION, begins, fields, of_flow,
    shape::{
        answer::{Registered, SignedIn},
        first_api::ProfileFlow,
        flow::{LoginFlow, MailedFlow, RegistrationFlow, SettingsFlow},
        sent::{LoginSent, MailedSent, ProfileSent, RegistrationSent, SettingsSent},
    },
    spoken,
};

const LOGIN: &str = "login";
const REGISTRATION: &str = "registration";
const SETTINGS: &str = "settings";
const RECOVERY: &str = "recovery";
const VERIFICATION: &str = "verification";
const FIRST_API: &str = "profile";

/// Where a flow leads in the end.
fn leading(doc: Doc) -> Doc {
    let what = "Where the browser goes in the end: an own address, or one that is allowed.";
    doc.query("return_to", text(), what)
}

/// A browser's flow begins.
fn by_browser<T: ToSchema>(name: &'static str, tag: &'static str) -> Doc {
    let doc = Doc::new(name, tag).for_people().asking(&ANYBODY);
    let doc = begins::<T>(spoken(leading(doc)));
    doc.redirects("The browser goes to the flow's page, or elsewhere.")
        .header("Set-Cookie", "The cookie that the flow is bound to.")
        .refuses(&[401, 403, 422])
}

/// An application's flow begins.
fn by_application<T: ToSchema>(name: &'static str, tag: &'static str) -> Doc {
    begins::<T>(spoken(leading(Doc::new(name, tag))))
}

/// An application's flow begins, which a browser can help with.
fn with_browser(doc: Doc) -> Doc {
    let what = "Whether it is told a code to exchange a browser's session by; wants `return_to`.";
    doc.query("return_session_token_exchange_code", flag(), what)
}

/// The flow is shown.
fn shown<T: ToSchema>(name: &'static str, tag: &'static str) -> Doc {
    of_flow(Doc::new(name, tag).asking(&FLOW), "id")
        .answers::<T>(StatusCode::OK, "The flow.")
        .refuses(&[401, 503])
}

/// The form of a flow is submitted.
fn submitted<Sent: ToSchema, Told: ToSchema, Flow: ToSchema>(
    name: &'static str,
    tag: &'static str,
) -> Doc {
    let doc = Doc::new(name, tag).for_people().asking(&FLOW);
    let doc = fields::<Sent>(of_flow(spoken(doc), "flow"));
    doc.answers::<Told>(StatusCode::OK, "It is done, or goes on.")
        .or_page()
        .redirects("The browser goes on: elsewhere, or back to the form.")
        .refuses(&[401, 409, 422, 429, 502, 503])
        .complains::<Flow>(400)
}

/// What can be asked of a new sign-in.
fn demanding(doc: Doc) -> Doc {
    let aal = "How strongly somebody has to be signed in.";
    doc.query(
        "refresh",
        flag(),
        "Whether somebody signed in proves it again.",
    )
    .query("aal", word(["aal1", "aal2"]), aal)
    .query(
        "scope",
        text(),
        "What applications want to know: scopes, with spaces between.",
    )
}

/// What somebody is made to do on the way.
fn acting(doc: Doc) -> Doc {
    let what = "What they are to do, by alias.";
    doc.query("kc_action", text(), what)
        .query(
            "max_age",
            number_from(0),
            "How many seconds ago they may have proved who they are.",
        )
        .query(
            "prompt",
            text(),
            "`login`: they prove it again; `select_account`: at the provider, too.",
        )
}

pub(crate) fn login_browser() -> Doc {
    let doc = by_browser::<LoginFlow>("createBrowserLoginFlow", LOGIN);
    let what = "The provider that is offered first, or gone to.";
    acting(demanding(doc))
        .query("provider", text(), what)
        .refuses(&[404])
}

pub(crate) fn login_native() -> Doc {
    let doc = by_application::<LoginFlow>("createNativeLoginFlow", LOGIN).asking(&ANYBODY);
    with_browser(demanding(doc)).refuses(&[401])
}

pub(crate) fn login_shown() -> Doc {
    shown::<LoginFlow>("getLoginFlow", LOGIN)
}

pub(crate) fn login_submitted() -> Doc {
    submitted::<LoginSent, SignedIn, LoginFlow>("updateLoginFlow", LOGIN)
}

/// Whom a registration makes.
fn of_schema(doc: Doc) -> Doc {
    doc.query(
        "identity_schema",
        text(),
        "The schema of whoever registers.",
    )
    .query(
        "scope",
        text(),
        "What applications want to know: scopes, with spaces between.",
    )
}

pub(crate) fn registration_browser() -> Doc {
    of_schema(by_browser::<RegistrationFlow>(
        "createBrowserRegistrationFlow",
        REGISTRATION,
    ))
}

pub(crate) fn registration_native() -> Doc {
    let name = "createNativeRegistrationFlow";
    with_browser(of_schema(by_application::<RegistrationFlow>(
        name,
        REGISTRATION,
    )))
}

pub(crate) fn registration_shown() -> Doc {
    shown::<RegistrationFlow>("getRegistrationFlow", REGISTRATION)
}

pub(crate) fn registration_submitted() -> Doc {
    let name = "updateRegistrationFlow";
    submitted::<RegistrationSent, Registered, RegistrationFlow>(name, REGISTRATION)
}

pub(crate) fn settings_browser() -> Doc {
    acting(by_browser::<SettingsFlow>(
        "createBrowserSettingsFlow",
        SETTINGS,
    ))
    .asking(&SESSION)
}

pub(crate) fn settings_native() -> Doc {
    by_application::<SettingsFlow>("createNativeSettingsFlow", SETTINGS)
        .asking(&SESSION)
        .refuses(&[401, 403])
}

pub(crate) fn settings_shown() -> Doc {
    shown::<SettingsFlow>("getSettingsFlow", SETTINGS).asking(&SESSION)
}

pub(crate) fn settings_submitted() -> Doc {
    let name = "updateSettingsFlow";
    submitted::<SettingsSent, SettingsFlow, SettingsFlow>(name, SETTINGS).asking(&SESSION)
}

pub(crate) fn settings_continued() -> Doc {
    let doc = Doc::new("continueSettingsFlow", SETTINGS).for_people();
    of_flow(spoken(doc), "flow")
        .asking(&SESSION)
        .answers::<SettingsFlow>(StatusCode::OK, "The change is made, or goes on.")
        .redirects("The browser goes on.")
        .refuses(&[400, 401, 409, 422, 429, 502, 503])
}

pub(crate) fn recovery_browser() -> Doc {
    by_browser::<MailedFlow>("createBrowserRecoveryFlow", RECOVERY)
}

pub(crate) fn recovery_native() -> Doc {
    by_application::<MailedFlow>("createNativeRecoveryFlow", RECOVERY)
}

pub(crate) fn recovery_shown() -> Doc {
    shown::<MailedFlow>("getRecoveryFlow", RECOVERY)
}

pub(crate) fn recovery_submitted() -> Doc {
    submitted::<MailedSent, MailedFlow, MailedFlow>("updateRecoveryFlow", RECOVERY)
}

pub(crate) fn recovery_linked() -> Doc {
    linked("openRecoveryLink", RECOVERY)
}

pub(crate) fn verification_browser() -> Doc {
    by_browser::<MailedFlow>("createBrowserVerificationFlow", VERIFICATION)
}

pub(crate) fn verification_native() -> Doc {
    by_application::<MailedFlow>("createNativeVerificationFlow", VERIFICATION)
}

pub(crate) fn verification_shown() -> Doc {
    shown::<MailedFlow>("getVerificationFlow", VERIFICATION)
}

pub(crate) fn verification_submitted() -> Doc {
    submitted::<MailedSent, MailedFlow, MailedFlow>("updateVerificationFlow", VERIFICATION)
}

pub(crate) fn verification_linked() -> Doc {
    linked("openVerificationLink", VERIFICATION)
}

/// The page of a mailed link.
fn linked(name: &'static str, tag: &'static str) -> Doc {
    let doc = of_flow(super::page(name, tag), "flow").refuses(&[503]);
    spoken(doc).query("token", text(), "What the link brings.")
}

pub(crate) fn first_begun() -> Doc {
    by_browser::<ProfileFlow>("initProfileManagement", FIRST_API).asking(&SESSION)
}

pub(crate) fn first_shown() -> Doc {
    of_flow(
        Doc::new("getProfileManagementRequest", FIRST_API),
        "request",
    )
    .asking(&SESSION)
    .answers::<ProfileFlow>(StatusCode::OK, "The flow.")
    .refuses(&[401, 503])
}

pub(crate) fn first_submitted() -> Doc {
    let doc = Doc::new("completeProfileManagement", FIRST_API).for_people();
    fields::<ProfileSent>(of_flow(doc, "request"))
        .asking(&SESSION)
        .answers::<ProfileFlow>(StatusCode::OK, "The flow; what was sent is saved.")
        .redirects("The browser goes back to the form.")
        .refuses(&[401, 422, 429, 503])
        .complains::<ProfileFlow>(400)
}
