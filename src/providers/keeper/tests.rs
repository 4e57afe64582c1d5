//! What is settled of providers that files switch off, and when.

use portcullis_core::{
    seal::Seal,
    testing::{FrozenClock, SeededEntropy},
};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{
    providers::departure::tests::{House, contested, house},
    store::Store,
};

/// The provider `acme` of the configuration, whose links and sessions go with it.
fn config(is_on: bool) -> Config {
    let table = json!({
        "kind": "oidc", "issuer_url": "https://id.example", "client_id": "gate",
        "client_secret": "hush", "enabled": is_on,
        "on_disable": {"links": "unlink", "sessions": "revoke"},
    });
    let mut config = Config::embedded();
    let table = serde_json::from_value(table).unwrap();
    config.providers.insert("acme".to_owned(), table);
    config
}

async fn keeper(house: &House, config: Config, folder: &TempDir) -> Keeper {
    keeper_of(house, config, folder, None).await
}

async fn keeper_of(
    house: &House,
    config: Config,
    folder: &TempDir,
    sources: Option<Sources>,
) -> Keeper {
    let now = "2026-07-01T12:00:00Z".parse().unwrap();
    let clock = Arc::new(FrozenClock::new(now));
    let url = format!("sqlite://{}", folder.path().join("portcullis.db").display());
    let store = Store::open(&url, clock.clone()).await.unwrap();
    let roster = Arc::new(Roster::new(Vec::new(), clock));
    let parts = KeeperParts {
        sources,
        entrances: house.entrances(roster.registry()),
        roster,
        stored: store.providers(),
        tables: Tables {
            seal: Seal::new(&[7; 32]),
            entropy: Arc::new(SeededEntropy::new(8)),
        },
        departures: house.departures.clone(),
    };
    Keeper::begin(config, parts).await.unwrap()
}

/// XP-15.
#[tokio::test]
async fn what_a_provider_leaves_behind_is_tried_until_it_is_settled() {
    let (mut house, folder) = (house(), TempDir::new().unwrap());
    let (ada, eve) = (house.guest("acme").await, house.guest("acme").await);
    let store = contested(&mut house, Some(ada));
    let keeper = keeper(&house, config(true), &folder).await;
    let mut seen = keeper.hold().await;
    seen.config = config(false);
    keeper.follow(&mut seen);
    keeper.settle(&mut seen).await;
    drop(seen);
    let acme = "acme".parse().unwrap();
    assert_eq!(house.left_of(ada).await, (1, 0));
    assert_eq!(house.left_of(eve).await, (0, 0));
    let known = keeper.parts.roster.entry(&acme);
    assert!(known.is_some_and(|entry| !entry.is_enabled()));

    *store.1.closed.lock().unwrap() = None;
    keeper.look(false).await;
    assert_eq!(house.left_of(ada).await, (0, 0));
}

/// XP-15.
#[tokio::test]
async fn who_is_switched_off_at_the_start_is_settled_by_whoever_serves() {
    let (house, folder) = (house(), TempDir::new().unwrap());
    let ada = house.guest("acme").await;
    let keeper = keeper(&house, config(false), &folder).await;
    keeper.look(false).await;
    assert_eq!(house.left_of(ada).await, (1, 1), "commands settle nothing");
    keeper.take_up().await;
    keeper.look(false).await;
    assert_eq!(house.left_of(ada).await, (0, 0));
}

const ACME: &str = "[providers.acme]\nkind = \"oidc\"\nclient_id = \"gate\"\n\
    client_secret = \"hush\"\nissuer_url = \"https://id.example\"\n\
    on_disable = { links = \"unlink\", sessions = \"revoke\" }\n";

/// XP-15.
#[tokio::test]
async fn only_the_file_that_providers_stood_in_takes_them_out_and_only_with_a_table_in_it() {
    let (house, folder) = (house(), TempDir::new().unwrap());
    let ada = house.guest("acme").await;
    let [main, other] = ["main.toml", "other.toml"].map(|name| folder.path().join(name));
    let sources = Sources {
        search: vec![main.clone(), other.clone()],
        ..Sources::default()
    };
    std::fs::write(&main, ACME).unwrap();
    std::fs::write(&other, "[session]\n").unwrap();
    let config = config::load(&sources).unwrap().config;
    let keeper = keeper_of(&house, config, &folder, Some(sources)).await;
    for text in [Some("\n"), Some("# x"), Some("providers_dir = \"p\""), None] {
        match text {
            Some(text) => std::fs::write(&main, text).unwrap(),
            None => std::fs::remove_file(&main).unwrap(),
        }
        for _ in 0..9 {
            keeper.look(false).await;
        }
        assert_eq!(house.left_of(ada).await, (1, 1), "{text:?}");
    }
    std::fs::write(&main, "[session]\n").unwrap();
    for _ in 0..9 {
        keeper.look(false).await;
    }
    assert_eq!(house.left_of(ada).await, (0, 0), "somebody wrote it so");
}
