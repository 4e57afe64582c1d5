//! What claims change, at first and later.

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::{expression::Scope, id::ProviderId, trust::TrustedAddress};

fn mapping(entries: &[(&str, &str, Sync)]) -> Mapping {
    let entry = |(path, value, sync): &(&str, &str, Sync)| {
        let value = Expression::compile(value, Scope::Claims).unwrap();
        MappingEntry::of_trait(path, value, *sync)
    };
    Mapping {
        allow_privileged: false,
        entries: entries.iter().map(entry).collect(),
    }
}

fn claims(document: Value) -> Claims {
    Claims::new("https://idp.test", "1", document)
}

fn schema() -> Schema {
    let text = json!({"type": "string"});
    let guarded = json!({"type": "string", "x-profile": {"edit": ["admin"]}});
    let document = json!({"type": "object", "properties": {
        "email": text, "name": {"type": "object", "properties": {"first": text, "last": text}},
        "level": guarded,
        "job": {"type": "object", "properties": {"title": text, "grade": guarded}},
    }});
    Schema::parse("default", document).unwrap()
}

/// One provider's transfers, again and again.
struct Sender {
    provider: ProviderId,
    linked: Vec<ProviderId>,
    schema: Schema,
    now: Timestamp,
}

fn sender(provider: &str, linked: &[&str]) -> Sender {
    Sender {
        provider: provider.parse().unwrap(),
        linked: linked.iter().map(|id| id.parse().unwrap()).collect(),
        schema: schema(),
        now: "2026-07-01T12:00:00Z".parse().unwrap(),
    }
}

impl Sender {
    fn send(
        &self,
        mapping: &Mapping,
        occasion: Occasion,
        before: &Facts,
        document: Value,
    ) -> Facts {
        let source = Source {
            provider: &self.provider,
            schema: &self.schema,
            linked: &self.linked,
            now: self.now,
        };
        let transfer = mapping.transfer(&claims(document), before, occasion, source);
        let mut after = transfer.apply(before);
        transfer.note(before, &mut after);
        after
    }
}

fn facts(traits: Value) -> Facts {
    Facts {
        traits,
        ..Facts::default()
    }
}

#[test]
fn claims_become_nested_traits_and_absent_ones_are_left_out() {
    let mapping = mapping(&[
        ("email", "claims.email", Sync::Import),
        ("name.first", "claims.given_name", Sync::Import),
        ("name.last", "claims.family_name", Sync::Import),
        ("academic-degree", "claims.title", Sync::Import),
        ("broken", "claims.email * 2", Sync::Import),
        ("email.below", "claims.email", Sync::Import),
    ]);
    let document = json!({"email": "a@b.test", "given_name": "Ada", "title": null});
    let blank = Facts::default();
    let made = sender("idp", &[]).send(&mapping, Occasion::Creation, &blank, document);
    assert_eq!(
        made.traits,
        json!({"email": "a@b.test", "name": {"first": "Ada"}})
    );
    let noted: Vec<_> = made.provenance.keys().collect();
    assert_eq!(noted, ["email", "name.first"]);
}

#[test]
fn a_later_sign_in_takes_over_what_it_may() {
    let mapping = mapping(&[
        ("import", "claims.v", Sync::Import),
        ("force", "claims.v", Sync::Force),
        ("gone", "claims.absent", Sync::Force),
        ("empty", "claims.v", Sync::IfEmpty),
        ("nothing", "claims.v", Sync::IfEmpty),
        ("full", "claims.v", Sync::IfEmpty),
    ]);
    let before = facts(json!({
        "import": "old", "force": "old", "gone": "old", "empty": "", "full": "old",
    }));
    let idp = sender("idp", &[]);
    let after = idp.send(&mapping, Occasion::SignIn, &before, json!({"v": "new"}));
    assert_eq!(
        after.traits,
        json!({
            "import": "old", "force": "new", "gone": "old", "empty": "new", "nothing": "new",
            "full": "old",
        })
    );
    let noted: Vec<_> = after.provenance.keys().collect();
    assert_eq!(noted, ["empty", "force", "nothing"]);
    let again = idp.send(&mapping, Occasion::SignIn, &after, json!({"v": "new"}));
    assert_eq!(again, after, "nothing changes twice");
}

