//! Keeping what people recognise a linked account by as its provider tells it.

use super::Broker;
use crate::{
    credential::Credential,
    link::{self, Link},
    provider::Claims,
};

impl Broker {
    /// Keeps the account's label with its link, where the provider tells another than before;
    /// nobody is kept out when that fails.
    pub(super) async fn keep_label(&self, credential: &Credential, claims: &Claims) {
        let (Some(told), Some(link)) = (link::label(&claims.document), Link::of(credential)) else {
            return;
        };
        if link.label.as_ref() == Some(&told) {
            return;
        }
        let identifier = link.key.identifier();
        let mut relabelled = credential.clone();
        link::set_label(&mut relabelled.config, told);
        relabelled.updated_at = self.clock.now();
        // In its place only: the link may have been removed meanwhile, and must not come back.
        if let Err(error) = self.credentials.replace(&identifier, &relabelled).await {
            tracing::warn!(%error, "the label of a linked account is not kept");
        }
    }
}
