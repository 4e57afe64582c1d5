//! What maps change of known identities, through the broker.

use async_trait::async_trait;

use crate::{
    broker::tests::{setting::*, *},
    expression::{Expression, Scope},
    mapping::{self, Mapping, MappingEntry, Target},
    store::StoreError,
};

fn forced(path: &str, value: &str, target: Target) -> MappingEntry {
    let value = Expression::compile(value, Scope::Claims).unwrap();
    MappingEntry {
        target,
        ..MappingEntry::of_trait(path, value, mapping::Sync::Force)
    }
}

fn map(setting: &Setting, allow_privileged: bool) {
    setting.configure("idp", |configured| {
        configured.mapping = Mapping {
            allow_privileged,
            entries: Arc::new([
                forced("email", "claims.email", Target::Traits),
                forced("name.first", "claims.given_name", Target::Traits),
                forced("grade", "claims.grade", Target::Traits),
                forced("groups", "claims.groups", Target::MetadataAdmin),
                forced("roles", "claims.groups", Target::Roles),
            ]),
        };
    });
}

#[tokio::test]
async fn metadata_and_roles_follow_at_every_sign_in() {
    let setting = setting(Creation::Auto);
    map(&setting, true);
    let say = |groups: Value| {
        let mut said = claims("1", "ada@example.org", true);
        said.document["groups"] = groups;
        said.document["grade"] = json!("A");
        setting.says(said);
    };
    say(json!(["editor"]));
    let made = setting.created().await;
    assert_eq!(made.roles, ["editor"]);
    assert_eq!(made.traits["grade"], "A");
    assert_eq!(made.metadata_admin, Some(json!({"groups": ["editor"]})));
    assert_eq!(setting.stored(&made).await, made);
    say(json!([]));
    let known = setting.known().await;
    assert!(known.roles.is_empty());
    assert_eq!(known.metadata_admin, Some(json!({"groups": []})));
}

/// CU-04: whoever reads mail at the address would get in as the administrator.
#[tokio::test]
async fn who_shares_an_address_becomes_no_administrator_by_a_providers_word() {
    let setting = setting(Creation::Auto);
    map(&setting, true);
    let say = |groups: &[&str]| {
        let mut said = claims("1", "ada@example.org", true);
        said.document["groups"] = json!(groups);
        setting.says(said);
    };
    say(&["editor"]);
    let ada = setting.created().await;
    let mut eve = setting.local("eve@example.org").await;
    eve.addresses[0].value = "ada@example.org".to_owned();
    setting.broker.identities.update(&eve).await.unwrap();
    say(&["writer", "admin"]);
    assert_eq!(setting.known().await.roles, ["writer"], "but comes in");
    let mut eve = setting.stored(&eve).await;
    eve.addresses.clear();
    setting.broker.identities.update(&eve).await.unwrap();
    assert_eq!(setting.known().await.roles, ["writer", "admin"]);
    assert_eq!(setting.stored(&ada).await.roles, ["writer", "admin"]);
}

/// Somebody of grade A in the group of administrators, who is to lose both at the next sign-in.
async fn to_be_stripped() -> (Setting, Identity) {
    let setting = setting(Creation::Auto);
    map(&setting, true);
    let mut said = claims("1", "ada@example.org", true);
    said.document["groups"] = json!(["editor"]);
    said.document["grade"] = json!("A");
    setting.says(said);
    let made = setting.created().await;
    assert_eq!(made.roles, ["editor"]);
    (setting, made)
}

async fn assert_stripped(setting: &Setting, made: &Identity, grade: &Value) {
    let known = setting.known().await;
    assert!(known.roles.is_empty(), "{known:?}");
    assert_eq!(known.metadata_admin, Some(json!({"groups": []})));
    assert_eq!(known.traits["grade"], *grade);
    assert_eq!(known.traits["email"], made.traits["email"]);
    assert_eq!(setting.stored(&known).await, known);
    assert_eq!(setting.known().await, known, "nothing goes twice");
}

