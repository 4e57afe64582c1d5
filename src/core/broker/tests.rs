//! Where a provider's answer leads, whatever it says.

mod assignment;
mod decide;
mod dry_run;
mod entrances;
mod late;
mod linking;
mod links;
mod meanwhile;
mod privileges;
mod races;
mod setting;
mod sync;
mod unlinking;
mod vouching;
mod withdrawal;

use serde_json::json;

use super::*;
use crate::{
    broker::tests::setting::{Rival, claims, redirect_uri, setting},
    catalogue::Code,
    credential::CredentialKind,
    identity::IdentityState,
    link::LinkKey,
    provider::{Claims, Creation, Heeds},
    testing::Meddled,
    trust::TrustRules,
};

/// The claims as the broker hands them on, judged by the rules of the test's provider.
fn trusting(mut claims: Claims) -> Vouched {
    claims.trusted = TrustRules::verified().judge(&claims.document);
    claims.into()
}

#[tokio::test]
async fn a_first_sign_in_creates_and_a_second_one_knows() {
    let setting = setting(Creation::Auto);
    let created = setting.created().await;
    assert_eq!(
        created.traits,
        json!({"email": "ada@example.org", "name": {"first": "Ada"}})
    );
    assert_eq!(
        created.addresses[0].verified_at,
        Some(setting.broker.clock.now())
    );
    let links = CredentialStore::list(&*setting.store, created.id)
        .await
        .unwrap();
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].kind, CredentialKind::Oidc);
    assert_eq!(setting.known().await, created);
}

#[tokio::test]
async fn each_issuer_and_subject_is_somebody_else() {
    let setting = setting(Creation::Auto);
    let first = setting.created().await;
    setting.says(claims("2", "bob@example.org", true));
    assert_ne!(setting.created().await.id, first.id);
    setting.says(Claims {
        issuer: "https://other.test".to_owned(),
        ..claims("1", "eve@example.org", true)
    });
    assert_ne!(setting.created().await.id, first.id);
}

#[tokio::test]
async fn an_address_of_somebody_else_is_never_taken_over() {
    let setting = setting(Creation::Auto);
    let local = setting.local("Ada@Example.org").await;
    setting.says(claims("1", "ADA@example.org", true));
    let arrival = setting.sign_in().await.unwrap();
    assert!(matches!(arrival, Arrival::Confirm(pending) if pending.identity == local.id));

    setting.says(claims("1", "ADA@example.org", false));
    let (draft, errors) = setting.incomplete().await;
    assert_eq!((errors.len(), errors[0].message.id), (1, 4990003));
    let error = setting.broker.complete(draft, json!({})).await.unwrap_err();
    assert_eq!(error.code(), Code::AddressTaken);
}

#[tokio::test]
async fn an_address_that_is_no_identifier_is_not_taken_over_either() {
    let setting = setting(Creation::Auto);
    let mut local = setting.local("bob@example.org").await;
    local.addresses[0].value = "ada@example.org".to_owned();
    setting.broker.identities.update(&local).await.unwrap();
    assert!(matches!(
        setting.sign_in().await,
        Err(BrokerError::AddressTaken)
    ));
}

#[tokio::test]
async fn a_provider_that_creates_nobody_says_so() {
    let setting = setting(Creation::Never);
    assert!(matches!(
        setting.sign_in().await,
        Err(BrokerError::CreationRefused)
    ));
    let draft = Draft {
        provider: "idp".parse().unwrap(),
        vouched: trusting(claims("1", "ada@example.org", true)),
        traits: json!({"email": "ada@example.org"}),
        forced: Vec::new(),
    };
    let completed = setting.broker.complete(draft, json!({})).await;
    assert!(matches!(completed, Err(BrokerError::CreationRefused)));
}

#[tokio::test]
async fn somebody_switched_off_stays_out() {
    let setting = setting(Creation::Auto);
    let mut identity = setting.created().await;
    identity.state = IdentityState::Inactive;
    setting.broker.identities.update(&identity).await.unwrap();
    assert!(matches!(
        setting.sign_in().await,
        Err(BrokerError::Disabled)
    ));
}

