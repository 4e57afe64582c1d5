//! The kinds of providers that can be chosen, and what each of them is asked beside what all are.

/// A kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// Its name in tables.
    pub(crate) name: &'static str,
    /// What people call it.
    pub(crate) label: &'static str,
    /// What its issuer looks like, where it has to be told.
    pub(crate) example: &'static str,
    /// The keys that are asked for it, the required ones first.
    pub(crate) keys: &'static [&'static str],
}

const ISSUER: &[&str] = &["issuer_url", "client_secret", "allow_private_network"];
const SECRET: &[&str] = &["client_secret"];

/// Every kind, the most common first.
pub(crate) const ALL: [Kind; 14] = [
    kind("google", "Google", "", &["client_secret", "hosted_domains"]),
    kind(
        "microsoft",
        "Microsoft",
        "",
        &["client_secret", "microsoft_tenant"],
    ),
    kind("github", "GitHub", "", SECRET),
    kind("gitlab", "GitLab", "https://gitlab.com", ISSUER),
    kind("apple", "Apple", "", &["team_id", "key_id", "private_key"]),
    kind("okta", "Okta", "https://example.okta.com", ISSUER),
    kind("auth0", "Auth0", "https://example.eu.auth0.com/", ISSUER),
    kind(
        "keycloak",
        "Keycloak",
        "https://id.example.org/realms/example",
        ISSUER,
    ),
    kind(
        "zitadel",
        "Zitadel",
        "https://example.zitadel.cloud",
        ISSUER,
    ),
    kind("slack", "Slack", "", SECRET),
    kind("discord", "Discord", "", SECRET),
    kind("linkedin", "LinkedIn", "", SECRET),
    kind("facebook", "Facebook", "", SECRET),
    kind("oidc", "OpenID Connect", "https://id.example.org", ISSUER),
];

const fn kind(
    name: &'static str,
    label: &'static str,
    example: &'static str,
    keys: &'static [&'static str],
) -> Kind {
    Kind {
        name,
        label,
        example,
        keys,
    }
}

/// The kind of this name.
pub(crate) fn find(name: &str) -> Option<Kind> {
    ALL.into_iter().find(|kind| kind.name == name)
}
