//! Keys in the settings.

use portcullis_core::message::Message;

use super::*;

/// HA-11: several keys, each with a name that can be changed, and each removed by itself.
#[tokio::test]
async fn ha_11_keys_have_names_and_are_renamed_and_removed_one_by_one() {
    let house = House::new().await;
    for enrolment in [&house.keys as &dyn Enrolment, &house.passkeys] {
        let first = house.add(enrolment, &mut Authenticator::new()).await;
        let second = house.add(enrolment, &mut Authenticator::new()).await;
        assert_ne!(first.label, second.label, "nobody has named them");
        let group = enrolment.kind().as_str();
        let [rename, new_name, remove] =
            ["rename", "rename_displayname", "remove"].map(|what| format!("{group}_{what}"));
        let id = second.id.to_string();
        let asked = house
            .change(enrolment, &fields(&[(&rename, &id)]), &Value::Null)
            .await;
        let Change::Ask(question) = asked.unwrap() else {
            panic!("the name is asked for");
        };
        let shown = node(&question, &new_name).attributes.value.clone();
        assert_eq!(shown, second.label.clone().map(Value::String));

        let given = fields(&[(&rename, &id), (&new_name, " On my\n ring ")]);
        let renamed = house.change(enrolment, &given, &Value::Null).await;
        let Change::Replace { before, after } = renamed.unwrap() else {
            panic!("the name changes");
        };
        assert_eq!(*before, second);
        assert_eq!(after.label.as_deref(), Some("On my ring"));
        assert_eq!(after.config, before.config);
        house.store.put(&after).await.unwrap();

        let own = house.own().await;
        let offered = enrolment.offer(&house.anna, &own).await.unwrap();
        let labels = offered.nodes.iter().filter_map(|node| {
            let label = node.meta.label.as_ref()?;
            Some((node.attributes.name.as_str(), label.text.as_str()))
        });
        let labels: Vec<_> = labels.collect();
        assert!(
            labels.contains(&(&remove, "Remove “On my ring”")),
            "{labels:?}"
        );
        assert!(
            labels.contains(&(&rename, "Rename “On my ring”")),
            "{labels:?}"
        );

        let removed = house
            .change(enrolment, &fields(&[(&remove, &id)]), &Value::Null)
            .await;
        assert_eq!(removed.unwrap(), Change::Remove(vec![second.id]));
    }
}

#[tokio::test]
async fn a_key_is_called_what_somebody_calls_it() {
    let (house, mut device) = (House::new().await, Authenticator::new());
    let question = house.keys.offer(&house.anna, &[]).await.unwrap();
    let made = device.create(&options(&question, "webauthn_register_trigger"));
    let given = fields(&[
        ("webauthn_register", &made),
        ("webauthn_register_displayname", &"é".repeat(200)),
    ]);
    let change = house.change(&house.keys, &given, &question.memory).await;
    let Change::Add { credential, .. } = change.unwrap() else {
        panic!("a key is added");
    };
    assert_eq!(credential.label, Some("é".repeat(100)));
}

#[tokio::test]
async fn nobody_changes_the_key_of_somebody_else() {
    let house = House::new().await;
    let key = house.add(&house.keys, &mut Authenticator::new()).await;
    let bert = House {
        anna: person(2, "bert@example.org"),
        ..house
    };
    for name in ["webauthn_remove", "webauthn_rename"] {
        let fields = fields(&[(name, &key.id.to_string())]);
        let changed = bert.change(&bert.keys, &fields, &Value::Null).await;
        assert_eq!(refused(changed), [Message::key_gone().id]);
    }
}

#[tokio::test]
async fn a_form_for_something_else_is_not_meant() {
    let house = House::new().await;
    let others = fields(&[("method", "password"), ("webauthn_register", " ")]);
    assert!(!house.keys.is_meant(&others) && !house.passkeys.is_meant(&others));
    let empty = fields(&[("method", "webauthn")]);
    assert!(house.keys.is_meant(&empty) && !house.passkeys.is_meant(&empty));
    let changed = house.change(&house.keys, &empty, &Value::Null).await;
    assert_eq!(refused(changed), WRONG);
}

#[tokio::test]
async fn there_are_only_so_many_keys() {
    let house = House::new().await;
    for _ in 0..25 {
        house.add(&house.keys, &mut Authenticator::ed25519()).await;
    }
    let own = house.own().await;
    let offered = house.keys.offer(&house.anna, &own).await.unwrap();
    assert_eq!(offered.memory, Value::Null);
    assert_eq!(offered.nodes.len(), 50, "they can be renamed and removed");
    let forced = fields(&[("webauthn_register", "{}")]);
    let changed = house.change(&house.keys, &forced, &Value::Null).await;
    assert_eq!(refused(changed), [Message::keys_full().id]);
}