#[tokio::test]
async fn missing_traits_are_asked_for() {
    let setting = setting(Creation::Auto);
    let mut said = claims("1", "x", false);
    said.document = json!({"sub": "1", "given_name": "Ada", "family_name": "L."});
    setting.says(said);
    let (draft, errors) = setting.incomplete().await;
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (errors[0].path.as_str(), errors[0].message.id),
        ("email", 4000002)
    );

    let filled_in = json!({"email": "nobody", "name": {"first": "Eve", "last": ""}, "team": ""});
    let again = setting.broker.complete(draft, filled_in).await.unwrap();
    let Arrival::Incomplete(draft, errors) = again else {
        panic!("{again:?}");
    };
    assert_eq!((errors.len(), errors[0].message.id), (1, 4000040));

    let filled_in = json!({"email": "ada@example.org"});
    let arrival = setting.broker.complete(*draft, filled_in).await.unwrap();
    let Arrival::Created(arrived) = arrival else {
        panic!("{arrival:?}");
    };
    let identity = arrived.identity;
    assert_eq!(
        identity.traits,
        json!({"email": "ada@example.org", "name": {"first": "Ada"}}),
        "the forced first name stays, the last name was cleared"
    );
    assert_eq!(identity.addresses[0].verified_at, None);
}

#[tokio::test]
async fn a_completed_draft_takes_no_address_over() {
    let setting = setting(Creation::Auto);
    setting.local("bob@example.org").await;
    let mut said = claims("1", "x", false);
    said.document = json!({"sub": "1"});
    setting.says(said);
    let (draft, _) = setting.incomplete().await;
    let completed = setting
        .broker
        .complete(draft, json!({"email": "BOB@example.org"}))
        .await;
    assert!(matches!(completed, Err(BrokerError::AddressTaken)));
}

#[tokio::test]
async fn nobody_fills_in_another_address_than_the_one_vouched_for() {
    let setting = setting(Creation::Auto);
    for (subject, filled_in) in [("ada", "ceo@example.org"), ("bob", "")] {
        let email = format!("{subject}@example.org");
        let said = claims(subject, &email, true);
        let draft = Draft {
            provider: "idp".parse().unwrap(),
            vouched: trusting(said),
            traits: json!({"email": email}),
            forced: Vec::new(),
        };
        assert!(draft.is_vouched_for(&email.to_uppercase()));
        assert!(!draft.is_vouched_for("ceo@example.org"));
        let filled_in = json!({"email": filled_in});
        let arrival = setting.broker.complete(draft, filled_in).await.unwrap();
        let Arrival::Created(arrived) = arrival else {
            panic!("{arrival:?}");
        };
        let identity = arrived.identity;
        assert_eq!(identity.traits["email"], json!(email));
        assert!(identity.addresses[0].verified_at.is_some());
    }
}

#[tokio::test]
async fn an_address_nobody_vouches_for_is_confirmed_on_the_form() {
    let setting = setting(Creation::Auto);
    setting.says(claims("1", "ada@example.org", false));
    let (draft, errors) = setting.incomplete().await;
    assert_eq!(
        (errors[0].path.as_str(), errors[0].message.id),
        ("email", 1990001)
    );
    assert_eq!(draft.traits["email"], "ada@example.org");
    let arrival = setting.broker.complete(draft, json!({})).await.unwrap();
    let Arrival::Created(arrived) = arrival else {
        panic!("{arrival:?}");
    };
    let identity = arrived.identity;
    assert_eq!(identity.addresses[0].verified_at, None);
    setting.says(claims("1", "ada@example.org", true));
    assert!(setting.known().await.addresses[0].verified_at.is_some());
}

