//! From a table to a provider, for every kind.

use portcullis_core::{
    clock::SystemClock,
    mapping::{Sync, Target},
    provider::{Creation, Linking, SignOutScope, UnverifiedLocal},
    trust::TrustRules,
};
use serde_json::json;

use super::*;
use crate::config::{Protocol, Provider, ProviderKind};

fn made(text: &str) -> ConfiguredProvider {
    let table: Provider = toml::from_str(text).unwrap();
    provider("p", &table, &Arc::default(), Arc::new(SystemClock)).unwrap()
}

fn trusts(trust: &TrustRules, document: &serde_json::Value) -> bool {
    trust.judge(document).is_some()
}

#[test]
fn a_table_that_makes_no_provider_names_file_and_key() {
    let text = "kind = \"microsoft\"\nclient_id = \"c\"\nclient_secret = \"s\"\n\
                microsoft_tenant_id = \"contoso\"\n";
    let table: Provider = toml::from_str(text).unwrap();
    let error = provider("ms", &table, &Arc::default(), Arc::new(SystemClock)).unwrap_err();
    let told = error.in_file(Some("team.toml".into())).to_string();
    let expected = "team.toml: providers.ms.microsoft_tenant_id: it is neither common";
    assert!(told.starts_with(expected), "{told}");
}

/// XP-09.
#[test]
fn every_kind_but_the_one_that_signs_its_secret_is_made_from_the_least_there_is() {
    for kind in ProviderKind::all().filter(|kind| kind.as_str() != "apple") {
        let issuer = kind.preset().issuer_example.as_deref();
        let issuer = issuer.map(|url| format!("issuer_url = {url:?}\n"));
        let made = made(&format!(
            "kind = \"{kind}\"\nclient_id = \"c\"\nclient_secret = \"s\"\n{}",
            issuer.unwrap_or_default()
        ));
        let own_label = if kind.as_str() == "oidc" {
            "p"
        } else {
            &kind.preset().label
        };
        assert_eq!(made.label, own_label);
        assert!(made.policy.enabled && !made.policy.store_tokens);
        let paths: Vec<_> = made
            .mapping
            .entries
            .iter()
            .map(|e| e.path.as_str())
            .collect();
        assert!(paths.contains(&"email"), "{kind}: {paths:?}");
    }
}

#[test]
fn what_the_table_says_of_strangers_and_claims_reaches_the_broker() {
    let made = made(
        "kind = \"github\"\nclient_id = \"c\"\nclient_secret = \"s\"\nlink_only = true\n\
         create = \"review\"\nlink = \"auto\"\nunverified_local = \"reclaim\"\n\
         allow_domains = [\"a.org\"]\nrequire_claims = { login = \"x.*\" }\nstore_tokens = true\n\
         logout = \"ask\"\nnotify = false\nallow_privileged = true\nsync = \"force\"\n\
         [map]\nemail = \"claims.email\"\n\
         r = { value = \"claims.teams\", target = \"roles\", sync = \"import\", \
         only_if = \"claims.ok\", rename = { a = \"admin\" } }\n",
    );
    let policy = &made.policy;
    assert!(policy.link_only && policy.store_tokens && !policy.notify);
    let admits = |login: &str| {
        let refusal = policy
            .admission
            .refusal(&json!({"login": login}), Some("x@a.org"));
        refusal.is_none()
    };
    assert!(admits("xyz") && !admits("yx"));
    assert!(made.mapping.allow_privileged);
    assert_eq!(policy.create, Creation::Review);
    assert_eq!(policy.link, Linking::Auto);
    assert_eq!(policy.unverified_local, UnverifiedLocal::Reclaim);
    assert_eq!(policy.logout, SignOutScope::Ask);
    let [email, roles] = &*made.mapping.entries else {
        panic!("two entries: {:?}", made.mapping)
    };
    assert_eq!((email.sync, roles.sync), (Sync::Force, Sync::Import));
    assert_eq!(roles.target, Target::Roles);
    assert_eq!(roles.rename["a"], "admin");
    assert!(roles.only_if.is_some());
}

#[test]
fn rules_of_ones_own_take_the_place_of_the_kinds() {
    let keys = "kind = \"slack\"\nclient_id = \"c\"\nclient_secret = \"s\"\n";
    let member = json!({
        "email": "a@b.org", "email_verified": true, "https://slack.com/team_id": "T1",
    });
    assert!(!trusts(&made(keys).trust, &member));
    let own = made(&format!(
        "{keys}trust = [{{ why = \"ours\", email_verified = true, \
         claim_is = [\"https://slack.com/team_id\", \"T1\"] }}]\n"
    ));
    assert!(trusts(&own.trust, &member));
    let other = json!({
        "email": "a@b.org", "email_verified": true, "https://slack.com/team_id": "T2",
    });
    assert!(!trusts(&own.trust, &other));
}

/// What each kind says of a verified and of an unverified address.
#[test]
fn the_kinds_rules_read_what_the_kind_sends() {
    for kind in ProviderKind::all() {
        let preset = kind.preset();
        let trust = TrustRules(preset.trust.clone());
        let sends = |name: &str| preset.sends.iter().any(|claim| claim == name);
        for (verified, expected) in [(true, !preset.trust.is_empty()), (false, false)] {
            let claim = if sends("verified") {
                "verified"
            } else {
                "email_verified"
            };
            let document = json!({"email": "a@b.org", claim: verified});
            assert_eq!(trusts(&trust, &document), expected, "{kind}");
        }
        assert!(!trusts(&trust, &json!({"email": "a@b.org"})), "{kind}");
        if preset.protocol == Protocol::OAuth2 {
            let endpoints = preset.endpoints.as_ref().unwrap();
            assert!(sends(&endpoints.subject), "{kind} sends its subject");
        }
    }
}
