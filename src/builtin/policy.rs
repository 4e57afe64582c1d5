//! Whom a configured provider lets in.

use portcullis_core::provider::{Policy, SecondFactor};

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
        second_factor: SecondFactor {
            acr_values: table.aal2_acr_values.clone(),
            amr_values: table.aal2_amr_values.clone(),
        },
        asks_again: table.asks_again && !table.preset().never_asks_again,
        store_tokens: table.store_tokens,
        logout: table.logout,
        front_channel_logout: table.front_channel_logout,
        notify: table.notify,
    })
}
