//! What is found in a provider's table is told in the language of whoever reads it at the console.

use portcullis_kit::Locales;

use crate::{Folder, of_kind, provider};

/// Tables with something wrong or weak in them, each in another way.
fn tables() -> Vec<String> {
    let oidc = [
        "label = 7",
        "label = \" \"",
        "colour = \"red\"",
        "enabled = \"yes\"",
        "scopes = [\"email\"]",
        "[providers.acme.authorization_parameters]\nstate = \"x\"",
        "allow_domains = [\"*.example.org\"]",
        "allow_domains = [\"exa mple\"]",
        "deny_domains = [\"https://example.org\"]",
        "require_claims = { \"a..b\" = \"x\" }",
        "require_claims = { a = \"(\" }",
        "trust = [{}]",
        "trust = [{ why = \"x\", domains = [\"example.org\"] }]",
        "link = \"auto\"",
        "unverified_local = \"reclaim\"",
        "link = \"perhaps\"",
        "private_key = \"x\"\nclient_secret = \"y\"",
        "key_id = \"x\"",
        "certificate = \"x\"",
        "client_secret = \"\"",
        "microsoft_tenant = \"common\"",
        "map = { \"a..b\" = \"claims.a\" }",
        "map = { email = \"nobody.knows\" }",
        "map = { email = { value = \"claims.email\", target = \"roles\" } }",
    ];
    let oidc = oidc.map(provider);
    let other = [
        ("google", "store_tokens = true\nlogout = \"upstream\""),
        ("google", "hosted_domains = [\"\"]"),
        (
            "github",
            "link = \"auto\"\nallow_domains = [\"example.org\"]",
        ),
        ("github", "api_url = \"x\""),
        ("gitlab", "issuer_url = \"ftp://id.example.org\""),
        ("gitlab", "issuer_url = \"http://id.example.org?x#y\""),
        (
            "microsoft",
            "microsoft_tenant = \"a b\"\nallowed_tenants = [\"x\"]",
        ),
        (
            "microsoft",
            "microsoft_tenant = \"a.org\"\nmicrosoft_tenant_id = \"b.org\"",
        ),
        (
            "microsoft",
            "trust_tenant_email = true\nsubject_source = \"oid\"",
        ),
        ("apple", ""),
        ("okta", ""),
    ];
    let other = other.map(|(kind, keys)| of_kind(kind, keys));
    oidc.into_iter().chain(other).collect()
}

#[test]
fn each_finding_in_a_providers_table_has_german_words() {
    let german = Locales::load(None).unwrap().find("de");
    let mut silent = Vec::new();
    for table in tables() {
        let report = match Folder::with(&table).load() {
            Ok(loaded) => loaded.warnings,
            Err(report) => report,
        };
        let found: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| finding.key.to_string().starts_with("providers."))
            .collect();
        assert!(!found.is_empty(), "nothing is found in {table}");
        let english = found
            .iter()
            .filter(|one| german.text(&one.message) == one.message);
        silent.extend(english.map(|one| one.message.clone()));
    }
    assert!(silent.is_empty(), "no German for {silent:#?}");
}
