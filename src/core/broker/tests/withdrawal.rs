//! What goes when a provider says it no longer, or is not linked any more.

use crate::{
    broker::tests::{setting::*, *},
    expression::{Expression, Scope},
    mapping::{self, Mapping, MappingEntry, Target},
    schema::{Schema, Schemas},
};

fn entry(path: &str, value: &str, sync: mapping::Sync, target: Target) -> MappingEntry {
    let value = Expression::compile(value, Scope::Claims).unwrap();
    MappingEntry {
        target,
        ..MappingEntry::of_trait(path, value, sync)
    }
}

pub(super) fn house(sync: mapping::Sync) -> Setting {
    let setting = setting(Creation::Auto);
    setting.configure("idp", |configured| {
        configured.mapping = Mapping {
            allow_privileged: true,
            entries: Arc::new([
                entry("email", "claims.email", sync, Target::Traits),
                entry("grade", "claims.grade", sync, Target::Traits),
                entry("team", "claims.team", sync, Target::Traits),
                entry("groups", "claims.groups", sync, Target::MetadataAdmin),
                entry("badge", "claims.badge", sync, Target::MetadataPublic),
                entry("roles", "claims.groups", sync, Target::Roles),
            ]),
        };
    });
    let mut said = claims("1", "ada@example.org", true);
    for (name, value) in [("grade", "A"), ("team", "red"), ("badge", "gold")] {
        said.document[name] = json!(value);
    }
    said.document["groups"] = json!(["editor"]);
    setting.says(said);
    setting
}

fn team(identity: &Identity) -> Option<&str> {
    identity.traits["team"].as_str()
}

#[tokio::test]
async fn what_only_a_provider_could_set_goes_with_its_last_link() {
    for sync in [mapping::Sync::Force, mapping::Sync::Import] {
        let setting = house(sync);
        let ada = setting.created().await;
        assert_eq!(
            (&*ada.roles, team(&ada)),
            (&["editor".to_owned()][..], Some("red"))
        );
        assert_eq!(ada.traits["grade"], "A");
        setting.password(&ada).await;
        let link = setting.broker.links(ada.id).await.unwrap()[0].id;
        setting.broker.unlink(&ada, link).await.unwrap();
        let left = setting.stored(&ada).await;
        assert!(left.roles.is_empty(), "{left:?}");
        assert_eq!(
            (&left.metadata_admin, &left.metadata_public),
            (&None, &None)
        );
        let own = json!({"email": "ada@example.org", "team": "red"});
        assert_eq!(left.traits, own);
        assert!(left.provenance.is_empty());
        assert_eq!(left.addresses, ada.addresses, "still proved");
    }
}

/// Nobody knows which of two accounts a privilege came with, so it goes with either, and comes
/// again with the one that still has it.
#[tokio::test]
async fn privileges_go_with_one_of_two_accounts_of_the_provider_and_with_a_move() {
    for is_moved in [false, true] {
        let setting = house(mapping::Sync::Force);
        let privileged = setting.vouched().await;
        let ada = setting.created().await;
        setting.says(claims("2", "ada@example.org", true));
        let (id, plain) = ("idp".parse().unwrap(), setting.vouched().await);
        // Linked without a word on groups, by a map that only adds.
        setting.configure("idp", |configured| {
            configured.mapping = house(mapping::Sync::Import)
                .broker
                .find(&id)
                .unwrap()
                .mapping
                .clone();
        });
        setting.broker.link(&ada, &id, plain).await.unwrap();
        assert_eq!(setting.stored(&ada).await.roles, ["editor"]);
        if is_moved {
            let bob = setting.verified("bob@example.org").await;
            let broker = &setting.broker;
            let pending = broker.offer_move(&bob, &id, privileged).await.unwrap();
            broker.move_link(pending, &bob).await.unwrap();
        } else {
            let links = setting.broker.links(ada.id).await.unwrap();
            let link = links.iter().find(|link| link.key.subject == "1").unwrap();
            setting.broker.unlink(&ada, link.id).await.unwrap();
        }
        let left = setting.stored(&ada).await;
        assert!(left.roles.is_empty(), "{left:?}");
        assert_eq!(
            (&left.metadata_admin, &left.metadata_public),
            (&None, &None)
        );
        assert_eq!(left.traits.get("grade"), None);
        assert!(
            left.is_forced("email"),
            "the other account is still the provider's"
        );
    }
}

