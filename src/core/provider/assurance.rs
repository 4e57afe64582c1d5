//! How strongly somebody proved themselves at a provider.

use crate::{claims::Claims, session::Aal};

/// What a provider says of a sign-in with two factors. Without any value none counts as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecondFactor {
    /// The values of the ID token's `acr` that mean it.
    pub acr_values: Vec<String>,
    /// The values among the ID token's `amr` that mean it, each by itself.
    pub amr_values: Vec<String>,
}

impl SecondFactor {
    /// The assurance of a sign-in that the provider described with these claims.
    pub fn aal(&self, claims: &Claims) -> Aal {
        let is_context = |acr: &String| self.acr_values.contains(acr);
        let is_method = |amr: &String| self.amr_values.contains(amr);
        match claims.acr.iter().any(is_context) || claims.amr.iter().any(is_method) {
            true => Aal::Aal2,
            false => Aal::Aal1,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn aal(acr: Option<&str>, amr: &[&str]) -> Aal {
        let second_factor = SecondFactor {
            acr_values: vec!["urn:example:two".to_owned()],
            amr_values: vec!["mfa".to_owned(), "hwk".to_owned()],
        };
        // What else the document says counts for nothing: userinfo may have completed it.
        let document = json!({"acr": "urn:example:two", "amr": ["mfa"]});
        let claims = Claims {
            acr: acr.map(str::to_owned),
            amr: amr.iter().map(|one| (*one).to_owned()).collect(),
            ..Claims::new("https://id.example.org", "ada", document)
        };
        assert_eq!(SecondFactor::default().aal(&claims), Aal::Aal1);
        second_factor.aal(&claims)
    }

    /// D.3.
    #[test]
    fn two_factors_are_what_the_configured_values_say() {
        assert_eq!(aal(Some("urn:example:two"), &[]), Aal::Aal2);
        assert_eq!(aal(None, &["pwd", "hwk"]), Aal::Aal2);
        for (acr, amr) in [
            (None, &[][..]),
            (Some("urn:example:two:"), &["pwd"]),
            (Some("mfa"), &["urn:example:two", "MFA"]),
        ] {
            assert_eq!(aal(acr, amr), Aal::Aal1, "{acr:?} {amr:?}");
        }
    }
}
