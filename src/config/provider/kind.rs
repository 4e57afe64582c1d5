//! The kinds of providers: one table of data, from which errors, documentation and tests are made.

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use portcullis_core::trust::TrustRule;
use portcullis_github::Endpoints;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::claim_map::MappedTrait;

/// Every kind and what is known of it.
const TABLE: [(&str, &str); 14] = [
    ("oidc", include_str!("../../../providers/presets/oidc.toml")),
    (
        "google",
        include_str!("../../../providers/presets/google.toml"),
    ),
    (
        "microsoft",
        include_str!("../../../providers/presets/microsoft.toml"),
    ),
    (
        "github",
        include_str!("../../../providers/presets/github.toml"),
    ),
    (
        "gitlab",
        include_str!("../../../providers/presets/gitlab.toml"),
    ),
    (
        "apple",
        include_str!("../../../providers/presets/apple.toml"),
    ),
    ("okta", include_str!("../../../providers/presets/okta.toml")),
    (
        "auth0",
        include_str!("../../../providers/presets/auth0.toml"),
    ),
    (
        "keycloak",
        include_str!("../../../providers/presets/keycloak.toml"),
    ),
    (
        "zitadel",
        include_str!("../../../providers/presets/zitadel.toml"),
    ),
    (
        "slack",
        include_str!("../../../providers/presets/slack.toml"),
    ),
    (
        "discord",
        include_str!("../../../providers/presets/discord.toml"),
    ),
    (
        "linkedin",
        include_str!("../../../providers/presets/linkedin.toml"),
    ),
    (
        "facebook",
        include_str!("../../../providers/presets/facebook.toml"),
    ),
];

/// The kinds' names alone, as errors list them.
static NAMES: [&str; TABLE.len()] = {
    let mut names = [""; TABLE.len()];
    let mut index = 0;
    while index < TABLE.len() {
        names[index] = TABLE[index].0;
        index += 1;
    }
    names
};

/// The table, read. A row that cannot be read is as good as empty; a test reads them all.
static PRESETS: LazyLock<[Preset; TABLE.len()]> =
    LazyLock::new(|| TABLE.map(|(_, text)| toml::from_str(text).unwrap_or_default()));

/// What speaks with a provider: a row of the table.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct ProviderKind(usize);

/// What is known of a kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preset {
    /// What people call it.
    pub label: String,
    /// Which code speaks it.
    pub protocol: Protocol,
    /// The issuer, where all clients have the same one.
    pub issuer: Option<String>,
    /// What an issuer looks like that has to be configured.
    pub issuer_example: Option<String>,
    /// The keys that whoever adds one is asked for beside those of every kind, the required ones first.
    pub asks: Vec<String>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The scope that brings a refresh token, where one is needed.
    pub offline_scope: Option<String>,
    /// Whether there is no userinfo worth reading.
    pub lacks_userinfo: bool,
    /// Whether it lets people through unasked, whatever a request wants of it.
    pub never_asks_again: bool,
    /// How the answer comes back, where it is not in the query.
    pub response_mode: Option<String>,
    /// How the gateway proves who it is.
    pub authentication: Authentication,
    /// Whether it has an address that ends its own session.
    pub signs_out: bool,
    /// Whether anybody on earth can get an account there.
    pub is_open: bool,
    /// The rules by which addresses count as verified.
    pub trust: Vec<TrustRule>,
    /// The same in words, where code decides or nothing is trusted.
    pub trusts: Option<String>,
    /// Which claim becomes which trait.
    pub map: BTreeMap<String, MappedTrait>,
    /// Where it is asked, where nothing can be discovered.
    pub endpoints: Option<Endpoints>,
    /// The claims it sends, for people.
    pub sends: Vec<String>,
}

/// Which code speaks with a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// OpenID Connect, with discovery.
    #[default]
    Oidc,
    /// OAuth 2.0 with a document about the person.
    OAuth2,
    /// Google's dialect of OpenID Connect.
    Google,
    /// Microsoft's dialect of OpenID Connect.
    Microsoft,
    /// GitHub's dialect of OAuth 2.0.
    GitHub,
}

/// How the gateway proves to a provider who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// With a secret, or a token signed with a private key.
    #[default]
    Secret,
    /// With a secret that is itself a signed token.
    SignedSecret,
}

impl ProviderKind {
    /// All kinds, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.len()).map(Self)
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().position(|known| *known == name).map(Self)
    }

    /// What can be written, for whoever wrote nothing.
    pub(in crate::config) fn choices() -> String {
        let [most, others @ ..] = &NAMES;
        format!(
            "kind = {most:?} for any OpenID provider, or one of {}",
            others.join(", ")
        )
    }

    /// Its name in configuration.
    pub fn as_str(self) -> &'static str {
        NAMES[self.0]
    }

    /// What is known of it.
    pub fn preset(self) -> &'static Preset {
        &PRESETS[self.0]
    }
}

impl Preset {
    /// Whether the issuer has to be configured.
    pub fn needs_issuer(&self) -> bool {
        self.issuer.is_none()
    }

    /// Whether the kind speaks OpenID Connect.
    pub fn is_openid(&self) -> bool {
        !matches!(self.protocol, Protocol::OAuth2 | Protocol::GitHub)
    }

    /// The key that admits fewer people of a place where anybody can get an account.
    pub(in crate::config) fn narrowing_key(&self) -> &'static str {
        match self.protocol {
            Protocol::Google => "hosted_domains",
            Protocol::Microsoft => "microsoft_tenant",
            _ if self.trust.is_empty() => "require_claims",
            _ => "allow_domains",
        }
    }

    /// Which addresses count as verified, and why, for people.
    pub fn trusts_in_words(&self) -> String {
        let rule = |rule: &TrustRule| {
            let claim = rule.true_claim.as_deref().unwrap_or("email_verified");
            format!("with `{claim}`: {}", rule.why)
        };
        let rules: Vec<_> = self.trust.iter().map(rule).collect();
        self.trusts.clone().unwrap_or_else(|| rules.join("; "))
    }
}

impl fmt::Debug for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ProviderKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ProviderKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::unknown_variant(&name, &NAMES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read_and_is_complete() {
        for (kind, (name, text)) in ProviderKind::all().zip(TABLE) {
            let preset = toml::from_str::<Preset>(text).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(ProviderKind::named(name), Some(kind));
            assert!(!preset.label.is_empty(), "{name}");
            assert!(!preset.scopes.is_empty(), "{name}");
            assert!(!preset.asks.is_empty(), "{name}");
            assert!(!preset.sends.is_empty(), "{name}");
            assert!(preset.map.contains_key("email"), "{name}");
            assert_eq!(
                preset.issuer.is_some(),
                preset.issuer_example.is_none(),
                "{name} has an issuer or says what one looks like"
            );
            let plain = preset.protocol == Protocol::OAuth2;
            assert_eq!(preset.endpoints.is_some(), plain, "{name}");
            let explained = preset.trust.iter().all(|rule| !rule.why.is_empty());
            let decided = preset.trusts.is_some() == preset.trust.is_empty();
            assert!(explained && decided, "{name} says what it trusts and why");
        }
    }
}
