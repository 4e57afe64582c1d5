//! One spelling of what people write in several: addresses, identifiers, and texts with spaces
//! around them.

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::{
    Schema,
    field::{Field, IdentifierKind},
};
use crate::path::{at, put};

impl Schema {
    /// The traits in the one spelling that is judged and kept.
    pub fn normalised(&self, mut traits: Value) -> Value {
        for field in &self.fields {
            let parent = field.path.split_last();
            let parent = parent.and_then(|(last, parents)| {
                let whole = parents
                    .iter()
                    .try_fold(&mut traits, |value, name| value.get_mut(name));
                whole?.get_mut(last)
            });
            match parent {
                Some(Value::String(text)) => normalise(field, text),
                Some(Value::Array(items)) => {
                    for item in items {
                        if let Value::String(text) = item {
                            normalise(field, text);
                        }
                    }
                }
                _ => {}
            }
        }
        self.substitute(&mut traits);
        traits
    }

    /// The value of the trait at a dotted path in that spelling.
    pub(crate) fn normalised_at(&self, path: &str, value: Value) -> Value {
        let names: Vec<String> = path.split('.').map(str::to_owned).collect();
        let mut traits = json!({});
        put(&mut traits, &names, value);
        let traits = self.normalised(traits);
        at(&traits, path).cloned().unwrap_or_default()
    }

    /// Puts the e-mail address where it stands for the username.
    fn substitute(&self, traits: &mut Value) {
        let Some(substituted) = self.fields.iter().find(|field| field.is_substituted) else {
            return;
        };
        if let Some(email) = self.email(traits).map(str::to_owned) {
            put(traits, &substituted.path, email.into());
        }
    }
}

fn normalise(field: &Field, text: &mut String) {
    let normal = match field.kind() {
        IdentifierKind::Email if field.is_address() => normalise_identifier(text),
        IdentifierKind::Phone => match international(text) {
            Some(number) => number,
            None => text.trim().to_owned(),
        },
        IdentifierKind::Username if field.is_identifier => text.trim().nfkc().collect(),
        _ if field.profile.is_trimmed => text.trim().to_owned(),
        _ => return,
    };
    *text = normal;
}

/// An identifier as it is stored and looked up: NFKC, trimmed, lower case; an international
/// telephone number in the one form of E.164.
pub fn normalise_identifier(identifier: &str) -> String {
    let plain = identifier.trim().nfkc().collect::<String>().to_lowercase();
    match plain.starts_with('+') {
        true => international(&plain).unwrap_or(plain),
        false => plain,
    }
}

/// An address as it is stored and looked up: telephone numbers as `+` and digits.
pub(super) fn normalise_address(address: &str, kind: IdentifierKind) -> String {
    let address = normalise_identifier(address);
    if kind != IdentifierKind::Phone {
        return address;
    }
    international(&address).unwrap_or_else(|| {
        let is_kept = |c: &char| c.is_ascii_digit() || *c == '+';
        address.chars().filter(is_kept).collect()
    })
}

/// A telephone number that names its country, as E.164 writes it; `None` for others.
fn international(number: &str) -> Option<String> {
    let plain: String = number.trim().nfkc().collect();
    let rest = plain
        .strip_prefix('+')
        .or_else(|| plain.strip_prefix("00"))?;
    // The zero that is dialled inside the country only.
    let rest = rest.replacen("(0)", "", 1);
    let is_sign = |c: char| {
        matches!(
            c,
            ' ' | '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}'
        )
    };
    let digits: String = rest.chars().filter(|c| !is_sign(*c)).collect();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (3..=15).contains(&digits.len())
        && !digits.starts_with('0');
    is_number.then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_that_names_its_country_has_one_form() {
        for spelling in [
            "+49 (0)30 123-45",
            "0049 30 12345",
            "+493012345",
            "＋49 30.123/45",
        ] {
            assert_eq!(
                international(spelling).as_deref(),
                Some("+493012345"),
                "{spelling}"
            );
        }
        for other in [
            "030 12345",
            "+49 30 call",
            "+0 12345",
            "+1",
            "+1234567890123456",
            "",
        ] {
            assert_eq!(international(other), None, "{other}");
        }
        assert_eq!(normalise_identifier(" +49 30 12345"), "+493012345");
        assert_eq!(normalise_identifier(" Ada@EXAMPLE.org"), "ada@example.org");
        assert_eq!(normalise_identifier("+ada"), "+ada");
    }
}
