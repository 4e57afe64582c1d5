//! Mail that waits, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use jiff::Timestamp;

use super::MemoryStore;
use crate::{
    id::MailId,
    mail::{Courier, MailStore, Occasion, PastMail, PostedMail, QueuedMail, Stand},
    store::StoreError,
};

#[async_trait]
impl MailStore for MemoryStore {
    async fn put(&self, mail: &QueuedMail) -> Result<(), StoreError> {
        self.kept().mails.push(mail.clone());
        Ok(())
    }

    async fn due(&self, now: Timestamp, most: u64) -> Result<Vec<QueuedMail>, StoreError> {
        let mut due = self.kept().mails.clone();
        due.retain(|mail| mail.due_at <= now);
        due.sort_by_key(|mail| mail.due_at);
        due.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(due)
    }

    async fn take(
        &self,
        mail: &QueuedMail,
        until: Timestamp,
    ) -> Result<Option<QueuedMail>, StoreError> {
        let mut kept = self.kept();
        let is_it = |one: &&mut QueuedMail| one.id == mail.id && one.due_at == mail.due_at;
        let found = kept.mails.iter_mut().find(is_it);
        Ok(found.map(|found| {
            found.tries += 1;
            found.due_at = until;
            found.clone()
        }))
    }

    async fn put_off(&self, taken: &QueuedMail, due_at: Timestamp) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let is_it = |one: &&mut QueuedMail| one.id == taken.id && one.due_at == taken.due_at;
        let found = kept.mails.iter_mut().find(is_it);
        Ok(found.map(|found| found.due_at = due_at).is_some())
    }

    async fn end(&self, id: MailId, past: Option<&PastMail>) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let before = kept.mails.len();
        kept.mails.retain(|mail| mail.id != id);
        if kept.mails.len() < before {
            kept.past_mails.extend(past.cloned());
        }
        Ok(())
    }

    async fn past(&self, now: Timestamp, most: u64) -> Result<Vec<PastMail>, StoreError> {
        let mut past = self.kept().past_mails.clone();
        past.retain(|mail| now < mail.expires_at);
        past.sort_by_key(|mail| Reverse(mail.created_at));
        past.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(past)
    }
}

/// Here nothing is sealed: the text is an address.
#[async_trait]
impl Courier for MemoryStore {
    async fn waiting(&self) -> Result<Vec<PostedMail>, StoreError> {
        let told = |mail: &QueuedMail| PostedMail {
            id: mail.id,
            recipient: mail.sealed.clone(),
            occasion: Some(Occasion::RecoveryCode),
            tries: mail.tries,
            created_at: mail.created_at,
            stand: Stand::Waiting {
                due_at: mail.due_at,
                expires_at: mail.expires_at,
            },
        };
        Ok(self.kept().mails.iter().map(told).collect())
    }

    async fn past(&self) -> Result<Vec<PostedMail>, StoreError> {
        let told = |mail: &PastMail| PostedMail {
            id: mail.id,
            recipient: mail.sealed.clone(),
            occasion: Some(Occasion::RecoveryCode),
            tries: mail.tries,
            created_at: mail.created_at,
            stand: Stand::Ended {
                ending: mail.ending,
                at: mail.ended_at,
            },
        };
        Ok(self.kept().past_mails.iter().map(told).collect())
    }
}
