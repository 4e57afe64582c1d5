//! What is taken over of each kind, and what is not.

use portcullis_core::{
    factor::Imports as _,
    id::IdentityId,
    seal::Seal,
    testing::{FrozenClock, SeededEntropy},
};
use serde_json::json;

use super::*;

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// A key of ES256, as a public program of others made it (WebAuthn, test data).
const KEY: &str = "pQECAyYgASFYIPW2FsD6d/Lc7SU33hMhJUxafOA3JWpsLka8eKO+OPRkIlggkkPt8ocrupQOuvy+8HbQLSLiu899EdchJlWdMPE1tiw=";

fn imports() -> Imports {
    let clock = FrozenClock::new("2026-11-22T12:00:00Z".parse().unwrap());
    let seals = Seals::new(Seal::new(b"today"), Vec::new());
    let kinds = CredentialKind::ALL.to_vec();
    Imports::new(
        kinds,
        seals,
        Arc::new(clock),
        Arc::new(SeededEntropy::new(7)),
    )
}

fn owner() -> IdentityId {
    "5f0c7a34-7a0c-4f65-9d1e-444444444444".parse().unwrap()
}

/// Where each of these configs is wrong.
fn wrong(kind: CredentialKind, configs: &[(Value, &str)]) {
    for (config, at) in configs {
        let misfit = imports().import(kind, config, (owner(), &[]));
        let misfit = misfit.expect_err(at);
        assert_eq!(misfit.at, *at, "{misfit}");
        assert!(!misfit.reason.contains(SECRET));
    }
}

fn totp(url: &str) -> Value {
    json!({ "totp_url": url })
}

/// B.6.
#[test]
fn an_app_comes_with_what_its_address_says() {
    for (further, algorithm, digits, period) in [
        ("", "SHA1", 6, 30),
        ("&algorithm=SHA256&digits=8&period=60", "SHA256", 8, 60),
        ("&algorithm=sha-512&issuer=Old&image=x", "SHA512", 6, 30),
    ] {
        let url = format!("otpauth://totp/Old:ada?secret={SECRET}{further}");
        let made = imports().import(CredentialKind::Totp, &totp(&url), (owner(), &[]));
        let made = made.unwrap().remove(0);
        assert_eq!(made.identifier, Some(owner().to_string()));
        assert_eq!(made.config["algorithm"], algorithm);
        assert_eq!(made.config["digits"], digits);
        assert_eq!(made.config["period"], period);
        assert!(!made.config.to_string().contains(SECRET));
    }
}

/// B.6.
#[test]
fn an_app_whose_codes_are_never_right_here_is_refused() {
    let mut configs = vec![(json!({}), "totp_url"), (json!(7), "totp_url")];
    for url in [
        "ada",
        "https://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "otpauth://hotp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=1",
        "otpauth://totp/ada",
        "otpauth://totp/ada?secret=JBSWY3DPEHPK3PXP",
        "otpauth://totp/ada?secret=!!!",
        "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=MD5",
        "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=10",
        "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=0",
        "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=301",
        "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=6&digits=8",
        "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&encoder=steam",
    ] {
        configs.push((totp(url), "totp_url"));
    }
    wrong(CredentialKind::Totp, &configs);
}

/// B.6: whoever brings codes has those alone, as they have one app.
#[test]
fn codes_come_as_digests_and_take_the_place_of_those_before() {
    let imports = imports();
    let kind = CredentialKind::LookupSecret;
    let some = json!({"recovery_codes": [
        {"code": "abcd1234", "used_at": "2024-01-02T03:04:05Z"},
        {"code": "efgh5678", "used_at": "0001-01-01T00:00:00Z"},
    ]});
    let made = imports.import(kind, &some, (owner(), &[])).unwrap();
    assert!(!made[0].config.to_string().contains("abcd1234"));
    assert_eq!(made[0].config["codes"].as_array().unwrap().len(), 2);
    assert_eq!(
        made[0].config["codes"][0]["used_at"],
        "2024-01-02T03:04:05Z"
    );
    assert_eq!(made[0].config["codes"][1].get("used_at"), None);
    let more = json!({"codes": [{"code": "ABCD-1234"}, {"code": "ijkl9012"}]});
    let after = imports.import(kind, &more, (owner(), &made)).unwrap();
    assert_eq!(after[0].id, made[0].id);
    assert_eq!(after[0].config["codes"].as_array().unwrap().len(), 2);
    assert_eq!(
        after[0].config["codes"][0]["used_at"], "2024-01-02T03:04:05Z",
        "a used code stays used"
    );
    assert_eq!(after[0].config["codes"][1].get("used_at"), None);
    wrong(
        kind,
        &[
            (json!({}), "codes"),
            (json!({"codes": []}), "codes"),
            (json!({"codes": ["abcd1234"]}), "codes[0].code"),
            (json!({"codes": [{"code": "short"}]}), "codes[0].code"),
            (
                json!({"codes": [{"code": "abcd1234"}, {"code": "ABCD 1234"}]}),
                "codes[1].code",
            ),
            (
                json!({"codes": [{"code": "abcd1234", "used_at": "now"}]}),
                "codes[0].used_at",
            ),
            (
                json!({"codes": vec![json!({"code": "abcd1234"}); 101]}),
                "codes",
            ),
        ],
    );
}

