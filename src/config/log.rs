//! `[log]`: what the gateway tells about itself, and how.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text;

/// Logging.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Least important level that is told; default `info`. `RUST_LOG` overrides it.
    #[serde(deserialize_with = "text::word")]
    pub level: LogLevel,
    /// Default `auto`.
    #[serde(deserialize_with = "text::word")]
    pub format: LogFormat,
}

/// How important a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something looks wrong.
    Warn,
    /// What happened.
    #[default]
    Info,
    /// How it happened.
    Debug,
    /// Every step.
    Trace,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text in a terminal, JSON otherwise.
    #[default]
    Auto,
    /// One JSON object.
    Json,
    /// For people.
    Text,
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        })
    }
}
