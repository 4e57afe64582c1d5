//! The counter at which one asks which mail waits, and what became of the rest.

use std::time::Duration;

use async_trait::async_trait;
use portcullis_core::{
    mail::{Courier, PastMail, PostedMail, QueuedMail, Stand},
    store::StoreError,
};

use super::queue::Queue;

/// How many of either are told of at most.
const MOST: u64 = 10_000;

/// No mail waits longer for its turn.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Knows what waits in the queue, where there is one.
#[derive(Debug)]
pub(super) struct Counter(pub(super) Option<Queue>);

#[async_trait]
impl Courier for Counter {
    async fn waiting(&self) -> Result<Vec<PostedMail>, StoreError> {
        let Some(queue) = &self.0 else {
            return Ok(Vec::new());
        };
        let far = queue.clock.now() + LONGEST;
        let mails = queue.mails.due(far, MOST).await?;
        Ok(mails.iter().filter_map(|mail| told(queue, mail)).collect())
    }

    async fn past(&self) -> Result<Vec<PostedMail>, StoreError> {
        let Some(queue) = &self.0 else {
            return Ok(Vec::new());
        };
        let mails = queue.mails.past(queue.clock.now(), MOST).await?;
        Ok(mails.iter().filter_map(|mail| past(queue, mail)).collect())
    }
}

/// What is told of a mail; nothing of one that nobody is to have, or that another key sealed.
fn told(queue: &Queue, mail: &QueuedMail) -> Option<PostedMail> {
    let about = queue.open(mail)?.about()?;
    Some(PostedMail {
        id: mail.id,
        recipient: about.to,
        occasion: about.occasion,
        tries: mail.tries,
        created_at: mail.created_at,
        stand: Stand::Waiting {
            due_at: mail.due_at,
            expires_at: mail.expires_at,
        },
    })
}

/// The same of a mail that waits no more.
fn past(queue: &Queue, mail: &PastMail) -> Option<PostedMail> {
    let about = queue.recall(mail)?;
    Some(PostedMail {
        id: mail.id,
        recipient: about.to,
        occasion: about.occasion,
        tries: mail.tries,
        created_at: mail.created_at,
        stand: Stand::Ended {
            ending: mail.ending,
            at: mail.ended_at,
        },
    })
}
