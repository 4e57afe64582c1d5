//! `serve`: runs the gateway until it is told to stop.

use super::{Common, Failure, desk};
use crate::{
    config::{Config, Sources},
    gateway::{Builder, Gateway},
};

/// Runs the configured gateway.
pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let sources = Sources::of_process(common.config.clone());
    serve(Gateway::builder(desk::configuration(common)?).follow(sources))
}

/// Runs a gateway of this configuration.
pub(super) fn run_with(config: Config) -> Result<(), Failure> {
    serve(Gateway::builder(config))
}

fn serve(gateway: Builder) -> Result<(), Failure> {
    gateway.run().map_err(|error| Failure::refused(&error))
}
