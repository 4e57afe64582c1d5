//! Free ports for processes that cannot report the port they bound.

use std::{
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
};

// Below the kernel's ephemeral range: a port from inside it can become the source port of somebody's
// outgoing connection between its release here and its binding by the process it is meant for.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A loopback port that nobody listens on, and that this process hands out once.
pub(crate) fn free_port() -> u16 {
    // Test binaries that run side by side start their search apart from each other.
    let offset = u16::try_from(std::process::id() * 97 % u32::from(COUNT)).expect("below COUNT");
    (0..COUNT)
        .map(|_| FIRST + (offset + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port")
}
