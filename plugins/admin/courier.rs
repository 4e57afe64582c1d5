//! The courier: mail that waits to be sent and what became of the rest, for the API and the console alike.

use std::{cmp::Reverse, collections::HashSet};

use portcullis_core::{
    catalogue::Code,
    id::MailId,
    mail::{Occasion, PostedMail},
};
use portcullis_kit::{Failure, pages::Place};

use crate::desk::Desk;

/// The states of mail, in the words of the dialect.
pub(crate) const STATES: [&str; 4] = ["queued", "processing", "sent", "abandoned"];

/// Mail in this state and to this address, the newest first.
pub(crate) async fn list(
    desk: &Desk,
    state: Option<&str>,
    recipient: Option<&str>,
) -> Result<Vec<PostedMail>, Failure> {
    let mut mails = all(desk).await?;
    mails.retain(|mail| {
        let is_theirs = |wanted: &str| mail.recipient.eq_ignore_ascii_case(wanted);
        state.is_none_or(|wanted| mail.state() == wanted) && recipient.is_none_or(is_theirs)
    });
    mails.sort_by_key(|mail| Reverse((mail.created_at, mail.id)));
    Ok(mails)
}

/// All mail that is known. What ends between both questions is known as ended.
async fn all(desk: &Desk) -> Result<Vec<PostedMail>, Failure> {
    let courier = &desk.services.courier;
    let mut mails = courier.waiting().await?;
    let past = courier.past().await?;
    let ended: HashSet<MailId> = past.iter().map(|mail| mail.id).collect();
    mails.retain(|mail| !ended.contains(&mail.id));
    mails.extend(past);
    Ok(mails)
}

/// Where a mail stands among the others, the newest of which is first.
pub(crate) fn place(mail: &PostedMail) -> Place<MailId> {
    Place::newest_first(mail.created_at, mail.id)
}

/// The mail of this id, as long as it is known.
pub(crate) async fn find(desk: &Desk, id: &str) -> Result<PostedMail, Failure> {
    let mut mails = all(desk).await?.into_iter();
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
