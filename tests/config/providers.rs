//! Mistakes about providers, kind by kind, and the table that documents the kinds.

use std::{fmt::Write as _, fs};

use portcullis::config::{Protocol, ProviderKind};

use crate::{Folder, of_kind, provider, refused, warned};

#[test]
fn an_unknown_kind_is_told_with_the_nearest_one() {
    refused(
        &of_kind("gitlb", ""),
        "portcullis.toml:5: providers.p.kind: \"gitlb\" is not known here; did you mean `gitlab`?",
    );
    refused(
        &of_kind("saml", ""),
        "portcullis.toml:5: providers.p.kind: \"saml\" is not known here; write one of `oidc`, `google`",
    );
    refused(
        "[providers.p]\nclient_id = \"x\"\n",
        "portcullis.toml:1: providers.p.kind: it is missing; write kind = \"oidc\" for any OpenID \
         provider, or one of google, microsoft, github",
    );
}

#[test]
fn keys_of_other_kinds_are_refused() {
    for (kind, key, knows) in [
        (
            "oidc",
            "trust_workspace_email = true",
            "only kind \"google\" knows",
        ),
        (
            "google",
            "microsoft_tenant = \"common\"",
            "only kind \"microsoft\" knows",
        ),
        (
            "google",
            "allowed_tenants = [\"a\"]",
            "only kind \"microsoft\" knows",
        ),
        ("github", "cloud = \"us\"", "only kind \"microsoft\" knows"),
        (
            "github",
            "subject_source = \"sub\"",
            "only kind \"microsoft\" knows",
        ),
        (
            "google",
            "api_url = \"https://x.org\"",
            "only kind \"github\" knows",
        ),
        (
            "github",
            "aal2_acr_values = [\"x\"]",
            "kind \"github\" does not know",
        ),
        ("okta", "team_id = \"t\"", "only kind \"apple\" knows"),
        ("google", "trust = []", "kind \"google\" does not know"),
        (
            "discord",
            "issuer_url = \"https://x.org\"",
            "kind \"discord\" does not know",
        ),
        (
            "apple",
            "certificate = \"x\"",
            "kind \"apple\" does not know",
        ),
    ] {
        let name = key.split(' ').next().unwrap();
        refused(
            &of_kind(kind, key),
            &format!(
                "portcullis.toml:8: providers.p.{name}: {knows} this key; remove it or change kind"
            ),
        );
    }
}

/// XP-02.
#[test]
fn the_gateway_can_prove_who_it_is() {
    let bare =
        |kind: &str, keys: &str| of_kind(kind, keys).replacen("client_secret = \"y\"\n", "", 1);
    refused(
        &bare("github", ""),
        "portcullis.toml:4: providers.p.client_secret: GitHub expects one",
    );
    warned(
        &bare("google", ""),
        "portcullis.toml:4: warning: providers.p.client_secret: Google expects one",
    );
    let key = "-----BEGIN PRIVATE KEY-----\\nMA==\\n-----END PRIVATE KEY-----";
    refused(
        &of_kind("google", &format!("private_key = \"{key}\"")),
        "portcullis.toml:8: providers.p.private_key: `client_secret` and `private_key` are both given",
    );
    refused(
        &bare("google", "private_key = \"hunter2\""),
        "portcullis.toml:7: providers.p.private_key: this is no private key in PEM",
    );
    refused(
        &of_kind("google", "key_id = \"k\""),
        "portcullis.toml:8: providers.p.key_id: it names a key that is not given",
    );
    refused(
        &bare("google", "private_key = \"a\"\nprivate_key_file = \"b\""),
        "portcullis.toml:8: providers.p.private_key_file: `private_key` and `private_key_file` are both given",
    );
    refused(
        &bare("google", "private_key_file = \"absent\""),
        "portcullis.toml:7: providers.p.private_key_file: absent: No such file",
    );
    let told = Folder::with(&of_kind("apple", "")).refused();
    for line in [
        "providers.p.client_secret: Apple's secret is signed anew each time",
        "providers.p.private_key: it is missing; kind \"apple\" needs team_id, key_id",
        "providers.p.key_id: it is missing",
        "providers.p.team_id: it is missing",
    ] {
        assert!(told.contains(line), "expected {line}\ntold {told}");
    }
    let apple = bare(
        "apple",
        "team_id = \"T\"\nkey_id = \"K\"\nprivate_key_file = \"key\"\ncreate = \"never\"",
    );
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let folder = Folder::with(&apple).and("key", &key);
    assert_eq!(folder.warned(), "");
    let loaded = folder.load().unwrap();
    let body = key.lines().nth(1).unwrap();
    assert!(!format!("{loaded:?}").contains(body));
}

