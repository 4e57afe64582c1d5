//! What is no answer at all never does more than to be refused.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as TEXT};
use proptest::{collection::vec, prelude::any, proptest};

use super::{
    super::{
        assertion::Assertion, authenticator_data::AuthenticatorData, public_key::PublicKey,
        purpose::Purpose, registration, relying_party::Challenge,
    },
    *,
};

/// A key as a browser sends it, and the challenge it answers.
async fn made() -> (Value, Challenge) {
    let house = House::new().await;
    let question = house.keys.offer(&house.anna, &[]).await.unwrap();
    let made = Authenticator::new().create(&options(&question, "webauthn_register_trigger"));
    let challenge = Challenge::remembered(&question.memory).unwrap();
    (serde_json::from_str(&made).unwrap(), challenge)
}

fn object(made: &Value) -> Vec<u8> {
    let text = made["response"]["attestationObject"].as_str().unwrap();
    TEXT.decode(text).unwrap()
}

fn verdict(made: &Value, object: &[u8], challenge: &Challenge) -> Result<(), Refusal> {
    let mut made = made.clone();
    made["response"]["attestationObject"] = json!(TEXT.encode(object));
    let (text, purpose) = (made.to_string(), Purpose::SecondFactor);
    registration::verify(&text, challenge, purpose, &party()).map(|_| ())
}

#[tokio::test]
async fn a_key_that_is_cut_short_anywhere_is_refused() {
    let (made, challenge) = made().await;
    let whole = object(&made);
    assert_eq!(verdict(&made, &whole, &challenge), Ok(()));
    for length in 0..whole.len() {
        let cut = &whole[..length];
        assert!(verdict(&made, cut, &challenge).is_err(), "{length}");
    }
    let longer = [&whole[..], &[0]].concat();
    assert!(verdict(&made, &longer, &challenge).is_err());
}

#[tokio::test]
async fn a_key_that_is_spoilt_anywhere_never_panics() {
    let (made, challenge) = made().await;
    let whole = object(&made);
    for place in 0..whole.len() {
        for flip in [0x01, 0x20, 0x80, 0xff] {
            let mut spoilt = whole.clone();
            spoilt[place] ^= flip;
            // Some of it nobody vouches for, such as the model of the authenticator.
            let _ = verdict(&made, &spoilt, &challenge);
        }
    }
}

#[test]
fn what_is_nested_too_deeply_or_claims_to_be_huge_is_refused() {
    let deep = vec![0x81; 100_000];
    assert!(PublicKey::parse(&deep).is_err());
    // A text, an array and a map of four thousand million members each.
    for head in [0x5a, 0x7a, 0x9a, 0xba] {
        assert!(PublicKey::parse(&[head, 0xff, 0xff, 0xff, 0xff]).is_err());
    }
    let huge = "A".repeat(70_000);
    assert!(Assertion::read(&huge).is_err());
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in vec(any::<u8>(), 0..400), text in ".{0,200}") {
        let _ = AuthenticatorData::parse(&bytes);
        let _ = PublicKey::parse(&bytes);
        let _ = Assertion::read(&text);
        let challenge = Challenge::remembered(&json!({ "challenge": "x" })).unwrap();
        for purpose in [Purpose::SecondFactor, Purpose::Passkey] {
            let _ = registration::verify(&text, &challenge, purpose, &party());
        }
        let response = json!({
            "clientDataJSON": TEXT.encode(&text), "attestationObject": TEXT.encode(&bytes),
            "authenticatorData": TEXT.encode(&bytes), "signature": TEXT.encode(&bytes),
        });
        let sent = json!({ "id": "AA", "type": "public-key", "response": response });
        let purpose = Purpose::Passkey;
        assert!(registration::verify(&sent.to_string(), &challenge, purpose, &party()).is_err());
        assert!(Assertion::read(&sent.to_string()).is_ok());
    }

    /// Flags that promise what does not come, and lengths that are too long.
    #[test]
    fn garbage_behind_a_good_beginning_never_panics(flags in any::<u8>(), rest in vec(any::<u8>(), 0..200)) {
        let data = [&[0; 32][..], &[flags], &[0; 4], &rest].concat();
        let _ = AuthenticatorData::parse(&data);
    }
}
