//! A value of the log in words: what is done, when and whether, as other pages say it. What has no
//! words stands as it was written down.

use jiff::Timestamp;
use portcullis_core::action::Action;
use portcullis_kit::Locale;
use serde_json::Value;

use crate::console::people::actions;

/// The facts that hold what somebody has to do.
const ACTIONS: [&str; 2] = ["required_actions", "actions"];

/// Words of values, by the fact and the value.
const WORDS: [(&str, &str, &str); 10] = [
    ("state", "active", "Active"),
    ("state", "inactive", "Switched off"),
    ("by", "code", "A code to get back in with"),
    ("by", "link", "A link to get back in with"),
    ("type", "password", "Password"),
    ("type", "oidc", "Linked account"),
    ("type", "totp", "Authenticator app"),
    ("type", "lookup_secret", "Backup codes"),
    ("type", "webauthn", "Security key"),
    ("type", "passkey", "Passkey"),
];

/// The value of a fact as people read it.
pub(in crate::console) fn told(locale: &Locale, fact: &str, value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => locale.text("Yes"),
        Value::Bool(false) => locale.text("No"),
        Value::String(text) => word(locale, fact, text),
        Value::Array(items) if items.is_empty() => "–".to_owned(),
        Value::Array(items) if items.iter().all(is_plain) => {
            let items = items.iter().map(|item| told(locale, fact, item));
            items.collect::<Vec<_>>().join(", ")
        }
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

fn is_plain(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn word(locale: &Locale, fact: &str, text: &str) -> String {
    let is_known = |(of, value, _): &&(&str, &str, &str)| (*of, *value) == (fact, text);
    if let Some((.., words)) = WORDS.iter().find(is_known) {
        return locale.text(words);
    }
    if let Some(action) = text
        .parse::<Action>()
        .ok()
        .filter(|_| ACTIONS.contains(&fact))
    {
        return locale.text(actions::label(action));
    }
    // Only what stands alone is a moment of ours; what people wrote stands in their own details.
    match text.parse::<Timestamp>() {
        Ok(time) => locale.moment(time),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use portcullis_kit::Locales;
    use serde_json::json;

    use super::*;

    fn said(language: &str, fact: &str, value: &Value) -> String {
        let locales = Locales::load(None).unwrap();
        let locale = locales.negotiate(Some(language), &HeaderMap::new());
        told(&locale, fact, value)
    }

    #[test]
    fn what_is_written_down_is_said_in_words_of_the_reader() {
        for (fact, value, english, german) in [
            (
                "required_actions",
                json!(["UPDATE_PASSWORD", "CONFIGURE_TOTP"]),
                "Choose a new password, Set up an authenticator app",
                "Neues Passwort wählen, Eine Authenticator-App einrichten",
            ),
            (
                "expires_at",
                json!("2026-11-23T04:21:46.231339Z"),
                "23 November 2026, 04:21 UTC",
                "23. November 2026, 04:21 UTC",
            ),
            ("temporary", json!(true), "Yes", "Ja"),
            ("state", json!("inactive"), "Switched off", "Abgeschaltet"),
            (
                "by",
                json!("link"),
                "A link to get back in with",
                "Ein Link, um wieder hineinzukommen",
            ),
        ] {
            assert_eq!(said("en", fact, &value), english);
            assert_eq!(said("de", fact, &value), german);
        }
    }

    #[test]
    fn what_has_no_words_stands_as_it_is() {
        for (fact, value, text) in [
            ("roles", json!(["admin", "viewer"]), "admin, viewer"),
            ("roles", json!([]), "–"),
            ("external_id", json!(null), "–"),
            // Somebody may be called like an action.
            ("name", json!("UPDATE_PASSWORD"), "UPDATE_PASSWORD"),
            ("actions", json!(["own-action"]), "own-action"),
            ("sessions_ended", json!(2), "2"),
            ("traits", json!({"on": true}), "{\n  \"on\": true\n}"),
        ] {
            assert_eq!(said("de", fact, &value), text);
        }
    }
}
