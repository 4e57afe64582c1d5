//! The counter at which one asks which mail waits.

use std::time::Duration;

use async_trait::async_trait;
use portcullis_core::{
    mail::{Courier, QueuedMail, WaitingMail},
    store::StoreError,
};

use super::queue::{Item, Queue};

/// How many are told of at most.
const MOST: u64 = 10_000;

/// No mail waits longer for its turn.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Knows what waits in the queue, where there is one.
#[derive(Debug)]
pub(super) struct Counter(pub(super) Option<Queue>);

#[async_trait]
impl Courier for Counter {
    async fn waiting(&self) -> Result<Vec<WaitingMail>, StoreError> {
        let Some(queue) = &self.0 else {
            return Ok(Vec::new());
        };
        let far = queue.clock.now() + LONGEST;
        let mails = queue.mails.due(far, MOST).await?;
        Ok(mails.iter().filter_map(|mail| told(queue, mail)).collect())
    }
}

/// What is told of a mail; nothing of one that nobody is to have, or that another key sealed.
fn told(queue: &Queue, mail: &QueuedMail) -> Option<WaitingMail> {
    let (recipient, occasion) = match queue.open(mail)? {
        Item::Written(mail) => (mail.to, None),
        Item::Unworded(letter) if letter.is_for_nobody => return None,
        Item::Unworded(letter) => (letter.to, Some(letter.occasion)),
    };
    Some(WaitingMail {
        id: mail.id,
        recipient,
        occasion,
        tries: mail.tries,
        created_at: mail.created_at,
        due_at: mail.due_at,
        expires_at: mail.expires_at,
    })
}
