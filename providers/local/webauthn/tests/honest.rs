//! What honest keys prove.

use ciborium::cbor;

use super::{authenticator::EXTENSIONS, *};

#[tokio::test]
async fn a_security_key_proves_somebody_who_is_known() {
    for mut device in [
        Authenticator::new(),
        Authenticator::ed25519(),
        Authenticator::rsa(),
    ] {
        let house = House::new().await;
        let nothing = house.keys.ask(&house.anna, &[]).await.unwrap();
        assert_eq!(nothing, None, "without a key nothing is asked");
        device.count = 3;
        let key = house.add(&house.keys, &mut device).await;
        assert_eq!(key.config["sign_count"], 3);
        assert_eq!(key.config["transports"], json!(["usb"]));
        assert_eq!(key.config["aaguid"], "09090909-0909-0909-0909-090909090909");
        let proved = house.prove(&mut device).await.unwrap();
        assert_eq!(proved.before, key);
        assert_eq!(proved.after.config["sign_count"], 4);
        assert_eq!((proved.after.id, proved.after.label), (key.id, key.label));
    }
}

#[tokio::test]
async fn a_security_key_need_not_know_who_uses_it() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    device.flags = authenticator::PRESENT;
    house.add(&house.keys, &mut device).await;
    let asked = options(&house.asked().await, "webauthn_login_trigger");
    assert_eq!(asked["publicKey"]["userVerification"], "preferred");
    device.user_handle = None;
    let proved = house.prove(&mut device).await.unwrap();
    assert_eq!(proved.before.config, proved.after.config);
    assert_eq!(proved.after.config["user_verified"], false);
}

#[tokio::test]
async fn a_passkey_says_by_itself_whose_it_is() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    let other = person(2, "bert@example.org");
    house.store.insert(&other, &[]).await.unwrap();
    device.count = 1;
    house.add(&house.passkeys, &mut device).await;
    let handle = device.user_handle.clone().unwrap();
    assert_eq!(handle, house.anna.id.to_string().into_bytes());
    let verified = house.recognise(&mut device).await.unwrap();
    assert_eq!(verified.identity.id, house.anna.id);
    let kept = house.own().await.remove(0);
    assert_eq!(verified.credential, kept, "the counter is kept at once");
    assert_eq!(kept.config["sign_count"], 2);
}

#[tokio::test]
async fn what_makers_and_extensions_say_is_passed_over() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    let statement = cbor!({ "alg" => -7, "sig" => [1, 2, 3] }).unwrap();
    device.attestation = ("packed", statement);
    device.flags |= EXTENSIONS;
    let extensions = cbor!({ "hmac-secret" => true }).unwrap();
    device.tail = authenticator::bytes(&extensions);
    house.add(&house.keys, &mut device).await;
    assert!(house.prove(&mut device).await.is_ok());
}

#[tokio::test]
async fn what_is_asked_has_the_shape_of_the_dialect() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    let offered = house.keys.offer(&house.anna, &[]).await.unwrap();
    let asked = options(&offered, "webauthn_register_trigger");
    let asked = &asked["publicKey"];
    let rp = json!({ "id": "gate.example.org", "name": "House" });
    assert_eq!((&asked["rp"], &asked["attestation"]), (&rp, &json!("none")));
    assert_eq!(
        asked["authenticatorSelection"]["residentKey"],
        "discouraged"
    );
    assert_eq!(asked["challenge"].as_str().unwrap().len(), 43);
    let trigger = node(&offered, "webauthn_register_trigger");
    let function = trigger.attributes.onclick_trigger.as_deref();
    assert_eq!(function, Some("oryWebAuthnRegistration"));
    let is_script = |node: &portcullis_core::ui::Node| node.kind == "script";
    assert!(offered.nodes.iter().any(is_script));

    let key = house.add(&house.passkeys, &mut device).await;
    let offered = house.passkeys.offer(&house.anna, &[key]).await.unwrap();
    let asked = options(&offered, "passkey_create_data");
    let asked = &asked["publicKey"];
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(
        asked["authenticatorSelection"]["userVerification"],
        "required"
    );
    assert_eq!(asked["excludeCredentials"][0]["transports"], json!(["usb"]));

    let question = Passwordless::ask(&house.passkeys).await.unwrap();
    let asked = options(&question, "passkey_challenge");
    let asked = &asked["publicKey"];
    assert_eq!(asked["userVerification"], "required");
    assert_eq!(asked.get("allowCredentials"), None, "whichever there is");
    let trigger = &node(&question, "passkey_login_trigger").attributes;
    let functions = [&trigger.onclick_trigger, &trigger.onload_trigger];
    let expected = ["oryPasskeyLogin", "oryPasskeyLoginAutocompleteInit"];
    assert_eq!(functions.map(|one| one.as_deref().unwrap()), expected);
}

#[test]
fn there_are_no_keys_for_an_address_of_numbers() {
    let party = |url: &str| {
        let script = Script {
            src: String::new(),
            integrity: String::new(),
        };
        RelyingParty::new(&url.parse().unwrap(), "House", script)
    };
    assert!(party("http://127.0.0.1:8080/").is_none());
    assert!(party("http://[::1]:8080/").is_none());
    let local = party("http://localhost:8080/").unwrap();
    assert_eq!(
        (local.id(), local.origin()),
        ("localhost", "http://localhost:8080")
    );
}
