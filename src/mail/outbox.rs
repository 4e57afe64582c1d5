//! What takes mail: never waiting, into a bounded memory from which it goes to the queue in the record.

use std::{io, sync::Arc, time::Duration};

use async_trait::async_trait;
use portcullis_core::mail::{Letter, Mail, MailError, Mailer};
use tokio::sync::mpsc;
use url::Url;
use uuid::Uuid;

use super::{queue::Queue, smtp::Smtp, wording::Wording};

/// How many mails may wait to be put into the queue.
const ROOM: usize = 1024;

/// How long a mail that brings no proof is worth sending.
const LIFESPAN: Duration = Duration::from_secs(3 * 24 * 60 * 60);

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
    Written(Box<Mail>),
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
    pen: Pen,
    queue: Queue,
    taken: mpsc::Receiver<Item>,
}

impl Outbox {
    /// The two ends; without a server there is none, and no mail is taken.
    pub(super) fn new(to: Option<(Smtp, Queue)>, pen: Pen) -> (Self, Option<Unsent>) {
        let Some((smtp, queue)) = to else {
            return (Self(Out::Nowhere), None);
        };
        let (sender, taken) = mpsc::channel(ROOM);
        let unsent = Unsent { pen, queue, taken };
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
                // What can never be sent is told to whoever wants it sent.
                smtp.write(mail.clone(), Uuid::nil())?;
                let item = Item::Written(Box::new(mail));
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
    /// Runs until nobody can put mail in any more, and what could be sent is sent.
    pub(super) async fn run(self) {
        let Self {
            pen,
            queue,
            mut taken,
        } = self;
        let (bell, rung) = mpsc::channel(1);
        let intake = async {
            while let Some(item) = taken.recv().await {
                if let Some((mail, lifespan)) = written(&pen, item) {
                    queue.keep(&mail, lifespan).await;
                    // It rings already where there is no room.
                    let _ = bell.try_send(());
                }
            }
            drop(bell);
        };
        tokio::join!(intake, queue.run(rung));
    }
}

fn written(pen: &Pen, item: Item) -> Option<(Mail, Duration)> {
    match item {
        Item::Written(mail) => Some((*mail, LIFESPAN)),
        Item::Unworded(letter) => Some((pen.word(&letter)?, letter.lifespan)),
    }
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
        let locales = Arc::new(portcullis_kit::Locales::load(None).unwrap());
        let wording = Arc::new(Wording::load(None, locales).unwrap());
        let gate = Url::parse("https://gate.example.org").unwrap();
        let outbox = Outbox::terminal(Pen::new(wording, &gate));
        assert!(outbox.is_configured());
    }
}
