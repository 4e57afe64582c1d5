//! `show-endpoints`: every address that is to be known elsewhere, at providers first of all.

use portcullis_core::administration::ProviderAdministration;
use serde_json::{Value, json};

use super::{Common, Failure, Output, desk, providers::Errand};

/// Prints the gateway's addresses, and those to register at each provider.
pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let config = desk::configuration(common)?;
    Errand::run(common, async |errand| {
        let addresses = &errand.foundation().addresses;
        let mut gateway = json!({
            "public_url": addresses.public_url(),
            "own_pages": addresses.own("/"),
            "redirect_uri_pattern": addresses.redirect_uri_pattern(),
            "proxy_listener": config.listen.proxy,
            "admin_listener": config.listen.admin,
            "metrics_listener": config.listen.metrics,
        });
        let records = errand.administration().list().await?;
        errand.mention_trouble();
        let providers: Vec<Value> = records
            .iter()
            .map(|record| {
                let sign_out = addresses.sign_out(&record.id);
                json!({
                    "id": record.id,
                    "redirect_uri": record.redirect_uri,
                    "post_logout_redirect_uri": sign_out.post_logout_redirect_uri,
                    "backchannel_logout_uri": sign_out.backchannel_logout_uri,
                    "frontchannel_logout_uri": sign_out.frontchannel_logout_uri,
                })
            })
            .collect();
        match common.output {
            Output::Json => {
                gateway["providers"] = json!(providers);
                common.output.print(&gateway);
            }
            Output::Table => {
                common.output.print(&gateway);
                providers
                    .iter()
                    .for_each(|provider| common.output.print(provider));
            }
        }
        Ok(())
    })
}
