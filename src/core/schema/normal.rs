//! One spelling of what people write in several: addresses, identifiers, and texts with spaces
//! around them.

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::{
    Schema,
    field::{Field, IdentifierKind},
};
use crate::{
    identifier::{international, normalise_identifier},
    path::{at, put},
};

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
