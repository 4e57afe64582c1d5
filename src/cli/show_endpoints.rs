//! `show-endpoints`: every address that is to be known elsewhere, at providers first of all.

use portcullis_core::{
    administration::{ProviderAdministration, ProviderRecord, SignOutAddresses},
    id::ProviderId,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Common, Failure, Output, providers::errand::Errand, remote::Remote};

/// Prints the gateway's addresses with those that it listens on, and those to register at each provider.
pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        let gateway = remote.addresses(None).await?;
        let records = remote.providers().await?;
        let own = |record: &Value| {
            let mut told = json!({});
            for name in OF_PROVIDERS {
                told[name] = record[name].clone();
            }
            told
        };
        let providers: Vec<_> = records.iter().map(own).collect();
        print(common.output, gateway, &providers)
    });
    if let Some(done) = remote {
        return done;
    }
    Errand::run(common, async |errand| {
        let listen = &errand.config().listen;
        let addresses = &errand.foundation().addresses;
        let gateway = json!({
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
        print(common.output, gateway, &providers)
    })
}

fn print(output: Output, mut gateway: Value, providers: &[Value]) -> Result<(), Failure> {
    match output {
        Output::Json => {
            gateway["providers"] = json!(providers);
            output.print(&gateway)
        }
        Output::Table => {
            output.print(&gateway)?;
            providers
                .iter()
                .try_for_each(|provider| output.print(provider))
        }
    }
}

/// What is told of a provider.
const OF_PROVIDERS: [&str; 5] = [
    "id",
    "redirect_uri",
    "post_logout_redirect_uri",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
];

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
