//! The configuration of oauth2-proxy in our words. It is translated key by key; what has no place here
//! is told as a loss.

use toml::{Table, Value};
use url::Url;

use super::Loss;
use crate::config::reference;

/// Its names of providers, and ours.
const KINDS: [(&str, &str); 10] = [
    ("oidc", "oidc"),
    ("keycloak-oidc", "oidc"),
    ("adfs", "oidc"),
    ("google", "google"),
    ("github", "github"),
    ("gitlab", "gitlab"),
    ("azure", "microsoft"),
    ("entra-id", "microsoft"),
    ("linkedin", "linkedin"),
    ("facebook", "facebook"),
];

/// Keys that become one key of ours, with the sections it stands in; `@` stands for the provider's.
const SAME: [(&str, &[&str]); 10] = [
    ("client_id", &["@", "client_id"]),
    ("client_secret", &["@", "client_secret"]),
    ("client_secret_file", &["@", "client_secret_file"]),
    ("oidc_issuer_url", &["@", "issuer_url"]),
    ("azure_tenant", &["@", "microsoft_tenant"]),
    ("provider_display_name", &["@", "label"]),
    ("redis_connection_url", &["redis", "url"]),
    ("tls_cert_file", &["listen", "tls", "certificate_file"]),
    ("tls_key_file", &["listen", "tls", "key_file"]),
    ("cookie_expire", &["session", "lifespan"]),
];

/// Keys that nothing is lost without.
const IDLE: [&str; 6] = [
    "code_challenge_method",
    "cookie_httponly",
    "cookie_secure",
    "provider",
    "session_store_type",
    "skip_provider_button",
];

/// What was made of a file.
#[derive(Debug)]
pub(crate) struct Imported {
    /// Our configuration.
    pub(crate) document: Table,
    /// What is lost.
    pub(crate) losses: Vec<Loss>,
}

/// What says who may enter, of which there is none here or another way to say it.
const NARROWING: [&str; 12] = [
    "authenticated_emails_file",
    "allowed_groups",
    "allowed_roles",
    "bitbucket_repository",
    "bitbucket_team",
    "github_org",
    "github_repo",
    "github_team",
    "github_users",
    "gitlab_group",
    "google_group",
    "keycloak_groups",
];

/// Translates what a file says.
pub(crate) fn import(theirs: &Table) -> Imported {
    let mut made = Imported {
        document: Table::new(),
        losses: Vec::new(),
    };
    let word = theirs.get("provider").and_then(Value::as_str);
    let word = word.unwrap_or("google");
    let kind = KINDS.iter().find(|(theirs, _)| *theirs == word);
    let Some((_, kind)) = kind else {
        made.lose(
            "provider",
            "nothing here speaks with it; where it is an OpenID provider, it is \"oidc\"",
        );
        return made;
    };
    made.put(&["providers", kind, "kind"], (*kind).into());
    for (key, value) in theirs {
        if !IDLE.contains(&key.as_str()) {
            made.take(kind, key, value);
        }
    }
    let is_lost = |key: &str| made.losses.iter().any(|loss| loss.what == key);
    if NARROWING.iter().any(|key| is_lost(key)) {
        made.put(&["providers", kind, "enabled"], false.into());
        made.lose(
            "provider",
            "it is switched off (enabled = false), for what says who may enter is lost: say that here before you switch it on",
        );
    }
    made
}

/// The value as it is, also where a secret would be read as where one is to be found.
fn literal(key: &str, value: &Value) -> Value {
    match value.as_str() {
        Some(secret) if key == "client_secret" => reference::literal(secret).into(),
        _ => value.clone(),
    }
}

