//! Setting up the log.

use std::{io, sync::Arc};

use portcullis_core::clock::Clock;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    EnvFilter, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt,
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

/// Libraries that print heads and frames at their chatty levels, and with them cookies and codes:
/// they never get below `info`, whatever the filter says.
const CAPPED: &[&str] = &[
    "h2",
    "hyper",
    "reqwest",
    "rustls",
    "sqlx",
    "redis",
    "tower",
    "tungstenite",
];
/// The proxy framework quotes malformed heads in its errors, so it is not listened to at all; the
/// gate tells in its own words what went wrong.
const SILENCED: &str = "pingora";

/// Writes everything that `filter` lets through to standard error until the result is dropped.
pub fn install(format: Format, filter: &str, clock: Arc<dyn Clock>) -> Result<Flush, LogError> {
    let (writer, flush) = LineWriter::to(io::stderr(), tell_dropped).map_err(LogError::Writer)?;
    let filter = EnvFilter::builder()
        .parse(filter)
        .map_err(LogError::Filter)?;
    let filtered = tracing_subscriber::registry().with(quiet()).with(filter);
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(format == Format::ColouredText)
        .with_writer(writer);
    let installed = match format {
        Format::Json => filtered
            .with(layer.event_format(JsonLine(clock)))
            .try_init(),
        Format::Text | Format::ColouredText => filtered
            .with(layer.event_format(TextLine(clock)))
            .try_init(),
    };
    installed.map_err(LogError::Taken)?;
    Ok(flush)
}

fn tell_dropped(lines: u64) {
    tracing::warn!(
        lines,
        "log lines were dropped, for they came faster than they are taken"
    );
}

fn quiet() -> Targets {
    Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_targets(CAPPED.iter().map(|&target| (target, LevelFilter::INFO)))
        .with_target(SILENCED, LevelFilter::OFF)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn libraries_that_quote_heads_are_kept_quiet() {
        let quiet = quiet();
        assert!(!quiet.would_enable("h2::codec::framed_read", &Level::DEBUG));
        assert!(!quiet.would_enable("hyper_util::client", &Level::TRACE));
        assert!(!quiet.would_enable("pingora_core::protocols", &Level::ERROR));
        assert!(quiet.would_enable("portcullis::access", &Level::INFO));
        assert!(quiet.would_enable("portcullis::store", &Level::TRACE));
    }
}
