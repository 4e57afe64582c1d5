//! `serve`: runs the gateway until it is told to stop.

use super::{Common, Failure, desk};
use crate::{config::Config, gateway::Gateway};

/// Runs the configured gateway.
pub(super) fn run(common: &Common) -> Result<(), Failure> {
    run_with(desk::configuration(common)?)
}

/// Runs a gateway of this configuration.
pub(super) fn run_with(config: Config) -> Result<(), Failure> {
    Gateway::builder(config)
        .run()
        .map_err(|error| Failure::refused(&error))
}
