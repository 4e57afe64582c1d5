//! What dishonest browsers, keys and people try.

use ciborium::cbor;
use portcullis_core::message::Message;

use super::{
    authenticator::{BACKED_UP, PRESENT, VERIFIED},
    *,
};

/// Each way to bend an authenticator, by what it is.
type Bent = (&'static str, fn(&mut Authenticator));

/// What counts neither for a new key nor for a proof.
const BENT: [Bent; 10] = [
    ("another origin", |one| {
        one.origin = "https://gate.example.org.evil.example".to_owned();
    }),
    ("another port", |one| {
        one.origin = "https://gate.example.org:8443".to_owned();
    }),
    ("no TLS", |one| {
        one.origin = "http://gate.example.org".to_owned()
    }),
    ("within a frame", |one| {
        one.said = json!({"crossOrigin": true})
    }),
    ("below another page", |one| {
        one.said = json!({"topOrigin": "https://evil.example"});
    }),
    ("another host", |one| {
        one.rp_id = Some("example.org".to_owned())
    }),
    ("another challenge", |one| {
        one.challenge = Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    }),
    ("nobody present", |one| one.flags = VERIFIED),
    ("backed up without being able to", |one| {
        one.flags |= BACKED_UP;
    }),
    ("something left over", |one| one.tail = vec![0]),
];

#[tokio::test]
async fn a_new_key_counts_only_if_all_of_it_is_right() {
    let house = House::new().await;
    for (what, bend) in BENT {
        let mut device = Authenticator::new();
        bend(&mut device);
        let added = house.try_adding(&house.keys, &mut device).await;
        assert_eq!(refused(added), WRONG, "{what}");
    }
    let more: [Bent; 5] = [
        ("another ceremony", |one| {
            one.ceremony = Some("webauthn.get")
        }),
        ("an algorithm that is not asked for", |one| {
            one.algorithm = Some(-47);
        }),
        ("an algorithm that does not fit the key", |one| {
            one.algorithm = Some(-257);
        }),
        ("an id that is too long", |one| one.id = vec![1; 1024]),
        ("a statement of nobody", |one| {
            one.attestation.1 = cbor!({ "x" => 1 }).unwrap();
        }),
    ];
    for (what, bend) in more {
        let mut device = Authenticator::new();
        bend(&mut device);
        let added = house.try_adding(&house.keys, &mut device).await;
        assert_eq!(refused(added), WRONG, "{what}");
    }
}

#[tokio::test]
async fn a_proof_counts_only_if_all_of_it_is_right() {
    for (what, bend) in BENT {
        let (house, mut device) = (House::new().await, Authenticator::new());
        house.add(&house.keys, &mut device).await;
        bend(&mut device);
        assert_eq!(refused(house.prove(&mut device).await), WRONG, "{what}");
        device = Authenticator::new();
        house.add(&house.passkeys, &mut device).await;
        bend(&mut device);
        assert_eq!(refused(house.recognise(&mut device).await), WRONG, "{what}");
    }
    let (house, mut device) = (House::new().await, Authenticator::new());
    house.add(&house.keys, &mut device).await;
    device.ceremony = Some("webauthn.create");
    assert_eq!(refused(house.prove(&mut device).await), WRONG);
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
