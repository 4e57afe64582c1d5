//! Mail: a queue that requests only put into, a mail server behind it, and what is told to people.

mod links;
mod outbox;
mod smtp;
mod wording;

use std::sync::Arc;

use portcullis_core::{
    clock::Clock, entropy::Entropy, identity::IdentityStore, mail::Mailer, plugin::Addresses,
    registry::Registry, stage::Observer,
};

pub use self::smtp::MailServerError;
use self::{
    links::{LinkEvents, LinkNotices},
    outbox::{Outbox, Pen, Unsent},
    smtp::Smtp,
    wording::Wording,
};
use crate::config;

/// Everything about mail: what takes it, and what sends it on.
#[derive(Debug)]
pub struct Post {
    /// Takes mail.
    pub mailer: Arc<dyn Mailer>,
    /// Hears which accounts are linked and unlinked, to write to those they belong to.
    pub observer: Arc<dyn Observer>,
    events: Arc<LinkEvents>,
}

/// The work beside the requests: writing notices and sending mail.
#[derive(Debug)]
pub struct Rounds {
    unsent: Option<Unsent>,
    links: LinkNotices,
    mailer: Arc<dyn Mailer>,
}

impl Post {
    /// The post office of this configuration, and what is to run beside the requests; nothing
    /// connects before there is mail.
    pub fn new(
        config: &config::Mail,
        addresses: &Addresses,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<(Self, Rounds), MailServerError> {
        let smtp = match (&config.url, &config.from) {
            (Some(url), Some(from)) => Some(Smtp::new(
                (url, config.ca_file.as_deref()),
                from,
                addresses.public_url(),
                (Arc::clone(clock), Arc::clone(entropy)),
            )?),
            _ => None,
        };
        let wording = Arc::new(Wording::load(config.template_dir.as_deref())?);
        let pen = Pen::new(Arc::clone(&wording), addresses.public_url());
        let (outbox, unsent) = match config.to_terminal {
            true => (Outbox::terminal(pen), None),
            false => Outbox::new(smtp, pen),
        };
        let mailer: Arc<dyn Mailer> = Arc::new(outbox);
        let (events, links) = LinkEvents::new(addresses.clone(), wording);
        let events = Arc::new(events);
        let rounds = Rounds {
            unsent,
            links,
            mailer: Arc::clone(&mailer),
        };
        let post = Self {
            observer: events.clone(),
            mailer,
            events,
        };
        Ok((post, rounds))
    }

    /// Looks providers up here the moment something happens to a link, for afterwards its provider
    /// may be gone.
    pub fn follow(&self, registry: Arc<Registry>) {
        self.events.follow(registry);
    }
}

impl Rounds {
    /// Runs as long as there is somebody to put mail in.
    pub async fn run(self, identities: Arc<dyn IdentityStore>) {
        let Self {
            unsent,
            links,
            mailer,
        } = self;
        let sending = async {
            if let Some(unsent) = unsent {
                unsent.run().await;
            }
        };
        let writing = async move {
            links.run(&*mailer, &*identities).await;
            // Ends the sending once all is sent, where nobody else holds it either.
            drop(mailer);
        };
        tokio::join!(sending, writing);
    }
}
