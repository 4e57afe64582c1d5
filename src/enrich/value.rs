//! Text as a header's value, so that it cannot be mistaken for anything else: printable ASCII stays,
//! the rest is percent-encoded as UTF-8, and so is `%` itself, so that no two texts give one value.

use http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use portcullis_core::expression::HeaderText;
use serde_json::Value;

/// The longest value, in bytes: with its name, a header stays within the 8 KiB that common servers
/// take for one line.
const LONGEST: usize = 8_000;

const ENCODED: &AsciiSet = &CONTROLS.add(b'%');
const ENCODED_IN_LISTS: &AsciiSet = &ENCODED.add(b',');

/// The text makes no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    /// It holds a line break or another control character.
    #[error("the value holds a control character")]
    Control,
    /// It is longer than upstreams read.
    #[error("the value is too long")]
    TooLong,
}

/// The value that carries an expression's text or list.
pub(super) fn of(text: &HeaderText) -> Result<HeaderValue, Unfit> {
    match text {
        HeaderText::One(text) => header_value(text),
        HeaderText::List(items) => Ok(list(items).value),
    }
}

/// The value that carries a trait: a text, a number, a boolean, or a list of these. Nothing else
/// makes a header.
pub(super) fn of_trait(value: &Value) -> Option<Result<HeaderValue, Unfit>> {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(scalar).collect();
            Some(Ok(list(&items).value))
        }
        value => scalar(value).map(|text| header_value(&text)),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A list in one value.
#[derive(Debug)]
pub(super) struct List {
    /// As many items as there is room for, separated by commas.
    pub(super) value: HeaderValue,
    /// Whether items are missing.
    pub(super) truncated: bool,
}

/// The value that carries `text`.
pub(super) fn header_value(text: &str) -> Result<HeaderValue, Unfit> {
    let encoded = encode(text, ENCODED)?;
    if encoded.len() > LONGEST {
        return Err(Unfit::TooLong);
    }
    HeaderValue::try_from(encoded).map_err(|_| Unfit::Control)
}

/// The value that carries `items`, their own commas encoded. The list ends before the first item
/// that does not fit, and items that make no header are left out: either way it only says less.
pub(super) fn list(items: &[impl AsRef<str>]) -> List {
    let mut text = String::new();
    let mut truncated = false;
    for item in items
        .iter()
        .map(AsRef::as_ref)
        .filter(|item| !item.is_empty())
    {
        let Ok(item) = encode(item, ENCODED_IN_LISTS) else {
            truncated = true;
            continue;
        };
        if text.len() + 1 + item.len() > LONGEST {
            truncated = true;
            break;
        }
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&item);
    }
    // Encoded text is printable ASCII, which every header value may hold.
    let value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
    List { value, truncated }
}

/// Spaces at the ends are encoded too, since parsers trim them.
fn encode(text: &str, set: &'static AsciiSet) -> Result<String, Unfit> {
    if text.contains(char::is_control) {
        return Err(Unfit::Control);
    }
    let inner = text.trim_matches(' ');
    if inner.is_empty() {
        return Ok("%20".repeat(text.len()));
    }
    let before = text.len() - text.trim_start_matches(' ').len();
    let after = text.len() - before - inner.len();
    let mut encoded = "%20".repeat(before);
    encoded.extend(utf8_percent_encode(inner, set));
    encoded.push_str(&"%20".repeat(after));
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        header_value(text).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn printable_ascii_stays() {
        assert_eq!(
            shown("Ada Lovelace <a+b@x>;\"q\""),
            "Ada Lovelace <a+b@x>;\"q\""
        );
    }

    #[test]
    fn other_scripts_are_percent_encoded() {
        assert_eq!(shown("Zoë 中"), "Zo%C3%AB %E4%B8%AD");
    }

    #[test]
    fn control_characters_are_refused() {
        for text in ["a\r\nX-Admin: 1", "a\0", "tab\there", "\u{7f}", "\u{85}"] {
            assert_eq!(header_value(text), Err(Unfit::Control), "{text:?}");
        }
    }

    #[test]
    fn an_oversized_value_is_refused() {
        assert!(header_value(&"x".repeat(LONGEST)).is_ok());
        assert_eq!(header_value(&"x".repeat(LONGEST + 1)), Err(Unfit::TooLong));
    }

    #[test]
    fn a_comma_inside_an_item_does_not_make_two() {
        let list = list(&["a,admin", " b ", "", "c%2Cd"]);
        assert_eq!(list.value, "a%2Cadmin,%20b%20,c%252Cd");
        assert!(!list.truncated);
    }

    #[test]
    fn an_item_with_a_control_character_is_left_out() {
        let list = list(&["a", "b\r\nadmin", "c"]);
        assert_eq!(list.value, "a,c");
        assert!(list.truncated);
    }

    #[test]
    fn an_oversized_list_is_cut_at_a_whole_item() {
        let items: Vec<String> = (0..10_000).map(|n| format!("group-{n}")).collect();
        let list = list(&items);
        let text = list.value.to_str().unwrap();
        let kept: Vec<&str> = text.split(',').collect();
        assert!(list.truncated && text.len() <= LONGEST);
        assert_eq!(kept, items[..kept.len()]);
    }

    proptest! {
        #[test]
        fn a_value_reads_back_as_its_text(text in "[^\\p{Cc}]{0,40}") {
            let value = header_value(&text).unwrap();
            let value = value.to_str().unwrap().trim();
            let back = percent_encoding::percent_decode_str(value).decode_utf8().unwrap();
            prop_assert_eq!(back, text);
        }
    }
}
