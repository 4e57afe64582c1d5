//! The gate on real sockets: raw bytes in, raw bytes at an upstream of the test's own.
#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test")]

#[path = "proxy/answers.rs"]
mod answers;
#[path = "proxy/bodies.rs"]
mod bodies;
#[path = "proxy/client.rs"]
mod client;
#[path = "proxy/gate.rs"]
mod gate;
#[path = "proxy/heads.rs"]
mod heads;
#[path = "proxy/http2.rs"]
mod http2;
#[path = "proxy/http2_blocks.rs"]
mod http2_blocks;
#[path = "proxy/listeners.rs"]
mod listeners;
#[path = "proxy/refused.rs"]
mod refused;
#[path = "proxy/streams.rs"]
mod streams;
#[path = "proxy/turned_away.rs"]
mod turned_away;
#[path = "proxy/upstream.rs"]
mod upstream;
#[path = "proxy/upstreams.rs"]
mod upstreams;
