//! Mail goes through a queue to a real server; no request waits for it.

mod encrypted;
mod queue;

use std::sync::Arc;

use async_trait::async_trait;
use portcullis::{
    config::{self, Config},
    entropy::OsEntropy,
    gateway::addresses,
    mail::{Post, PostParts, Rounds},
};
use portcullis_core::{
    broker::LinkReason,
    clock::SystemClock,
    event::{Event, UnlinkReason},
    identity::{Identity, IdentityStore},
    mail::{Courier, Mail, MailEnding, MailError, MailStore, Mailer, Stand},
    mapping::Mapping,
    provider::{
        Answer, Attempt, ConfiguredProvider, Policy, Provider, ProviderError, ProviderStatus,
        Vouched,
    },
    registry::{Providers, Registry},
    schema::{Schema, Schemas},
    seal::Seal,
    stage::Observer,
    testing::MemoryStore,
    trust::TrustRules,
};
use portcullis_kit::Locales;
use serde_json::json;
use tokio::task::JoinHandle;
use url::Url;

use crate::support::{SmtpServer, upstream::Upstream, wait_until};

/// A running post office, over the identities and providers of a story.
struct Office {
    mailer: Arc<dyn Mailer>,
    courier: Arc<dyn Courier>,
    observer: Arc<dyn Observer>,
    rounds: JoinHandle<()>,
}

impl Drop for Office {
    fn drop(&mut self) {
        self.rounds.abort();
    }
}

/// An office whose queue is beside the identities.
fn office(table: &str, store: &Arc<MemoryStore>, providers: Vec<ConfiguredProvider>) -> Office {
    let mails: Arc<dyn MailStore> = store.clone();
    office_over(mails, (table, store), providers)
}

fn office_over(
    mails: Arc<dyn MailStore>,
    (table, identities): (&str, &Arc<MemoryStore>),
    providers: Vec<ConfiguredProvider>,
) -> Office {
    let (post, rounds) = post(table, mails);
    post.follow(Arc::new(Registry::new(Providers::new(providers))));
    let identities: Arc<dyn IdentityStore> = identities.clone();
    Office {
        rounds: tokio::spawn(rounds.run(identities)),
        mailer: post.mailer,
        courier: post.courier,
        observer: post.observer,
    }
}

/// A post office that does not run yet.
fn post(table: &str, mails: Arc<dyn MailStore>) -> (Post, Rounds) {
    let mail: config::Mail = match table.split_once("[mail]") {
        Some((_, keys)) => toml::from_str(keys).unwrap(),
        None => config::Mail::default(),
    };
    let addresses = addresses(&Config::default()).unwrap();
    let parts = PostParts {
        locales: Arc::new(Locales::load(None).unwrap()),
        mails,
        seal: Seal::new(b"test"),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
    };
    Post::new(&mail, &addresses, parts).unwrap()
}

fn store() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(Arc::new(SystemClock)))
}

fn mail(to: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        owner: None,
        subject: "A code".to_owned(),
        text: "It is 123456.\n".to_owned(),
        html: None,
    }
}

#[tokio::test]
async fn a_mail_arrives_with_text_and_markup() {
    let server = SmtpServer::start().await;
    let office = office(&server.table(), &store(), Vec::new());
    office.mailer.send(mail("alice@example.org")).await.unwrap();
    let letter = server.letter_to("alice@example.org", 0).await;
    assert_eq!(letter.from, "gate@example.org");
    assert_eq!(letter.to, ["alice@example.org"]);
    for part in [
        "Subject: A code",
        "From: \"The gate\" <gate@example.org>",
        "It is 123456.",
    ] {
        assert!(letter.message.contains(part), "{part}: {}", letter.message);
    }
    let html = Some("<p>It is <b>123456</b>.</p>".to_owned());
    let both = Mail {
        html,
        ..mail("bob@example.org")
    };
    office.mailer.send(both).await.unwrap();
    let letter = server.letter_to("bob@example.org", 0).await;
    for part in [
        "multipart/alternative",
        "text/plain",
        "text/html",
        "<b>123456</b>",
    ] {
        assert!(letter.message.contains(part), "{part}: {}", letter.message);
    }
}

#[tokio::test]
async fn a_mail_server_may_ask_for_a_name_and_a_password() {
    let server = SmtpServer::start_with_login("gate:p@ss word").await;
    let table = server.table_with("gate:p%40ss%20word@");
    let office = office(&table, &store(), Vec::new());
    office.mailer.send(mail("alice@example.org")).await.unwrap();
    let letter = server.letter_to("alice@example.org", 0).await;
    assert_eq!(letter.user.as_deref(), Some("gate"));
}

#[tokio::test]
async fn a_mail_that_is_put_off_arrives_later() {
    let server = SmtpServer::start_putting_off(1).await;
    let office = office(&server.table(), &store(), Vec::new());
    office.mailer.send(mail("alice@example.org")).await.unwrap();
    server.letter_to("alice@example.org", 0).await;
    assert_eq!(server.letters().len(), 1);
}

