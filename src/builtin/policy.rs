//! Whom a configured provider lets in.

use portcullis_core::provider::Policy;

use crate::config;

/// The policy that a table describes.
pub(super) fn policy(table: &config::Provider) -> Result<Policy, String> {
    Ok(Policy {
        enabled: table.enabled,
        link_only: table.link_only,
        create: table.create,
        link: table.link,
        unverified_local: table.unverified_local,
        admission: table.admission()?,
        store_tokens: table.store_tokens,
        logout: table.logout,
        front_channel_logout: table.front_channel_logout,
        notify: table.notify,
    })
}
