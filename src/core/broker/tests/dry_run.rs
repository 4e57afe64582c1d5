//! What administrators are told would happen.

use crate::{
    broker::tests::{setting::*, *},
    provider::{Admission, Linking},
};

async fn run(setting: &Setting, document: Value) -> DryRun {
    let id = "idp".parse().unwrap();
    setting.broker.dry_run(&id, document).await.unwrap()
}

fn document(subject: &str, email: &str) -> Value {
    json!({
        "iss": "https://idp.test", "sub": subject, "email": email, "email_verified": true,
        "given_name": "Ada",
    })
}

#[tokio::test]
async fn a_dry_run_says_what_would_become_of_claims_and_changes_nothing() {
    let setting = setting(Creation::Auto);
    let said = run(&setting, document("1", "ada@example.org")).await;
    assert_eq!(
        said.traits,
        json!({"email": "ada@example.org", "name": {"first": "Ada"}})
    );
    assert_eq!((said.rule.as_str(), said.errors.len()), ("create", 0));
    assert_eq!(said.trusted.unwrap().address, "ada@example.org");
    let broker = &setting.broker;
    let made = broker.identities.find_by_identifier("ada@example.org");
    assert_eq!(made.await.unwrap(), None);

    let said = run(&setting, json!({"sub": "1", "email": "nobody"})).await;
    assert_eq!((said.rule.as_str(), said.trusted), ("create", None));
    assert_eq!(said.errors[0].0, "email");
    assert!(said.why.contains("no address that counts as verified"));
}

/// Whoever would be somebody new, and cannot be, is told before they try.
#[tokio::test]
async fn a_dry_run_tells_what_somebody_signs_in_with_already() {
    let setting = setting(Creation::Auto);
    setting.verified("bob@example.org").await;
    let mut unproved = document("2", "bob@example.org");
    unproved["email_verified"] = json!(false);
    let said = run(&setting, unproved).await;
    assert_eq!(said.identity_id, None, "{said:?}");
    let told = "Somebody signs in with the same already.";
    let told = ("email".to_owned(), told.to_owned());
    assert!(said.errors.contains(&told), "{said:?}");
}

#[tokio::test]
async fn a_dry_run_names_the_rule_that_would_fire() {
    let setting = setting(Creation::Auto);
    let known = setting.created().await;
    let rule = async |document: Value| run(&setting, document).await.rule;
    let mut changed = document("1", "ada@example.org");
    changed["given_name"] = json!("Augusta");
    let said = run(&setting, changed).await;
    assert_eq!(said.rule, "known");
    assert_eq!(said.traits["name"]["first"], "Augusta");
    assert_eq!(setting.stored(&known).await, known);

    setting.verified("bob@example.org").await;
    let bob = document("2", "bob@example.org");
    assert_eq!(rule(bob.clone()).await, "confirm");
    setting.policy(|policy| policy.link = Linking::Auto);
    assert_eq!(rule(bob.clone()).await, "auto");
    setting.verified("boss@example.org").await;
    let identities = &setting.broker.identities;
    let boss = identities.find_by_identifier("boss@example.org").await;
    let mut boss = boss.unwrap().unwrap();
    boss.roles = vec!["viewer".to_owned()];
    identities.update(&boss).await.unwrap();
    let boss = document("3", "boss@example.org");
    assert_eq!(rule(boss).await, "confirm", "no administrator by address");
    setting.policy(|policy| policy.link = Linking::Deny);
    assert_eq!(rule(bob.clone()).await, "link_denied");

    let mut overage = bob.clone();
    overage["_claim_names"] = json!({"given_name": "src1"});
    overage.as_object_mut().unwrap().shift_remove("given_name");
    let said = run(&setting, overage).await;
    assert_eq!(said.rule, "withheld");
    assert!(said.why.contains("given_name"));

    setting.policy(|policy| {
        policy.enabled = false;
        policy.admission = Admission {
            deny_domains: vec!["example.org".to_owned()],
            ..Admission::default()
        };
    });
    assert_eq!(rule(bob).await, "not_admitted");
    let unknown = "nobody".parse().unwrap();
    let nobody = setting.broker.dry_run(&unknown, json!({})).await;
    assert!(matches!(nobody, Err(BrokerError::Unknown)));
}

#[tokio::test]
async fn a_dry_run_refuses_whom_the_provider_itself_refuses() {
    let setting = setting(Creation::Auto);
    let mut elsewhere = document("1", "ada@example.org");
    elsewhere["hd"] = json!("elsewhere.test");
    let said = run(&setting, elsewhere).await;
    assert_eq!(said.rule, "not_admitted");
    assert_eq!(said.why, "it belongs to another hosted domain");
    assert_eq!(said.traits["email"], "ada@example.org");
}

#[tokio::test]
async fn a_dry_run_serialises() {
    let setting = setting(Creation::Review);
    let said = run(&setting, document("1", "ada@example.org")).await;
    let value = serde_json::to_value(said).unwrap();
    assert_eq!(value["rule"], "review");
    assert_eq!(value["trusted"]["address"], "ada@example.org");
    assert_eq!(value["errors"], json!([]));
}
