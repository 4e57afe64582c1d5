//! `get-redirect-uri`: what to register at a provider, as JSON with the addresses for signing out.
//! Works before the provider is configured, because its client cannot be made without it.

use portcullis_core::{administration::SignOutAddresses, id::ProviderId, link::PreparedLink};
use serde::Serialize;
use serde_json::json;

use super::{
    Common, Failure, Output, desk,
    output::{remark, say},
    remote::Remote,
};
use crate::{
    config::Config,
    gateway::{self, Foundation},
};

/// Prints the URI.
pub(super) fn run(common: &Common, provider: &str) -> Result<(), Failure> {
    let Ok(id) = provider.parse::<ProviderId>() else {
        let usage = "a provider's id is 1 to 64 of the characters a-z A-Z 0-9 _ -";
        return Err(Failure::Usage(usage.to_owned()));
    };
    if id.as_str() == PreparedLink::MARK {
        return Err(Failure::Usage(format!(
            "no provider is called \"{id}\": links that are prepared are kept under that word"
        )));
    }
    let remote = Remote::run(&common.reach, async |remote| {
        remotely(common, &id, remote).await
    });
    if let Some(done) = remote {
        return done;
    }
    let config = desk::configuration(common)?;
    if !config.providers.contains_key(id.as_str()) && !is_stored(&config, &id) {
        remark(format_args!("note: no provider {id} is configured yet"));
    }
    let addresses = gateway::addresses(&config).map_err(|e| Failure::refused(&e))?;
    let uri = addresses.redirect_uri(&id);
    match common.output {
        Output::Json => {
            let sign_out = addresses.sign_out(&id);
            common.output.print(&json!(Registered {
                provider: &id,
                redirect_uri: &uri,
                sign_out,
            }))?;
        }
        Output::Table => say(format_args!("{uri}"))?,
    }
    Ok(())
}

/// The same as a running gateway tells it.
async fn remotely(common: &Common, id: &ProviderId, remote: &Remote) -> Result<(), Failure> {
    let known = remote.providers().await?;
    if known.iter().all(|provider| provider["id"] != id.as_str()) {
        remark(format_args!("note: no provider {id} is configured yet"));
    }
    let own = remote.addresses(Some(id)).await?["provider"].take();
    match common.output {
        Output::Json => {
            let mut told = json!({"provider": id});
            for name in [
                "redirect_uri",
                "post_logout_redirect_uri",
                "backchannel_logout_uri",
                "frontchannel_logout_uri",
            ] {
                told[name] = own[name].clone();
            }
            common.output.print(&told)?;
        }
        Output::Table => say(format_args!(
            "{}",
            own["redirect_uri"].as_str().unwrap_or_default()
        ))?,
    }
    Ok(())
}

/// What is to be registered at the provider.
#[derive(Debug, Serialize)]
struct Registered<'a> {
    provider: &'a ProviderId,
    redirect_uri: &'a str,
    #[serde(flatten)]
    sign_out: SignOutAddresses,
}

/// Whether a provider of this name was added at run time, as far as the store can be asked.
fn is_stored(config: &Config, id: &ProviderId) -> bool {
    let Ok(runtime) = desk::runtime() else {
        return false;
    };
    runtime.block_on(async {
        let Ok((foundation, _)) = Foundation::lay(config).await else {
            return false;
        };
        let stored = foundation.store.providers().list().await;
        foundation.close().await;
        stored.is_ok_and(|rows| rows.iter().any(|row| row.id == *id))
    })
}