fn stripped(email: &str, grade: &Value) -> Claims {
    let mut said = claims("1", email, true);
    said.document["groups"] = json!([]);
    if !grade.is_null() {
        said.document["grade"] = grade.clone();
    }
    said
}

/// KC-151.
#[tokio::test]
async fn nobody_keeps_roles_by_an_address_that_is_somebody_elses() {
    for grade in [json!(null), json!("C")] {
        let (setting, made) = to_be_stripped().await;
        setting.local("z@example.org").await;
        setting.says(stripped("z@example.org", &grade));
        assert_stripped(&setting, &made, &grade).await;
    }
}

/// KC-151.
#[tokio::test]
async fn nobody_keeps_roles_by_a_trait_that_is_not_valid() {
    for grade in [json!(null), json!("C")] {
        let (setting, made) = to_be_stripped().await;
        let mut said = stripped("ada@example.org", &grade);
        said.document["given_name"] = json!("A".repeat(300));
        setting.says(said);
        assert_stripped(&setting, &made, &grade).await;
        assert_eq!(setting.known().await.traits["name"]["first"], "Ada");
    }
}

/// KC-151: two traits that a provider forces do not freeze together.
#[tokio::test]
async fn a_trait_that_is_not_valid_keeps_no_other_from_being_forced() {
    let setting = setting(Creation::Auto);
    setting.configure("idp", |configured| {
        configured.mapping = Mapping {
            allow_privileged: false,
            entries: Arc::new([
                forced("email", "claims.email", Target::Traits),
                forced("name.first", "claims.given_name", Target::Traits),
                forced("team", "claims.team", Target::Traits),
            ]),
        };
    });
    let say = |team: Option<&str>, name: String, email: &str| {
        let mut said = claims("1", email, true);
        said.document["given_name"] = name.into();
        if let Some(team) = team {
            said.document["team"] = team.into();
        }
        setting.says(said);
    };
    let (ada, spoiled) = ("ada@example.org", "A".repeat(300));
    say(Some("red"), "Ada".to_owned(), ada);
    setting.created().await;
    setting.local("z@example.org").await;
    for (team, email) in [
        (Some("blue"), ada),
        (None, ada),
        (Some("red"), "z@example.org"),
    ] {
        say(team, spoiled.clone(), email);
        let known = setting.known().await;
        let expected = json!({"first": "Ada"});
        assert_eq!(known.traits["name"], expected);
        assert_eq!(
            known.traits.get("team"),
            team.map(|team| json!(team)).as_ref()
        );
        assert_eq!(known.identifiers, [ada]);
    }
}

#[tokio::test]
async fn a_namesake_by_address_alone_holds_nothing_back() {
    let (setting, made) = to_be_stripped().await;
    let mut namesake = setting.local("bob@example.org").await;
    namesake.addresses[0].value = "ada@example.org".to_owned();
    setting.broker.identities.update(&namesake).await.unwrap();
    let mut said = stripped("ada@example.org", &json!(null));
    said.document["given_name"] = json!("Augusta");
    setting.says(said);
    assert_stripped(&setting, &made, &json!(null)).await;
    assert_eq!(setting.known().await.traits["name"]["first"], "Augusta");
}

/// KC-151: a map sets nobody's roles, and no trait for administrators, unless it may.
#[tokio::test]
async fn a_map_without_privileges_sets_no_roles() {
    let setting = setting(Creation::Auto);
    map(&setting, false);
    let mut said = claims("1", "ada@example.org", true);
    said.document["groups"] = json!(["editor"]);
    said.document["grade"] = json!("A");
    setting.says(said);
    for identity in [setting.created().await, setting.known().await] {
        assert!(identity.roles.is_empty());
        let own = json!({"email": "ada@example.org", "name": {"first": "Ada"}});
        assert_eq!(identity.traits, own);
        assert!(identity.metadata_admin.is_some());
    }
}