impl Imported {
    fn take(&mut self, kind: &str, key: &str, value: &Value) {
        if let Some((_, place)) = SAME.iter().find(|(theirs, _)| *theirs == key) {
            let place: Vec<&str> = place
                .iter()
                .map(|one| if *one == "@" { "providers" } else { one })
                .collect();
            let place = match place.as_slice() {
                ["providers", key] => vec!["providers", kind, key],
                _ => place,
            };
            return self.put(&place, literal(key, value));
        }
        let texts = texts(value);
        match (key, texts.as_slice()) {
            ("scope", [scopes]) => {
                let scopes: Vec<Value> = scopes.split_whitespace().map(Value::from).collect();
                self.put(&["providers", kind, "scopes"], scopes.into());
            }
            ("email_domains" | "email_domain", ["*"]) => {}
            ("email_domains" | "email_domain", [_, ..]) => {
                self.put(&["providers", kind, "allow_domains"], list(&texts));
            }
            ("upstreams" | "upstream", [_, ..]) => self.route(key, &texts),
            ("redirect_url", [url]) => self.public(key, url),
            ("http_address" | "https_address", [address]) => self.listen(address),
            ("cookie_domains" | "cookie_domain", [domain]) => {
                let domain = domain.trim_start_matches('.');
                self.put(&["session", "cookie_domain"], domain.into());
            }
            ("whitelist_domains" | "whitelist_domain", [_, ..]) => self.returns(key, &texts),
            _ => self.lose(key, reason(key)),
        }
    }

    /// Where flows may return to, but to everywhere.
    fn returns(&mut self, key: &str, domains: &[&str]) {
        let mut returns: Vec<Value> = Vec::new();
        for domain in domains {
            let host = domain.strip_prefix("*.").or(domain.strip_prefix('.'));
            match (host, host.unwrap_or(domain)) {
                (_, name) if name.is_empty() || name.contains('*') => self.lose(
                    key,
                    "flows return to hosts that are named, on ports that are; write allowed_return_urls",
                ),
                (Some(parent), _) => returns.push(format!("https://*.{parent}").into()),
                (None, name) => returns.push(format!("https://{name}").into()),
            }
        }
        if !returns.is_empty() {
            self.put(&["allowed_return_urls"], returns.into());
        }
    }

    fn route(&mut self, key: &str, upstreams: &[&str]) {
        let mut routes = Vec::new();
        for upstream in upstreams {
            let Some(url) = Url::parse(upstream)
                .ok()
                .filter(|url| url.scheme().starts_with("http"))
            else {
                self.lose(
                    key,
                    "an upstream is http:// or https:// here; files are not served",
                );
                continue;
            };
            let origin = url.origin().ascii_serialization();
            let path = url.path().trim_end_matches('/');
            let mut route = Table::new();
            route.insert(
                "name".to_owned(),
                format!("app-{}", routes.len() + 1).into(),
            );
            route.insert(
                "path".to_owned(),
                if path.is_empty() { "/" } else { path }.into(),
            );
            route.insert("upstream".to_owned(), list(&[&origin]));
            routes.push(Value::Table(route));
        }
        self.put(&["routes"], routes.into());
    }

    fn public(&mut self, key: &str, url: &str) {
        match Url::parse(url) {
            Ok(url) => self.put(&["public_url"], url.origin().ascii_serialization().into()),
            Err(_) => return self.lose(key, "it is no URL; write public_url"),
        }
        self.lose(
            key,
            "another redirect URI is to be registered: portcullis get-redirect-uri",
        );
    }

    fn listen(&mut self, address: &str) {
        let address = address
            .split_once("://")
            .map_or(address, |(_, address)| address);
        let address = match address.starts_with(':') {
            true => format!("0.0.0.0{address}"),
            false => address.to_owned(),
        };
        self.put(&["listen", "proxy"], address.into());
    }

    fn put(&mut self, place: &[&str], value: Value) {
        let Some((key, sections)) = place.split_last() else {
            return;
        };
        let mut table = &mut self.document;
        for section in sections {
            let below = table.entry(*section).or_insert_with(|| Table::new().into());
            let Some(below) = below.as_table_mut() else {
                return;
            };
            table = below;
        }
        table.insert((*key).to_owned(), value);
    }

    fn lose(&mut self, key: &str, why: &str) {
        self.losses.push(Loss {
            attribute: String::new(),
            what: key.to_owned(),
            why: why.to_owned(),
        });
    }
}

