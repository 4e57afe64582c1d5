//! What an identity signs in with and is reached by, found through its schema.

use serde_json::Value;

use super::{
    Schema,
    field::{Field, IdentifierKind},
    normal::normalise_address,
};
use crate::{
    identifier::normalise_identifier,
    identity::AddressPurpose,
    path::{put, remove},
    provenance::is_within,
};

/// An address a schema finds in traits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAddress {
    /// The address, normalised.
    pub value: String,
    /// `email` or `sms`.
    pub via: String,
    /// What it may be used for.
    pub purpose: AddressPurpose,
}

impl Schema {
    /// What an identity with these traits signs in with, normalised.
    pub fn identifiers(&self, traits: &Value) -> Vec<String> {
        let mut identifiers = Vec::new();
        for field in self.fields.iter().filter(|field| field.is_identifier) {
            for text in field.texts(traits) {
                let identifier = match field.kind() {
                    IdentifierKind::Phone => normalise_address(text, IdentifierKind::Phone),
                    _ => normalise_identifier(text),
                };
                if !identifier.is_empty() && !identifiers.contains(&identifier) {
                    identifiers.push(identifier);
                }
            }
        }
        identifiers
    }

    /// Whether people sign in with an e-mail address of it that is verified and lets them back in.
    pub fn signs_in_by_mail(&self) -> bool {
        let is_mail = |via: &Option<String>| via.as_deref() == Some("email");
        let mut identifiers = self.fields.iter().filter(|field| field.is_identifier);
        identifiers.any(|field| is_mail(&field.verification) && is_mail(&field.recovery))
    }

    /// Whether people sign in with the trait of this dotted path, or with a part of it.
    pub fn is_signed_in_with(&self, path: &str) -> bool {
        let mut fields = self.within(path);
        fields.any(|field| field.is_identifier || field.code_via.is_some())
    }

    /// Whether the trait of this dotted path, or a part of it, is proved by letters or lets people back in.
    pub fn gets_letters(&self, path: &str) -> bool {
        let mut fields = self.within(path);
        fields.any(|field| field.verification.is_some() || field.recovery.is_some())
    }

    fn within<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Field> {
        let fields = self.fields.iter();
        fields.filter(move |field| is_within(&field.dotted(), path))
    }

    /// The addresses in these traits.
    pub fn addresses(&self, traits: &Value) -> Vec<FoundAddress> {
        let mut found: Vec<FoundAddress> = Vec::new();
        for field in &self.fields {
            let uses = [(&field.verification, true), (&field.recovery, false)];
            for (via, is_verification) in uses {
                let Some(via) = via else { continue };
                let kind = match via.as_str() {
                    "sms" => IdentifierKind::Phone,
                    _ => IdentifierKind::Email,
                };
                for text in field.texts(traits) {
                    let value = normalise_address(text, kind);
                    if !value.is_empty() {
                        note(&mut found, value, via, is_verification);
                    }
                }
            }
        }
        found
    }

    /// The dotted paths of identifiers and addresses whose text is as asked.
    pub fn address_paths(&self, traits: &Value, is_asked: impl Fn(&str) -> bool) -> Vec<String> {
        let asked = |field: &&Field| field.is_address() && field.texts(traits).any(&is_asked);
        self.fields
            .iter()
            .filter(asked)
            .map(Field::dotted)
            .collect()
    }

    /// Puts identifiers and addresses back to what they were in `old`, where they have changed to
    /// a text that is not to be taken over.
    pub(crate) fn restore_addresses(
        &self,
        traits: &mut Value,
        old: &Value,
        is_refused: impl Fn(&str) -> bool,
    ) {
        for field in self.fields.iter().filter(|field| field.is_address()) {
            let before = field.value(old);
            if field.value(traits) != before && field.texts(traits).any(&is_refused) {
                match before.cloned() {
                    Some(before) => put(traits, &field.path, before),
                    None => remove(traits, &field.path),
                }
            }
        }
    }

    /// Puts identifiers and addresses back to what they were in `old`, where that was a text that
    /// must stay.
    pub(crate) fn keep_addresses(
        &self,
        traits: &mut Value,
        old: &Value,
        must_stay: impl Fn(&str) -> bool,
    ) {
        for field in self.fields.iter().filter(|field| field.is_address()) {
            if let Some(before) = field.value(old)
                && field.texts(old).any(&must_stay)
            {
                put(traits, &field.path, before.clone());
            }
        }
    }

    /// Whether somebody signs in with or is reached by the trait of this dotted path, or a part.
    pub(crate) fn is_reached_by(&self, path: &str) -> bool {
        let mut addresses = self.fields.iter().filter(|field| field.is_address());
        addresses.any(|field| is_within(&field.dotted(), path) || is_within(path, &field.dotted()))
    }

    /// Whether going from `before` to `after` changes what somebody signs in with or is reached by,
    /// or a trait that the schema protects: nobody may do that with a session of long ago.
    pub fn is_privileged_change(&self, before: &Value, after: &Value) -> bool {
        let (before, after) = (
            self.normalised(before.clone()),
            self.normalised(after.clone()),
        );
        let mut guarded = self
            .fields
            .iter()
            .filter(|field| field.is_address() || field.profile.is_protected);
        guarded.any(|field| {
            let (old, new) = (field.value(&before), field.value(&after));
            old != new && !(field.is_absent(&before) && field.is_absent(&after))
        })
    }

    /// The e-mail address of somebody with these traits, as written.
    pub fn email<'a>(&self, traits: &'a Value) -> Option<&'a str> {
        let is_address = |field: &&Field| field.is_email_address();
        let is_email =
            |field: &&Field| field.format.as_deref() == Some("email") && !field.is_substituted;
        let addresses = self.fields.iter().filter(is_address);
        addresses
            .chain(self.fields.iter().filter(is_email))
            .find_map(|field| field.texts(traits).next())
    }
}

fn note(found: &mut Vec<FoundAddress>, value: String, via: &str, is_verification: bool) {
    let known = |address: &FoundAddress| address.value == value && address.via == via;
    let index = found.iter().position(known).unwrap_or_else(|| {
        found.push(FoundAddress {
            value,
            via: via.to_owned(),
            purpose: AddressPurpose {
                verification: false,
                recovery: false,
            },
        });
        found.len() - 1
    });
    let purpose = &mut found[index].purpose;
    match is_verification {
        true => purpose.verification = true,
        false => purpose.recovery = true,
    }
}