#[tokio::test]
async fn the_provider_that_forces_a_trait_keeps_it_while_it_is_linked() {
    let setting = setting(Creation::Auto);
    let ada = setting.created().await;
    setting.configure("other", |_| {});
    let other: ProviderId = "other".parse().unwrap();
    let mut said = claims("9", "ada@example.org", true);
    said.document["given_name"] = json!("Other");
    setting.says(said);
    let mut vouched = setting.vouched().await;
    let arrived = setting.broker.link(&ada, &other, vouched.clone()).await;
    assert_eq!(arrived.unwrap().identity.traits["name"]["first"], "Ada");

    let links = setting.broker.links(ada.id).await.unwrap();
    let first = links
        .iter()
        .find(|link| link.key.provider.as_str() == "idp");
    setting
        .broker
        .unlink(&ada, first.unwrap().id)
        .await
        .unwrap();
    vouched.claims.document["given_name"] = json!("Now");
    let arrived = setting.broker.link(&ada, &other, vouched).await.unwrap();
    assert_eq!(arrived.identity.traits["name"]["first"], "Now");
    assert_eq!(arrived.identity.provenance["name.first"].source, other);
}

#[tokio::test]
async fn what_is_changed_here_is_no_providers_any_more() {
    let setting = setting(Creation::Auto);
    let mut said = claims("1", "ada@example.org", true);
    said.document["family_name"] = json!("Byron");
    setting.says(said);
    let ada = setting.created().await;
    assert!(ada.provenance.contains_key("name.last"));
    let broker = &setting.broker;
    let mut traits = ada.traits.clone();
    traits["name"]["last"] = json!("Lovelace");
    let changed = broker
        .schemas
        .refreshed(&ada, traits, &*broker.clock, &*broker.entropy)
        .unwrap();
    assert!(!changed.provenance.contains_key("name.last"));
    assert!(changed.provenance.contains_key("name.first"));
}

/// Somebody else has to be one before a provider takes the role from the last.
#[tokio::test]
async fn the_last_administrator_stays_one_when_the_provider_says_so_no_more() {
    let setting = setting(Creation::Auto);
    map(&setting, true);
    let say = |groups: Value| {
        let mut said = claims("1", "ada@example.org", true);
        said.document["groups"] = groups;
        setting.says(said);
    };
    say(json!(["admin", "editor"]));
    setting.created().await;
    say(json!(["reader"]));
    for _ in 0..2 {
        let known = setting.known().await;
        assert_eq!(known.roles, ["reader", "admin"]);
        assert_eq!(known.metadata_admin, Some(json!({"groups": ["reader"]})));
        assert_eq!(setting.stored(&known).await, known);
    }
    let mut other = setting.local("bob@example.org").await;
    other.roles = vec!["admin".to_owned()];
    setting.broker.identities.update(&other).await.unwrap();
    assert_eq!(setting.known().await.roles, ["reader"]);
}

/// Keeps one name.
#[derive(Debug)]
struct Keeping(&'static str);

#[async_trait]
impl Names for Keeping {
    async fn are_taken(
        &self,
        identity: &Identity,
        before: Option<&Identity>,
    ) -> Result<bool, StoreError> {
        let has = |one: &Identity| one.identifiers.iter().any(|own| own == self.0);
        Ok(has(identity) && !before.is_some_and(has))
    }

    async fn free(&self, _: &Identity, _: Option<&Identity>) -> Result<bool, StoreError> {
        Ok(false)
    }
}

/// It would tell that nobody has it.
#[tokio::test]
async fn a_name_that_is_only_kept_for_somebody_is_not_taken_over_from_a_provider() {
    let mut setting = setting(Creation::Auto);
    let ada = setting.created().await;
    setting.broker.names = Some(Arc::new(Keeping("bob@example.org")));
    setting.says(claims("1", "bob@example.org", true));
    assert_eq!(setting.known().await.identifiers, ada.identifiers);
    setting.says(claims("2", "bob@example.org", true));
    assert_eq!(setting.refused().await.code(), Code::AddressTaken);
    setting.says(claims("1", "eve@example.org", true));
    assert_eq!(setting.known().await.identifiers, ["eve@example.org"]);
}