#[tokio::test]
async fn a_known_identity_follows_its_provider_as_far_as_it_may() {
    let setting = setting(Creation::Auto);
    let created = setting.created().await;

    let mut said = claims("1", "ada@new.example.org", true);
    said.document["given_name"] = json!("Augusta");
    setting.says(said);
    let known = setting.known().await;
    assert_eq!(known.traits["name"]["first"], "Augusta");
    assert_eq!(known.identifiers, ["ada@new.example.org"]);
    assert!(known.addresses[0].verified_at.is_some());
    assert_eq!(
        setting.broker.identities.find(created.id).await.unwrap(),
        Some(known.clone())
    );

    let mut said = claims("1", "eve@example.org", false);
    said.document["given_name"] = json!("Ada");
    setting.says(said);
    let known = setting.known().await;
    assert_eq!(
        known.identifiers,
        ["ada@new.example.org"],
        "nobody vouches for the new one"
    );
    assert_eq!(known.traits["name"]["first"], "Ada");

    setting.says(claims("1", "no address", true));
    assert_eq!(
        setting.known().await,
        known,
        "what is not valid is not taken over"
    );

    setting.local("bob@example.org").await;
    setting.says(claims("1", "bob@example.org", true));
    assert_eq!(
        setting.known().await,
        known,
        "what is somebody else's is not taken over"
    );
}

#[tokio::test]
async fn a_provider_that_refuses_or_is_unknown_signs_nobody_in() {
    let setting = setting(Creation::Auto);
    let broker = &setting.broker;
    let flow = FlowId::generate(&*broker.entropy);
    let unknown: ProviderId = "other".parse().unwrap();
    let begun = broker.begin(&unknown, flow, &redirect_uri()).await;
    assert!(matches!(begun, Err(BrokerError::Unknown)));

    let id: ProviderId = "idp".parse().unwrap();
    let (url, attempt) = broker.begin(&id, flow, &redirect_uri()).await.unwrap();
    assert_eq!(url.query(), Some(attempt.state.as_str()));
    assert_eq!((&attempt.provider, attempt.flow), (&id, flow));
    let answer = Answer {
        error: Some("access_denied".to_owned()),
        ..Answer::default()
    };
    let refused = broker.finish(&attempt, &answer, &redirect_uri()).await;
    assert_eq!(refused.unwrap_err().code(), Code::ProviderRefused);
}

#[tokio::test]
async fn two_answers_at_once_make_one_identity() {
    let mut setting = setting(Creation::Auto);
    let key = LinkKey {
        provider: "idp".parse().unwrap(),
        issuer: "https://idp.test".to_owned(),
        subject: "1".to_owned(),
    };
    setting.broker.identities = Arc::new(Meddled(setting.store.clone(), Rival(key)));
    let known = setting.known().await;
    assert_eq!(known.traits["email"], "ada@example.org");
}

#[test]
fn what_a_page_is_to_ask_for_joins_what_the_request_asks_already() {
    let asked = |asked: Asked, query: &str| {
        let url = Url::parse(&format!("https://idp.test/authorize?{query}")).unwrap();
        let [all, prompt, none] = [Heeds::MaxAge, Heeds::Prompt, Heeds::Nothing].map(|heeds| {
            let asking = asked.of(heeds, url.clone());
            asking.query().unwrap_or_default().to_owned()
        });
        assert_eq!(none, query);
        assert_eq!(prompt.contains("select_account"), asked != Asked::Nothing);
        assert_eq!(prompt.contains("max_age"), query.contains("max_age"));
        all
    };
    for (query, account, again) in [
        (
            "scope=openid",
            "scope=openid&prompt=select_account",
            "scope=openid&prompt=login&max_age=0",
        ),
        (
            "prompt=none&max_age=60",
            "max_age=60&prompt=select_account",
            "prompt=login&max_age=0",
        ),
        (
            "prompt=consent",
            "prompt=select_account+consent",
            "prompt=login+consent&max_age=0",
        ),
        (
            "prompt=login",
            "prompt=select_account+login",
            "prompt=login&max_age=0",
        ),
    ] {
        assert_eq!(asked(Asked::Account, query), account);
        assert_eq!(asked(Asked::Again, query), again);
        assert_eq!(asked(Asked::Nothing, query), query);
    }
}
