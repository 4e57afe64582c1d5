//! `[limits]`: how much one client may ask of the gateway.

use serde::{Deserialize, Serialize};

use super::{finding::Check, rate::Rate, size::ByteSize};

/// Bounds of requests and of attempts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Size of all request headers together, else 431; default `32KiB`.
    pub header_bytes: ByteSize,
    /// Number of request headers, else 431; default `100`.
    pub header_count: usize,
    /// Size of path and query, else 414; default `8KiB`. Where programs ask, 64 KiB at least.
    pub target_bytes: ByteSize,
    /// Size of a body sent to the gateway's own pages, else 413; default `64KiB`.
    pub body_bytes: ByteSize,
    /// Attempts to sign in from one address; default `300/1m`.
    pub sign_ins_per_address: Rate,
    /// Flows started from one address; default `600/1m`.
    pub flows_per_address: Rate,
    /// Registrations from one address that wait for a proof; default `30/10m`.
    pub registrations_per_address: Rate,
    /// Failed attempts to sign in as one identity, longer pauses after each; default `10/5m`.
    pub sign_ins_per_identity: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_bytes: ByteSize::kib(32),
            header_count: 100,
            target_bytes: ByteSize::kib(8),
            body_bytes: ByteSize::kib(64),
            sign_ins_per_address: Rate::new(300, 60),
            flows_per_address: Rate::new(600, 60),
            registrations_per_address: Rate::new(30, 10 * 60),
            sign_ins_per_identity: Rate::new(10, 5 * 60),
        }
    }
}

/// What the least of browsers needs to be served at all.
const LEAST: ByteSize = ByteSize::kib(1);

/// The proxy framework reads no larger request heads.
const MOST_HEADERS: (ByteSize, usize) = (ByteSize::kib(1024), 256);

impl Limits {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        let sizes = [
            ("header_bytes", self.header_bytes),
            ("target_bytes", self.target_bytes),
            ("body_bytes", self.body_bytes),
        ];
        for (key, size) in sizes {
            if size < LEAST {
                check.under(key).problem(format!(
                    "{size} refuses ordinary requests; write {LEAST} or more"
                ));
            }
        }
        let (most_bytes, most_count) = MOST_HEADERS;
        if self.header_bytes > most_bytes {
            check
                .under("header_bytes")
                .problem(format!("{most_bytes} is the most that is read"));
        }
        if self.header_count < 16 || self.header_count > most_count {
            check
                .under("header_count")
                .problem(format!("write a number from 16 to {most_count}"));
        }
    }
}
