//! What dishonest browsers, keys and people try.

use ciborium::cbor;
use portcullis_core::{id::CredentialId, message::Message};

use super::{
    super::{
        assertion::{self, Assertion},
        purpose::Purpose,
        registration,
        relying_party::Challenge,
    },
    authenticator::{BACKED_UP, PRESENT, VERIFIED},
    *,
};

/// Each way to bend an authenticator, and what is wrong then.
type Bent = (Refusal, fn(&mut Authenticator));

/// What counts neither for a new key nor for a proof.
const BENT: [Bent; 10] = [
    (Refusal::OtherOrigin, |one| {
        one.origin = "https://gate.example.org.evil.example".to_owned();
    }),
    (Refusal::OtherOrigin, |one| {
        one.origin = "https://gate.example.org:8443".to_owned();
    }),
    (Refusal::OtherOrigin, |one| {
        one.origin = "http://gate.example.org".to_owned();
    }),
    (Refusal::OtherOrigin, |one| {
        one.said = json!({"crossOrigin": true});
    }),
    (Refusal::OtherOrigin, |one| {
        one.said = json!({"topOrigin": "https://evil.example"});
    }),
    (Refusal::OtherRelyingParty, |one| {
        one.rp_id = Some("example.org".to_owned());
    }),
    (Refusal::OtherChallenge, |one| {
        one.challenge = Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    }),
    (Refusal::NobodyPresent, |one| one.flags = VERIFIED),
    (Refusal::ImpossibleFlags, |one| one.flags |= BACKED_UP),
    (Refusal::Unreadable, |one| one.tail = vec![0]),
];

/// What becomes of a key that this authenticator makes.
fn made(device: &mut Authenticator, purpose: Purpose) -> Result<Credential, Refusal> {
    let (party, anna) = (party(), person(1, "anna@example.org"));
    let challenge = Challenge::new(&SeededEntropy::new(3));
    let options = registration::options(&party, purpose, &challenge, (&anna, &[]));
    let made = registration::verify(&device.create(&options), &challenge, purpose, &party)?;
    Ok(Credential {
        id: CredentialId::generate(&SeededEntropy::new(4)),
        identity_id: anna.id,
        kind: purpose.kind(),
        identifier: Some(made.id),
        config: json!(made.kept),
        label: None,
        priority: 0,
        last_used_at: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    })
}

/// What becomes of a proof by a key of its own that is bent only now.
fn proved(bend: fn(&mut Authenticator), purpose: Purpose) -> Result<Credential, Refusal> {
    let (party, mut device) = (party(), Authenticator::new());
    let key = made(&mut device, purpose)?;
    bend(&mut device);
    let challenge = Challenge::new(&SeededEntropy::new(5));
    let options = assertion::options(&party, purpose, &challenge, &[&key]);
    let signed = Assertion::read(&device.get(&options))?;
    signed.verify(&challenge, purpose, &party, &key)
}

#[test]
fn a_new_key_counts_only_if_all_of_it_is_right() {
    let more: [Bent; 6] = [
        (Refusal::OtherCeremony, |one| {
            one.ceremony = Some("webauthn.get");
        }),
        (Refusal::UnusableKey, |one| one.algorithm = Some(-47)),
        (Refusal::UnusableKey, |one| one.algorithm = Some(-257)),
        (Refusal::Unreadable, |one| one.id = vec![1; 1024]),
        (Refusal::Unreadable, |one| one.id = Vec::new()),
        (Refusal::Unreadable, |one| {
            one.attestation.1 = cbor!({ "x" => 1 }).unwrap();
        }),
    ];
    for (index, (why, bend)) in BENT.into_iter().chain(more).enumerate() {
        for purpose in [Purpose::SecondFactor, Purpose::Passkey] {
            let mut device = Authenticator::new();
            bend(&mut device);
            let refused = made(&mut device, purpose).unwrap_err();
            assert_eq!(refused, why, "{index} {purpose:?}");
        }
    }
}

#[test]
fn a_proof_counts_only_if_all_of_it_is_right() {
    let more: [Bent; 1] = [(Refusal::OtherCeremony, |one| {
        one.ceremony = Some("webauthn.create");
    })];
    for (index, (why, bend)) in BENT.into_iter().chain(more).enumerate() {
        for purpose in [Purpose::SecondFactor, Purpose::Passkey] {
            let refused = proved(bend, purpose).unwrap_err();
            assert_eq!(refused, why, "{index} {purpose:?}");
        }
    }
    assert!(proved(|_| {}, Purpose::Passkey).is_ok());
    let unverified: Bent = (Refusal::NobodyVerified, |one| one.flags = PRESENT);
    assert_eq!(proved(unverified.1, Purpose::Passkey), Err(unverified.0));
    assert!(proved(unverified.1, Purpose::SecondFactor).is_ok());
}

