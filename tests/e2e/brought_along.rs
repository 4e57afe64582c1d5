//! People come from another system with their second factors and passkeys, and go on signing in by them.

use std::fs;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use reqwest::Method;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

use crate::support::{
    ALICE, Anonymous, Authenticator, Browser, Route, SecurityKey, TestGateway, admin_token,
};

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const HANDLE: &[u8] = b"what the other system called her";

async fn gateway() -> TestGateway {
    let vault = Route::signed_in("/vault", "echo:");
    TestGateway::builder()
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", "echo:"))
        .route(&vault.with("allow = 'session.aal == \"aal2\"'"))
        .start()
        .await
}

/// A key that was made elsewhere.
struct Made {
    id: Vec<u8>,
    private: Vec<u8>,
    /// COSE (RFC 9053, section 7.1).
    public: Vec<u8>,
}

impl Made {
    fn new(id: &[u8]) -> Self {
        let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let private = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(kind, private.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref();
        let mut public = vec![0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
        public.extend_from_slice(&point[1..33]);
        public.extend_from_slice(&[0x22, 0x58, 32]);
        public.extend_from_slice(&point[33..]);
        Self {
            id: id.to_vec(),
            private: private.as_ref().to_vec(),
            public,
        }
    }

    /// As a virtual authenticator is given it.
    fn in_browser(&self, is_resident: bool) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut key = json!({
            "credentialId": text(&self.id), "isResidentCredential": is_resident,
            "rpId": "localhost", "privateKey": text(&self.private), "signCount": 4,
        });
        if is_resident {
            key["userHandle"] = json!(text(HANDLE));
        }
        key
    }

    /// As the other system exports it.
    fn exported(&self, is_passwordless: bool) -> Value {
        let key = json!({
            "id": STANDARD.encode(&self.id), "public_key": STANDARD.encode(&self.public),
            "attestation_type": "none", "display_name": "Old key", "added_at": "2021-08-17T10:18:55Z",
            "authenticator": {"aaguid": "AAAAAAAAAAAAAAAAAAAAAA==", "sign_count": 4,
                "clone_warning": false},
            "is_passwordless": is_passwordless,
        });
        json!({"config": {"credentials": [key], "user_handle": STANDARD.encode(HANDLE)}})
    }
}

async fn arrive_anew(browser: &Browser, gateway: &TestGateway, path: &str) {
    browser.forget_cookies().await;
    browser.goto(&format!("{}{path}", gateway.url())).await;
}

async fn create(gateway: &TestGateway, body: &Value) -> reqwest::Response {
    let bearer = admin_token(gateway).await.bearer;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let request = admin.request(Method::POST, "/admin/identities");
    request
        .bearer_auth(&bearer)
        .json(body)
        .send()
        .await
        .unwrap()
}

fn app() -> Value {
    json!({"config": {"totp_url": format!("otpauth://totp/Old:alice?secret={SECRET}&issuer=Old")}})
}

/// B.6.
#[tokio::test]
async fn somebody_goes_on_with_the_app_the_codes_and_the_keys_they_have() {
    let gateway = gateway().await;
    let (key, passkey) = (
        Made::new(b"an old security key"),
        Made::new(b"an old passkey"),
    );
    let body = json!({
        "schema_id": "default", "traits": {"email": ALICE.email}, "credentials": {
            "password": {"config": {"password": ALICE.password}}, "totp": app(),
            "lookup_secret": {"config": {"recovery_codes": [
                {"code": "gone1234", "used_at": "2024-01-02T03:04:05Z"}, {"code": "oil01u2x"},
            ]}},
            "webauthn": key.exported(false), "passkey": passkey.exported(true),
        },
    });
    let created = create(&gateway, &body).await;
    assert_eq!(created.status(), 201, "{:?}", created.text().await);
    let browser = Browser::open().await;
    let authenticator = SecurityKey::plug_into(&browser).await;
    authenticator.holds(&browser, key.in_browser(false)).await;
    authenticator
        .holds(&browser, passkey.in_browser(true))
        .await;

    arrive_anew(&browser, &gateway, "/vault").await;
    ALICE.sign_in_in(&browser).await;
    browser.see("Code of the authenticator app").await;
    let mut app = Authenticator::with_secret(SECRET);
    browser.fill("totp_code", &app.code().await).await;
    browser.submit().await;
    browser.see("You are through the gate").await;

    arrive_anew(&browser, &gateway, "/vault").await;
    ALICE.sign_in_in(&browser).await;
    browser.see("Code of the authenticator app").await;
    browser.fill("lookup_secret", "gone1234").await;
    browser.submit().await;
    browser.see("This backup code was used already").await;
    browser.fill("lookup_secret", "OIL0 1U2X").await;
    browser.submit().await;
    browser.see("You are through the gate").await;

    arrive_anew(&browser, &gateway, "/vault").await;
    ALICE.sign_in_in(&browser).await;
    browser.see("Use a security key").await;
    browser.press("Use a security key").await;
    browser.see("You are through the gate").await;

    arrive_anew(&browser, &gateway, "/").await;
    browser.see("Sign in with a passkey").await;
    browser.press("Sign in with a passkey").await;
    browser.see("You are through the gate").await;
}

/// B.6, CU-19.
#[tokio::test]
async fn an_import_counts_second_factors_and_takes_nobody_in_without_theirs() {
    let gateway = gateway().await;
    let person = |email: &str, credentials: Value| json!({"schema_id": "default", "traits": {"email": email}, "credentials": credentials});
    let all = json!([
        person(
            "ada@example.org",
            json!({
                "totp": app(), "passkey": Made::new(b"one").exported(true),
            })
        ),
        person(
            "bob@example.org",
            json!({"totp": {"config": {"totp_url": "otpauth://hotp/x"}}})
        ),
        person("cleo@example.org", json!({"totp": {"type": "totp"}})),
    ]);
    let file = gateway.folder().join("theirs.json");
    fs::write(&file, all.to_string()).unwrap();
    let file = file.display().to_string();
    let command = ["import", "kratos-identities", &file, "--output", "json"];
    for further in [&["--dry-run"][..], &[]] {
        let done = gateway.run(&[&command, further].concat(), "");
        assert_eq!(done.code, 1, "{done:?}");
        let told = done.json();
        assert_eq!(
            (&told["imported"], &told["refused"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(told["credentials"], json!({"passkey": 1, "totp": 1}));
        assert!(
            done.stderr.contains("credentials.totp.config.totp_url"),
            "{done:?}"
        );
        assert!(!done.stderr.contains(SECRET) && !done.stdout.contains(SECRET));
    }
    let about = ["--email", "ada@example.org", "--output", "json"];
    let own = gateway.run(&[&["list-credentials"], &about[..]].concat(), "");
    let kinds = own.json();
    let kinds: Vec<_> = kinds
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["type"])
        .collect();
    assert_eq!(kinds.len(), 2, "{own:?}");
    assert!(kinds.contains(&&json!("totp")) && kinds.contains(&&json!("passkey")));
}
