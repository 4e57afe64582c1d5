//! The courier: mail that waits to be sent, for the API and the console alike.

use std::cmp::Reverse;

use portcullis_core::{
    catalogue::Code,
    mail::{Occasion, WaitingMail},
};
use portcullis_kit::Failure;

use crate::desk::Desk;

/// Mail that waits, the newest first.
pub(crate) async fn list(
    desk: &Desk,
    recipient: Option<&str>,
) -> Result<Vec<WaitingMail>, Failure> {
    let mut mails = desk.services.courier.waiting().await?;
    if let Some(recipient) = recipient {
        mails.retain(|mail| mail.recipient.eq_ignore_ascii_case(recipient));
    }
    mails.sort_by_key(|mail| Reverse((mail.created_at, mail.id)));
    Ok(mails)
}

/// Where a mail stands among the others: what was written later has the smaller name.
pub(crate) fn place(mail: &WaitingMail) -> String {
    let left = i64::MAX - mail.created_at.as_microsecond();
    format!("{left:020}.{}", mail.id)
}

/// The mail of this id, while it waits.
pub(crate) async fn find(desk: &Desk, id: &str) -> Result<WaitingMail, Failure> {
    let mut mails = desk.services.courier.waiting().await?.into_iter();
    let found = mails.find(|mail| mail.id.to_string() == id);
    found.ok_or_else(|| Code::RecordNotFound.into())
}

/// The template that clients of the dialect know for what a mail is about.
pub(crate) fn template(occasion: Option<Occasion>) -> &'static str {
    match occasion {
        Some(Occasion::RecoveryCode) => "recovery_code_valid",
        Some(Occasion::RecoveryLink | Occasion::ActionsLink) => "recovery_valid",
        Some(Occasion::VerificationCode) => "verification_code_valid",
        Some(Occasion::VerificationLink) => "verification_valid",
        Some(Occasion::SignInCode | Occasion::LinkCode) => "login_code_valid",
        _ => "stub",
    }
}
