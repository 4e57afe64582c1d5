//! Setting up the log.

use std::{io, sync::Arc};

use portcullis_core::clock::Clock;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, layer::SubscriberExt, util::SubscriberInitExt,
};

use super::{
    line::{JsonLine, TextLine},
    writer::{Flush, LineWriter},
};

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line.
    Json,
    /// Text, for people.
    Text,
    /// Text in colour, for people at a terminal.
    ColouredText,
}

/// The log could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter cannot be read.
    #[error("the log filter cannot be read")]
    Filter(#[source] tracing_subscriber::filter::ParseError),
    /// The writing thread cannot be started.
    #[error("the log cannot be written")]
    Writer(#[source] io::Error),
    /// Somebody set up a log before.
    #[error("there is a log already")]
    Taken(#[source] tracing_subscriber::util::TryInitError),
}

/// Libraries that print frames and heads at their chatty levels. Those may hold cookies and codes,
/// so these libraries never get below `info`, whatever the filter says.
const CAPPED: &[&str] = &[
    "h2",
    "hyper",
    "hyper_util",
    "reqwest",
    "rustls",
    "sqlx",
    "redis",
    "tower",
];

/// Writes everything that `filter` lets through to standard error until the result is dropped.
pub fn install(format: Format, filter: &str, clock: Arc<dyn Clock>) -> Result<Flush, LogError> {
    let (writer, flush) = LineWriter::to(io::stderr()).map_err(LogError::Writer)?;
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(format == Format::ColouredText)
        .with_writer(writer);
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match format {
        Format::Json => Box::new(layer.event_format(JsonLine(clock))),
        Format::Text | Format::ColouredText => Box::new(layer.event_format(TextLine(clock))),
    };
    let filter = EnvFilter::builder()
        .parse(filter)
        .map_err(LogError::Filter)?;
    let layer = layer.with_filter(filter).with_filter(quiet());
    tracing_subscriber::registry()
        .with(layer)
        .try_init()
        .map_err(LogError::Taken)?;
    Ok(flush)
}

fn quiet() -> tracing_subscriber::filter::Targets {
    let info = tracing::level_filters::LevelFilter::INFO;
    tracing_subscriber::filter::Targets::new()
        .with_default(tracing::level_filters::LevelFilter::TRACE)
        .with_targets(CAPPED.iter().map(|&target| (target, info)))
}