/// XP-07: both names of the tenant are accepted, and only one tenant.
#[test]
fn tenants_are_written_under_either_name() {
    for key in ["microsoft_tenant", "microsoft_tenant_id"] {
        let folder = Folder::with(&of_kind("microsoft", &format!("{key} = \"contoso.com\"")));
        let config = folder.load().unwrap().config;
        assert_eq!(config.providers["p"].tenant(), "contoso.com");
    }
    refused(
        &of_kind(
            "microsoft",
            "microsoft_tenant = \"a\"\nmicrosoft_tenant_id = \"b\"",
        ),
        "portcullis.toml:9: providers.p.microsoft_tenant_id: it is another spelling of microsoft_tenant",
    );
    refused(
        &of_kind("microsoft", "microsoft_tenant = \"a/b\""),
        "portcullis.toml:8: providers.p.microsoft_tenant: this is no tenant",
    );
    refused(
        &of_kind("microsoft", "allowed_tenants = [\"contoso.com\"]"),
        "portcullis.toml:8: providers.p.allowed_tenants[0]: tenants are compared by id",
    );
    refused(
        &of_kind("microsoft", "trust_tenant_email = true"),
        "portcullis.toml:8: providers.p.trust_tenant_email: addresses can be trusted of one tenant only",
    );
    for spelling in ["oid", "me"] {
        let source = format!("subject_source = {spelling:?}");
        refused(
            &of_kind("microsoft", &source),
            "portcullis.toml:8: providers.p.subject_source: \"oid\" names an account within one tenant",
        );
        let tenant = "microsoft_tenant = \"9188040d-6c67-4c5b-b112-36a304b66dad\"";
        let text = of_kind("microsoft", &format!("{tenant}\n{source}"));
        assert_eq!(Folder::with(&text).warned(), "", "{spelling}");
    }
}

#[test]
fn patterns_expressions_and_parameters_are_read_when_they_are_checked() {
    refused(
        &provider("require_claims = { \"realm.roles\" = \"(\" }"),
        "portcullis.toml:8: providers.acme.require_claims.\"realm.roles\": this is no pattern: ",
    );
    refused(
        &provider("require_claims = { \"a..b\" = \"x\" }"),
        "portcullis.toml:8: providers.acme.require_claims.\"a..b\": this is no claim path",
    );
    refused(
        &provider("map = { email = { value = \"claims.email\", only_if = \"claimz.ok\" } }"),
        "portcullis.toml:8: providers.acme.map.email.only_if: ",
    );
    refused(
        &provider("map = { email = { value = \"claims.email\", only_if = \"1\" } }"),
        "portcullis.toml:8: providers.acme.map.email.only_if: a rule must be true or false",
    );
    let trusted = "map = { email = { value = \"claims.email\", only_if = \"trusted_email\" } }";
    assert_eq!(Folder::with(&provider(trusted)).warned(), "");
    refused(
        &provider("authorization_parameters = { state = \"x\" }"),
        "portcullis.toml:8: providers.acme.authorization_parameters.state: \"state\" cannot be set",
    );
    refused(
        &provider("allow_domains = [\"a@b\"]"),
        "portcullis.toml:8: providers.acme.allow_domains[0]: ",
    );
    refused(
        &provider("deny_domains = [\"https://x\"]"),
        "portcullis.toml:8: providers.acme.deny_domains[0]: ",
    );
    refused(
        &provider("link = \"always\""),
        "portcullis.toml:8: providers.acme.link: \"always\" is not known here; write one of `confirm`",
    );
    refused(
        &provider("on_disable = { session = \"keep\" }"),
        "portcullis.toml:8: providers.acme.on_disable.session: unknown key; did you mean `sessions`?",
    );
}

#[test]
fn roles_come_from_a_provider_only_where_that_is_said() {
    let roles = "map = { r = { value = \"claims.groups\", target = \"roles\" } }";
    refused(
        &provider(roles),
        "portcullis.toml:8: providers.acme.map.r.target: whoever writes the claim would hand out roles",
    );
    let allowed = provider(&format!("allow_privileged = true\n{roles}"));
    assert_eq!(Folder::with(&allowed).warned(), "");
}

#[test]
fn traits_that_only_administrators_edit_come_from_a_provider_only_where_that_is_said() {
    let schema = "[[identity.schemas]]\nid = \"s\"\ninline = '{\"properties\": {\"grade\": \
                  {\"type\": \"string\", \"x-profile\": {\"edit\": [\"admin\"]}}}}'\n";
    let map = |keys: &str| {
        let map = "map = { grade = \"claims.grade\" }";
        format!("{}{schema}", provider(&format!("{keys}{map}")))
    };
    refused(
        &map(""),
        "portcullis.toml:8: providers.acme.map.grade: the schema lets only administrators edit",
    );
    assert_eq!(Folder::with(&map("allow_privileged = true\n")).warned(), "");
}

