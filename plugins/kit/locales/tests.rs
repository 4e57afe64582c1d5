//! Languages: which one is taken, and what is said in it.

mod findings;
mod words;

use std::fs;

use jiff::civil::date;
use portcullis_core::{
    message::Message,
    ui::{Node, Ui},
};
use serde_json::json;
use tempfile::TempDir;

use super::*;

fn locales() -> Locales {
    Locales::load(None).unwrap()
}

fn locale(tag: &str) -> Locale {
    locales().negotiate(Some(tag), &HeaderMap::new())
}

fn accepting(value: &'static str) -> String {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_LANGUAGE, value.parse().unwrap());
    locales().negotiate(None, &headers).tag().to_owned()
}

#[test]
fn the_best_language_there_is_is_taken() {
    for (value, expected) in [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.1, de;q=0.2", "de"),
        ("fr, de;q=0.5", "de"),
        ("de;q=0, fr", "en"),
        ("*", "en"),
        ("???,;;,", "en"),
    ] {
        assert_eq!(accepting(value), expected, "{value}");
    }
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_LANGUAGE, "en".parse().unwrap());
    let asked = |tags| locales().negotiate(Some(tags), &headers).tag().to_owned();
    assert_eq!(asked("fr-CA de"), "de");
    assert_eq!(asked("fr"), "en");
    assert_eq!(locale("de").direction(), "ltr");
}

#[test]
fn numbers_follow_the_rules_of_the_language() {
    let said = |tag, count| {
        let mut message = Message::min_length(count, 0);
        locale(tag).message(&mut message);
        message.text
    };
    assert_eq!(said("en", 1), "Please use at least 1 character (now 0).");
    assert_eq!(said("en", 2), "Please use at least 2 characters (now 0).");
    let mut items = Message::max_items(1, 3);
    locale("de").message(&mut items);
    assert_eq!(items.text, "Bitte höchstens 1 Angabe machen (jetzt 3).");
    let mut takes = Message::deletion_takes(0, 1);
    locale("de").message(&mut takes);
    assert_eq!(
        takes.text,
        "Ihr Profil und Ihr Passwort werden endgültig gelöscht. Sie werden hier abgemeldet. \
         Niemand kann das rückgängig machen."
    );
}

#[test]
fn what_a_password_needs_is_told_in_the_language() {
    let text = |tag, text| locale(tag).text(text);
    let german = text("de", "At least 12 characters.");
    assert_eq!(german, "Mindestens 12 Zeichen.");
    let english = text("en", "At least 1 characters.");
    assert_eq!(english, "At least 1 character.");
    for message in [
        Message::recovered_to_choose(),
        Message::verified_signed_out(),
        Message::verified_anew(),
        Message::verification_code_sent_to("a@b.test"),
        Message::verification_link_sent_to("a@b.test"),
    ] {
        let mut german = message.clone();
        locale("de").message(&mut german);
        assert_ne!(german.text, message.text);
    }
}

#[test]
fn a_message_is_known_by_its_id_or_else_by_its_words() {
    let said = |mut message: Message| {
        locale("de").message(&mut message);
        message.text
    };
    assert_eq!(
        said(Message::sign_in_with("Acme", "acme")),
        "Mit Acme anmelden"
    );
    assert_eq!(
        said(Message::password_wrong()),
        "Das Passwort stimmt nicht. Bitte prüfen Sie es auf Tippfehler."
    );
    assert_eq!(
        said(Message::invalid("There is no such trait.")),
        "Diese Angabe gibt es nicht."
    );
    assert_eq!(said(Message::titled("First name", "traits.x")), "Vorname");
    let mut required = Message::required("First name");
    required
        .context
        .insert("property".to_owned(), "first".into());
    assert_eq!(said(required), "Bitte füllen Sie das Feld „Vorname“ aus.");
    // Somebody's own words under an id of ours stay.
    let own = Message::error(4_000_004, "Bitte nur Ziffern.", json!({"pattern": "x"}));
    assert_eq!(said(own), "Bitte nur Ziffern.");
    // A value may look like a text of ours without becoming one.
    assert_eq!(
        said(Message::sign_in_with("Sign up", "acme")),
        "Mit Sign up anmelden"
    );
}

