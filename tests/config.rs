//! Configuration: every mistake is told with its place and its mending, all of them at once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::{fs, path::Path};

use portcullis::config::{self, Access, Config, Loaded, Report, Sources, Upstream};
use tempfile::TempDir;

#[path = "config/abuse.rs"]
mod abuse;
#[path = "config/actions.rs"]
mod actions;
#[path = "config/admin.rs"]
mod admin;
#[path = "config/documented.rs"]
mod documented;
#[path = "config/drop_ins.rs"]
mod drop_ins;
#[path = "config/german.rs"]
mod german;
#[path = "config/kinds.rs"]
mod kinds;
#[path = "config/lists.rs"]
mod lists;
#[path = "config/mistakes.rs"]
mod mistakes;
#[path = "config/outbound.rs"]
mod outbound;
#[path = "config/passwords.rs"]
mod passwords;
#[path = "config/people.rs"]
mod people;
#[path = "config/presets.rs"]
mod presets;
#[path = "config/providers.rs"]
mod providers;
#[path = "config/references.rs"]
mod references;
#[path = "config/routes.rs"]
mod routes;
#[path = "config/schema_sources.rs"]
mod schema_sources;
#[path = "config/schemas.rs"]
mod schemas;
#[path = "config/unread.rs"]
mod unread;

/// A folder with one configuration file in it.
struct Folder {
    folder: TempDir,
}

impl Folder {
    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("portcullis.toml"), text).unwrap();
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn and(self, name: &str, text: &str) -> Self {
        fs::write(self.path().join(name), text).unwrap();
        self
    }

    fn load(&self) -> Result<Loaded, Report> {
        self.load_with(&[])
    }

    fn load_with(&self, variables: &[(&str, &str)]) -> Result<Loaded, Report> {
        let file = Some(self.path().join("portcullis.toml"));
        config::load(&Sources {
            file,
            ..environment(variables)
        })
    }

    /// What a refused configuration is told, without the folder's name.
    fn refused(&self) -> String {
        let report = self
            .load()
            .expect_err("the configuration is refused")
            .to_string();
        report.replace(&format!("{}/", self.path().display()), "")
    }

    /// What is told about a configuration that serves nevertheless, but for the missing mail
    /// server: few stories have one.
    fn warned(&self) -> String {
        let told = self.all_warnings();
        let others = told.lines().filter(|line| !line.contains(SILENCE));
        others.collect::<Vec<_>>().join("\n")
    }

    fn all_warnings(&self) -> String {
        let loaded = self
            .load()
            .unwrap_or_else(|report| panic!("refused: {report}"));
        loaded
            .warnings
            .to_string()
            .replace(&format!("{}/", self.path().display()), "")
    }
}

fn environment(variables: &[(&str, &str)]) -> Sources {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Sources {
        variables: variables.iter().map(owned).collect(),
        ..Sources::default()
    }
}

/// What is said when there is no mail server.
const SILENCE: &str = "warning: mail: nobody is written to";

const ROUTE: &str = "[[routes]]\nname = \"app\"\nupstream = [\"http://127.0.0.1:3000\"]\n";

fn route(keys: &str) -> String {
    format!("{ROUTE}{keys}\n")
}

fn provider(keys: &str) -> String {
    format!(
        "{ROUTE}[providers.acme]\nkind = \"oidc\"\nclient_id = \"id\"\n\
         issuer_url = \"https://id.example.org\"\n{keys}\n"
    )
}

/// A provider of this kind; its own keys begin at line 8.
fn of_kind(kind: &str, keys: &str) -> String {
    format!(
        "{ROUTE}[providers.p]\nkind = \"{kind}\"\nclient_id = \"x\"\nclient_secret = \"y\"\n{keys}\n"
    )
}

/// Asserts that `text` is refused and that one of the messages is `expected`.
fn refused(text: &str, expected: &str) {
    let told = Folder::with(text).refused();
    assert!(
        told.lines().any(|line| line.starts_with(expected)),
        "expected {expected}\ntold {told}"
    );
}

/// Asserts that `text` serves with a warning.
fn warned(text: &str, expected: &str) {
    let told = Folder::with(text).warned();
    assert!(
        told.lines().any(|line| line.starts_with(expected)),
        "expected {expected}\ntold {told}"
    );
}

