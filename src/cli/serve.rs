//! `serve`: runs the gateway until it is told to stop.

use super::{Common, Failure, desk};
use crate::{
    config::{Config, Loaded, Sources},
    gateway::{Builder, Gateway},
};

/// Runs the configured gateway.
pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let sources = Sources::of_process(common.config.clone());
    let Loaded {
        config, warnings, ..
    } = desk::loaded(&sources)?;
    serve(Gateway::builder(config).follow(sources).warn_of(warnings))
}

/// Runs a gateway of this configuration.
pub(super) fn run_with(config: Config) -> Result<(), Failure> {
    serve(Gateway::builder(config))
}

fn serve(gateway: Builder) -> Result<(), Failure> {
    gateway.run().map_err(|error| Failure::refused(&error))
}
