//! Whoever may do everything and cannot come in any more: what files say of providers cannot be refused, so it is
//! told.

use portcullis_core::entrances::Outlook;

use super::Keeper;

impl Keeper {
    /// Warns where those who may do everything have ways in, and none of them is open.
    pub(super) async fn tell_of_lockout(&self) {
        match self.parts.entrances.now().await {
            Ok(Outlook::Open) => {}
            Ok(Outlook::Shut) => tracing::warn!(
                code = "last_administrator",
                "nobody with the role admin can sign in: the providers that they are linked to are off or \
                 gone, and they have no other way in; switch one on again, or use create-admin-account"
            ),
            Err(error) => {
                tracing::debug!(%error, "whether administrators can sign in cannot be read now");
            }
        }
    }
}
