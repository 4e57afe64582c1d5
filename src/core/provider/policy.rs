//! Whom a provider lets in: what happens to accounts that nobody is linked to yet, and which
//! accounts are not admitted at all.

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SecondFactor;
use crate::provenance::is_within;

/// Whom a provider lets in, and how. Each switch is independent of the others and of whether
/// people may register themselves.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Whether it can be used at all.
    pub enabled: bool,
    /// Whether it can only be linked from the settings, never signed in with by strangers.
    pub link_only: bool,
    /// Whether first sign-ins create identities.
    pub create: Creation,
    /// What happens when a first sign-in meets an identity with the same trusted address.
    pub link: Linking,
    /// What happens when that identity has never proved the address.
    pub unverified_local: UnverifiedLocal,
    /// Which accounts are admitted.
    pub admission: Admission,
    /// Which of its sign-ins count as two factors.
    pub second_factor: SecondFactor,
    /// Whether it is counted on to ask somebody again who proves once more who they are, and to tell.
    pub asks_again: bool,
    /// Whether the provider's tokens are kept for later use.
    pub store_tokens: bool,
    /// What signing out here means for the provider.
    pub logout: SignOutScope,
    /// Whether its page in a frame ends sessions here, which whoever knows their names can do.
    pub front_channel_logout: bool,
    /// Whether changes of links are mailed to the identity's own address.
    pub notify: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            enabled: true,
            link_only: false,
            create: Creation::default(),
            link: Linking::default(),
            unverified_local: UnverifiedLocal::default(),
            admission: Admission::default(),
            second_factor: SecondFactor::default(),
            asks_again: true,
            store_tokens: false,
            logout: SignOutScope::default(),
            front_channel_logout: false,
            notify: true,
        }
    }
}

/// Whether a first sign-in creates an identity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Creation {
    /// It does; a form asks for what is missing.
    #[default]
    Auto,
    /// It does, after the person has seen what is taken over.
    Review,
    /// It does not; the identity must exist already.
    Never,
}

/// What happens when a first sign-in meets an identity with the same trusted address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Linking {
    /// Somebody proves to be that identity first.
    #[default]
    Confirm,
    /// The account is linked at once where that is safe, else as with `Confirm`.
    Auto,
    /// It is refused.
    Deny,
}

/// What happens when the identity that holds a trusted address has never proved it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnverifiedLocal {
    /// Somebody proves to be that identity, as always.
    #[default]
    Confirm,
    /// The address counts: whatever let a stranger in is removed, then the account is linked.
    Reclaim,
}

/// What signing out here means for the provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignOutScope {
    /// Nothing; only the session here ends.
    #[default]
    Local,
    /// The session at the provider ends too.
    Upstream,
    /// The person is asked.
    Ask,
}

/// Which accounts are admitted.
#[derive(Debug, Clone, Default)]
pub struct Admission {
    /// The domains of trusted addresses that are admitted; empty: all, without any address too.
    pub allow_domains: Vec<String>,
    /// The domains that are not.
    pub deny_domains: Vec<String>,
    /// What claims must look like.
    pub claims: Vec<ClaimFilter>,
}

/// A claim that must look a certain way.
#[derive(Debug, Clone)]
pub struct ClaimFilter {
    /// The claim's dotted path.
    pub name: String,
    /// What the whole text, or one item of a list, must match.
    pub pattern: Regex,
}

impl Admission {
    /// Why somebody with these claims and this trusted address is not admitted; `None` when they
    /// are. The reason names no person.
    pub fn refusal(&self, document: &Value, trusted_email: Option<&str>) -> Option<&'static str> {
        let domain = trusted_email.and_then(|address| Some(address.rsplit_once('@')?.1));
        let is_in = |domains: &[String]| {
            domain.is_some_and(|domain| domains.iter().any(|one| one.eq_ignore_ascii_case(domain)))
        };
        if is_in(&self.deny_domains) {
            return Some("its e-mail domain is refused here");
        }
        if !self.allow_domains.is_empty() && !is_in(&self.allow_domains) {
            return Some("it has no verified address of an admitted e-mail domain");
        }
        match self.claims.iter().all(|filter| filter.matches(document)) {
            true => None,
            false => Some("its claims are not those that are asked for here"),
        }
    }
}

impl Admission {
    /// Whether a filter looks at this claim or a part of it.
    pub fn reads_claim(&self, name: &str) -> bool {
        self.claims
            .iter()
            .any(|filter| is_within(&filter.name, name))
    }
}

impl ClaimFilter {
    /// A filter for the claim at `name`; the pattern must match as a whole.
    pub fn new(name: &str, pattern: &str) -> Result<Self, regex::Error> {
        Ok(Self {
            name: name.to_owned(),
            pattern: Regex::new(&format!("^(?:{pattern})$"))?,
        })
    }

    fn matches(&self, document: &Value) -> bool {
        let mut names = self.name.split('.');
        let value = names.try_fold(document, |value, name| value.get(name));
        let text = |value: &Value| match value {
            Value::String(text) => self.pattern.is_match(text),
            Value::Bool(_) | Value::Number(_) => self.pattern.is_match(&value.to_string()),
            _ => false,
        };
        match value {
            Some(Value::Array(items)) => items.iter().any(text),
            Some(value) => text(value),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn domains_are_those_of_trusted_addresses_and_compared_whole() {
        let admission = Admission {
            allow_domains: vec!["example.org".to_owned()],
            deny_domains: vec!["evil.test".to_owned()],
            claims: Vec::new(),
        };
        let refusal = |email| admission.refusal(&json!({"email": "a@example.org"}), email);
        assert_eq!(refusal(Some("a@EXAMPLE.org")), None);
        for refused in [
            None,
            Some("a@evil.test"),
            Some("a@sub.example.org"),
            Some("a@xexample.org"),
        ] {
            assert!(refusal(refused).is_some(), "{refused:?}");
        }
        assert_eq!(Admission::default().refusal(&json!({}), None), None);
    }

    #[test]
    fn a_claim_filter_matches_whole_texts_and_items() {
        let filter = ClaimFilter::new("realm.roles", "staff|admin").unwrap();
        let admission = Admission {
            claims: vec![filter],
            ..Admission::default()
        };
        let admits = |document: Value| admission.refusal(&document, None).is_none();
        assert!(admits(json!({"realm": {"roles": ["guest", "staff"]}})));
        assert!(admits(json!({"realm": {"roles": "admin"}})));
        assert!(!admits(json!({"realm": {"roles": ["staffing"]}})));
        assert!(!admits(json!({"realm": {}})));
    }
}
