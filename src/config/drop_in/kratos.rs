//! The words of Ory Kratos for providers, and what each of them is here: one table of data. A key of
//! Kratos that is not in it is not known.

/// Kratos' word for each kind.
pub(super) const KINDS: [(&str, &str); 13] = [
    ("generic", "oidc"),
    ("google", "google"),
    ("microsoft", "microsoft"),
    ("github", "github"),
    ("github-app", "github"),
    ("gitlab", "gitlab"),
    ("apple", "apple"),
    ("auth0", "auth0"),
    ("slack", "slack"),
    ("discord", "discord"),
    ("linkedin", "linkedin"),
    ("linkedin_v2", "linkedin"),
    ("facebook", "facebook"),
];

/// Those that Kratos speaks with and the gateway does not.
pub(super) const FOREIGN: [&str; 13] = [
    "amazon",
    "dingtalk",
    "fedcm-test",
    "lark",
    "line",
    "netid",
    "patreon",
    "salesforce",
    "spotify",
    "uaepass",
    "vk",
    "x",
    "yandex",
];

/// What becomes of a key.
pub(super) enum Meaning {
    /// Read apart from the others.
    Apart,
    /// A text under this name.
    Text(&'static str),
    /// A list of texts under this name.
    Texts(&'static str),
    /// One of these words, each of which writes a key or is lost.
    Word(&'static [(&'static str, Said)]),
    /// It does nothing here, because of this.
    Lost(&'static str),
}

/// What a word says.
pub(super) enum Said {
    /// What is so anyway.
    Nothing,
    /// This key has this text.
    Text(&'static str, &'static str),
    /// This key is true or false.
    Truth(&'static str, bool),
    /// Nothing that could be done here, because of this.
    Lost(&'static str),
}

const DISCOVERED: &str = "where it is asked says its discovery document";
const NO_FEDCM: &str = "signing in by FedCM does not exist here";

/// Every key of an object, as the schema of Kratos' configuration (v26) names them.
pub(super) const KEYS: [(&str, Meaning); 26] = [
    ("id", Meaning::Apart),
    ("provider", Meaning::Apart),
    ("mapper_url", Meaning::Apart),
    ("label", Meaning::Text("label")),
    ("client_id", Meaning::Text("client_id")),
    ("client_secret", Meaning::Text("client_secret")),
    ("issuer_url", Meaning::Text("issuer_url")),
    ("auth_url", Meaning::Lost(DISCOVERED)),
    ("token_url", Meaning::Lost(DISCOVERED)),
    ("scope", Meaning::Texts("scopes")),
    ("microsoft_tenant", Meaning::Text("microsoft_tenant")),
    (
        "subject_source",
        Meaning::Word(&[
            ("userinfo", Said::Text("subject_source", "sub")),
            ("me", Said::Text("subject_source", "me")),
            ("oid", Said::Text("subject_source", "oid")),
        ]),
    ),
    ("apple_team_id", Meaning::Text("team_id")),
    ("apple_private_key_id", Meaning::Text("key_id")),
    ("apple_private_key", Meaning::Text("private_key")),
    (
        "requested_claims",
        Meaning::Lost("single claims are not asked for; ask for a scope that brings them"),
    ),
    (
        "organization_id",
        Meaning::Lost("there are no organisations here"),
    ),
    (
        "additional_id_token_audiences",
        Meaning::Lost("ID tokens that an application got by itself are not taken"),
    ),
    ("aal2_acr_values", Meaning::Texts("aal2_acr_values")),
    ("aal2_amr_values", Meaning::Texts("aal2_amr_values")),
    (
        "claims_source",
        Meaning::Word(&[
            ("id_token", Said::Truth("userinfo", false)),
            ("userinfo", Said::Truth("userinfo", true)),
        ]),
    ),
    (
        "pkce",
        Meaning::Word(&[
            ("auto", Said::Nothing),
            (
                "force",
                Said::Lost("PKCE is used always, and the redirect URI ends in the id as before"),
            ),
            ("never", Said::Lost("PKCE is used always")),
        ]),
    ),
    ("fedcm_config_url", Meaning::Lost(NO_FEDCM)),
    ("net_id_token_origin_header", Meaning::Lost(NO_FEDCM)),
    (
        "account_linking_mode",
        Meaning::Word(&[
            (
                "confirm_with_existing_credential",
                Said::Text("link", "confirm"),
            ),
            ("automatic", Said::Text("link", "auto")),
        ]),
    ),
    (
        "update_identity_on_login",
        Meaning::Word(&[
            ("never", Said::Text("sync", "import")),
            ("automatic", Said::Text("sync", "force")),
        ]),
    ),
];