/// B.6.
#[test]
fn keys_come_with_what_is_known_of_them() {
    let imports = imports();
    let key = json!({
        "id": "OE7fnoAeqaw=", "public_key": KEY, "attestation_type": "none",
        "authenticator": {"aaguid": "AAAAAAAAAAAAAAAAAAAAAA==", "sign_count": 3},
        "display_name": "some-key", "added_at": "2021-08-17T10:18:55Z", "is_passwordless": true,
        "flags": {"user_present": true, "backup_eligible": true}, "transport": ["usb", "odd"],
    });
    let config = json!({"credentials": [key], "user_handle": [1, 2, 3]});
    let kind = CredentialKind::Passkey;
    let made = imports.import(kind, &config, (owner(), &[])).unwrap();
    assert_eq!(made[0].identifier.as_deref(), Some("OE7fnoAeqaw"));
    assert_eq!(made[0].label.as_deref(), Some("some-key"));
    assert_eq!(made[0].created_at.to_string(), "2021-08-17T10:18:55Z");
    let kept = &made[0].config;
    assert_eq!(
        (&kept["algorithm"], &kept["sign_count"]),
        (&json!("ES256"), &json!(3))
    );
    assert_eq!(
        (&kept["user_handle"], &kept["aaguid"]),
        (&json!("AQID"), &Value::Null)
    );
    assert_eq!(
        (&kept["backup_eligible"], &kept["transports"]),
        (&json!(true), &json!(["usb"]))
    );
}

/// A key of which this is said.
fn with(name: &str, value: Value) -> Value {
    let mut key = json!({"id": "AAAA", "public_key": KEY});
    key[name] = value;
    json!({"credentials": [key], "user_handle": "AQID"})
}

/// B.6.
#[test]
fn a_key_that_could_never_be_verified_here_is_refused() {
    let kind = CredentialKind::Passkey;
    let at = |name: &str| format!("credentials[0].{name}");
    for (name, value) in [
        ("id", json!(null)),
        ("id", json!([256])),
        ("id", json!("***")),
        ("public_key", json!(null)),
        ("public_key", json!("AAAA")),
        ("added_at", json!("yesterday")),
    ] {
        wrong(kind, &[(with(name, value), &at(name))]);
    }
    let copied = with("authenticator", json!({"clone_warning": true}));
    let twice = json!([{"id": "AAAA", "public_key": KEY}, {"id": [0, 0, 0], "public_key": KEY}]);
    wrong(
        kind,
        &[
            (copied, "credentials[0].authenticator.clone_warning"),
            (
                json!({"credentials": twice, "user_handle": "AQID"}),
                "credentials[1].id",
            ),
            (json!({"credentials": [{}]}), "user_handle"),
            (json!({"user_handle": "AQID"}), "credentials"),
            (
                json!({"user_handle": "AQID", "credentials": []}),
                "credentials",
            ),
        ],
    );
    let alone = with("is_passwordless", json!(true));
    wrong(
        CredentialKind::Webauthn,
        &[(alone, "credentials[0].is_passwordless")],
    );
    let plain = with("display_name", json!(" \u{7} "));
    let made = imports().import(CredentialKind::Webauthn, &plain, (owner(), &[]));
    assert_eq!(made.unwrap()[0].label.as_deref(), Some("Security key 1"));
}

#[test]
fn a_kind_that_is_switched_off_is_refused() {
    let mut imports = imports();
    imports.kinds.clear();
    let url = totp(&format!("otpauth://totp/a?secret={SECRET}"));
    let refused = imports.import(CredentialKind::Totp, &url, (owner(), &[]));
    assert!(refused.is_err() && !imports.takes(CredentialKind::Totp));
}