#[tokio::test]
async fn what_was_set_here_or_by_another_provider_stays_when_a_link_goes() {
    let setting = house(mapping::Sync::Import);
    let mut ada = setting.created().await;
    setting.password(&ada).await;
    ada.provenance.remove("roles:");
    ada.provenance.get_mut("grade").unwrap().source = "other".parse().unwrap();
    setting.broker.identities.update(&ada).await.unwrap();
    let link = setting.broker.links(ada.id).await.unwrap()[0].id;
    setting.broker.unlink(&ada, link).await.unwrap();
    let left = setting.stored(&ada).await;
    assert_eq!(
        (&*left.roles, &left.traits["grade"]),
        (&["editor".to_owned()][..], &json!("A"))
    );
    assert_eq!(left.provenance.keys().collect::<Vec<_>>(), ["grade"]);
}

#[tokio::test]
async fn what_a_provider_keeps_up_to_date_goes_with_its_claim() {
    let setting = house(mapping::Sync::Force);
    let ada = setting.created().await;
    assert_eq!(ada.metadata_public, Some(json!({"badge": "gold"})));
    setting.says(Claims::new("https://idp.test", "1", json!({"sub": "1"})));
    let known = setting.known().await;
    assert!(known.roles.is_empty());
    assert_eq!(known.metadata_admin, Some(json!({})));
    assert_eq!(known.metadata_public, Some(json!({})));
    assert_eq!(
        known.traits,
        json!({"email": "ada@example.org"}),
        "it is required"
    );
    assert!(known.is_forced("email") && !known.is_forced("team"));
    assert_eq!(setting.stored(&known).await, known);
    assert_eq!(setting.known().await, known, "nothing goes twice");
}

/// A schema that has become stricter finds fault with the rest, and keeps nobody's privileges.
#[tokio::test]
async fn what_only_a_provider_could_set_goes_although_the_rest_is_not_valid_any_more() {
    let mut setting = house(mapping::Sync::Force);
    let ada = setting.created().await;
    assert_eq!(ada.traits["grade"], "A");
    setting.password(&ada).await;
    let stricter = json!({"properties": {"traits": {"type": "object", "properties": {
        "email": {"type": "string", "ory.sh/kratos": {
            "credentials": {"password": {"identifier": true}},
        }},
        "team": {"type": "string", "maxLength": 2},
        "grade": {"type": "string", "x-profile": {"edit": ["admin"]}},
    }}}});
    let stricter = Arc::new(Schema::parse("default", stricter).unwrap());
    setting.broker.schemas = Arc::new(Schemas::new(vec![stricter], "default").unwrap());
    let link = setting.broker.links(ada.id).await.unwrap()[0].id;
    setting.broker.unlink(&ada, link).await.unwrap();
    let left = setting.stored(&ada).await;
    assert_eq!(left.traits.get("grade"), None);
    assert_eq!(team(&left), Some("red"));
    assert_eq!(left.identifiers, ada.identifiers);
}

/// Whoever takes it over is not to be an administrator, and nobody else would be.
#[tokio::test]
async fn nobody_takes_over_the_last_administrator_by_a_providers_word() {
    let setting = house(mapping::Sync::Force);
    let mut said = claims("1", "ada@example.org", true);
    said.document["groups"] = json!(["admin"]);
    setting.says(said);
    let ada = setting.created().await;
    assert_eq!(ada.roles, ["admin"]);
    let (broker, mut unlinked) = (&setting.broker, Vec::new());
    let refused = broker.dispossess(ada.id, &mut unlinked).await;
    assert_eq!(refused.unwrap_err().code(), Code::LastAdministrator);
    assert_eq!(
        (setting.stored(&ada).await, unlinked.len()),
        (ada.clone(), 0)
    );
    let mut other = setting.local("root@example.org").await;
    other.roles = vec!["admin".to_owned()];
    broker.identities.update(&other).await.unwrap();
    let left = broker.dispossess(ada.id, &mut unlinked).await.unwrap();
    assert!(left.roles.is_empty());
}
