//! Mail: a queue that requests only put into, a mail server behind it, and what is told to people.
//!
//! Requests never wait for the server: they write down what is to be sent, and it is sent beside them, by
//! whichever node takes it.

mod counter;
mod links;
mod outbox;
mod pen;
mod queue;
mod sending;
mod smtp;
mod wording;

use std::{future::pending, sync::Arc};

use futures_util::FutureExt;
use portcullis_core::{
    clock::Clock,
    entropy::Entropy,
    identity::IdentityStore,
    mail::{Courier, MailStore, Mailer},
    plugin::Addresses,
    registry::Registry,
    seal::Seal,
    stage::Observer,
};
use portcullis_kit::Locales;

pub use self::smtp::MailServerError;
use self::{
    counter::Counter,
    links::{LinkEvents, LinkNotices},
    outbox::Outbox,
    pen::Pen,
    queue::Queue,
    sending::Unsent,
    smtp::Smtp,
    wording::Wording,
};
use crate::config;

/// Everything about mail: what takes it, and what sends it on.
#[derive(Debug)]
pub struct Post {
    /// Takes mail.
    pub mailer: Arc<dyn Mailer>,
    /// Knows which mail waits, and what became of the rest.
    pub courier: Arc<dyn Courier>,
    /// Hears which accounts are linked and unlinked, to write to those they belong to.
    pub observer: Arc<dyn Observer>,
    events: Arc<LinkEvents>,
}

/// What a post office is made with.
#[derive(Debug)]
pub struct PostParts {
    /// The languages that mails are in.
    pub locales: Arc<Locales>,
    /// Where mail waits.
    pub mails: Arc<dyn MailStore>,
    /// What seals it there.
    pub seal: Seal,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
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
        parts: PostParts,
    ) -> Result<(Self, Rounds), MailServerError> {
        let wording = Wording::load(config.template_dir.as_deref(), Arc::clone(&parts.locales));
        let wording = Arc::new(wording?);
        let server = server(config, addresses)?;
        let queue = queue(config, parts);
        let pen = Pen::new(Arc::clone(&wording), addresses.public_url());
        let is_kept = config.to_terminal || server.is_some();
        let counter = Counter(is_kept.then(|| queue.clone()));
        let (outbox, unsent) = match config.to_terminal {
            true => (Outbox::terminal(pen, queue), None),
            false => Outbox::new(server.map(|server| (server, queue)), pen),
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
            courier: Arc::new(counter),
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

/// The mail server of this configuration, where there is one.
fn server(config: &config::Mail, addresses: &Addresses) -> Result<Option<Smtp>, MailServerError> {
    let (Some(url), Some(from)) = (&config.url, &config.from) else {
        return Ok(None);
    };
    let with = (url, config.ca_file.as_deref());
    Smtp::new(with, from, addresses.public_url()).map(Some)
}

/// Where mail waits, and where it is remembered.
fn queue(config: &config::Mail, parts: PostParts) -> Queue {
    Queue {
        mails: parts.mails,
        seal: parts.seal,
        clock: parts.clock,
        entropy: parts.entropy,
        history: config.history,
    }
}

impl Rounds {
    /// Runs as long as there is somebody to put mail in.
    pub async fn run(self, identities: Arc<dyn IdentityStore>) {
        self.run_until(identities, pending()).await;
    }

    /// The same until it is told to stop: what is under way then is still sent, and what waits is
    /// left to whoever comes next, who need not wait for a lease to end.
    pub async fn run_until(
        self,
        identities: Arc<dyn IdentityStore>,
        stop: impl Future<Output = ()>,
    ) {
        let Self {
            unsent,
            links,
            mailer,
        } = self;
        let stop = stop.shared();
        let sending = async {
            if let Some(unsent) = unsent {
                unsent.run(stop.clone()).await;
            }
        };
        let told = stop.clone();
        let writing = async move {
            tokio::select! {
                () = links.run(&*mailer, &*identities) => {}
                () = told => {}
            }
            // Ends the sending once all is sent, where nobody else holds it either.
            drop(mailer);
        };
        tokio::join!(sending, writing);
    }
}
