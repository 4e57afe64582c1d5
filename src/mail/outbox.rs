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
    Terminal(Pen),
    Nowhere,
}

#[derive(Debug)]
struct Server {
    smtp: Smtp,
    queue: Queue,
    bell: mpsc::Sender<()>,
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
    pub(super) fn terminal(pen: Pen) -> Self {
        Self(Out::Terminal(pen))
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
            Out::Server(server) => server.post(letter).await,
            Out::Terminal(_) if letter.is_for_nobody => Ok(()),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use url::Url;

    use super::*;
    use crate::mail::wording::Wording;

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

    #[tokio::test]
    async fn a_terminal_takes_mail_without_a_server() {
        let locales = Arc::new(portcullis_kit::Locales::load(None).unwrap());
        let wording = Arc::new(Wording::load(None, locales).unwrap());
        let gate = Url::parse("https://gate.example.org").unwrap();
        let outbox = Outbox::terminal(Pen::new(wording, &gate));
        assert!(outbox.is_configured());
    }
}
