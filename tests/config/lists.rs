//! Lists of providers as Kratos' configuration has them, among the files of `providers_dir` (XP-10).

use std::fs;

use super::Folder;

fn folder(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::with("");
    fs::create_dir(folder.path().join("providers.d")).unwrap();
    files.iter().fold(folder, |folder, (name, text)| {
        folder.and(&format!("providers.d/{name}"), text)
    })
}

/// The problems of a list, without advice.
fn problems(text: &str) -> Vec<String> {
    let refused = folder(&[("providers.json", text)]).refused();
    let lines = refused.lines().map(str::to_owned);
    lines.filter(|line| !line.contains(": warning: ")).collect()
}

const LIST: &str = r#"[
  {
    "id": "acme", "provider": "generic", "client_id": "gate", "client_secret": "hush",
    "issuer_url": "https://id.example.org",
    "mapper_url": "https://ada:lovelace@files.example.org/acme.jsonnet?key=1",
    "scope": ["profile", "email", "groups"],
    "label": "", "requested_claims": null, "auth_url": "",
    "claims_source": "id_token",
    "account_linking_mode": "automatic", "update_identity_on_login": "automatic",
    "aal2_amr_values": ["mfa"], "pkce": "never"
  },
  {
    "id": "work", "provider": "microsoft", "client_id": "gate", "client_secret": "hush",
    "microsoft_tenant": "9188040d-6c67-4c5b-b112-36a304b66dad",
    "mapper_url": "base64://bG9jYWw="
  },
  {
    "id": "fruit", "provider": "apple", "client_id": "gate", "client_secret": "",
    "apple_team_id": "T", "apple_private_key_id": "K", "apple_private_key": KEY,
    "mapper_url": "file:///etc/config/apple.jsonnet"
  }
]"#;

