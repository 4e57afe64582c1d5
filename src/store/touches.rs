//! Writing down when sessions were last used, beside the requests that use them.

use jiff::Timestamp;
use portcullis_core::{secret::TokenHash, session::SessionStore};
use tokio::sync::mpsc;

use super::sessions::SqlSessions;

/// How many uses may wait; what does not fit is noted at the session's next use.
const QUEUE: usize = 1024;

/// A use of a session that is worth writing down.
pub(super) type Touch = (TokenHash, Timestamp);

/// Writes uses down as they come.
#[derive(Debug)]
pub struct Touches {
    sessions: SqlSessions,
    queue: mpsc::Receiver<Touch>,
}

impl Touches {
    /// The two ends of the queue.
    pub(super) fn new(sessions: SqlSessions) -> (mpsc::Sender<Touch>, Self) {
        let (sender, queue) = mpsc::channel(QUEUE);
        (sender, Self { sessions, queue })
    }

    /// Runs until nobody can send any more.
    pub async fn run(mut self) {
        while let Some((token, seen_at)) = self.queue.recv().await {
            if let Err(error) = self.sessions.touch(&token, seen_at).await {
                tracing::warn!(%error, "the use of a session was not written down");
            }
        }
    }
}
