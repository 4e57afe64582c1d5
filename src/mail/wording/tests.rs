//! Mails as they are worded, in each language and by templates.

use std::{fs, time::Duration};

use portcullis_core::{mail::Occasion, secret::Secret};
use tempfile::TempDir;

use super::*;

const FACTS: Facts<'_> = Facts::Link {
    provider: "<b>Acme</b>\nInc.",
    gate: "gate.example.org",
    settings_url: "https://gate.example.org/settings",
};

fn wording(folder: Option<&Path>) -> Result<Wording, MailServerError> {
    Wording::load(folder, Arc::new(Locales::load(None).unwrap()))
}

fn mail(folder: Option<&Path>, kind: Kind, tag: &str) -> Mail {
    let to = ("alice@example.org".to_owned(), tag);
    wording(folder).unwrap().mail(to, kind, &FACTS).unwrap()
}

fn letter(occasion: Occasion, locale: &str) -> Letter {
    Letter {
        to: "alice@example.org".to_owned(),
        owner: None,
        occasion,
        locale: locale.to_owned(),
        provider: Some("Acme".to_owned()),
        proof: Secret::new("the-proof"),
        lifespan: Duration::from_secs(601),
        is_for_nobody: false,
    }
}

#[test]
fn without_a_folder_mails_have_built_in_texts_and_markup() {
    let mail = mail(None, Kind::Linked, "en");
    assert_eq!(mail.subject, "An account at <b>Acme</b> Inc. was linked");
    assert!(
        mail.text
            .ends_with("\n\nhttps://gate.example.org/settings\n")
    );
    let html = mail.html.unwrap();
    assert!(html.contains("at &lt;b&gt;Acme"), "{html}");
    assert!(html.contains("<html lang=\"en\" dir=\"ltr\">"), "{html}");
}

#[test]
fn each_letter_has_its_words_in_each_language_and_says_for_how_long() {
    let wording = wording(None).unwrap();
    for occasion in Occasion::ALL {
        let read = |locale: &str| {
            let letter = letter(occasion, locale);
            wording.worded(&letter, "gate.example.org").unwrap()
        };
        for (locale, minutes) in [("en", "11 minutes"), ("de", "11 Minuten")] {
            let mail = read(locale);
            assert!(mail.subject.contains("gate.example.org"), "{occasion:?}");
            let minutes = Some(minutes).filter(|_| !occasion.is_notice());
            let parts = ["the-proof", "gate.example.org"].into_iter();
            for part in parts.chain(minutes) {
                let html = mail.html.as_deref().unwrap();
                assert!(mail.text.contains(part), "{occasion:?}: {}", mail.text);
                assert!(html.contains(part), "{occasion:?}: {html}");
            }
        }
        assert_eq!(read("de-AT").text, read("de").text);
        let notice = Some("").filter(|_| occasion.is_notice());
        for unknown in ["", "fr", "*", "de de"] {
            if Some(unknown) == notice {
                continue;
            }
            let expected = if unknown == "de de" { "de" } else { "en" };
            assert_eq!(read(unknown).text, read(expected).text, "{unknown}");
        }
        assert_ne!(read("de").text, read("en").text);
    }
}

#[test]
fn a_letter_says_for_how_long_in_the_largest_unit_that_holds() {
    let wording = wording(None).unwrap();
    for (seconds, english, german) in [
        (60, "good for one minute,", "gilt eine Minute und"),
        (15 * 60, "good for 15 minutes,", "gilt 15 Minuten und"),
        (3600, "good for one hour,", "gilt eine Stunde und"),
        (90 * 60, "good for 90 minutes,", "gilt 90 Minuten und"),
        (12 * 3600, "good for 12 hours,", "gilt 12 Stunden und"),
        (24 * 3600, "good for one day,", "gilt einen Tag und"),
        (72 * 3600, "good for 3 days,", "gilt 3 Tage und"),
        (72 * 3600 - 60, "good for 71 hours,", "gilt 71 Stunden und"),
    ] {
        for (locale, told) in [("en", english), ("de", german)] {
            let letter = Letter {
                lifespan: Duration::from_secs(seconds),
                ..letter(Occasion::ActionsLink, locale)
            };
            let mail = wording.worded(&letter, "gate.example.org").unwrap();
            assert!(mail.text.contains(told), "{told}: {}", mail.text);
        }
    }
}