/// The list with a key of its own making.
fn list() -> String {
    let names = vec!["localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = serde_json::to_string(&made.signing_key.serialize_pem()).unwrap();
    LIST.replace("KEY", &key)
}

/// XP-10.
#[test]
fn a_list_of_kratos_is_read_as_tables() {
    let list = list();
    let folder = folder(&[
        ("providers.json", &list),
        ("..data", "x"),
        (".hidden.json", "{"),
    ]);
    let config = folder.load().unwrap().config;
    let acme = &config.providers["acme"];
    assert_eq!(acme.kind.as_str(), "oidc");
    assert_eq!(acme.scopes, ["openid", "profile", "email", "groups"]);
    assert_eq!(acme.client_secret.as_ref().unwrap().expose(), "hush");
    assert_eq!(acme.issuer(), Some("https://id.example.org"));
    assert_eq!((acme.label.as_deref(), acme.userinfo), (None, false));
    assert_eq!(format!("{:?} {:?}", acme.link, acme.sync), "Auto Force");
    assert_eq!(acme.aal2_amr_values, ["mfa"]);
    let work = &config.providers["work"];
    assert_eq!(work.tenant(), "9188040d-6c67-4c5b-b112-36a304b66dad");
    assert_eq!(format!("{:?}", work.subject_source), "Sub");
    let fruit = &config.providers["fruit"];
    assert_eq!(fruit.team_id.as_deref(), Some("T"));
    assert_eq!(fruit.key_id.as_deref(), Some("K"));
    let file = folder.path().join("providers.d/providers.json");
    assert_eq!(config.drop_ins.get("work"), Some(&file));
}

/// XP-10.
#[test]
fn what_of_a_list_is_not_followed_is_told_with_its_line() {
    let list = list();
    let folder = folder(&[("providers.json", &list)]);
    let told = folder.warned();
    for line in [
        "providers.d/providers.json:5: warning: providers.acme.mapper_url: the Jsonnet mapper \
         https://files.example.org/acme.jsonnet is not run: where it refused people, nobody is refused \
         now; the claims of kind \"oidc\" become the traits email, name.first, name.last as always; a \
         table in a .toml file says whom to admit (allow_domains, require_claims)",
        "providers.d/providers.json:10: warning: providers.acme.pkce: it does nothing: PKCE is used \
         always",
        "providers.d/providers.json:15: warning: providers.work.mapper_url: the Jsonnet mapper that \
         stands here is not run: where it refused people, nobody is refused now",
        "providers.d/providers.json:20: warning: providers.fruit.mapper_url: the Jsonnet mapper \
         file:///etc/config/apple.jsonnet is not run: where it refused people, nobody is refused now",
    ] {
        assert!(
            told.lines().any(|one| one.starts_with(line)),
            "{line}\n{told}"
        );
    }
    assert!(
        !told.contains("lovelace") && !told.contains("key=1"),
        "{told}"
    );
    assert_eq!(folder.load().unwrap().config.drop_in_losses.len(), 4);
}

/// XP-10.
#[test]
fn every_mistake_of_a_list_names_the_file_and_the_key() {
    let told = problems(
        r#"[
  { "id": "a", "provider": "generic", "client_id": "x", "client_secrt": "hush", "mapper_url": "" },
  { "id": "b", "provider": "gogle", "client_id": "x" },
  { "id": "c", "provider": "amazon", "client_id": "x" },
  { "provider": "google", "client_id": "x" },
  { "id": "d", "provider": "google", "client_id": 7, "client_secret": "y" },
  { "id": "d", "provider": "google", "client_id": "x", "client_secret": "y" },
  { "id": "e", "provider": "google", "client_id": "x", "client_secret": "y", "pkce": "maybe",
    "scope": "openid" },
  7,
  { "id": "f", "provider": "google", "client_id": "x", "client_secret": "y",
    "microsoft_tenant": "common" }
]"#,
    );
    let expected = [
        (
            2,
            "providers.a.client_secrt: unknown key; did you mean `client_secret`?",
        ),
        (2, "providers.a.issuer_url: it is missing"),
        (
            3,
            "providers.b.provider: \"gogle\" is not known here; did you mean `google`?",
        ),
        (
            4,
            "providers.c.provider: nothing here speaks with \"amazon\"",
        ),
        (5, "providers[3].id: it is missing; write the provider's id"),
        (6, "providers.d.client_id: a text is needed"),
        (6, "providers.d.client_id: it is missing"),
        (
            7,
            "providers.d: another provider of this list has the same id",
        ),
        (8, "providers.e.pkce: \"maybe\" is not known here"),
        (9, "providers.e.scope: a list of texts is needed"),
        (10, "providers[7]: a provider is an object here"),
        (
            12,
            "providers.f.microsoft_tenant: only kind \"microsoft\" knows",
        ),
    ];
    for (line, text) in expected {
        let start = format!("providers.d/providers.json:{line}: {text}");
        assert!(
            told.iter().any(|one| one.starts_with(&start)),
            "{start}\n{told:#?}"
        );
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    assert!(!told.concat().contains("hush"));
}

/// XP-10.
#[test]
fn what_is_no_list_is_refused_and_what_is_blank_names_nobody() {
    for (text, start) in [
        (
            "7",
            "providers.d/providers.json:1: providers: a .json file of providers_dir is a list",
        ),
        (
            "[\n{",
            "providers.d/providers.json:2:1: this is no JSON: EOF",
        ),
    ] {
        let told = problems(text);
        assert!(told[0].starts_with(start), "{told:?}");
    }
    for text in ["", "\n", "null", "[]"] {
        let loaded = folder(&[("providers.json", text)]).load().unwrap();
        assert!(loaded.config.providers.is_empty());
        assert_eq!(loaded.drop_ins, 1);
    }
}

/// XP-10: such as what a key of a file beside it names.
#[test]
fn an_object_beside_the_files_is_passed_over_with_a_warning() {
    let key = r#"{"d": "hush", "id": "x", "provider": "github"}"#;
    let loaded = folder(&[("acme.key.json", key)]).load().unwrap();
    assert!(loaded.config.providers.is_empty());
    let told = loaded.warnings.to_string();
    assert!(
        told.contains("acme.key.json:1: warning: providers: it is passed over"),
        "{told}"
    );
    assert!(!told.contains("hush"));
}

/// XP-10.
#[test]
fn a_provider_in_a_list_and_elsewhere_is_refused_with_both() {
    let toml = "[providers.acme]\nkind = \"oidc\"\nclient_id = \"gate\"\n\
                issuer_url = \"https://id.example.org\"\n";
    let list = "[\n{\"id\": \"acme\", \"provider\": \"github\", \"client_id\": \"x\", \
                \"client_secret\": \"y\"}]";
    let refused = folder(&[("a.json", list), ("b.toml", toml)]).refused();
    assert!(
        refused.contains(
            "providers.d/b.toml:1: providers.acme: it is written at providers.d/a.json:2 too; keep \
             one of the two"
        ),
        "{refused}"
    );
}
