//! What is judged differently for Google (its OpenID Connect reference, "An ID token's payload").

use portcullis_core::provider::Heeds;
use portcullis_oidc::Rules;
use serde_json::{Map, Value};

/// Stands for every Workspace domain.
pub(crate) const ANY_DOMAIN: &str = "*";

/// The rules for Google.
#[derive(Debug)]
pub(crate) struct GoogleRules {
    pub(crate) hosted_domains: Vec<String>,
}

impl Rules for GoogleRules {
    /// Google's tokens may name the issuer without its scheme; its reference says both.
    fn accepts_issuer(&self, expected: &str, claimed: &str) -> bool {
        let bare = expected.split_once("://").map(|(_, bare)| bare);
        claimed == expected || bare == Some(claimed)
    }

    /// Google's reference knows no `max_age`, and its tokens do not tell when somebody signed in.
    fn heeds(&self) -> Heeds {
        Heeds::Prompt
    }

    /// The `hd` parameter of the request is only a hint that anybody can change, so the claim of
    /// the verified token decides. Domains are compared whole.
    fn admits(&self, id_token: &Map<String, Value>) -> Result<(), &'static str> {
        if self.hosted_domains.is_empty() {
            return Ok(());
        }
        let Some(claimed) = hosted_domain(id_token) else {
            return Err("it belongs to no hosted domain");
        };
        let is_admitted =
            |domain: &String| domain == ANY_DOMAIN || domain.eq_ignore_ascii_case(claimed);
        match self.hosted_domains.iter().any(is_admitted) {
            true => Ok(()),
            false => Err("it belongs to another hosted domain"),
        }
    }
}

fn hosted_domain(claims: &Map<String, Value>) -> Option<&str> {
    claims
        .get("hd")?
        .as_str()
        .filter(|domain| !domain.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules(hosted_domains: &[&str]) -> GoogleRules {
        GoogleRules {
            hosted_domains: hosted_domains
                .iter()
                .map(|&domain| domain.to_owned())
                .collect(),
        }
    }

    fn map(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn exactly_two_spellings_of_the_issuer_are_accepted() {
        let accepts = |claimed| rules(&[]).accepts_issuer("https://accounts.google.com", claimed);
        assert!(accepts("https://accounts.google.com"));
        assert!(accepts("accounts.google.com"));
        for other in [
            "http://accounts.google.com",
            "https://accounts.google.com/",
            "google.com",
            "",
        ] {
            assert!(!accepts(other), "{other}");
        }
    }

    #[test]
    fn hosted_domains_are_compared_whole_and_in_any_case() {
        let admits = |claims| rules(&["example.org", "Example.com"]).admits(&map(claims));
        assert!(admits(json!({"hd": "example.org"})).is_ok());
        assert!(admits(json!({"hd": "EXAMPLE.COM"})).is_ok());
        for refused in [
            json!({}),
            json!({"hd": "evil-example.org"}),
            json!({"hd": "sub.example.org"}),
            json!({"hd": "example.org.evil.test"}),
            json!({"hd": ""}),
            json!({"hd": true}),
            json!({"hd": ["example.org"]}),
            json!({"email": "a@example.org", "email_verified": true}),
        ] {
            assert!(admits(refused.clone()).is_err(), "{refused}");
        }
    }
}
