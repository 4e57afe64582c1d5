//! `get-redirect-uri`: what to register at a provider. Works before the provider is configured,
//! because its client cannot be made without it.

use portcullis_core::id::ProviderId;
use serde_json::json;

use super::{Common, Failure, Output, desk};
use crate::gateway;

/// Prints the URI.
pub(super) fn run(common: &Common, provider: &str) -> Result<(), Failure> {
    let Ok(id) = provider.parse::<ProviderId>() else {
        let usage = "a provider's id is 1 to 64 of the characters a-z A-Z 0-9 _ -";
        return Err(Failure::Usage(usage.to_owned()));
    };
    let config = desk::configuration(common)?;
    if !config.providers.contains_key(id.as_str()) {
        eprintln!("note: no provider {id} is configured yet");
    }
    let uri = gateway::addresses(&config)
        .map_err(|e| Failure::refused(&e))?
        .redirect_uri(&id);
    match common.output {
        Output::Json => common
            .output
            .print(&json!({"provider": id, "redirect_uri": uri})),
        Output::Table => println!("{uri}"),
    }
    Ok(())
}