fn reason(key: &str) -> &'static str {
    match key {
        "cookie_secret" | "cookie_secret_file" => {
            "the key of sessions is made anew; people sign in again"
        }
        "skip_auth_routes" | "skip_auth_regex" => {
            "routes are no regular expressions; write [[routes]] with access = \"public\""
        }
        "reverse_proxy" | "trusted_ips" => "write [listen] trusted_proxies",
        "allowed_groups" | "allowed_roles" | "github_org" | "github_team" | "gitlab_groups"
        | "google_groups" => "write require_claims of the provider, or allow of a route",
        _ if key.starts_with("pass_") || key.starts_with("set_") => {
            "headers are said on a route, see headers"
        }
        _ => "it has no counterpart here",
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn list(texts: &[&str]) -> Value {
    texts
        .iter()
        .map(|text| Value::from(*text))
        .collect::<Vec<_>>()
        .into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::{self, Sources};

    const THEIRS: &str = r#"
provider = "keycloak-oidc"
oidc_issuer_url = "https://id.example.org/realms/main"
client_id = "gate"
client_secret = "hush"
scope = "openid email"
email_domains = ["example.org"]
upstreams = ["http://127.0.0.1:3000/", "http://127.0.0.1:3001/api/", "file:///var/www"]
redirect_url = "https://app.example.org/oauth2/callback"
http_address = ":4180"
cookie_secret = "hush too"
cookie_expire = "168h0m0s"
whitelist_domains = [".example.org"]
skip_auth_routes = ["GET=^/health$"]
"#;

    /// CU-21.
    #[test]
    fn what_is_made_of_a_file_is_a_configuration_and_the_rest_is_told() {
        let made = import(&THEIRS.parse().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("portcullis.toml");
        fs::write(&file, toml::to_string(&made.document).unwrap()).unwrap();
        let sources = Sources {
            file: Some(file),
            ..Sources::default()
        };
        let config = config::load(&sources)
            .unwrap_or_else(|report| panic!("{report}"))
            .config;
        let provider = &config.providers["oidc"];
        assert_eq!(provider.allow_domains, ["example.org"]);
        assert_eq!(config.public_url.as_str(), "https://app.example.org/");
        let paths: Vec<_> = config
            .routes
            .iter()
            .map(|route| route.path.to_string())
            .collect();
        assert_eq!(paths, ["/", "/api"]);
        let lost: Vec<_> = made.losses.iter().map(|loss| &*loss.what).collect();
        assert_eq!(
            lost,
            [
                "cookie_secret",
                "redirect_url",
                "skip_auth_routes",
                "upstreams"
            ]
        );
        assert!(!format!("{:?}", made.losses).contains("hush"));
    }

    /// CU-21: whoever is sent anywhere after signing in is sent to whoever asks for it.
    #[test]
    fn nobody_is_sent_everywhere_after_signing_in() {
        for (theirs, ours, is_lost) in [
            (r#"["*"]"#, None, true),
            (
                r#"["*", "a.example", ".b.example", "*.c.example", "d.example:8443"]"#,
                Some(
                    "https://a.example https://*.b.example https://*.c.example https://d.example:8443",
                ),
                true,
            ),
            (r#"["e.example:*", "*.*", "."]"#, None, true),
            (r#"["a.example"]"#, Some("https://a.example"), false),
        ] {
            let made = import(&format!("whitelist_domains = {theirs}").parse().unwrap());
            let returns = made.document.get("allowed_return_urls");
            let returns = returns.map(|list| texts(list).join(" "));
            assert_eq!(returns.as_deref(), ours, "{theirs}");
            let mut lost = made.losses.iter();
            assert_eq!(
                lost.any(|loss| loss.what == "whitelist_domains"),
                is_lost,
                "{theirs}"
            );
        }
    }

    #[test]
    fn a_secret_stays_one_whatever_it_begins_with() {
        for (theirs, ours) in [
            ("hush", "hush"),
            ("env:HOME", "literal:env:HOME"),
            ("file:///etc/hostname", "literal:file:///etc/hostname"),
            ("literal:x", "literal:literal:x"),
        ] {
            let theirs = format!("provider = \"google\"\nclient_secret = \"{theirs}\"");
            let made = import(&theirs.parse().unwrap());
            let secret = &made.document["providers"]["google"]["client_secret"];
            assert_eq!(secret.as_str(), Some(ours));
        }
    }

    #[test]
    fn a_provider_that_would_let_everybody_in_is_switched_off() {
        let theirs = "provider = \"google\"\nauthenticated_emails_file = \"/etc/emails\"";
        let made = import(&theirs.parse().unwrap());
        assert_eq!(
            made.document["providers"]["google"]["enabled"],
            Value::Boolean(false)
        );
        let open = import(&"provider = \"google\"".parse().unwrap());
        assert!(
            open.document["providers"]["google"]
                .get("enabled")
                .is_none()
        );
    }
}
