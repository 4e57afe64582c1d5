//! What is shown to be kept elsewhere is copied with a button, which needs a script of ours.

use portcullis_core::{
    message::Message,
    ui::{Node, Ui},
};

use super::{has, page, shell, ui};
use crate::{modules::Modules, policy::Framing, stylesheet};

#[test]
fn secrets_have_a_button_that_copies_and_other_texts_have_none() {
    let base = url::Url::parse("https://gate.example.org").unwrap();
    let shell = shell().with_modules(Modules::new(&base, [].into()));
    let english = shell.locale(None, &http::HeaderMap::new());
    let policy = |ui: &Ui| {
        let [(_, value)] = shell.policy(&Framing::Nobody, Some(ui));
        value.to_str().unwrap().to_owned()
    };
    let codes = ["aaaa-bbbb".to_owned(), "cccc-dddd".to_owned()];
    let (src, integrity) = stylesheet::copy("/.p");
    for (id, text) in [
        ("totp_secret_key", Message::totp_secret("ABCD")),
        ("lookup_secret_codes", Message::lookup_secrets(&codes)),
    ] {
        let ui = ui(vec![Node::text("any", id, text)]);
        let page = page(&shell, &english, &ui);
        has(&page, &format!("id=\"{id}-text\""));
        has(&page, &format!("data-copy=\"{id}-text\""));
        let script = format!("src=\"https://gate.example.org{src}\" integrity=\"{integrity}\"");
        has(&page, &script);
        has(
            &policy(&ui),
            &format!("script-src https://gate.example.org{src}"),
        );
    }
    let terms = Message::titled("Please keep to them.", "terms");
    let ui = ui(vec![Node::text("any", "terms-text", terms)]);
    let page = page(&shell, &english, &ui);
    assert!(
        !page.contains("data-copy") && !page.contains("<script"),
        "{page}"
    );
}
