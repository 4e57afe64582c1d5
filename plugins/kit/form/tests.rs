//! What forms look like as pages.

use portcullis_core::ui::Choice;
use serde_json::json;

use super::*;
use crate::{FormPage, Framing, Locale, Module, Modules, Shell};

mod copying;
mod gallery;
mod keys;
mod pickers;

fn ui(nodes: Vec<Node>) -> Ui {
    Ui {
        action: "/".to_owned(),
        method: "POST".to_owned(),
        nodes,
        messages: Vec::new(),
    }
}

#[test]
fn links_stand_under_headings_and_other_choices_do_not() {
    let button = |name, value| Node::submit("oidc", name, value, Message::sign_in());
    let links = ui(vec![
        button("link", "google"),
        button("unlink", "google:home"),
    ]);
    let view = FormView::of(&links);
    let headings: Vec<_> = view.sections.iter().map(|one| one.heading).collect();
    let expected = [Some("Linked accounts"), Some("Link another account")];
    assert_eq!(headings, expected);
    let hues: Vec<_> = view.sections.iter().map(|one| one.choices[0].hue).collect();
    assert_eq!(hues[0], hues[1], "an account has its provider's colour");
    let sign_in = ui(vec![button("provider", "google")]);
    let view = FormView::of(&sign_in);
    assert_eq!((view.sections.len(), view.sections[0].heading), (1, None));
}

#[test]
fn only_what_has_to_be_done_has_the_focus() {
    let optional = Node::input("default", "traits.name", "text");
    let required = Node::input("default", "traits.email", "email").required();
    let form = ui(vec![optional.clone(), required]);
    let mut view = FormView::of(&form);
    let focus: Vec<_> = view.fields().map(|field| field.autofocus).collect();
    assert_eq!(focus, [false, true]);
    let verbatim: Vec<_> = view.fields().map(|field| field.verbatim).collect();
    assert_eq!(verbatim, [false, true], "a name begins with a capital");
    let form = ui(vec![optional]);
    assert!(!FormView::of(&form).fields().next().unwrap().autofocus);
}

fn shell() -> Shell {
    Shell::new("Portcullis", "/.p", true).unwrap()
}

fn german(shell: &Shell) -> Locale {
    shell.locale(Some("de"), &http::HeaderMap::new())
}

fn page(shell: &Shell, locale: &Locale, ui: &Ui) -> String {
    let mut ui = ui.clone();
    locale.form(&mut ui);
    shell.form_page(
        locale,
        &FormPage {
            title: "Your settings",
            lead: None,
            ui: &ui,
            footer: &[],
        },
    )
}

fn shown(nodes: Vec<Node>) -> String {
    let shell = shell();
    page(
        &shell,
        &shell.locale(None, &http::HeaderMap::new()),
        &ui(nodes),
    )
}

fn input(name: &str, ext: Value) -> Node {
    let mut node = Node::input("profile", &format!("traits.{name}"), "text");
    if let Value::Object(members) = ext {
        node.attributes.ext = members;
    }
    node.with_label(Message::titled(name, name))
}

fn with_options(mut node: Node, values: &[&str]) -> Node {
    let choice = |value: &&str| Choice {
        value: Value::from(*value),
    };
    node.attributes.options = values.iter().map(choice).collect();
    node
}

#[track_caller]
fn has(page: &str, part: &str) {
    assert!(page.contains(part), "{part} is not in\n{page}");
}

/// KC-055.
#[test]
fn kc_055_each_of_the_sixteen_types_has_its_control() {
    let page = shown(gallery::nodes());
    for kind in [
        "email",
        "tel",
        "url",
        "number",
        "range",
        "datetime-local",
        "date",
        "month",
        "week",
        "time",
    ] {
        has(
            &page,
            &format!("<input type=\"{kind}\" id=\"field-traits-html5-{kind}\""),
        );
    }
    has(&page, "<input type=\"text\" id=\"field-traits-text\"");
    has(
        &page,
        "<textarea id=\"field-traits-textarea\" name=\"traits.textarea\"",
    );
    has(
        &page,
        "<select id=\"field-traits-select\" name=\"traits.select\"",
    );
    has(
        &page,
        "<select id=\"field-traits-multiselect\" name=\"traits.multiselect\" multiple",
    );
    has(
        &page,
        "<input type=\"radio\" name=\"traits.select-radiobuttons\" value=\"green\" checked",
    );
    has(
        &page,
        "<input type=\"checkbox\" name=\"traits.multiselect-checkboxes\" value=\"red\" checked",
    );
}