/// What became of a mail is remembered without what it said, unless the operator wants none of it.
#[tokio::test]
async fn who_was_sent_what_is_remembered_as_long_as_the_operator_wants() {
    let server = SmtpServer::start().await;
    for (history, count) in [("7d", 1), ("0s", 0)] {
        let store = store();
        let table = format!("{}\nhistory = \"{history}\"", server.table());
        let office = office(&table, &store, Vec::new());
        let to = format!("alice{count}@example.org");
        office.mailer.send(mail(&to)).await.unwrap();
        server.letter_to(&to, 0).await;
        wait_until("the mail to be out of the queue", async || {
            let waiting = office.courier.waiting().await.unwrap();
            waiting.is_empty().then_some(())
        })
        .await;
        let past = office.courier.past().await.unwrap();
        assert_eq!(past.len(), count, "{history}");
        for one in past {
            assert_eq!((one.recipient, one.tries), (to.clone(), 1));
            let is_sent = |stand| {
                matches!(
                    stand,
                    Stand::Ended {
                        ending: MailEnding::Sent,
                        ..
                    }
                )
            };
            assert!(is_sent(one.stand), "{:?}", one.stand);
        }
    }
}

/// A server that takes connections and says nothing holds up nobody, however much there is to send.
#[tokio::test]
async fn a_silent_mail_server_keeps_no_sender_waiting() {
    let silent = Upstream::start().await;
    let port = Url::parse(&silent.url()).unwrap().port().unwrap();
    let table = format!("[mail]\nurl = \"smtp://127.0.0.1:{port}\"\nfrom = \"a@example.org\"");
    let office = office(&table, &store(), Vec::new());
    let asked = std::time::Instant::now();
    for _ in 0..200 {
        office.mailer.send(mail("alice@example.org")).await.unwrap();
    }
    assert!(asked.elapsed() < std::time::Duration::from_secs(5));
}

#[tokio::test]
async fn without_a_server_a_mail_is_refused_at_once() {
    let office = office("", &store(), Vec::new());
    let refused = office.mailer.send(mail("alice@example.org")).await;
    assert!(matches!(refused, Err(MailError::NotConfigured)));
}

/// Brokering, D.2, row 7.
#[tokio::test]
async fn people_are_told_of_links_that_come_and_go() {
    let server = SmtpServer::start().await;
    let store = store();
    let alice = identity(&store).await;
    let providers = vec![provider("acme", true), provider("quiet", false)];
    let office = office(&server.table(), &store, providers);
    let (acme, quiet) = ("acme".parse().unwrap(), "quiet".parse().unwrap());
    let linked = |provider, reason| Event::Linked {
        identity: alice.id,
        provider,
        reason,
    };
    office
        .observer
        .observe(&linked(&quiet, LinkReason::Settings));
    office.observer.observe(&linked(&acme, LinkReason::Created));
    office.observer.observe(&linked(&acme, LinkReason::Proved));
    let letter = server.letter_to("alice@example.org", 0).await;
    for part in ["Acme Inc. was linked", "If this was not you", "/settings"] {
        assert!(letter.message.contains(part), "{part}: {}", letter.message);
    }
    office.observer.observe(&Event::Unlinked {
        identity: alice.id,
        provider: &acme,
        reason: UnlinkReason::Settings,
    });
    let letter = server.letter_to("alice@example.org", 1).await;
    assert!(
        letter.message.contains("was unlinked"),
        "{}",
        letter.message
    );
    assert_eq!(server.letters().len(), 2, "and of nothing else");
}

async fn identity(store: &MemoryStore) -> Identity {
    let schemas = Config::default().identity;
    let document = schemas
        .schema_documents()
        .into_iter()
        .find(|(id, _)| *id == schemas.default_schema)
        .unwrap()
        .1;
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    let schemas = Schemas::new(vec![Arc::clone(&schema)], "default").unwrap();
    let traits = json!({ "email": "alice@example.org", "name": { "first": "Alice" } });
    let identity = schemas
        .identity(&schema, traits, &SystemClock, &OsEntropy)
        .unwrap();
    store.insert(&identity, &[]).await.unwrap();
    identity
}

fn provider(id: &str, notify: bool) -> ConfiguredProvider {
    ConfiguredProvider {
        id: id.parse().unwrap(),
        label: "Acme Inc.".to_owned(),
        icon: None,
        order: 0,
        hidden: false,
        policy: Policy {
            notify,
            ..Policy::default()
        },
        trust: TrustRules::default(),
        mapping: Mapping::default(),
        provider: Arc::new(Nobody),
    }
}

/// A provider that nobody asks.
#[derive(Debug)]
struct Nobody;

#[async_trait]
impl Provider for Nobody {
    async fn begin(&self, _: &Attempt, _: &Url) -> Result<Url, ProviderError> {
        unreachable!("nobody begins")
    }

    async fn finish(&self, _: &Attempt, _: &Answer, _: &Url) -> Result<Vouched, ProviderError> {
        unreachable!("nobody ends")
    }

    fn status(&self) -> ProviderStatus {
        unreachable!("nobody looks")
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        Ok(())
    }
}
