//! What of identities is searched, as their schemas say.

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Schema, Schemas};
use crate::{
    id::ProviderId,
    identity::Identity,
    search::{Document, EMAIL, Facet, USERNAME, normal_text},
};

/// How documents are made of identities; another number has all of them made anew.
const MAKING: &str = "2";

/// The most values of one identity that are searched.
const MOST_VALUES: usize = 64;

impl Schema {
    /// The dotted paths of the traits that are searched.
    pub fn searched(&self) -> impl Iterator<Item = String> + '_ {
        let searched = self
            .fields
            .iter()
            .filter(|field| field.profile.is_searchable);
        searched.map(|field| field.dotted())
    }

    fn searched_values(&self, traits: &Value) -> Vec<(String, String)> {
        let searched = self
            .fields
            .iter()
            .filter(|field| field.profile.is_searchable);
        let mut values = Vec::new();
        for field in searched {
            let path = field.dotted();
            values.extend(
                field
                    .texts(traits)
                    .map(|text| (path.clone(), text.to_owned())),
            );
            if let Some(Value::Number(number)) = field.value(traits) {
                values.push((path, number.to_string()));
            }
        }
        values
    }
}

impl Schemas {
    /// The dotted paths of all traits that are searched.
    pub fn searched(&self) -> BTreeSet<String> {
        self.all()
            .iter()
            .flat_map(|schema| schema.searched())
            .collect()
    }

    /// What is kept of an identity with links to these providers so that it is found: the traits that
    /// its schema has searched, what it signs in with, and its addresses.
    pub fn document(&self, identity: &Identity, providers: &[ProviderId]) -> Document {
        let schema = self.find(&identity.schema_id);
        let traits = schema.map(|schema| schema.searched_values(&identity.traits));
        let identifiers = identity.identifiers.iter();
        let identifiers = identifiers.map(|one| (USERNAME.to_owned(), one.clone()));
        let addresses = identity.addresses.iter().map(|address| {
            let path = if address.via == "email" {
                EMAIL
            } else {
                "phone"
            };
            (path.to_owned(), address.value.clone())
        });
        let values = identifiers
            .chain(addresses)
            .chain(traits.into_iter().flatten());
        let values = values.map(|(path, value)| (path, normal_text(&value)));
        let values = values.filter(|(_, value)| !value.is_empty());
        Document::new(
            values.take(MOST_VALUES).collect(),
            Facet::of(identity, providers),
        )
    }

    /// What changes when other traits are searched.
    pub fn search_stamp(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(MAKING);
        for schema in self.all() {
            let searched: Vec<_> = schema.searched().collect();
            digest.update(format!("\n{:?} {searched:?}", schema.id));
        }
        let digest = digest.finalize();
        digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
