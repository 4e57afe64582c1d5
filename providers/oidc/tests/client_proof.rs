//! How the gateway proves to the provider who it is (XP-02), and how answers come back.

use std::{collections::HashMap, time::Duration};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use portcullis_core::{
    provider::{Provider, TokenEndpoint},
    secret::Secret,
};
use ring::{rand::SystemRandom, signature as ring_signature};
use serde_json::{Value, json};
use url::form_urlencoded;
use wiremock::Request;

use super::{
    CLIENT, NOW, Signer, Story,
    fake::{REVOKE, TOKEN},
    good_answer, redirect_uri,
};
use crate::{Client, ClientAuthentication, Config, SigningKey};

fn form(request: &Request) -> HashMap<String, String> {
    form_urlencoded::parse(&request.body).into_owned().collect()
}

/// Header and claims of a token.
fn read(token: &str) -> (Value, Value) {
    let mut parts = token.split('.');
    let mut part = || {
        let bytes = URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    (part(), part())
}

/// A key for signing, and the public half of it.
struct Pair {
    key: SigningKey,
    public: Vec<u8>,
    kind: &'static dyn ring_signature::VerificationAlgorithm,
}

impl Pair {
    fn new(
        der: &[u8],
        public: &[u8],
        kind: &'static dyn ring_signature::VerificationAlgorithm,
    ) -> Self {
        let text = STANDARD.encode(der);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
        Self {
            key: SigningKey {
                pem: Secret::new(pem),
                key_id: Some("client-key".to_owned()),
                certificate: None,
            },
            public: public.to_vec(),
            kind,
        }
    }

    fn es256() -> Self {
        use ring_signature::KeyPair;
        let (kind, random) = (
            &ring_signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            SystemRandom::new(),
        );
        let der = ring_signature::EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        let pair = ring_signature::EcdsaKeyPair::from_pkcs8(kind, der.as_ref(), &random).unwrap();
        let public = pair.public_key().as_ref();
        Self::new(
            der.as_ref(),
            public,
            &ring_signature::ECDSA_P256_SHA256_FIXED,
        )
    }

    fn eddsa() -> Self {
        use ring_signature::KeyPair;
        let der = ring_signature::Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = ring_signature::Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap();
        Self::new(
            der.as_ref(),
            pair.public_key().as_ref(),
            &ring_signature::ED25519,
        )
    }

    fn rsa(kind: &'static dyn ring_signature::VerificationAlgorithm) -> Self {
        let text = include_str!("rsa-test-key.pem");
        let begin = text.find("-----BEGIN").unwrap();
        let lines = text[begin..].lines().skip(1);
        let lines = lines.take_while(|line| !line.starts_with('-'));
        let der = STANDARD.decode(lines.collect::<String>()).unwrap();
        let pair = ring_signature::RsaKeyPair::from_pkcs8(&der).unwrap();
        Self::new(&der, pair.public().as_ref(), kind)
    }

    fn signed(&self, token: &str) -> bool {
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        ring_signature::UnparsedPublicKey::new(self.kind, &self.public)
            .verify(input.as_bytes(), &signature)
            .is_ok()
    }
}

async fn with_key(key: SigningKey) -> Story {
    Story::with(Signer::es256("k"), |config| {
        config.client.authentication = ClientAuthentication::PrivateKeyJwt(key);
    })
    .await
}

/// XP-02.
#[tokio::test]
async fn every_kind_of_key_signs_an_assertion_for_the_token_endpoint() {
    let rs256 = Pair::rsa(&ring_signature::RSA_PKCS1_2048_8192_SHA256);
    let ps256 = Pair::rsa(&ring_signature::RSA_PSS_2048_8192_SHA256);
    for (pair, algorithm) in [
        (Pair::es256(), "ES256"),
        (Pair::eddsa(), "EdDSA"),
        (rs256, "RS256"),
        (ps256, "PS256"),
    ] {
        let story = with_key(pair.key.clone()).await;
        if algorithm == "PS256" {
            let only = json!({"token_endpoint_auth_signing_alg_values_supported": ["PS256"]});
            story.idp.documents(only);
        }
        story.with_claims(json!({})).await.unwrap();
        let asked = story.idp.asked(TOKEN).await;
        assert!(!asked[0].headers.contains_key("authorization"));
        let form = form(&asked[0]);
        assert_eq!(form["client_id"], CLIENT);
        assert!(!form.contains_key("client_secret"));
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        assert_eq!(form["client_assertion_type"], kind);
        let (header, claims) = read(&form["client_assertion"]);
        assert_eq!(
            header,
            json!({"typ": "JWT", "alg": algorithm, "kid": "client-key"})
        );
        assert_eq!(claims["iss"], CLIENT);
        assert_eq!(claims["sub"], CLIENT);
        assert_eq!(claims["aud"], story.idp.url(TOKEN));
        assert_eq!(claims["iat"], NOW);
        assert_eq!(claims["exp"], NOW + 120);
        assert!(pair.signed(&form["client_assertion"]), "{algorithm}");
    }
}

/// A certificate of this key.
fn certificate(key: &SigningKey) -> rcgen::Certificate {
    let pair = rcgen::KeyPair::from_pem(key.pem.expose()).unwrap();
    let subject = rcgen::CertificateParams::new(vec!["gate.example.org".to_owned()]).unwrap();
    subject.self_signed(&pair).unwrap()
}

/// XP-02: Microsoft knows a key by its certificate (RFC 7515, sections 4.1.7 and 4.1.8).
#[tokio::test]
async fn an_assertion_names_the_certificate_of_its_key_by_its_thumbprints() {
    let mut key = Pair::rsa(&ring_signature::RSA_PKCS1_2048_8192_SHA256).key;
    let certificate = certificate(&key);
    key.key_id = None;
    key.certificate = Some(certificate.pem());
    let story = with_key(key).await;
    story.with_claims(json!({})).await.unwrap();
    let asked = story.idp.asked(TOKEN).await;
    let (header, _) = read(&form(&asked[0])["client_assertion"]);
    let print = |kind| URL_SAFE_NO_PAD.encode(ring::digest::digest(kind, certificate.der()));
    let expected = json!({
        "typ": "JWT", "alg": "RS256",
        "x5t": print(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY),
        "x5t#S256": print(&ring::digest::SHA256),
    });
    assert_eq!(header, expected);
}

#[test]
fn a_certificate_belongs_to_the_key() {
    let rsa = || Pair::rsa(&ring_signature::RSA_PKCS1_2048_8192_SHA256).key;
    let (es256, eddsa) = (Pair::es256().key, Pair::eddsa().key);
    for (key, text, expected) in [
        (rsa(), certificate(&rsa()).pem(), None),
        (es256.clone(), certificate(&es256).pem(), None),
        (
            es256.clone(),
            certificate(&Pair::es256().key).pem(),
            Some("certificate"),
        ),
        (eddsa.clone(), certificate(&eddsa).pem(), None),
        (rsa(), certificate(&eddsa).pem(), Some("certificate")),
        (
            es256.clone(),
            es256.pem.expose().to_owned(),
            Some("certificate"),
        ),
    ] {
        let mut config = Config::new("https://id.example.org", Client::new(CLIENT));
        let certificate = Some(text);
        let key = SigningKey { certificate, ..key };
        config.client.authentication = ClientAuthentication::PrivateKeyJwt(key);
        let problems = config.problems();
        assert_eq!(problems.first().map(|problem| problem.key), expected);
    }
}

#[tokio::test]
async fn an_assertion_is_used_once_and_for_one_endpoint() {
    let story = with_key(Pair::es256().key).await;
    story.with_claims(json!({})).await.unwrap();
    let tokens = story.vouched(&good_answer()).await.unwrap().tokens;
    story.oidc.refresh(&Secret::new("refresh-1")).await.unwrap();
    story.idp.says(REVOKE, Value::Null);
    story.oidc.revoke(&tokens).await.unwrap();
    let mut asked = story.idp.asked(TOKEN).await;
    asked.extend(story.idp.asked(REVOKE).await);
    let names: std::collections::HashSet<_> = asked
        .iter()
        .map(|request| read(&form(request)["client_assertion"]).1["jti"].to_string())
        .collect();
    assert_eq!((asked.len(), names.len()), (4, 4));
    let (_, claims) = read(&form(&asked[3])["client_assertion"]);
    assert_eq!(claims["aud"], story.idp.issuer());
}

fn signed_secret(key: SigningKey, team_id: &str) -> ClientAuthentication {
    let team_id = team_id.to_owned();
    ClientAuthentication::SignedSecret { key, team_id }
}

/// XP-02.
#[tokio::test]
async fn a_signed_secret_is_made_as_apple_wants_it_and_kept_for_a_while() {
    let pair = Pair::es256();
    let key = pair.key.clone();
    let story = Story::with(Signer::es256("k"), |config| {
        config.client.authentication = signed_secret(key, "TEAM123456");
        config.response_mode = Some("form_post".to_owned());
    })
    .await;
    story.with_claims(json!({})).await.unwrap();
    story.clock.advance(Duration::from_hours(22));
    drop(story.oidc.refresh(&Secret::new("refresh-1")).await);
    story.clock.advance(Duration::from_hours(1));
    drop(story.oidc.refresh(&Secret::new("refresh-1")).await);
    let asked = story.idp.asked(TOKEN).await;
    let secrets: Vec<String> = asked
        .iter()
        .map(|request| form(request)["client_secret"].clone())
        .collect();
    assert_eq!(secrets.len(), 3);
    assert_eq!(secrets[0], secrets[1]);
    assert_ne!(secrets[1], secrets[2]);
    assert!(!asked[0].headers.contains_key("authorization"));
    let (header, claims) = read(&secrets[0]);
    assert_eq!(
        header,
        json!({"typ": "JWT", "alg": "ES256", "kid": "client-key"})
    );
    let expected = json!({
        "iss": "TEAM123456", "sub": CLIENT, "aud": story.idp.issuer(), "iat": NOW, "exp": NOW + 86_400,
    });
    assert_eq!(claims, expected);
    assert!(pair.signed(&secrets[0]));
}

#[tokio::test]
async fn the_answer_can_come_as_a_form() {
    for (mode, expected) in [(None, None), (Some("form_post"), Some("form_post"))] {
        let story = Story::with(Signer::es256("k"), |config| {
            config.response_mode = mode.map(str::to_owned);
        })
        .await;
        let url = story.oidc.begin(&story.attempt, &redirect_uri()).await;
        let query: HashMap<_, _> = url.unwrap().query_pairs().into_owned().collect();
        assert_eq!(query.get("response_mode").map(String::as_str), expected);
    }
}

#[test]
fn keys_that_cannot_sign_are_found_before_the_first_sign_in() {
    let problem = |authentication| {
        let mut config = Config::new("https://id.example.org", Client::new(CLIENT));
        config.client.authentication = authentication;
        let problems = config.problems();
        problems.first().map(|problem| problem.key)
    };
    let key = |pem: &str, key_id: Option<&str>| SigningKey {
        pem: Secret::new(pem),
        key_id: key_id.map(str::to_owned),
        certificate: None,
    };
    let good = Pair::es256().key;
    let nameless = key(good.pem.expose(), None);
    let other = Pair::eddsa().key;
    for (authentication, expected) in [
        (ClientAuthentication::Public, None),
        (
            ClientAuthentication::Secret(Secret::new("")),
            Some("client_secret"),
        ),
        (
            ClientAuthentication::PrivateKeyJwt(key("nothing", None)),
            Some("private_key"),
        ),
        (ClientAuthentication::PrivateKeyJwt(nameless.clone()), None),
        (signed_secret(good.clone(), "TEAM"), None),
        (signed_secret(good, ""), Some("team_id")),
        (signed_secret(nameless, "TEAM"), Some("key_id")),
        (signed_secret(other, "TEAM"), Some("private_key")),
    ] {
        assert_eq!(
            problem(authentication.clone()),
            expected,
            "{authentication:?}"
        );
    }
    let mut config = Config::new("https://id.example.org", Client::new(CLIENT));
    config.response_mode = Some("fragment".to_owned());
    assert_eq!(config.problems()[0].key, "response_mode");
}
