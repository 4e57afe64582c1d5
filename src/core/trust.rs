//! Which of a provider's addresses count as verified: rules as data, judged by one engine, so that
//! an administrator can read what is trusted and why.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identifier::normalise_identifier;

/// The rules of one provider; the first that holds trusts the address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrustRules(pub Vec<TrustRule>);

/// When an address counts as verified. Every condition that is set must hold, and one must be set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrustRule {
    /// Why this is enough, for people.
    pub why: String,
    /// `email_verified` is true, as a boolean or as the text `true`.
    pub email_verified: bool,
    /// This claim is true: `true`, `1`, or either as a text.
    pub true_claim: Option<String>,
    /// The address belongs to one of these domains.
    pub domains: Vec<String>,
    /// The address belongs to the domain this claim names.
    pub domain_claim: Option<String>,
    /// This claim has this text.
    pub claim_is: Option<(String, String)>,
    /// The provider says nothing in this claim. Only narrows: alone it is no condition.
    pub absent_claim: Option<String>,
}

/// An address that counts as verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedAddress {
    /// The address as the provider writes it.
    pub address: String,
    /// Why it is trusted.
    pub why: String,
}

impl TrustRules {
    /// The rule of OpenID Connect Core 1.0, section 5.1: what the provider calls verified.
    pub fn verified() -> Self {
        Self(vec![TrustRule {
            why: "the provider says that it has verified the address".to_owned(),
            email_verified: true,
            ..TrustRule::default()
        }])
    }

    /// The `email` of these claims, when a rule trusts it.
    ///
    /// Addresses are looked up normalised: one that becomes another address by that is nobody's
    /// proof, whoever verified it.
    pub fn judge(&self, document: &Value) -> Option<TrustedAddress> {
        let address = document.get("email")?.as_str()?;
        let domain = domain(address)?;
        if normalise_identifier(address) != address.to_ascii_lowercase() {
            return None;
        }
        let rule = self.0.iter().find(|rule| rule.holds(document, domain))?;
        Some(TrustedAddress {
            address: address.to_owned(),
            why: rule.why.clone(),
        })
    }
}

impl TrustRule {
    fn holds(&self, document: &Value, domain: &str) -> bool {
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        let conditions = [
            self.email_verified.then(|| {
                matches!(document.get("email_verified"), Some(Value::Bool(true)))
                    || text("email_verified") == Some("true")
            }),
            self.true_claim
                .as_deref()
                .map(|name| document.get(name).is_some_and(is_true)),
            (!self.domains.is_empty()).then(|| {
                let mut domains = self.domains.iter();
                domains.any(|one| one.eq_ignore_ascii_case(domain))
            }),
            self.domain_claim
                .as_deref()
                .map(|name| text(name).is_some_and(|claimed| claimed.eq_ignore_ascii_case(domain))),
            self.claim_is
                .as_ref()
                .map(|(name, value)| text(name) == Some(value)),
        ];
        let mut set = conditions.into_iter().flatten().peekable();
        let is_silent = |name: &String| document.get(name).is_none();
        self.absent_claim.as_ref().is_none_or(is_silent)
            && set.peek().is_some()
            && set.all(|holds| holds)
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_u64() == Some(1),
        Value::String(text) => text == "true" || text == "1",
        _ => false,
    }
}

/// The domain of an address, when it is certain where it begins.
///
/// `None` for anything with two `@`: readers differ in which one counts (CVE-2026-40574).
pub fn domain(address: &str) -> Option<&str> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    let (local, domain) = address.split_once('@')?;
    let certain = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
    (certain && !address.contains(odd)).then_some(domain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_true_means_verified() {
        for (value, verified) in [
            (json!(true), true),
            (json!("true"), true),
            (json!("TRUE"), false),
            (json!(1), false),
            (json!(false), false),
            (json!(null), false),
        ] {
            let document = json!({"email": "a@b.test", "email_verified": value});
            let trusted = TrustRules::verified().judge(&document).is_some();
            assert_eq!(trusted, verified, "{document}");
        }
    }

    #[test]
    fn an_address_that_normalising_would_change_is_not_trusted() {
        let trusts = |email: &str| {
            let document = json!({"email": email, "email_verified": true});
            TrustRules::verified().judge(&document).is_some()
        };
        for fine in ["ada@b.test", "Ada@B.Test", "ada+x@b.test", "jürgen@b.test"] {
            assert!(trusts(fine), "{fine}");
        }
        for odd in [
            "ｖictim@b.test",
            "vic\u{212a}@b.test",
            "ﬁ@b.test",
            "ada@ｂ.test",
            "ju\u{308}rgen@b.test",
            "ada＠b.test",
        ] {
            assert!(!trusts(odd), "{odd}");
        }
    }

    #[test]
    fn every_condition_of_a_rule_must_hold() {
        let rules = TrustRules(vec![TrustRule {
            email_verified: true,
            domain_claim: Some("hd".to_owned()),
            ..TrustRule::default()
        }]);
        let trusts = |verified: bool, hd: &str| {
            let document = json!({"email": "a@b.test", "email_verified": verified, "hd": hd});
            rules.judge(&document).is_some()
        };
        assert!(trusts(true, "B.test"));
        assert!(!trusts(true, "c.test"));
        assert!(!trusts(false, "b.test"));
    }

    #[test]
    fn a_rule_without_conditions_trusts_nobody() {
        let document = json!({"email": "a@b.test", "email_verified": true});
        assert_eq!(
            TrustRules(vec![TrustRule::default()]).judge(&document),
            None
        );
        assert_eq!(TrustRules::default().judge(&document), None);
    }

    #[test]
    fn what_a_claim_denies_is_not_trusted_by_a_rule_for_its_absence() {
        let rule = TrustRule {
            domains: vec!["b.test".to_owned()],
            absent_claim: Some("owned".to_owned()),
            ..TrustRule::default()
        };
        let alone = TrustRule {
            domains: Vec::new(),
            ..rule.clone()
        };
        let silent = json!({"email": "a@b.test"});
        assert!(TrustRules(vec![rule.clone()]).judge(&silent).is_some());
        assert_eq!(TrustRules(vec![alone]).judge(&silent), None);
        for value in [json!(false), json!(true), json!(null)] {
            let document = json!({"email": "a@b.test", "owned": value});
            assert_eq!(TrustRules(vec![rule.clone()]).judge(&document), None);
        }
    }

    #[test]
    fn the_domain_is_certain_or_there_is_none() {
        assert_eq!(domain("a@example.org"), Some("example.org"));
        for odd in ["a", "@b", "a@", "a@evil.test@example.org", "a @b", "a@b\n"] {
            assert_eq!(domain(odd), None, "{odd}");
        }
    }
}
