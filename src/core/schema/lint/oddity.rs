//! What can be odd in a schema: a name that stays, for whoever tells it in other languages, and the
//! English words.

use std::collections::BTreeMap;

/// Something that can be odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::schema) struct Oddity {
    /// Its name, which stays.
    pub(in crate::schema) code: &'static str,
    /// What is odd, and what to write instead, with values as `{name}`.
    pub(in crate::schema) wording: &'static str,
}

/// Something odd that was found, with the values of its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::schema) struct Found {
    oddity: Oddity,
    values: BTreeMap<&'static str, String>,
}

impl Oddity {
    /// It, in the same words everywhere.
    pub(in crate::schema) fn found(self) -> Found {
        self.with([])
    }

    /// It, with what differs from place to place.
    pub(in crate::schema) fn with<const N: usize>(
        self,
        values: [(&'static str, String); N],
    ) -> Found {
        Found {
            oddity: self,
            values: values.into(),
        }
    }
}

impl Found {
    /// Its name, its English words and their values.
    pub(super) fn told(self) -> (&'static str, String, BTreeMap<&'static str, String>) {
        let Oddity { code, wording } = self.oddity;
        let mut text = wording.to_owned();
        for (name, value) in &self.values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        (code, text, self.values)
    }
}

/// Declares what can be odd, and all of it together.
macro_rules! oddities {
    ($($name:ident = $code:literal: $wording:literal;)*) => {
        $(pub(in crate::schema) const $name: Oddity = Oddity { code: $code, wording: $wording };)*
        /// Everything that can be odd.
        pub(super) const ALL: &[Oddity] = &[$($name),*];
    };
}

oddities! {
    UNBOUNDED_TEXT = "unbounded-text":
        "people may send 2048 characters; write maxLength";
    UNBOUNDED_LIST = "unbounded-list":
        "people may send any number of values; write maxItems";
    UNPROTECTED = "unprotected":
        "people sign in with it, and changing it always asks for a fresh sign-in; write `protected: true`, so that whoever reads the schema knows";
    REQUIRED_UNEDITABLE = "required-uneditable":
        "it is required for {who}, who may not edit it; add {who} to `edit`, or take it out of `required_for`";
    REQUIRED_OF_EVERYBODY = "required-of-everybody":
        "it is required of everybody, but people may not edit it, so nobody can register; take it out of `required`, give it a default, or write `required_mode: \"context\"`";
    IDLE_SCOPES = "idle-scopes":
        "scopes count for people alone, so nothing is required; add \"user\" to `required_for.roles`";
    UNINDEXED = "unindexed":
        "nothing says how it is searched; write `index: \"prefix\"` or `\"exact\"`";
    UNKNOWN_GROUP = "unknown-group":
        "there is no group {name}; declare it in `x-profile.groups` of the traits";
    TOO_MANY_OPTIONS = "too-many-options":
        "forms list {most} values at most, and there are {count}";
    UNKNOWN_INPUT = "unknown-input":
        "there is no input type {name}, so forms show what they would";
    NOTHING_TO_CHOOSE = "nothing-to-choose":
        "there is nothing to choose from; write `enum`, or a validator {name} with `options` in its config";
    IDLE_CLAIM = "idle-claim":
        "nobody issues tokens with claims of traits, so `jwt_claim` has no effect";
    UNSEEN_HEADER = "unseen-header":
        "applications find what people themselves may see; add \"user\" to `view`, or write the header in `set_headers` of a route";
    OBJECT_HEADER = "object-header":
        "an object makes no header; expose what is in it";
    PHONE_FORMAT = "phone-format":
        "it is verified, so write `format: \"tel\"`";
    EMAIL_FORMAT = "email-format":
        "it is verified, so write `format: \"email\"`";
    SECOND_IDENTIFIER = "second-identifier":
        "people sign in with {path} already, which is a {kind}, too; one of them is enough";
    DATE_CONTROL = "date-control":
        "the control sends dates like 2000-12-31, so write `format: \"date\"` instead of {format}";
    OTHER_CONTROL = "other-control":
        "the control of {control} does not send what the format {format} asks for";
}