#[test]
fn keys_of_a_schema_are_looked_up_and_kept() {
    let mut message = Message::titled("${firstName}", "traits.name");
    locale("de").message(&mut message);
    assert_eq!(message.text, "Vorname");
    assert_eq!(message.context["title"], "Vorname");
    assert_eq!(message.context["key"], "firstName");
    let german = locale("de");
    assert_eq!(german.text("${profile.unknown}"), "profile.unknown");
    assert_eq!(
        german.text("${firstName}, ${lastName}!"),
        "Vorname, Nachname!"
    );
    assert_eq!(
        german.text("a ${ that does not end"),
        "a ${ that does not end"
    );
}

#[test]
fn every_text_of_a_form_is_put_into_the_language() {
    let mut node = Node::input("profile", "traits.x", "text").with_value("Sign in");
    let ext = json!({
        "helperTextBefore": "${email}", "placeholder": "First name",
        "optionLabels": {"a": "${lastName}"},
        "group": {"name": "Name", "header": "Name", "description": "${username}"},
    });
    node.attributes.ext = ext.as_object().unwrap().clone();
    let mut ui = Ui {
        action: "/".to_owned(),
        method: "POST".to_owned(),
        nodes: vec![node, Node::text("totp", "x", Message::password())],
        messages: vec![Message::code_invalid()],
    };
    locale("de").form(&mut ui);
    let ext = &ui.nodes[0].attributes.ext;
    assert_eq!(ext["helperTextBefore"], "E-Mail");
    assert_eq!(ext["placeholder"], "Vorname");
    assert_eq!(ext["optionLabels"]["a"], "Nachname");
    assert_eq!(ext["group"]["description"], "Benutzername");
    assert_eq!(ext["group"]["name"], "Name");
    assert_eq!(
        ui.nodes[0].attributes.value,
        Some("Sign in".into()),
        "what was entered stays"
    );
    assert_eq!(
        ui.nodes[1].attributes.shown.text.as_ref().unwrap().text,
        "Passwort"
    );
    assert!(
        ui.messages[0].text.starts_with("Dieser Code"),
        "{}",
        ui.messages[0].text
    );
}

#[test]
fn a_folder_changes_texts_and_adds_languages() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("en.ftl", "m1010001 = Log in\n");
    write(
        "fr.json",
        r#"{"m1010001": "Se connecter", "profile": {"team": "Équipe\nrouge"}}"#,
    );
    write("ar.ftl", "team = فريق\n");
    write("notes.txt", "= not read");
    let locales = Locales::load(Some(folder.path())).unwrap();
    let of = |tag| locales.negotiate(Some(tag), &HeaderMap::new());
    assert_eq!(of("en").text("Sign in"), "Log in");
    assert_eq!(locales.english().word("m1010001"), "Log in");
    assert_eq!(of("fr-FR").text("Sign in"), "Se connecter");
    assert_eq!(of("fr").text("${profile.team}"), "Équipe\nrouge");
    assert_eq!(
        of("fr").text("First name"),
        "First name",
        "English completes it"
    );
    assert_eq!((of("ar").tag(), of("ar").direction()), ("ar", "rtl"));
    assert_eq!(of("de").text("Sign in"), "Anmelden");
}

/// KC-096, KC-064.
#[test]
fn terms_are_read_in_the_language_that_has_them() {
    let folder = TempDir::new().unwrap();
    let text = "terms-text = Seien Sie freundlich.\n";
    fs::write(folder.path().join("de.ftl"), text).unwrap();
    fs::write(folder.path().join("en.ftl"), "terms-text = Be kind.\n").unwrap();
    let locales = Locales::load(Some(folder.path())).unwrap();
    for (tag, said) in [("de", "Seien Sie freundlich."), ("en", "Be kind.")] {
        let mut terms = Message::terms("${terms.text}");
        locales
            .negotiate(Some(tag), &HeaderMap::new())
            .message(&mut terms);
        assert_eq!(terms.text, said);
    }
}