/// KC-053.
#[test]
fn kc_053_annotations_become_attributes_of_the_control() {
    let ext = json!({
        "inputType": "html5-number", "min": "1", "max": 9, "step": "2", "placeholder": "one",
    });
    let page = shown(vec![input("n", ext)]);
    has(&page, "placeholder=\"one\" min=\"1\" max=\"9\" step=\"2\"");
    let ext = json!({"inputType": "textarea", "rows": "7", "cols": "30", "minlength": "x"});
    let mut node = input("t", ext).with_value("<b>\nline");
    node.attributes.maxlength = Some(99);
    let page = shown(vec![node]);
    has(
        &page,
        "maxlength=\"99\" rows=\"7\" cols=\"30\">\n&lt;b&gt;\nline</textarea>",
    );
    let ext = json!({"size": 12, "minlength": 3, "patternTitle": "Letters"});
    let mut node = input("p", ext);
    node.attributes.pattern = Some("[a-z\"]+".to_owned());
    has(
        &shown(vec![node]),
        "minlength=\"3\" pattern=\"[a-z&quot;]+\" title=\"Letters\" size=\"12\"",
    );
}

/// KC-054.
#[test]
fn kc_054_helper_texts_are_escaped_and_tied_to_their_field() {
    let ext = json!({"helperTextBefore": "<script>1</script>", "helperTextAfter": "${email}"});
    let page = shown(vec![input("x", ext)]);
    has(
        &page,
        "id=\"field-traits-x-before\">&lt;script&gt;1&lt;/script&gt;</p>",
    );
    has(&page, "id=\"field-traits-x-after\">Email</p>");
    has(
        &page,
        "aria-describedby=\"field-traits-x-before field-traits-x-after\"",
    );
}

/// KC-054.
#[test]
fn kc_054_a_helper_text_that_may_be_html_keeps_a_few_harmless_tags() {
    let ext = json!({
        "helperTextBefore": "<b>Why?</b> <script>1</script>", "helperTextAfter": "<b>x</b>",
        "placeholder": "<b>", "html": ["helperTextBefore"],
    });
    let page = shown(vec![input("x", ext)]);
    has(
        &page,
        "-before\"><b>Why?</b> &lt;script&gt;1&lt;/script&gt;</p>",
    );
    has(&page, "-after\">&lt;b&gt;x&lt;/b&gt;</p>");
    has(&page, "placeholder=\"&lt;b&gt;\"");
}

/// KC-056.
#[test]
fn kc_056_options_have_the_labels_of_the_readers_language() {
    let ext = json!({"inputType": "select", "optionLabels": {"a": "${firstName}", "b": "B <b>"}});
    let node = with_options(input("x", ext), &["a", "b", "c"]).with_value("z");
    let shell = shell();
    let page = page(&shell, &german(&shell), &ui(vec![node]));
    has(&page, "<option value=\"\">Bitte wählen</option>");
    has(&page, "<option value=\"a\">Vorname</option>");
    has(&page, "<option value=\"b\">B &lt;b&gt;</option>");
    has(&page, "<option value=\"c\">c</option>");
    has(&page, "<option value=\"z\" selected>z</option>");
}

/// KC-057.
#[test]
fn kc_057_modules_are_loaded_only_where_an_annotation_asks_for_them() {
    let module = |src: &str| Module {
        src: src.to_owned(),
        integrity: "sha384-abc".to_owned(),
    };
    let known = [
        ("kcNumberFormat", module("/js/number.js?v=1")),
        ("kcOther", module("https://cdn.example.org/other.js")),
    ];
    let known = known
        .into_iter()
        .map(|(name, module)| (name.to_owned(), module));
    let base = url::Url::parse("https://gate.example.org").unwrap();
    let shell = shell().with_modules(Modules::new(&base, known.collect()));
    let english = shell.locale(None, &http::HeaderMap::new());
    let data = json!({"data": {"kcNumberFormat": "{2}-<x>", "on click": "x", "1": "x"}});
    let annotated = ui(vec![input("x", data)]);
    let shown = page(&shell, &english, &annotated);
    has(&shown, " data-kcNumberFormat=\"{2}-&lt;x&gt;\"");
    assert!(
        !shown.contains("on click") && !shown.contains("data-1"),
        "{shown}"
    );
    has(
        &shown,
        "<script type=\"module\" src=\"https://gate.example.org/js/number.js?v=1\" \
         integrity=\"sha384-abc\" crossorigin=\"anonymous\"></script>",
    );
    assert_eq!(shown.matches("<script").count(), 1);
    let policy = |ui: &Ui| {
        let [(_, value)] = shell.policy(&Framing::Nobody, Some(ui));
        value.to_str().unwrap().to_owned()
    };
    has(
        &policy(&annotated),
        " script-src https://gate.example.org/js/number.js; ",
    );
    let plain = ui(vec![input("x", json!({}))]);
    assert!(!policy(&plain).contains("script"));
    assert!(!page(&shell, &english, &plain).contains("<script"));
}

/// KC-058, KC-062.
#[test]
fn kc_058_and_kc_062_groups_are_merged_where_their_first_field_stands() {
    let of = |name: &str, group: &str| {
        let header = format!("The {group} & more");
        let group = json!({"name": group, "header": header, "description": "Says <why>."});
        input(name, json!({"group": group}))
    };
    let alone = || input("alone", json!({}));
    let form = ui(vec![
        alone(),
        of("a1", "a"),
        of("b1", "b"),
        of("a2", "a"),
        alone(),
    ]);
    let view = FormView::of(&form);
    let blocks: Vec<_> = view.parts[0]
        .blocks
        .iter()
        .map(|b| (b.group, b.fields.len()))
        .collect();
    assert_eq!(
        blocks,
        [(None, 1), (Some("a"), 2), (Some("b"), 1), (None, 1)]
    );
    let page = shown(form.nodes);
    has(
        &page,
        "<legend>The a &amp; more</legend>\n<p class=\"note\" id=\"group-2\">Says &lt;why&gt;.</p>",
    );
    assert_eq!(page.matches("<legend>").count(), 2);
}

