//! Many people at once: nobody becomes somebody else.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::Value;

use super::shaped;
use crate::support::{
    Anonymous, OidcProvider, Route, TestGateway, Upstream,
    person::{session_cookie, sign_in_through, whoami},
};

const PEOPLE: usize = 100;

/// Who somebody is, here and to the application.
#[derive(Debug, PartialEq)]
struct Seen {
    identity: String,
    address: String,
}

/// XP-01, XP-07, XP-08: issue oauth2-proxy#2863 and its like, answers that end in another browser.
#[tokio::test]
async fn a_hundred_sign_ins_at_once_through_google_and_microsoft_never_cross() {
    let upstream = Upstream::start().await;
    let builder = TestGateway::builder();
    let (google, microsoft) = tokio::join!(
        shaped::google(&builder).start(),
        shaped::microsoft(&builder).start()
    );
    // What the administrator of one's own tenant says of an address counts.
    let trusting = "trust_tenant_email = true";
    let gateway = builder
        .table(&shaped::google_table(&google, ""))
        .table(&shaped::microsoft_table(
            &microsoft,
            shaped::TENANT,
            trusting,
        ))
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    let people = (0..PEOPLE).map(async |number| {
        let client = gateway.anonymous();
        let (provider, host) = match number % 2 {
            0 => ("google", "gmail.com"),
            _ => ("microsoft", "contoso.example"),
        };
        let login = format!("person{number}");
        let answer = sign_in_through(&client, provider, &login).await;
        assert!(
            session_cookie(&answer).is_some(),
            "{login}: {}",
            answer.status()
        );
        let expected = format!("{login}@{host}");
        let seen = seen(&client).await;
        assert_eq!(seen.address, expected);
        (client, seen)
    });
    let people = join_all(people).await;
    let identities: BTreeSet<&str> = people.iter().map(|(_, seen)| &*seen.identity).collect();
    assert_eq!(identities.len(), PEOPLE);
    // And again, all at the same time, from whatever is cached now.
    for _ in 0..3 {
        let again = people.iter().map(async |(client, first)| {
            assert_eq!(seen(client).await, *first);
        });
        join_all(again).await;
    }
}

/// Two tabs, or an impatient second click: whichever answer comes first makes the identity.
#[tokio::test]
async fn first_sign_ins_of_one_account_at_once_are_one_identity() {
    let builder = TestGateway::builder();
    let provider = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"));
    let provider = provider.start().await;
    let gateway = builder
        .provider("one", provider.issuer(), ("one", "secret"))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    for login in ["carol", "dora", "erin"] {
        let tabs = (0..10).map(async |_| {
            let client = gateway.anonymous();
            let answer = sign_in_through(&client, "one", login).await;
            assert!(
                session_cookie(&answer).is_some(),
                "{login}: {}",
                answer.status()
            );
            whoami(&client).await["identity"]["id"].clone()
        });
        let identities = join_all(tabs).await;
        assert!(
            identities.iter().all(|id| *id == identities[0]),
            "{identities:?}"
        );
    }
}

/// Whom the application sees is whom the gateway says it is.
async fn seen(client: &Anonymous) -> Seen {
    let whoami = whoami(client).await;
    let identity = whoami["identity"]["id"].as_str().unwrap().to_owned();
    let address = whoami["identity"]["traits"]["email"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = client.get_json("/who").await;
    assert_eq!(answer.status(), 200);
    let received: Value = answer.json().await.unwrap();
    let header = |name: &str| -> Vec<String> {
        let headers = received["headers"].as_array().unwrap().iter();
        headers
            .filter(|pair| {
                pair[0]
                    .as_str()
                    .is_some_and(|n| n.eq_ignore_ascii_case(name))
            })
            .map(|pair| pair[1].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(header("x-forwarded-user"), [&*identity]);
    assert_eq!(header("x-forwarded-email"), [&*address]);
    Seen { identity, address }
}