#[test]
fn rules_of_trust_have_conditions_and_a_reason() {
    refused(
        &provider("trust = [{ why = \"x\" }]"),
        "portcullis.toml:8: providers.acme.trust[0]: a rule without conditions trusts nothing",
    );
    refused(
        &provider("trust = [{ email_verified = true }]"),
        "portcullis.toml:8: providers.acme.trust[0].why: it is missing",
    );
    refused(
        &provider("trust = [{ why = \"x\", email_verifed = true }]"),
        "portcullis.toml:8: providers.acme.trust[0].email_verifed: unknown key; did you mean `email_verified`?",
    );
    warned(
        &provider("trust = [{ why = \"x\", domains = [\"a.org\"] }]"),
        "portcullis.toml:8: warning: providers.acme.trust[0]: the rule trusts addresses that the \
         provider does not call verified",
    );
}

#[test]
fn weak_choices_are_told() {
    for (kind, key, expected) in [
        (
            "github",
            "link = \"auto\"",
            "link: whoever takes over an address",
        ),
        (
            "github",
            "unverified_local = \"reclaim\"",
            "unverified_local: whoever has an address",
        ),
        (
            "facebook",
            "link = \"auto\"",
            "link: none of Facebook's addresses counts as verified",
        ),
        (
            "facebook",
            "allow_domains = [\"a.org\"]",
            "allow_domains: none of Facebook's",
        ),
        (
            "google",
            "store_tokens = true",
            "store_tokens: without a refresh token",
        ),
        (
            "google",
            "logout = \"upstream\"",
            "logout: Google has no address to sign out at",
        ),
    ] {
        let text = of_kind(kind, &format!("{key}\nlink_only = true"));
        warned(
            &text,
            &format!("portcullis.toml:8: warning: providers.p.{expected}"),
        );
    }
    for keys in [
        "store_tokens = true\nscopes = [\"openid\", \"offline_access\"]",
        "store_tokens = true\nauthorization_parameters = { access_type = \"offline\" }",
    ] {
        let text = of_kind("google", &format!("{keys}\nlink_only = true"));
        assert_eq!(Folder::with(&text).warned(), "");
    }
}

#[test]
fn every_place_that_is_open_to_the_world_is_told_unless_something_narrows_it() {
    let open = |text: &str| {
        Folder::with(text)
            .warned()
            .contains("anybody with an account there")
    };
    let kinds = [
        "google",
        "microsoft",
        "github",
        "gitlab",
        "slack",
        "discord",
        "linkedin",
        "facebook",
    ];
    for kind in kinds {
        assert!(open(&of_kind(kind, "")), "{kind}");
        for keys in [
            "link_only = true",
            "create = \"never\"",
            "require_claims = { hd = \"x\" }",
        ] {
            assert!(!open(&of_kind(kind, keys)), "{kind} {keys}");
        }
    }
    for (kind, keys, expected) in [
        ("google", "hosted_domains = [\"*\"]", true),
        ("google", "create = \"review\"", true),
        ("microsoft", "microsoft_tenant = \"organizations\"", true),
        ("microsoft", "microsoft_tenant_id = \"contoso.com\"", false),
        (
            "microsoft",
            "allowed_tenants = [\"9188040d-6c67-4c5b-b112-36a304b66dad\"]",
            false,
        ),
        ("github", "allow_domains = [\"example.org\"]", false),
        ("gitlab", "issuer_url = \"https://git.example.org\"", false),
        ("oidc", "issuer_url = \"https://gitlab.com\"", true),
        ("oidc", "issuer_url = \"https://id.example.org\"", false),
    ] {
        assert_eq!(open(&of_kind(kind, keys)), expected, "{kind} {keys}");
    }
}

/// The table of docs/providers.md, made from what is known of the kinds.
fn table() -> String {
    let mut table =
        "| kind | speaks | sends | counts as verified, and why |\n|---|---|---|---|\n".to_owned();
    for kind in ProviderKind::all() {
        let preset = kind.preset();
        let speaks = match preset.protocol {
            Protocol::OAuth2 | Protocol::GitHub => "OAuth 2.0",
            _ => "OpenID Connect",
        };
        let sends: Vec<_> = preset
            .sends
            .iter()
            .map(|claim| format!("`{claim}`"))
            .collect();
        let (sends, trusts) = (sends.join(", "), preset.trusts_in_words());
        let label = &preset.label;
        writeln!(
            table,
            "| `{kind}`: {label} | {speaks} | {sends} | {trusts} |"
        )
        .unwrap();
    }
    table.replace("`…`", "…")
}

#[test]
fn the_documented_table_of_kinds_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/providers.md");
    let documented = fs::read_to_string(path).unwrap();
    let table = table();
    assert!(
        documented.contains(&table),
        "docs/providers.md lacks\n{table}"
    );
}