/// KC-061.
#[test]
fn kc_061_what_may_only_be_read_is_shown_locked() {
    let mut node = input("x", json!({})).with_value("fixed");
    node.attributes.disabled = true;
    let page = shown(vec![node.clone()]);
    has(
        &page,
        "value=\"fixed\" disabled aria-describedby=\"field-traits-x-locked\"",
    );
    has(&page, "Only an administrator can change this.");
    assert!(!page.contains("optional"), "{page}");
    node.attributes.kind = "checkbox".to_owned();
    let page = shown(vec![node.clone()]);
    assert!(
        !page.contains("type=\"hidden\" name=\"traits.x\""),
        "nothing is sent for it: {page}"
    );
    node.attributes
        .ext
        .insert("vouchedForBy".to_owned(), "acme".into());
    assert!(!shown(vec![node.clone()]).contains("administrator"));
    let ext = &mut node.attributes.ext;
    ext.remove("vouchedForBy");
    ext.insert("keptBy".to_owned(), "acme".into());
    let page = shown(vec![node]);
    has(
        &page,
        "-locked\">A linked account keeps this up to date. Please change it there.</p>",
    );
    assert!(!page.contains("administrator"), "{page}");
}

#[test]
fn a_list_has_an_input_for_each_value_and_one_more() {
    let node = input("tags", json!({"multiple": true})).with_value(json!(["red", "blue"]));
    let page = shown(vec![node.clone()]);
    let inputs: Vec<_> = page
        .lines()
        .filter(|l| l.contains("name=\"traits.tags\""))
        .collect();
    assert_eq!(inputs.len(), 4, "one says that there is a list: {page}");
    has(inputs[0], "type=\"hidden\"");
    has(inputs[1], "value=\"red\" aria-label=\"tags, 1\"");
    has(inputs[3], "value=\"\" aria-label=\"tags, 3\"");
    let mut locked = node;
    locked.attributes.disabled = true;
    let page = shown(vec![locked]);
    assert_eq!(page.matches("name=\"traits.tags\"").count(), 2);
}

#[test]
fn errors_are_tied_to_their_field_and_the_focus_goes_there() {
    let ext = json!({"inputType": "select-radiobuttons"});
    let mut node = with_options(input("x", ext), &["a", "b"]).required();
    node.messages.push(Message::invalid("Not <this>."));
    let page = shown(vec![input("first", json!({})).required(), node]);
    has(
        &page,
        "role=\"radiogroup\" aria-required=\"true\" aria-invalid=\"true\" aria-describedby=\"field-traits-x-errors\"",
    );
    has(&page, "id=\"field-traits-x-errors\">Not &lt;this&gt;.</p>");
    has(&page, "name=\"traits.x\" value=\"a\" required autofocus>");
    assert_eq!(page.matches(" autofocus").count(), 1);
    has(&page, "Please check the marked fields.");
}

#[test]
fn a_page_says_in_which_language_it_is_and_all_of_it_is() {
    let shell = shell();
    let page = page(&shell, &german(&shell), &ui(gallery::nodes()));
    has(&page, "<html lang=\"de\" dir=\"ltr\">");
    has(&page, "<h1>Ihre Einstellungen</h1>");
    has(&page, "<span class=\"optional\">freiwillig</span>");
    assert!(!page.contains("optional<"), "{page}");
}

#[test]
fn texts_pictures_links_and_scripts_are_shown_safely() {
    let title = || Message::titled("More", "more");
    let page = shown(vec![
        Node::text("totp", "secret", Message::titled("ABC <b>", "x")).with_label(title()),
        Node::image("totp", "qr", "data:image/png;base64,AA", (200, 200)).with_label(title()),
        Node::image("totp", "bad", "http://elsewhere.example.org/x.png", (1, 1)),
        Node::link("link", "go", "/.p/more", title()),
        Node::link("link", "evil", "javascript:alert(1)", title()),
        Node::script("webauthn", "w", "https://gate.example.org/w.js", "sha384-x"),
    ]);
    has(&page, "<p class=\"exhibit-text\">ABC &lt;b&gt;</p>");
    has(
        &page,
        "<img src=\"data:image/png;base64,AA\" alt=\"More\" width=\"200\" height=\"200\">",
    );
    has(&page, "<a href=\"/.p/more\">More</a>");
    has(
        &page,
        "<script type=\"module\" src=\"https://gate.example.org/w.js\" integrity=\"sha384-x\"",
    );
    let is_safe = !page.contains("javascript:") && !page.contains("elsewhere");
    assert!(is_safe, "{page}");
}
