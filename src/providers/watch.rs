//! Looks at the sources again and again, and at once when it is asked to by SIGHUP.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    time::{MissedTickBehavior, interval},
};

use super::Keeper;

/// How long a change may go unseen.
pub(super) const PERIOD: Duration = Duration::from_secs(2);

/// Watches for as long as it is run; listens for the signal from the moment it is called.
pub(crate) fn watch(keeper: Arc<Keeper>) -> io::Result<impl Future<Output = ()>> {
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        keeper.take_up().await;
        let mut period = interval(PERIOD);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = period.tick() => keeper.look(false).await,
                _ = hangup.recv() => keeper.look(true).await,
            }
        }
    })
}