#[test]
fn moments_are_written_as_people_of_the_language_do() {
    assert_eq!(locale("en").day(date(2000, 12, 31)), "31 December 2000");
    assert_eq!(locale("de").day(date(2000, 12, 31)), "31. Dezember 2000");
    let time = "2026-03-05T07:08:09Z".parse().unwrap();
    assert_eq!(locale("en").moment(time), "5 March 2026, 07:08 UTC");
    assert_eq!(locale("de").moment(time), "5. März 2026, 07:08 UTC");
}

#[test]
fn links_of_our_own_keep_the_language_that_was_asked_for() {
    let german = locale("de en");
    for (href, kept) in [
        ("/.p", "/.p?ui_locales=de+en"),
        ("/.p/x?a=1#b", "/.p/x?a=1&ui_locales=de+en#b"),
        (
            "https://gate.test/.p/x",
            "https://gate.test/.p/x?ui_locales=de+en",
        ),
        ("/.p/x?ui_locales=fr", "/.p/x?ui_locales=fr"),
        ("/.px", "/.px"),
        ("https://app.test/account", "https://app.test/account"),
    ] {
        assert_eq!(german.link("/.p", href), kept);
    }
    let own = locales().negotiate(None, &HeaderMap::new());
    assert_eq!(own.link("/.p", "/.p/x"), "/.p/x");
}

/// What people are told of a value names no type, pattern or format.
#[test]
fn what_is_wrong_with_a_value_is_said_in_words() {
    let said = |mut message: Message, tag: &str| {
        locale(tag).message(&mut message);
        message
    };
    let types = [
        "integer",
        "number",
        "boolean",
        "string",
        "array",
        "object",
        "integer, null",
    ];
    let formats = [
        "uri",
        "date",
        "local-date",
        "time",
        "date-time",
        "person-name",
        "username",
        "not-idn-homograph",
        "uuid",
    ];
    let messages = types
        .map(|kind| Message::wrong_type(kind, "string"))
        .into_iter();
    let messages = messages.chain(formats.map(Message::not_of_format));
    let messages = messages.chain([
        Message::pattern("^a+$"),
        Message::not_an_option(&json!(["s"])),
        Message::not_the_constant(&json!(true)),
    ]);
    for message in messages {
        let english = said(message.clone(), "en").text;
        let german = said(message, "de").text;
        assert_ne!(english, german);
        for word in [
            "type", "string", "integer", "boolean", "array", "format", "^a+$", "[", "Typ ",
        ] {
            assert!(
                !english.contains(word) && !german.contains(word),
                "{english} {german}"
            );
        }
    }
    let pattern = said(Message::pattern("^a+$"), "de");
    assert_eq!(pattern.context["pattern"], "^a+$");
}

#[test]
fn what_is_wrong_with_a_bundle_is_told_with_file_and_line() {
    for (name, text, line) in [
        ("fr.ftl", "a = b\n\nc = {\n", 3),
        ("fr.json", "{\n  \"a\": \"b\",\n  \"c\": \"{\"\n}", 3),
        ("fr.json", "{\n  \"a\": 1\n}", 2),
        ("fr.json", "{\n  x\n}", 2),
        ("french language.ftl", "a = b", 1),
    ] {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        let error = Locales::load(Some(folder.path())).unwrap_err().to_string();
        assert!(
            error.contains(&format!("{name}:{line}: ")),
            "{text}: {error}"
        );
    }
    let missing = TempDir::new().unwrap().path().join("none");
    assert!(Locales::load(Some(&missing)).is_err());
}
