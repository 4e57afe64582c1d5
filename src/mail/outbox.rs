//! The bounded queue before the mail server: taking a mail never waits, sending it is tried a few
//! times.

use std::{io, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use lettre::Message;
use portcullis_core::mail::{Letter, Mail, MailError, Mailer};
use tokio::sync::mpsc;
use url::Url;

use super::{
    smtp::{Delivery, Smtp},
    wording::Wording,
};

/// How many mails may wait.
const QUEUE: usize = 1024;

/// How many are on their way at a time; one that is put off keeps no other waiting.
const AT_ONCE: usize = 16;

/// The pauses before trying again. Servers that put strangers off do so for a minute or more.
const PAUSES: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(90),
    Duration::from_secs(600),
];

/// Takes mail in.
#[derive(Debug)]
pub(super) struct Outbox(Out);

#[derive(Debug)]
enum Out {
    Server(Box<Smtp>, mpsc::Sender<Item>),
    /// Standard error, for whoever tries the gateway out.
    Terminal(Pen),
    Nowhere,
}

/// What waits in the queue.
#[derive(Debug)]
enum Item {
    Written(Box<Message>),
    Unworded(Letter),
}

/// Words letters.
#[derive(Debug)]
pub(super) struct Pen {
    wording: Arc<Wording>,
    gate: String,
}

impl Pen {
    /// A pen of the gateway at this URL.
    pub(super) fn new(wording: Arc<Wording>, public_url: &Url) -> Self {
        let gate = public_url.host_str().unwrap_or("the gate").to_owned();
        Self { wording, gate }
    }

    fn word(&self, letter: &Letter) -> Option<Mail> {
        self.wording.worded(letter, &self.gate)
    }
}

/// Mail that was taken and not sent yet.
#[derive(Debug)]
pub(super) struct Unsent {
    smtp: Smtp,
    pen: Pen,
    queue: mpsc::Receiver<Item>,
}

impl Outbox {
    /// The two ends of the queue; without a server there is none, and no mail is taken.
    pub(super) fn new(smtp: Option<Smtp>, pen: Pen) -> (Self, Option<Unsent>) {
        let Some(smtp) = smtp else {
            return (Self(Out::Nowhere), None);
        };
        let (sender, queue) = mpsc::channel(QUEUE);
        let unsent = Unsent {
            smtp: smtp.clone(),
            pen,
            queue,
        };
        (Self(Out::Server(Box::new(smtp), sender)), Some(unsent))
    }

    /// Shows mail on standard error instead of sending it. The log never holds any of it.
    pub(super) fn terminal(pen: Pen) -> Self {
        Self(Out::Terminal(pen))
    }
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        match &self.0 {
            Out::Server(smtp, sender) => {
                let message = smtp.write(mail)?;
                let item = Item::Written(Box::new(message));
                sender.try_send(item).map_err(|_| MailError::Full)
            }
            Out::Terminal(_) => {
                // Whoever has closed it does not want to know.
                let _ = show(&mail, &mut io::stderr());
                Ok(())
            }
            Out::Nowhere => {
                tracing::info!("a mail is not sent: no [mail] url is configured");
                Err(MailError::NotConfigured)
            }
        }
    }

    async fn post(&self, letter: Letter) -> Result<(), MailError> {
        match &self.0 {
            Out::Server(_, sender) => {
                let item = Item::Unworded(letter);
                sender.try_send(item).map_err(|_| MailError::Full)
            }
            Out::Terminal(pen) => match pen.word(&letter) {
                Some(mail) => self.send(mail).await,
                None => Err(MailError::Invalid {
                    reason: "its template fails",
                }),
            },
            Out::Nowhere => Err(MailError::NotConfigured),
        }
    }

    fn is_configured(&self) -> bool {
        !matches!(self.0, Out::Nowhere)
    }
}

fn show(mail: &Mail, out: &mut dyn io::Write) -> io::Result<()> {
    let Mail {
        to, subject, text, ..
    } = mail;
    writeln!(out, "\n  Mail to {to}: {subject}\n\n{text}")
}

impl Unsent {
    /// Runs until nobody can put mail in any more.
    pub(super) async fn run(self) {
        let Self { smtp, pen, queue } = self;
        let mails = stream::unfold(queue, async |mut queue| {
            let next = queue.recv().await?;
            Some((next, queue))
        });
        mails
            .for_each_concurrent(AT_ONCE, async |item| {
                if let Some(message) = written(&smtp, &pen, item) {
                    deliver(&smtp, message).await;
                }
            })
            .await;
    }
}

fn written(smtp: &Smtp, pen: &Pen, item: Item) -> Option<Message> {
    let letter = match item {
        Item::Written(message) => return Some(*message),
        Item::Unworded(letter) => letter,
    };
    let written = smtp.write(pen.word(&letter)?);
    written
        .inspect_err(|error| tracing::warn!(%error, "a letter is not sent"))
        .ok()
}

async fn deliver(smtp: &Smtp, message: Message) {
    if !matches!(attempt(smtp, &message).await, Delivery::Taken) {
        tracing::warn!("a mail is given up: the mail server does not take it");
    }
}

/// Tries until the mail server decides or all pauses are over; says how it ended.
async fn attempt(smtp: &Smtp, message: &Message) -> Delivery {
    for pause in PAUSES {
        match smtp.deliver(message).await {
            Delivery::PutOff => tokio::time::sleep(pause).await,
            decided => return decided,
        }
    }
    smtp.deliver(message).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_on_the_terminal_tells_all_that_its_reader_needs() {
        let mail = Mail {
            to: "ada@example.org".to_owned(),
            subject: "A code".to_owned(),
            text: "It is 123456.\n".to_owned(),
            html: Some("<p>It is 123456.</p>".to_owned()),
        };
        let mut shown = Vec::new();
        show(&mail, &mut shown).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert_eq!(
            shown,
            "\n  Mail to ada@example.org: A code\n\nIt is 123456.\n\n"
        );
    }

    #[tokio::test]
    async fn a_terminal_takes_mail_without_a_server() {
        let wording = Arc::new(Wording::load(None).unwrap());
        let gate = Url::parse("https://gate.example.org").unwrap();
        let outbox = Outbox::terminal(Pen::new(wording, &gate));
        assert!(outbox.is_configured());
    }
}
