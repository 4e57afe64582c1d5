//! `show-endpoints`: every address that is to be known elsewhere, at providers first of all.

use portcullis_core::{
    administration::{ProviderAdministration, ProviderRecord, SignOutAddresses},
    id::ProviderId,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Common, Failure, Output, providers::Errand};

/// Prints the gateway's addresses, and those to register at each provider.
pub(super) fn run(common: &Common) -> Result<(), Failure> {
    Errand::run(common, async |errand| {
        let listen = &errand.config().listen;
        let addresses = &errand.foundation().addresses;
        let mut gateway = json!({
            "public_url": addresses.public_url(),
            "own_pages": addresses.own("/"),
            "redirect_uri_pattern": addresses.redirect_uri_pattern(),
            "proxy_listener": listen.proxy,
            "admin_listener": listen.admin,
            "metrics_listener": listen.metrics,
        });
        let records = errand.administration().list().await?;
        errand.mention_trouble().await;
        let providers: Vec<Value> = records.iter().map(|record| json!(told(record))).collect();
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

/// What is to be registered at a provider.
#[derive(Debug, Serialize)]
struct Endpoints<'a> {
    id: &'a ProviderId,
    redirect_uri: &'a str,
    #[serde(flatten)]
    sign_out: &'a SignOutAddresses,
}

fn told(record: &ProviderRecord) -> Endpoints<'_> {
    Endpoints {
        id: &record.id,
        redirect_uri: &record.redirect_uri,
        sign_out: &record.sign_out,
    }
}
