//! What holds for every message.

use std::collections::HashSet;

use super::*;

#[test]
fn each_id_is_one_message_of_its_kind() {
    let ids: HashSet<_> = Message::all().map(|(id, ..)| id).collect();
    assert_eq!(ids.len(), Message::all().count());
    for (id, severity, name, _) in Message::all() {
        let first = match *severity {
            "info" | "success" => 1,
            _ => 4,
        };
        assert_eq!(id / 1_000_000, first, "{name}");
    }
}

#[test]
fn messages_are_short_and_speak_of_accounts() {
    for (id, severity, name, text) in Message::all() {
        let lower = text.to_lowercase();
        assert!(!lower.contains("identity"), "{name}: {text}");
        assert!(text.len() <= 180, "{name}: {text}");
        // Of what the dialect does not know, an error says what to do.
        if *severity == "error" && id % 1_000_000 >= 990_000 {
            let leads_on = ["please", "link another", "you can", "if that is you"];
            assert!(
                leads_on.iter().any(|way| lower.contains(way)),
                "{name}: {text}"
            );
        }
    }
}

#[test]
fn a_message_carries_what_its_text_is_made_with() {
    let message = Message::min_length(8, 3);
    assert_eq!(
        serde_json::to_value(message).unwrap(),
        json!({
            "id": 4000003, "type": "error",
            "text": "Please use at least 8 characters (now 3).",
            "context": {"min_length": 8, "actual_length": 3},
        })
    );
    assert_eq!(
        serde_json::to_value(Message::sign_in()).unwrap(),
        json!({"id": 1010001, "type": "info", "text": "Sign in"})
    );
}