#[test]
fn a_notice_in_no_known_language_is_in_all_of_them() {
    let both = mail(None, Kind::Linked, "");
    for tag in ["en", "de"] {
        let one = mail(None, Kind::Linked, tag);
        assert!(both.subject.contains(&one.subject), "{}", both.subject);
        assert!(both.text.contains(one.text.trim_end()), "{}", both.text);
        let html = both.html.as_deref().unwrap();
        assert!(html.contains(&format!("<div lang=\"{tag}\"")), "{html}");
    }
    assert!(both.text.starts_with("An account at"), "{}", both.text);
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("linked.txt"), "For all: {{ gate }}").unwrap();
    let own = mail(Some(folder.path()), Kind::Linked, "");
    assert_eq!(own.text, "For all: gate.example.org\n");
    assert_eq!(own.subject, mail(None, Kind::Linked, "en").subject);
}

#[test]
fn a_folder_replaces_the_texts_it_has_and_markup_is_escaped() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("unlinked.subject.txt", "Gone: {{ provider }}\n");
    write("unlinked.html", "<p>{{ provider }}</p>");
    let gone = mail(Some(folder.path()), Kind::Unlinked, "en");
    assert_eq!(gone.subject, "Gone: <b>Acme</b> Inc.");
    assert!(gone.text.contains("was unlinked from your account"));
    let html = gone.html.unwrap();
    assert!(html.starts_with("<p>&lt;b&gt;Acme"), "{html}");
}

#[test]
fn templates_of_a_language_come_before_those_for_everybody() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("de")).unwrap();
    fs::write(path.join("linked.txt"), "For all: {{ gate }}").unwrap();
    fs::write(path.join("linked.html"), "<p>For all</p>").unwrap();
    fs::write(path.join("de/linked.txt"), "Deutsch: {{ gate }}").unwrap();
    let english = mail(Some(path), Kind::Linked, "en");
    assert_eq!(english.text, "For all: gate.example.org\n");
    assert_eq!(english.html.as_deref(), Some("<p>For all</p>"));
    for tag in ["de", "de-CH"] {
        let german = mail(Some(path), Kind::Linked, tag);
        assert_eq!(german.text, "Deutsch: gate.example.org\n");
        assert_eq!(german.html, None, "markup in no other words than the text");
        assert!(
            german.subject.ends_with("wurde verknüpft"),
            "{}",
            german.subject
        );
    }
    let other = mail(Some(path), Kind::Unlinked, "de");
    assert!(other.text.contains("wurde gelöst"), "{}", other.text);
}

#[test]
fn a_template_that_cannot_be_used_is_named_at_the_start() {
    for broken in ["{{ provider", "{{ pass_word }}", "{% include 'other' %}"] {
        for place in ["linked.txt", "de/linked.txt"] {
            let folder = TempDir::new().unwrap();
            fs::create_dir(folder.path().join("de")).unwrap();
            fs::write(folder.path().join(place), broken).unwrap();
            let error = wording(Some(folder.path())).unwrap_err();
            assert!(error.to_string().contains(place), "{error}");
        }
    }
}

#[test]
fn an_operators_words_that_name_what_is_not_there_are_found_at_the_start() {
    let folder = TempDir::new().unwrap();
    let text = "mail-linked-lead = Hello {$pass_word}\n";
    fs::write(folder.path().join("de.ftl"), text).unwrap();
    let locales = Arc::new(Locales::load(Some(folder.path())).unwrap());
    let error = Wording::load(None, locales).unwrap_err();
    assert!(error.to_string().contains("mail-linked of de"), "{error}");
}