#[test]
fn what_somebody_fills_in_stands_unless_it_is_forced() {
    let mapping = mapping(&[
        ("force", "claims.v", Sync::Force),
        ("changed", "claims.v", Sync::Import),
        ("left", "claims.v", Sync::Import),
    ]);
    let filled = facts(json!({"force": "mine", "changed": "mine", "left": "new"}));
    let idp = sender("idp", &[]);
    let after = idp.send(&mapping, Occasion::Completion, &filled, json!({"v": "new"}));
    assert_eq!(
        after.traits,
        json!({"force": "new", "changed": "mine", "left": "new"})
    );
    let noted: Vec<_> = after.provenance.keys().collect();
    assert_eq!(noted, ["force", "left"]);
}

#[test]
fn a_condition_and_other_names_apply() {
    let entry = |path: &str, value: &str, condition: &str| {
        let value = Expression::compile(value, Scope::Claims).unwrap();
        let mut entry = MappingEntry::of_trait(path, value, Sync::Force);
        entry.only_if = Some(Expression::compile_claims_condition(condition).unwrap());
        entry.rename.insert("8f".to_owned(), "admins".to_owned());
        entry
    };
    let mapping = Mapping {
        allow_privileged: false,
        entries: Arc::new([
            entry("email", "claims.email", "trusted_email"),
            entry("groups", "claims.groups", "claims.staff"),
            entry("first", "claims.groups[0]", "!trusted_email"),
            entry("never", "claims.email", "claims.email == 'x'"),
            entry("error", "claims.email", "claims.absent"),
        ]),
    };
    let mut said = claims(json!({"email": "a@b.test", "groups": ["8f", "9a"], "staff": true}));
    let idp = sender("idp", &[]);
    let source = Source {
        provider: &idp.provider,
        schema: &idp.schema,
        linked: &[],
        now: idp.now,
    };
    let traits = |said: &Claims| {
        let blank = Facts::default();
        let transfer = mapping.transfer(said, &blank, Occasion::Creation, source);
        transfer.apply(&blank).traits
    };
    assert_eq!(
        traits(&said),
        json!({"groups": ["admins", "9a"], "first": "admins"})
    );
    said.trusted = Some(TrustedAddress {
        address: "a@b.test".to_owned(),
        why: String::new(),
    });
    assert_eq!(
        traits(&said),
        json!({"email": "a@b.test", "groups": ["admins", "9a"]})
    );
    assert!(Expression::compile_claims_condition("'a' + 'b'").is_err());
    assert!(Expression::compile_claims_condition("trusted_mail").is_err());
}

#[test]
fn only_a_map_that_may_sets_what_administrators_set() {
    let entry = |path: &str, target| {
        let value = Expression::compile("claims.v", Scope::Claims).unwrap();
        MappingEntry {
            target,
            ..MappingEntry::of_trait(path, value, Sync::Force)
        }
    };
    let mut mapping = Mapping {
        allow_privileged: false,
        entries: Arc::new([
            entry("email", Target::Traits),
            entry("level", Target::Traits),
            entry("job", Target::Traits),
            entry("job.grade", Target::Traits),
            entry("level.below", Target::Traits),
            entry("groups", Target::MetadataAdmin),
            entry("team", Target::MetadataPublic),
            entry("any", Target::Roles),
        ]),
    };
    let (idp, blank) = (sender("idp", &[]), Facts::default());
    let send = |mapping: &Mapping, v: Value| {
        idp.send(mapping, Occasion::Creation, &blank, json!({"v": v}))
    };
    let made = send(&mapping, json!(["a", "b"]));
    assert_eq!(made.traits, json!({"email": ["a", "b"]}));
    assert_eq!(made.metadata_admin, Some(json!({"groups": ["a", "b"]})));
    assert_eq!(made.metadata_public, Some(json!({"team": ["a", "b"]})));
    assert!(made.roles.is_empty());
    let privileged: Vec<_> = mapping.privileged(&idp.schema).map(|e| &*e.path).collect();
    assert_eq!(
        privileged,
        ["level", "job", "job.grade", "level.below", "any"]
    );

    mapping.allow_privileged = true;
    let made = send(&mapping, json!(["a", "b", "a", 1]));
    assert_eq!(made.roles, ["a", "b"]);
    assert!(made.traits["level"].is_array());
    assert_eq!(mapping.privileged(&idp.schema).count(), 0);
}

