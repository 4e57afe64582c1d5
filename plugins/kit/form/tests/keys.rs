//! Security keys and passkeys on pages.

use super::*;
use crate::KeyScript;

fn sign_in() -> Vec<Node> {
    let hidden = |name, value: &str| Node::input("passkey", name, "hidden").with_value(value);
    let script = KeyScript::served();
    let label = Message::sign_in_with_passkey();
    let mut trigger = Node::trigger("passkey", "passkey_login_trigger", "oryPasskeyLogin", label);
    trigger.attributes.onload_trigger = Some("oryPasskeyLoginAutocompleteInit".to_owned());
    let src = format!("https://gate.example.org/.p{}", script.path);
    vec![
        Node::input("default", "csrf_token", "hidden").with_value("t"),
        Node::input("password", "password", "password"),
        Node::submit("password", "method", "password", Message::sign_in()),
        hidden("passkey_challenge", "{\"publicKey\":{}}"),
        hidden("passkey_login", ""),
        trigger,
        Node::script("passkey", "webauthn_script", &src, &script.integrity),
        Node::script("webauthn", "webauthn_script", &src, &script.integrity),
    ]
}

#[test]
fn a_button_that_needs_the_script_is_hidden_until_the_script_is_there() {
    let page = shown(sign_in());
    has(
        &page,
        "<button class=\"secondary\" type=\"button\" name=\"passkey_login_trigger\" value=\"\" hidden \
         data-trigger=\"oryPasskeyLogin\" data-load-trigger=\"oryPasskeyLoginAutocompleteInit\">",
    );
    has(&page, "<noscript><p class=\"note\">Keys need JavaScript");
    assert_eq!(page.matches("<script").count(), 1, "it is loaded once");
    assert!(!page.contains("onclick"), "{page}");
}

#[test]
fn what_a_browser_signs_goes_in_a_form_of_its_own() {
    let nodes = ui(sign_in());
    let view = FormView::of(&nodes);
    assert_eq!(view.parts.len(), 2);
    let page = shown(sign_in());
    assert_eq!(page.matches("name=\"csrf_token\"").count(), 2);
}

#[test]
fn keys_are_listed_with_what_can_be_done_with_them() {
    let group = "webauthn";
    let button = |name, label| Node::submit(group, name, "id-1", label);
    let page = shown(vec![
        button("webauthn_rename", Message::rename_key("A <b>")),
        button(
            "webauthn_remove",
            Message::remove_security_key("A <b>", "2026-11-22T10:00:00Z"),
        ),
        Node::input(group, "webauthn_register_displayname", "text"),
    ]);
    has(
        &page,
        "<li><div><p>A &lt;b&gt;</p><p class=\"detail\">2026-11-22</p></div>",
    );
    has(
        &page,
        "name=\"webauthn_remove\" value=\"id-1\" aria-label=\"Remove “A &lt;b&gt;”\">Remove</button>",
    );
    assert_eq!(page.matches("<li>").count(), 1);
}

#[test]
fn a_new_name_is_saved_by_a_button() {
    let save = Node::submit("webauthn", "webauthn_rename", "id-1", Message::save());
    let page = shown(vec![save]);
    has(
        &page,
        "name=\"webauthn_rename\" value=\"id-1\">Save</button>",
    );
}