#[test]
fn without_any_file_the_echo_application_is_behind_the_gate() {
    let loaded = config::load(&environment(&[])).unwrap();
    let config = loaded.config;
    assert_eq!(loaded.warnings.findings, []);
    assert_eq!(config.public_origin(), "http://localhost:4180");
    assert_eq!(config.store.url.expose(), "sqlite://portcullis.db");
    assert_eq!(config.routes.len(), 1);
    assert_eq!(config.routes[0].name, "echo");
    assert_eq!(config.routes[0].upstream, [Upstream::Echo]);
    assert_eq!(config.routes[0].access, Access::SignedIn);
    assert!(!config.plugins.self_service.registration.enabled);
}

#[test]
fn a_file_without_routes_does_not_put_the_echo_application_behind_the_gate() {
    let folder = Folder::with("");
    assert_eq!(folder.load().unwrap().config.routes.len(), 0);
    assert_eq!(
        folder.warned(),
        "portcullis.toml: warning: routes: there is no route, so every address is answered with \
         404; add [[routes]]"
    );
}

#[test]
fn the_first_file_that_exists_is_read() {
    let folder = Folder::with(ROUTE);
    let search = vec![
        folder.path().join("absent.toml"),
        folder.path().join("portcullis.toml"),
    ];
    let loaded = config::load(&Sources {
        search,
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(loaded.config.routes[0].name, "app");
    assert_eq!(loaded.file, Some(folder.path().join("portcullis.toml")));
}

#[test]
fn a_file_that_was_named_must_exist() {
    let file = Some("/nowhere/portcullis.toml".into());
    let report = config::load(&Sources {
        file,
        ..Sources::default()
    })
    .unwrap_err()
    .to_string();
    assert!(report.starts_with("/nowhere/portcullis.toml: the configuration cannot be read"));
}

#[test]
fn the_environment_wins_over_the_file() {
    let folder = Folder::with(&format!("[session]\nlifespan = \"2h\"\n{ROUTE}"));
    let loaded = folder
        .load_with(&[
            ("PORTCULLIS__SESSION__LIFESPAN", "8h"),
            (
                "PORTCULLIS__PLUGINS__SELF_SERVICE__REGISTRATION__ENABLED",
                "true",
            ),
            (
                "PORTCULLIS__LISTEN__TRUSTED_PROXIES",
                "10.0.0.0/8, 192.168.1.1",
            ),
            ("PORTCULLIS__LISTEN__PROXY", "[::1]:4180"),
            ("PORTCULLIS__LIMITS__HEADER_COUNT", "50"),
            ("PORTCULLIS_UNRELATED", "1"),
            ("PATH", "/bin"),
        ])
        .unwrap();
    let config = loaded.config;
    assert_eq!(config.session.lifespan.as_secs(), 8 * 3600);
    assert!(config.plugins.self_service.registration.enabled);
    assert_eq!(config.listen.trusted_proxies.len(), 2);
    assert_eq!(config.listen.proxy.port(), 4180);
    assert_eq!(config.limits.header_count, 50);
}

#[test]
fn a_secret_of_digits_from_the_environment_stays_a_text() {
    let folder = Folder::with(ROUTE);
    let loaded = folder
        .load_with(&[
            ("PORTCULLIS__PROVIDERS__ACME__KIND", "oidc"),
            ("PORTCULLIS__PROVIDERS__ACME__CLIENT_ID", "0815"),
            ("PORTCULLIS__PROVIDERS__ACME__CLIENT_SECRET", "4711"),
            (
                "PORTCULLIS__PROVIDERS__ACME__ISSUER_URL",
                "https://id.example.org",
            ),
        ])
        .unwrap();
    let acme = &loaded.config.providers["acme"];
    assert_eq!(acme.client_id, "0815");
    assert_eq!(acme.client_secret.as_ref().unwrap().expose(), "4711");
    assert_eq!(
        acme.mapped_traits()["name.first"].value,
        "claims.given_name"
    );
}

#[test]
fn a_mistake_in_the_environment_names_the_variable() {
    let folder = Folder::with(ROUTE);
    let report = folder
        .load_with(&[
            ("PORTCULLIS__SESSION__LIFESPAN", "soon"),
            ("PORTCULLIS__SESION__LIFESPAN", "1h"),
        ])
        .unwrap_err()
        .to_string();
    assert!(
        report.contains(
            "environment variable PORTCULLIS__SESSION__LIFESPAN: session.lifespan: \"soon\" is no \
             duration"
        ),
        "{report}"
    );
    assert!(
        report.contains(
            "environment variable PORTCULLIS__SESION__LIFESPAN: sesion: unknown key; did you mean \
             `session`?"
        ),
        "{report}"
    );
}

#[test]
fn secrets_come_from_files_beside_the_configuration() {
    let folder = Folder::with(&format!(
        "[store]\nurl_file = \"store\"\n[session]\nsecret_file = \"key\"\n{ROUTE}"
    ))
    .and("store", "postgres://app:hunter2@db/app\n")
    .and("key", "0123456789abcdef0123456789abcdef\r\n");
    let config = folder.load().unwrap().config;
    assert_eq!(config.store.url.expose(), "postgres://app:hunter2@db/app");
    assert_eq!(
        config.session.secret.unwrap().expose(),
        "0123456789abcdef0123456789abcdef"
    );
}

#[test]
fn secrets_never_print() {
    let text = format!(
        "[store]\nurl = \"postgres://app:hunter2@db/app\"\n\
         [redis]\nurl = \"redis://:hunter2@cache\"\n\
         [session]\nsecret = \"hunter2hunter2hunter2hunter2hunter2\"\n\
         [providers.acme]\nkind = \"oidc\"\nclient_id = \"id\"\nclient_secret = \"hunter2\"\n\
         issuer_url = \"https://id.example.org\"\n{ROUTE}"
    );
    let folder = Folder::with(&text);
    let loaded = folder.load().unwrap();
    assert!(!format!("{loaded:?}").contains("hunter2"));
    assert!(!toml::to_string(&loaded.config).unwrap().contains("hunter2"));
    let sources = environment(&[("PORTCULLIS__SESSION__SECRET", "hunter2")]);
    assert!(!format!("{sources:?}").contains("hunter2"));
}

#[test]
fn secrets_never_print_in_messages_either() {
    for text in [
        "[session]\nsecret = [\"hunter2\"]\n",
        "[session]\nsecret = \"hunter2\n",
        "[session]\nsecret = \"hunter2\"\n",
        "[store]\nurl = \"hunter2\"\n",
        "[store]\nurl = \"ftp://u:hunter2@x\"\n",
        "public_url = \"https://u:hunter2@example.org\"\n",
        "[[routes]]\nname = \"a\"\nupstream = [\"http://u:hunter2@a\"]\n",
    ] {
        let refused = Folder::with(text).refused();
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn the_built_in_schema_serves_without_a_file() {
    let documents = Config::default().identity.schema_documents();
    assert_eq!(documents.len(), 1);
    let (id, document) = &documents[0];
    assert_eq!(id, "default");
    let traits = &document["properties"]["traits"];
    assert_eq!(traits["required"], serde_json::json!(["email"]));
    for path in [
        "/email/title",
        "/name/properties/first/title",
        "/academic-degree/title",
    ] {
        assert!(traits["properties"].pointer(path).is_some(), "{path}");
    }
}

#[test]
fn schemas_come_from_files_texts_and_base64() {
    let document = r#"{"properties":{"traits":{"properties":{"a":{"type":"string"}}}}}"#;
    let encoded =
        "eyJwcm9wZXJ0aWVzIjp7InRyYWl0cyI6eyJwcm9wZXJ0aWVzIjp7ImEiOnsidHlwZSI6InN0cmluZyJ9fX19fQ==";
    let folder = Folder::with(&format!(
        "{ROUTE}[[identity.schemas]]\nid = \"a\"\nfile = \"a.json\"\n\
         [[identity.schemas]]\nid = \"b\"\ninline = '{document}'\n\
         [[identity.schemas]]\nid = \"default\"\nbase64 = \"{encoded}\"\n"
    ))
    .and("a.json", document);
    let documents = folder.load().unwrap().config.identity.schema_documents();
    let ids: Vec<_> = documents.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "default"]);
    assert_eq!(documents[0].1, documents[1].1);
}

#[test]
fn paths_hosts_and_domains_are_brought_into_one_form() {
    let folder = Folder::with(
        "public_url = \"https://App.Example.org\"\n[session]\ncookie_domain = \"Example.org\"\n\
         [[routes]]\nname = \"a\"\nhost = \"App.Example.org\"\npath = \"/docs/\"\n\
         upstream = [\"https://docs:8443\"]\n",
    );
    let config = folder.load().unwrap().config;
    assert_eq!(config.public_origin(), "https://app.example.org");
    assert_eq!(config.session.cookie_domain.as_deref(), Some("example.org"));
    assert_eq!(config.routes[0].host.as_deref(), Some("app.example.org"));
    assert_eq!(config.routes[0].path, "/docs");
}