#[test]
fn roles_the_provider_gave_go_when_it_does_not_name_them_any_more() {
    let value = Expression::compile("claims.groups", Scope::Claims).unwrap();
    let entry = MappingEntry {
        target: Target::Roles,
        ..MappingEntry::of_trait("roles", value, Sync::Force)
    };
    let mapping = Mapping {
        allow_privileged: true,
        entries: Arc::new([entry]),
    };
    let idp = sender("idp", &[]);
    let local = Facts {
        roles: vec!["editor".to_owned()],
        ..Facts::default()
    };
    let send = |before: &Facts, document| idp.send(&mapping, Occasion::SignIn, before, document);
    let untouched = send(&local, json!({}));
    assert_eq!(untouched, local, "roles given here stay");
    let given = send(&local, json!({"groups": ["admin"]}));
    assert_eq!(given.roles, ["admin"]);
    assert!(send(&given, json!({})).roles.is_empty());
    assert!(send(&given, json!({"groups": []})).roles.is_empty());
}

/// KC-151: two providers do not fight over a trait.
#[test]
fn a_trait_one_provider_forces_is_not_taken_over_by_another() {
    let force = mapping(&[("name.first", "claims.v", Sync::Force)]);
    let whole = mapping(&[("name", "{'first': claims.v}", Sync::Force)]);
    let polite = mapping(&[("name.first", "claims.v", Sync::IfEmpty)]);
    let a = sender("a", &[]);
    let said = json!({"v": "A"});
    let forced = a.send(&force, Occasion::Creation, &Facts::default(), said);
    let b = sender("b", &["a", "b"]);
    for mapping in [&force, &whole, &polite] {
        let after = b.send(mapping, Occasion::SignIn, &forced, json!({"v": "B"}));
        assert_eq!(after, forced);
    }
    let mut empty = forced.clone();
    empty.traits = json!({"name": {"first": ""}});
    let after = b.send(&polite, Occasion::SignIn, &empty, json!({"v": "B"}));
    assert_eq!(after, empty);

    let alone = sender("b", &["b"]);
    let after = alone.send(&force, Occasion::SignIn, &forced, json!({"v": "B"}));
    assert_eq!(after.traits, json!({"name": {"first": "B"}}));
    assert_eq!(after.provenance["name.first"].source.as_str(), "b");
}

#[test]
fn an_entry_that_reads_a_claim_that_is_kept_back_is_found() {
    for (value, reads) in [
        ("claims.groups", true),
        ("claims.groups[0].name", true),
        ("claims['groups']", true),
        ("claims[claims.which]", true),
        ("size(claims) > 3", true),
        ("claims.roles.filter(r, r in claims.groups)", true),
        ("has(claims.groups) ? 'a' : 'b'", true),
        ("claims.email", false),
        ("claims['other']", false),
        ("claims.a.groups", false),
    ] {
        let mut said = claims(json!({}));
        said.withheld = vec!["groups".to_owned()];
        let mut mapping = mapping(&[("x", value, Sync::Import)]);
        assert_eq!(mapping.withheld(&said).is_some(), reads, "{value}");
        let mut entry = MappingEntry::of_trait(
            "x",
            Expression::compile("1", Scope::Claims).unwrap(),
            Sync::Import,
        );
        entry.only_if = Some(Expression::compile(value, Scope::Claims).unwrap());
        mapping.entries = Arc::new([entry]);
        assert_eq!(mapping.withheld(&said).is_some(), reads, "{value}");
    }
}
