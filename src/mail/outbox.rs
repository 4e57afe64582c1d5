//! What takes mail: one insert into the queue, after which the round is woken that sends it.

use std::{io, time::Duration};

use async_trait::async_trait;
use portcullis_core::mail::{Letter, Mail, MailError, Mailer};
use tokio::sync::mpsc;

use super::{
    pen::Pen,
    queue::{Item, Queue},
    sending::{Round, Unsent},
    smtp::Smtp,
};

/// How long a mail that brings no proof is worth sending.
const LIFESPAN: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Takes mail in.
#[derive(Debug)]
pub(super) struct Outbox(Out);

#[derive(Debug)]
enum Out {
    Server(Box<Server>),
    /// Standard error, for whoever tries the gateway out.
    Terminal(Box<Terminal>),
    Nowhere,
}

#[derive(Debug)]
struct Server {
    smtp: Smtp,
    queue: Queue,
    bell: mpsc::Sender<()>,
}

#[derive(Debug)]
struct Terminal {
    pen: Pen,
    /// Where it is remembered what was shown.
    queue: Queue,
}

impl Outbox {
    /// What takes mail, and what sends it; without a server there is neither.
    pub(super) fn new(to: Option<(Smtp, Queue)>, pen: Pen) -> (Self, Option<Unsent>) {
        let Some((smtp, queue)) = to else {
            return (Self(Out::Nowhere), None);
        };
        let (bell, rung) = mpsc::channel(1);
        let round = Round {
            queue: queue.clone(),
            smtp: smtp.clone(),
            pen,
        };
        let unsent = Unsent { round, bell: rung };
        let server = Server { smtp, queue, bell };
        (Self(Out::Server(Box::new(server))), Some(unsent))
    }

    /// Shows mail on standard error instead of sending it. The log never holds any of it.
    pub(super) fn terminal(pen: Pen, queue: Queue) -> Self {
        Self(Out::Terminal(Box::new(Terminal { pen, queue })))
    }
}

impl Terminal {
    async fn send(&self, mail: Mail) {
        // Whoever has closed it does not want to know.
        let _ = show(&mail, &mut io::stderr());
        self.remember(Item::Written(mail)).await;
    }

    async fn post(&self, letter: Letter) -> Result<(), MailError> {
        // Nobody is to have it, and there is nothing to hide from whoever reads the terminal.
        if letter.is_for_nobody {
            return Ok(());
        }
        let Some(mail) = self.pen.word(&letter) else {
            return Err(MailError::Invalid {
                reason: "its template fails",
            });
        };
        let _ = show(&mail, &mut io::stderr());
        self.remember(Item::Unworded(letter)).await;
        Ok(())
    }

    /// What was shown was shown, whatever becomes of the note.
    async fn remember(&self, item: Item) {
        if let Err(error) = self.queue.remember(item).await {
            tracing::warn!(%error, "a mail was shown and is not remembered");
        }
    }
}

impl Server {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let stamp = self.queue.stamp();
        // What can never be sent is told to whoever wants it sent.
        self.smtp.write(mail.clone(), stamp)?;
        self.queue.put(stamp, Item::Written(mail), LIFESPAN).await?;
        self.ring();
        Ok(())
    }

    async fn post(&self, letter: Letter) -> Result<(), MailError> {
        let lifespan = letter.lifespan;
        let item = Item::Unworded(letter);
        self.queue.put(self.queue.stamp(), item, lifespan).await?;
        self.ring();
        Ok(())
    }

    fn ring(&self) {
        // Where there is no room it rings already.
        let _ = self.bell.try_send(());
    }
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        match &self.0 {
            Out::Server(server) => server.send(mail).await,
            Out::Terminal(terminal) => {
                terminal.send(mail).await;
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
            Out::Server(server) => server.post(letter).await,
            Out::Terminal(terminal) => terminal.post(letter).await,
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portcullis_core::{
        mail::{Courier, Occasion},
        seal::Seal,
        secret::Secret,
        testing::{FrozenClock, MemoryStore, SeededEntropy},
    };
    use url::Url;

    use super::*;
    use crate::mail::{counter::Counter, wording::Wording};

    #[test]
    fn a_mail_on_the_terminal_tells_all_that_its_reader_needs() {
        let mail = Mail {
            to: "ada@example.org".to_owned(),
            owner: None,
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

    /// A terminal, and what is known of the mail that it has shown.
    fn terminal(history: Duration) -> (Outbox, Counter) {
        let locales = Arc::new(portcullis_kit::Locales::load(None).unwrap());
        let wording = Arc::new(Wording::load(None, locales).unwrap());
        let gate = Url::parse("https://gate.example.org").unwrap();
        let clock = Arc::new(FrozenClock::new("2026-11-22T12:00:00Z".parse().unwrap()));
        let queue = Queue {
            mails: Arc::new(MemoryStore::new(clock.clone())),
            seal: Seal::new(b"a key of the tests, of 32 bytes."),
            clock,
            entropy: Arc::new(SeededEntropy::new(4)),
            history,
        };
        let outbox = Outbox::terminal(Pen::new(wording, &gate), queue.clone());
        (outbox, Counter(Some(queue)))
    }

    fn letter(is_for_nobody: bool) -> Letter {
        Letter {
            to: "ada@example.org".to_owned(),
            owner: None,
            occasion: Occasion::RecoveryCode,
            locale: "en".to_owned(),
            provider: None,
            proof: Secret::new("123456"),
            lifespan: Duration::from_secs(600),
            is_for_nobody,
        }
    }

    /// RF-05: who looks for a letter in the console finds that it was written.
    #[tokio::test]
    async fn what_a_terminal_has_shown_is_remembered_as_sent() {
        let (outbox, counter) = terminal(Duration::from_secs(3600));
        assert!(outbox.is_configured());
        outbox.post(letter(false)).await.unwrap();
        outbox.post(letter(true)).await.unwrap();
        assert!(counter.waiting().await.unwrap().is_empty());
        let past = counter.past().await.unwrap();
        let known = past
            .iter()
            .map(|one| (&*one.recipient, one.occasion, one.state(), one.tries));
        let expected = ("ada@example.org", Some(Occasion::RecoveryCode), "sent", 1);
        assert_eq!(known.collect::<Vec<_>>(), [expected]);
        let (outbox, counter) = terminal(Duration::ZERO);
        outbox.post(letter(false)).await.unwrap();
        assert!(
            counter.past().await.unwrap().is_empty(),
            "as the operator wants it"
        );
    }
}
