//! What only the code of a kind knows to be wrong is told as everything else is, before anything
//! serves.

use crate::{Folder, ROUTE, SILENCE, of_kind, refused};

/// A provider of this kind without any proof; its own keys begin at line 7.
fn bare(kind: &str, keys: &str) -> String {
    format!("{ROUTE}[providers.p]\nkind = \"{kind}\"\nclient_id = \"x\"\n{keys}\n")
}

/// A tenant's id as some tools print it.
const UNHYPHENED: &str = "9188040d6c674c5bb11236a304b66dad";

/// XP-13.
#[test]
fn what_a_kind_finds_wrong_is_told_with_its_line_and_key() {
    for (kind, key, told) in [
        (
            "microsoft",
            "microsoft_tenant = \"contoso\"",
            "microsoft_tenant: it is neither common",
        ),
        (
            "microsoft",
            "microsoft_tenant_id = \"contoso\"",
            "microsoft_tenant_id: it is neither common",
        ),
        (
            "microsoft",
            &format!("microsoft_tenant = {UNHYPHENED:?}"),
            "microsoft_tenant: it is neither common",
        ),
        (
            "microsoft",
            &format!("allowed_tenants = [{UNHYPHENED:?}]"),
            "allowed_tenants[0]: tenants are compared by id",
        ),
        (
            "microsoft",
            "scopes = [\"openid\", \"email\"]",
            "scopes: without profile Microsoft names neither",
        ),
        (
            "okta",
            "issuer_url = \"https://user:hunter2@id.example.org\"",
            "issuer_url: an issuer has no user name",
        ),
        (
            "github",
            "api_url = \"mailto:x\"",
            "api_url: mailto: is no issuer's scheme",
        ),
    ] {
        let expected = format!("portcullis.toml:8: providers.p.{told}");
        refused(&of_kind(kind, key), &expected);
    }
    refused(
        &bare("oidc", "client_secret = \"\""),
        "portcullis.toml:7: providers.p.client_secret: it is empty",
    );
}

/// XP-13: it stands on a button, and in the log.
#[test]
fn what_a_provider_is_called_has_bounds() {
    for label in ["", "  ", "a\\u0000b", "a\\nb", &"é".repeat(101)] {
        refused(
            &of_kind("github", &format!("label = \"{label}\"")),
            "portcullis.toml:8: providers.p.label: it has 1 to 100 letters, digits and signs",
        );
    }
    let longest = of_kind("github", &format!("label = \"{}\"", "é".repeat(100)));
    assert!(Folder::with(&longest).load().is_ok());
}

/// XP-02, XP-13.
#[test]
fn a_key_that_does_not_sign_is_told_where_it_is_named() {
    let broken = "-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n";
    let named = "team_id = \"T\"\nkey_id = \"K\"\nprivate_key_file = \"key\"";
    for (kind, keys, line) in [
        ("google", "private_key_file = \"key\"", 7),
        ("apple", named, 9),
    ] {
        let told = Folder::with(&bare(kind, keys)).and("key", broken).refused();
        let expected = format!("portcullis.toml:{line}: providers.p.private_key_file: it is no");
        assert!(told.contains(&expected), "expected {expected}\ntold {told}");
        assert!(!told.contains("MA=="), "{told}");
    }
    let told = Folder::with(&bare("apple", named))
        .and("key", &signing(&rcgen::PKCS_ED25519))
        .refused();
    assert!(told.contains("a signed secret needs a P-256 key"), "{told}");
    refused(
        &bare("discord", "private_key_file = \"absent\""),
        "portcullis.toml:4: providers.p.client_secret: it is missing",
    );
}

/// XP-02.
#[test]
fn a_certificate_is_of_the_key_that_is_given() {
    let key = rcgen::KeyPair::generate().unwrap();
    let subject = rcgen::CertificateParams::new(vec!["gate.example.org".to_owned()]).unwrap();
    let certificate = subject.self_signed(&key).unwrap().pem();
    let named =
        "private_key_file = \"key\"\ncertificate_file = \"certificate\"\ncreate = \"never\"";
    let folder = |key: &str, certificate: &str| {
        let text = bare("microsoft", named);
        Folder::with(&text)
            .and("key", key)
            .and("certificate", certificate)
    };
    assert_eq!(folder(&key.serialize_pem(), &certificate).warned(), "");
    let place = "portcullis.toml:8: providers.p.certificate_file: ";
    for (key, certificate, told) in [
        (
            signing(&rcgen::PKCS_ECDSA_P256_SHA256),
            &*certificate,
            "it is the certificate of another key",
        ),
        (
            key.serialize_pem(),
            "nothing",
            "it is no certificate in PEM",
        ),
    ] {
        let all = folder(&key, certificate).refused();
        assert!(all.contains(&format!("{place}{told}")), "{all}");
    }
    refused(
        &of_kind("google", "certificate = \"x\""),
        "portcullis.toml:8: providers.p.certificate: it is of a key that is not given",
    );
}

fn signing(kind: &'static rcgen::SignatureAlgorithm) -> String {
    let pair = rcgen::KeyPair::generate_for(kind).unwrap();
    pair.serialize_pem()
}

#[test]
fn it_is_told_once_and_with_everything_else() {
    let text = of_kind(
        "microsoft",
        "microsoft_tenant = \"a/b\"\nissuer_url = \"nowhere\"\nlable = \"x\"\n\
         scopes = [\"openid\"]",
    );
    let told = Folder::with(&text).refused();
    let places: Vec<_> = told
        .lines()
        .filter(|line| !line.contains(SILENCE))
        .map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        places,
        [
            "portcullis.toml:8 providers.p.microsoft_tenant",
            "portcullis.toml:9 providers.p.issuer_url",
            "portcullis.toml:10 providers.p.lable",
            "portcullis.toml:11 providers.p.scopes",
        ],
        "{told}"
    );
}
