//! Coming from other systems, and going back: what they say of people, in our words.
//!
//! Whatever has no place here is told as a [`Loss`], never dropped in silence. Translating stores
//! nothing; `settling` alone does.

pub(crate) mod entries;
pub(crate) mod keycloak_credentials;
pub(crate) mod keycloak_profile;
pub(crate) mod keycloak_users;
pub(crate) mod kratos_identities;
pub(crate) mod newcomer;
pub(crate) mod oauth2_proxy;
pub(crate) mod settling;
mod shape;

use serde::Serialize;

/// Something that one system says and the other has no place for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Loss {
    /// The attribute it is said of; empty for all of them together.
    pub(crate) attribute: String,
    /// What is lost.
    pub(crate) what: String,
    /// Why, and what becomes of it.
    pub(crate) why: String,
}

/// The losses of one attribute, as they are found.
#[derive(Debug)]
pub(crate) struct Losses<'a> {
    attribute: &'a str,
    found: &'a mut Vec<Loss>,
}

impl<'a> Losses<'a> {
    /// Losses of this attribute, put behind those that were found already.
    pub(crate) fn of(attribute: &'a str, found: &'a mut Vec<Loss>) -> Self {
        Self { attribute, found }
    }

    /// Tells of a loss.
    pub(crate) fn add(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.found.push(Loss {
            attribute: self.attribute.to_owned(),
            what: what.into(),
            why: why.into(),
        });
    }
}
