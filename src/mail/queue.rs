//! The queue of mail: kept sealed in the record, so that nothing is lost when a node stops, and sent by
//! whichever node takes it. A mail is tried a few times, with ever longer pauses.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use portcullis_core::{clock::Clock, entropy::Entropy, mail::Mail, seal::Seal, store::StoreError};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::smtp::{Delivery, Smtp};
use crate::store::{QueuedMail, QueuedMails};

/// How many are on their way at a time.
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

/// How often the queue is looked at for what other nodes left behind.
const ROUND: Duration = Duration::from_secs(5);

/// How long whoever takes a mail has it: longer than any conversation with a mail server.
const LEASE: Duration = Duration::from_secs(120);

/// How long to wait for the record before trying again to put a mail into it.
const PATIENCE: Duration = Duration::from_secs(1);

/// What mails are sealed for.
const PURPOSE: &str = "mail";

/// A queue and where its mail goes.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) mails: QueuedMails,
    pub(super) seal: Seal,
    pub(super) smtp: Smtp,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
}

/// A mail as it is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    to: String,
    subject: String,
    text: String,
    html: Option<String>,
}

impl Queue {
    /// Puts a mail in that is worth sending for this long, however long the record is away.
    pub(super) async fn keep(&self, mail: &Mail, lifespan: Duration) {
        let Some(sealed) = self.sealed(mail) else {
            return tracing::error!("a mail is not kept: it cannot be sealed");
        };
        let now = self.clock.now();
        let queued = QueuedMail {
            id: Uuid::from_bytes((&*self.entropy as &dyn Entropy).bytes()),
            sealed,
            tries: 0,
            due_at: now,
            expires_at: now + lifespan,
        };
        while let Err(error) = self.mails.put(&queued).await {
            tracing::warn!(%error, "a mail waits for the record");
            tokio::time::sleep(PATIENCE).await;
        }
    }

    /// Sends what is due whenever the bell rings, and now and then; ends once nobody can ring it any
    /// more.
    pub(super) async fn run(&self, mut bell: mpsc::Receiver<()>) {
        loop {
            let sent = self.send_due().await;
            let pause = sent.unwrap_or_else(|error| {
                tracing::warn!(%error, "mail waits for the record");
                ROUND
            });
            tokio::select! {
                rung = bell.recv() => if rung.is_none() {
                    break;
                },
                () = tokio::time::sleep(pause) => {}
            }
        }
        if let Err(error) = self.send_due().await {
            tracing::warn!(%error, "mail waits for the record");
        }
    }

    /// Sends what is due; says how long until something is due again.
    async fn send_due(&self) -> Result<Duration, StoreError> {
        let mut pause = ROUND;
        loop {
            let most = AT_ONCE.try_into().unwrap_or(1);
            let due = self.mails.due(self.clock.now(), most).await?;
            if due.is_empty() {
                return Ok(pause);
            }
            let mut sent = FuturesUnordered::new();
            for mail in &due {
                sent.push(self.send(mail));
            }
            while let Some(again) = sent.next().await {
                pause = again?.map_or(pause, |again| again.min(pause));
            }
        }
    }

    /// Sends a mail, if nobody else does; says after what pause it is to be tried again.
    async fn send(&self, mail: &QueuedMail) -> Result<Option<Duration>, StoreError> {
        let until = self.clock.now() + LEASE;
        let Some(mail) = self.mails.take(mail, until).await? else {
            return Ok(None);
        };
        let delivery = match self.clock.now() < mail.expires_at {
            true => self.deliver(&mail).await,
            false => Delivery::Refused,
        };
        let tried = usize::try_from(mail.tries).unwrap_or(usize::MAX);
        match delivery {
            Delivery::Taken => self.mails.remove(mail.id).await?,
            Delivery::PutOff if let Some(pause) = PAUSES.get(tried.saturating_sub(1)) => {
                let due_at = self.clock.now() + *pause;
                self.mails.put_off(mail.id, due_at).await?;
                return Ok(Some(*pause));
            }
            Delivery::PutOff | Delivery::Refused => {
                tracing::warn!("a mail is given up: the mail server does not take it in time");
                self.mails.remove(mail.id).await?;
            }
        }
        Ok(None)
    }

    async fn deliver(&self, mail: &QueuedMail) -> Delivery {
        let Some(opened) = self.opened(&mail.sealed) else {
            tracing::warn!("a mail is not sent: it was sealed with another key");
            return Delivery::Refused;
        };
        match self.smtp.write(opened, mail.id) {
            Ok(message) => self.smtp.deliver(&message).await,
            Err(error) => {
                tracing::warn!(%error, "a mail is not sent");
                Delivery::Refused
            }
        }
    }

    fn sealed(&self, mail: &Mail) -> Option<String> {
        let kept = Kept {
            to: mail.to.clone(),
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            html: mail.html.clone(),
        };
        let kept = serde_json::to_vec(&kept).ok()?;
        self.seal.close(PURPOSE, &kept, &*self.entropy)
    }

    fn opened(&self, sealed: &str) -> Option<Mail> {
        let kept = self.seal.open(PURPOSE, sealed)?;
        let Kept {
            to,
            subject,
            text,
            html,
        } = serde_json::from_slice(&kept).ok()?;
        Some(Mail {
            to,
            subject,
            text,
            html,
        })
    }
}
