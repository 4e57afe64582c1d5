//! Formats of texts beyond those of JSON Schema.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// Tells whether a text has a format.
type Check = fn(&str) -> bool;

/// The formats by name.
pub(super) const FORMATS: [(&str, Check); 6] = [
    ("person-name", is_person_name),
    ("username", is_username),
    ("not-idn-homograph", is_no_homograph),
    ("local-date", is_local_date),
    ("iso-date", is_iso_date),
    // The word that stands where a verified address has no format.
    ("no-validate", |_| true),
];

/// What no name of a person holds, besides control characters.
const NOT_IN_NAMES: &str = "<>&\"$%!#?§;*~/\\|^=[]{}()";

/// What no username holds, besides spaces and control characters.
const NOT_IN_USERNAMES: &str = "<>&\"'$%!#?§,;:*~/\\|^=[]{}()`";

/// Letters and signs that do not pass for others: Latin ones, and those that all scripts share.
static LATIN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[\p{Latin}\p{Common}\p{Inherited}]*$").ok());

fn is_person_name(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() || NOT_IN_NAMES.contains(c))
}

fn is_username(text: &str) -> bool {
    let is_wrong = |c: char| c.is_control() || c.is_whitespace() || NOT_IN_USERNAMES.contains(c);
    !text.contains(is_wrong)
}

fn is_no_homograph(text: &str) -> bool {
    let plain: String = text.nfkc().collect();
    LATIN.as_ref().is_some_and(|latin| latin.is_match(&plain))
}

fn is_iso_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts[..], [year, month, day] if is_date(year, month, day) && month.len() == 2 && day.len() == 2)
}

/// A date as people of some country write it: `2000-12-31`, `31.12.2000`, `31/12/2000`, `12/31/2000`.
fn is_local_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['.', '/']).collect();
    match parts[..] {
        [first, second, year] if text.contains('/') && !text.contains('.') => {
            is_date(year, first, second) || is_date(year, second, first)
        }
        [day, month, year] if !text.contains('/') => is_date(year, month, day),
        _ => is_iso_date(text),
    }
}

/// The date of a text as ISO 8601 writes it; `None` where it is none, or may be two.
pub(super) fn iso_date(text: &str) -> Option<String> {
    if is_iso_date(text) {
        return Some(text.to_owned());
    }
    let parts: Vec<&str> = text.split(['.', '/']).collect();
    let [first, second, year] = parts[..] else {
        return None;
    };
    let (is_local, has_slash) = (is_local_date(text), text.contains('/'));
    let (month, day) = match (is_date(year, second, first), is_date(year, first, second)) {
        _ if !is_local => return None,
        (true, true) if has_slash && first != second => return None,
        (true, _) => (second, first),
        (false, true) if has_slash => (first, second),
        (false, _) => return None,
    };
    Some(format!("{year}-{month:0>2}-{day:0>2}"))
}

fn is_date(year: &str, month: &str, day: &str) -> bool {
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<i8>().ok().filter(|_| text.len() <= 2),
        false => None,
    };
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let (Ok(year), true) = (year.parse::<i16>(), is_year) else {
        return false;
    };
    match (number(month), number(day)) {
        (Some(month), Some(day)) => Date::new(year, month, day).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(format: &str, text: &str) -> bool {
        let found = FORMATS.iter().find(|(name, _)| *name == format);
        found.unwrap().1(text)
    }

    /// KC-044, KC-045, KC-046, KC-048, KC-050.
    #[test]
    fn each_format_takes_what_it_should_and_nothing_else() {
        for (format, good, bad) in [
            ("person-name", "Jean-Luc O’Neill Jr.", "Robert<b>"),
            ("person-name", "Ada", "Ada\u{7}"),
            ("person-name", "李 小龍", "{name}"),
            ("username", "ada.l-o_ve@1+2", "ada lovelace"),
            ("username", "ädä", "ada;"),
            ("not-idn-homograph", "Zoë_1", "p\u{0430}ypal"),
            ("not-idn-homograph", "ａda", "αβγ"),
            ("local-date", "31.12.2000", "31.13.2000"),
            ("local-date", "12/31/2000", "32/32/2000"),
            ("local-date", "31/12/2000", "31.12/2000"),
            ("local-date", "2000-12-31", "2000-1-1"),
            ("iso-date", "2024-02-29", "2023-02-29"),
            ("iso-date", "0001-01-01", "20000101"),
        ] {
            assert!(is(format, good), "{format} takes {good}");
            assert!(!is(format, bad), "{format} refuses {bad}");
        }
    }
}
