//! What people can be made to do, in words.

use portcullis_core::action::Action;

use crate::desk::Desk;

/// What an action is called where administrators ask for it.
pub(in crate::console) fn label(action: Action) -> &'static str {
    match action {
        Action::TermsAndConditions => "Accept the terms and conditions",
        Action::UpdatePassword => "Choose a new password",
        Action::VerifyEmail => "Confirm the address",
        Action::UpdateProfile => "Look through the profile",
        Action::VerifyProfile => "Complete the profile",
        Action::ConfigureTotp => "Set up an authenticator app",
        Action::ConfigureRecoveryCodes => "Write down backup codes",
        Action::WebauthnRegister => "Add a security key",
        Action::WebauthnRegisterPasswordless => "Add a passkey",
        Action::DeleteAccount => "Delete the account",
    }
}

/// The actions that administrators can ask for here.
pub(super) fn on_offer(desk: &Desk) -> impl Iterator<Item = Action> {
    let enabled = desk.services.actions.enabled().into_iter();
    enabled.filter(|action| *action != Action::DeleteAccount)
}