#[tokio::test]
async fn people_are_not_told_what_is_wrong() {
    for (_, bend) in BENT {
        let (house, mut device) = (House::new().await, Authenticator::new());
        house.add(&house.keys, &mut device).await;
        bend(&mut device);
        assert_eq!(refused(house.prove(&mut device).await), WRONG);
        assert_eq!(refused(house.recognise(&mut device).await), WRONG);
    }
}

#[tokio::test]
async fn a_passkey_has_to_know_who_uses_it() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    device.flags = PRESENT;
    let added = house.try_adding(&house.passkeys, &mut device).await;
    assert_eq!(refused(added), WRONG);
    device.flags = PRESENT | VERIFIED;
    house.add(&house.passkeys, &mut device).await;
    device.flags = PRESENT;
    assert_eq!(refused(house.recognise(&mut device).await), WRONG);
}

#[tokio::test]
async fn an_answer_is_good_for_its_own_question_only() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    device.count = 1;
    house.add(&house.passkeys, &mut device).await;
    let question = Passwordless::ask(&house.passkeys).await.unwrap();
    let signed = device.get(&options(&question, "passkey_challenge"));
    let another = Passwordless::ask(&house.passkeys).await.unwrap();
    assert_ne!(question.memory, another.memory);
    let replayed = house.recognise_by(&signed, &another.memory).await;
    assert_eq!(refused(replayed), WRONG);
    let unasked = house.recognise_by(&signed, &Value::Null).await;
    assert_eq!(refused(unasked), WRONG);
    assert!(house.recognise_by(&signed, &question.memory).await.is_ok());
    // Were the question asked twice, the counter tells all the same.
    let replayed = house.recognise_by(&signed, &question.memory).await;
    assert_eq!(refused(replayed), [Message::key_copied().id]);
}

#[tokio::test]
async fn a_counter_that_goes_back_is_told() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    device.count = 7;
    house.add(&house.keys, &mut device).await;
    for count in [1, 5, 6] {
        // It counts on as it signs, to 7 at most.
        device.count = count;
        let proved = house.prove(&mut device).await;
        assert_eq!(refused(proved), [Message::key_copied().id], "{count}");
    }
    device.count = 0;
    let proved = house.prove(&mut device).await;
    assert_eq!(refused(proved), [Message::key_copied().id]);
    device.count = 7;
    assert!(house.prove(&mut device).await.is_ok());
}

#[tokio::test]
async fn nobody_proves_anything_by_the_key_of_somebody_else() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    house.add(&house.keys, &mut device).await;
    // Bert's key is not Anna's, and neither is Anna's key with Bert's signature.
    let mut bert = Authenticator::new();
    bert.user_handle = device.user_handle.clone();
    assert_eq!(refused(house.prove(&mut bert).await), WRONG);
    bert.id = device.id.clone();
    assert_eq!(refused(house.prove(&mut bert).await), WRONG);
    // A passkey that says it is somebody else's than is known, or nobody's.
    house.add(&house.passkeys, &mut device).await;
    let anna = device.user_handle.clone();
    let id = person(2, "bert@example.org").id;
    for handle in [Some(id.to_string().into_bytes()), None] {
        device.user_handle = handle;
        assert_eq!(refused(house.recognise(&mut device).await), WRONG);
    }
    device.user_handle = anna;
    assert!(house.recognise(&mut device).await.is_ok());
}

#[tokio::test]
async fn a_security_key_is_no_passkey() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    house.add(&house.keys, &mut device).await;
    device.user_handle = Some(house.anna.id.to_string().into_bytes());
    assert_eq!(refused(house.recognise(&mut device).await), WRONG);
}

#[tokio::test]
async fn whether_a_key_can_be_copied_never_changes() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    device.flags |= 0x08 | BACKED_UP;
    let key = house.add(&house.keys, &mut device).await;
    assert_eq!(key.config["backed_up"], true);
    device.flags = PRESENT | VERIFIED | 0x08;
    let proved = house.prove(&mut device).await.unwrap();
    assert_eq!(proved.after.config["backed_up"], false);
    device.flags = PRESENT | VERIFIED;
    assert_eq!(refused(house.prove(&mut device).await), WRONG);
}

#[tokio::test]
async fn a_key_belongs_to_one_person() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    house.add(&house.passkeys, &mut device).await;
    let known = house.try_adding(&house.passkeys, &mut device).await;
    assert_eq!(refused(known), [Message::key_known().id]);
    let bert = House {
        anna: person(2, "bert@example.org"),
        ..house
    };
    let known = bert.try_adding(&bert.passkeys, &mut device).await;
    assert_eq!(refused(known), [Message::key_known().id]);
}
