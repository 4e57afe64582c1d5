//! The round beside the requests: takes what is due out of the queue, words it and hands it to the mail
//! server. What the server puts off is tried a few times, with ever longer pauses.

use std::{pin::pin, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use lettre::Message;
use portcullis_core::{
    mail::{Mail, MailEnding, QueuedMail},
    store::StoreError,
};
use tokio::sync::mpsc;

use super::{
    pen::Pen,
    queue::{Item, Queue},
    smtp::{Delivery, Smtp},
};

/// How many are on their way at a time; one that stalls keeps no other waiting.
const AT_ONCE: usize = 16;

/// The pauses before trying again. Servers that put strangers off do so for a minute or more.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(90),
    Duration::from_secs(600),
    Duration::from_secs(60 * 60),
    Duration::from_secs(6 * 60 * 60),
];

/// How often to look for mail that was put off, or that another node left behind.
const ROUND: Duration = Duration::from_secs(2);

/// How long whoever takes a mail has it.
const LEASE: Duration = Duration::from_secs(180);

/// How long one attempt may take: it has ended when the mail is somebody else's, also where their
/// clock is ahead.
const ATTEMPT: Duration = Duration::from_secs(120);

/// Mail that was taken in and not sent yet.
#[derive(Debug)]
pub(super) struct Unsent {
    pub(super) round: Round,
    /// Rung when there is new mail; nobody puts any in once it is closed.
    pub(super) bell: mpsc::Receiver<()>,
}

/// From where mail is sent, and how.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) queue: Queue,
    pub(super) smtp: Smtp,
    pub(super) pen: Pen,
}

/// How it went.
enum Ending {
    Sent,
    /// Nobody is to have it.
    Unwanted,
    PutOff,
    /// Another attempt would end the same.
    Hopeless,
}

impl Unsent {
    /// Runs until nobody can put mail in any more, and what could be sent then was; or until `stop`, and
    /// what was under way then was sent or given back.
    pub(super) async fn run(self, stop: impl Future<Output = ()>) {
        let Self { round, mut bell } = self;
        let mut stop = pin!(stop);
        let (mut is_open, mut is_stopped) = (true, false);
        let mut under_way = FuturesUnordered::new();
        loop {
            let room = match is_stopped {
                true => 0,
                false => AT_ONCE.saturating_sub(under_way.len()),
            };
            let taken = beside(round.take(room), &mut under_way).await;
            under_way.extend(taken.into_iter().map(|mail| round.send(mail)));
            if (is_stopped || !is_open) && under_way.is_empty() {
                return;
            }
            tokio::select! {
                biased;
                () = &mut stop, if !is_stopped => is_stopped = true,
                rung = bell.recv(), if is_open && !is_stopped => is_open = rung.is_some(),
                Some(()) = under_way.next(), if !under_way.is_empty() => {}
                () = tokio::time::sleep(ROUND) => {}
            }
        }
    }
}

/// What comes of some work, while what is under way goes on: one of those may be in the middle of a
/// transaction, which on SQLite nobody else writes beside.
async fn beside<T>(
    work: impl Future<Output = T>,
    under_way: &mut FuturesUnordered<impl Future<Output = ()>>,
) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            Some(()) = under_way.next(), if !under_way.is_empty() => {}
        }
    }
}

impl Round {
    /// Takes at most this many of those that are due.
    async fn take(&self, room: usize) -> Vec<QueuedMail> {
        let mut taken = Vec::new();
        if room > 0
            && let Err(error) = self.take_into(&mut taken, room).await
        {
            tracing::warn!(%error, "mail waits for the record");
        }
        taken
    }

    async fn take_into(&self, taken: &mut Vec<QueuedMail>, room: usize) -> Result<(), StoreError> {
        let (mails, now) = (&self.queue.mails, self.queue.clock.now());
        for due in mails.due(now, room.try_into().unwrap_or(1)).await? {
            taken.extend(mails.take(&due, now + LEASE).await?);
        }
        Ok(())
    }

    /// Sends a mail that was taken, and says in the record what became of it.
    async fn send(&self, mail: QueuedMail) {
        let ending = self.attempt(&mail).await;
        if let Err(error) = self.settle(&mail, ending).await {
            tracing::warn!(mail = %mail.id, %error, "a mail waits for the record");
        }
    }

    async fn attempt(&self, mail: &QueuedMail) -> Ending {
        if self.queue.clock.now() >= mail.expires_at {
            return Ending::Hopeless;
        }
        match self.queue.open(mail) {
            Some(Item::Unworded(letter)) if letter.is_for_nobody => Ending::Unwanted,
            Some(item) => match self.message(item, mail) {
                Some(message) => self.deliver(&message).await,
                None => Ending::Hopeless,
            },
            None => {
                // Perhaps another node has the key.
                tracing::warn!(mail = %mail.id, "a mail is not sent: it was sealed with another key");
                Ending::PutOff
            }
        }
    }

    async fn deliver(&self, message: &Message) -> Ending {
        let attempt = tokio::time::timeout(ATTEMPT, self.smtp.deliver(message));
        match attempt.await {
            Ok(Delivery::Taken) => Ending::Sent,
            Ok(Delivery::Refused) => Ending::Hopeless,
            Ok(Delivery::PutOff) | Err(_) => Ending::PutOff,
        }
    }

    fn message(&self, item: Item, mail: &QueuedMail) -> Option<Message> {
        let words: Mail = match item {
            Item::Written(words) => words,
            Item::Unworded(letter) => self.pen.word(&letter)?,
        };
        let written = self.smtp.write(words, (mail.id, mail.created_at));
        written
            .inspect_err(|error| tracing::warn!(mail = %mail.id, %error, "a mail cannot be sent"))
            .ok()
    }

    async fn settle(&self, mail: &QueuedMail, ending: Ending) -> Result<(), StoreError> {
        let mails = &self.queue.mails;
        let again = match ending {
            Ending::Sent => return self.queue.end(mail, MailEnding::Sent).await,
            Ending::Unwanted => return mails.end(mail.id, None).await,
            Ending::PutOff => self.again(mail),
            Ending::Hopeless => None,
        };
        match again {
            Some(due_at) => mails.put_off(mail, due_at).await.map(drop),
            None => {
                tracing::warn!(mail = %mail.id, "a mail is given up: it could not be sent in time");
                self.queue.end(mail, MailEnding::Abandoned).await
            }
        }
    }

    /// When to try a mail again, if it is still of use then.
    fn again(&self, mail: &QueuedMail) -> Option<Timestamp> {
        let tried = usize::try_from(mail.tries).unwrap_or(usize::MAX);
        let pause = PAUSES.get(tried.saturating_sub(1))?;
        let due_at = self.queue.clock.now() + *pause;
        (due_at < mail.expires_at).then_some(due_at)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    /// A mail whose ending is written while others are taken is not left in the middle of it: everybody
    /// who wanted to write waited for it then, and was answered with 503.
    #[tokio::test]
    async fn what_is_under_way_goes_on_while_more_is_taken() {
        let (written, is_written) = oneshot::channel();
        let mut under_way = FuturesUnordered::new();
        under_way.push(async move {
            tokio::task::yield_now().await;
            written.send(()).unwrap();
        });
        let taking = async { is_written.await.is_ok() };
        let taken = tokio::time::timeout(Duration::from_secs(9), beside(taking, &mut under_way));
        assert_eq!(taken.await, Ok(true));
    }
}
