//! Waiting for a condition: poll until it holds or a deadline passes, never for a fixed time.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

/// Long enough for a loaded machine; a condition that holds ends the wait at once.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// Polls `probe` until it answers something, and fails the test when it never does.
pub(crate) async fn wait_until<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    wait_within(PATIENCE, what, probe).await
}

/// Like [`wait_until`], with a deadline of its own: the claim is that it happens in time.
pub(crate) async fn wait_within<T>(
    patience: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + patience;
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Some(found) = probe().await {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "gave up after {patience:?} waiting for {what}"
        );
    }
}
