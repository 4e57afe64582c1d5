//! What the page of an action says around its form.

use portcullis_core::{
    action::Action,
    flow::{Flow, FlowKind},
};
use url::Url;

use super::{KC_ACTION, status::Status};
use crate::{desk::Desk, remembered};

/// The title of an action's page, and what it says of it.
pub(crate) fn words(flow: &Flow) -> Option<(&'static str, &'static str)> {
    Some(match remembered::action(flow)? {
        Action::TermsAndConditions => (
            "Terms and conditions",
            "Please read the terms, and accept them to go on.",
        ),
        Action::UpdatePassword => (
            "Choose a new password",
            "From now on you sign in with the new one. You are signed out everywhere else.",
        ),
        Action::VerifyEmail => (
            "Confirm your address",
            "We send you mail, to see that the address is yours.",
        ),
        Action::UpdateProfile => (
            "Check your profile",
            "Please look through what is known of you, and correct what is not right.",
        ),
        Action::VerifyProfile => (
            "Complete your profile",
            "Please fill in what is missing before you go on.",
        ),
        Action::ConfigureTotp => (
            "Set up a second step",
            "From now on you sign in with a code that your phone shows, too.",
        ),
        Action::ConfigureRecoveryCodes => (
            "Write down backup codes",
            "They let you in when your second step is not at hand. Each is good once.",
        ),
        Action::WebauthnRegister => (
            "Add a security key",
            "From now on you can confirm with it that it is you.",
        ),
        Action::WebauthnRegisterPasswordless => (
            "Add a passkey",
            "From now on you can sign in with it, without a password.",
        ),
        Action::DeleteAccount => (
            "Delete your account",
            "Everything that is known of you here goes, for good.",
        ),
    })
}

/// The way out of an action's page: what an application asked for can be cancelled, and whoever has
/// to do something can sign out instead.
pub(crate) fn way_out(desk: &Desk, flow: &Flow) -> (&'static str, &'static str, String) {
    match cancelled(desk, flow) {
        Some(back) => ("Changed your mind?", "Cancel", back),
        None => (
            "Not now?",
            "Sign out",
            desk.own("/self-service/logout/browser"),
        ),
    }
}

/// Where the browser goes when its person does not sign in again for an action that `return_to`
/// leads to.
pub(crate) fn refused(desk: &Desk, return_to: &str) -> Option<String> {
    let settings = desk.begin_page(FlowKind::Settings, None);
    let url = Url::parse(return_to).ok()?;
    let value = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value)
    };
    value(KC_ACTION).filter(|_| return_to.starts_with(&settings))?;
    let wanted = value("return_to")?;
    let checked = desk.services.addresses.return_urls.check(&wanted);
    Some(Status::Cancelled.tell(desk, checked.as_ref().map(Url::as_str)))
}

/// Where the browser goes when its person does not do what an application asked for.
pub(crate) fn cancelled(desk: &Desk, flow: &Flow) -> Option<String> {
    let return_to = flow.return_to.as_deref();
    remembered::is_asked(flow).then(|| Status::Cancelled.tell(desk, return_to))
}

/// Where the browser goes when its person has done what an application asked for, and is nobody here
/// any more.
pub(crate) fn done(desk: &Desk, flow: &Flow) -> Option<String> {
    let return_to = flow.return_to.as_deref();
    let is_asked = remembered::is_asked(flow) && return_to.is_some();
    is_asked.then(|| Status::Success.tell(desk, return_to))
}
