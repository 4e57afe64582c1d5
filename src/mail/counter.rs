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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portcullis_core::{
        mail::{Letter, Mail, MailEnding, MailStore, Occasion},
        seal::Seal,
        secret::Secret,
        testing::{FrozenClock, MemoryStore, SeededEntropy},
    };

    use super::*;
    use crate::mail::queue::Item;

    /// What no administrator is to read: whoever has it gets in.
    const PROOF: &str = "https://gate.test/recovery?token=living-proof";

    fn letter(occasion: Occasion) -> Item {
        Item::Unworded(Letter {
            to: "ada@example.org".to_owned(),
            owner: None,
            occasion,
            locale: "en".to_owned(),
            provider: Some("Example".to_owned()),
            proof: Secret::new(PROOF),
            lifespan: Duration::from_secs(600),
            is_for_nobody: false,
        })
    }

    fn written() -> Item {
        Item::Written(Mail {
            to: "ada@example.org".to_owned(),
            owner: None,
            subject: PROOF.to_owned(),
            text: PROOF.to_owned(),
            html: Some(PROOF.to_owned()),
        })
    }

    /// Asserts that what is remembered holds an address and what it was about, and nothing else.
    fn holds_nothing_else(queue: &Queue, past: &PastMail, about: &str) {
        assert!(!past.sealed.contains("living-proof"));
        let kept = queue.seal.open("past-mail", &past.sealed).unwrap();
        let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
        let members = kept.as_object().unwrap();
        assert!(members.contains_key("occasion") && members.contains_key("to"));
        assert_eq!(members.len(), 2, "{about}");
        assert!(!kept.to_string().contains("living-proof"), "{about}");
        assert_eq!(queue.seal.open("mail", &past.sealed), None, "{about}");
    }

    #[tokio::test]
    async fn nothing_that_a_mail_said_is_told_or_kept_of_any_kind() {
        let clock = Arc::new(FrozenClock::new("2026-11-22T12:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let queue = Queue {
            mails: store.clone(),
            seal: Seal::new(b"a key of the tests, of 32 bytes."),
            clock,
            entropy: Arc::new(SeededEntropy::new(4)),
            history: Duration::from_secs(3600),
        };
        let counter = Counter(Some(queue.clone()));
        let letters = Occasion::ALL.map(|one| (one.as_str(), letter(one)));
        let items = letters.into_iter().chain([("written", written())]);
        for (number, (about, item)) in items.enumerate() {
            let lifespan = Duration::from_secs(600);
            queue.put(queue.stamp(), item, lifespan).await.unwrap();
            let waiting = MailStore::due(&*store, queue.clock.now(), 9).await.unwrap();
            assert!(!waiting[0].sealed.contains("living-proof"), "{about}");
            assert!(!format!("{waiting:?}").contains("living-proof"), "{about}");
            let told = counter.waiting().await.unwrap();
            assert_eq!(told.len(), 1, "{about}");
            assert!(!format!("{told:?}").contains("living-proof"), "{about}");
            let ending = match number % 2 {
                0 => MailEnding::Sent,
                _ => MailEnding::Abandoned,
            };
            queue.end(&waiting[0], ending).await.unwrap();
            assert!(counter.waiting().await.unwrap().is_empty(), "{about}");
            let told = counter.past().await.unwrap();
            assert_eq!(told.len(), number + 1);
            assert!(!format!("{told:?}").contains("living-proof"), "{about}");
            let past = MailStore::past(&*store, queue.clock.now(), 99).await;
            let past = past.unwrap();
            let it = past.iter().find(|one| one.id == waiting[0].id).unwrap();
            holds_nothing_else(&queue, it, about);
        }
    }
}
