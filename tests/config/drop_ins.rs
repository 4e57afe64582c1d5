//! The files of `providers_dir`: read in the order of their names, each provider in one place only.

use std::fs;

use portcullis::config::{self, Sources};

use super::Folder;

const ACME: &str = "[providers.acme]\nkind = \"oidc\"\nclient_id = \"gate\"\nissuer_url = \"https://id.example.org\"\n";

fn folder(main: &str, files: &[(&str, &str)]) -> Folder {
    let folder = Folder::with(main);
    fs::create_dir(folder.path().join("providers.d")).unwrap();
    files.iter().fold(folder, |folder, (name, text)| {
        folder.and(&format!("providers.d/{name}"), text)
    })
}

/// What keeps the configuration from being taken, without advice.
fn problems(folder: &Folder) -> String {
    let refused = folder.refused();
    let problems: Vec<_> = refused
        .lines()
        .filter(|line| !line.contains(": warning: "))
        .collect();
    problems.join("\n")
}

#[test]
fn providers_of_all_files_are_one_table() {
    let other = ACME.replace("acme", "beta");
    let folder = folder(
        &ACME.replace("acme", "own"),
        &[
            ("b.toml", ACME),
            ("a.toml", &other),
            (".hidden.toml", "this is no TOML"),
            ("notes.txt", "neither is this"),
        ],
    );
    let config = folder.load().unwrap().config;
    let ids: Vec<_> = config.providers.keys().map(String::as_str).collect();
    assert_eq!(ids, ["acme", "beta", "own"]);
    let file = folder.path().join("providers.d/b.toml");
    assert_eq!(config.drop_ins.get("acme"), Some(&file));
    assert_eq!(config.drop_ins.get("own"), None);
}

#[test]
fn a_missing_folder_is_an_empty_one() {
    assert!(Folder::with("").load().is_ok());
    let elsewhere = Folder::with("providers_dir = \"more\"").load().unwrap();
    assert!(elsewhere.config.providers.is_empty());
    let none = folder("providers_dir = \"\"", &[("a.toml", ACME)]);
    assert!(none.load().unwrap().config.providers.is_empty());
}

#[test]
fn the_folder_and_its_providers_can_be_named_by_variables() {
    let folder = folder("providers_dir = \"nowhere\"", &[("a.toml", ACME)]);
    let loaded = folder.load_with(&[
        ("PORTCULLIS__PROVIDERS_DIR", "providers.d"),
        ("PORTCULLIS__PROVIDERS__ACME__CLIENT_SECRET", "hush"),
    ]);
    let config = loaded.unwrap().config;
    let secret = config.providers["acme"].client_secret.clone().unwrap();
    assert_eq!(secret.expose(), "hush");
}

#[test]
fn file_names_count_from_the_folder_of_the_file_they_stand_in() {
    let text = format!("{ACME}client_secret_file = \"acme.secret\"\n");
    let folder = folder("", &[("a.toml", &text), ("acme.secret", "hush\n")]);
    let config = folder.load().unwrap().config;
    let secret = config.providers["acme"].client_secret.clone().unwrap();
    assert_eq!(secret.expose(), "hush");
}

#[test]
fn a_provider_in_two_places_is_refused_with_both() {
    let main = format!("# one\n{ACME}");
    let refused = problems(&folder(&main, &[("a.toml", ACME)]));
    assert_eq!(
        refused,
        "providers.d/a.toml:1: providers.acme: it is written at portcullis.toml:2 too; keep one \
         of the two"
    );
    let refused = problems(&folder("", &[("a.toml", ACME), ("b.toml", ACME)]));
    assert_eq!(
        refused,
        "providers.d/b.toml:1: providers.acme: it is written at providers.d/a.toml:1 too; keep \
         one of the two"
    );
}

#[test]
fn every_mistake_names_the_file_and_the_line() {
    let wrong = format!("{ACME}lable = \"x\"\n");
    let more =
        "[providers.beta]\nkind = \"oidc\"\nclient_id = \"b\"\n[session]\nlifespan = \"1h\"\n";
    let refused = problems(&folder("", &[("a.toml", &wrong), ("b.toml", more)]));
    let lines: Vec<_> = refused.lines().collect();
    assert_eq!(lines.len(), 3, "{refused}");
    assert!(lines[0].starts_with("providers.d/a.toml:5: providers.acme.lable: unknown key"));
    assert!(lines[1].starts_with("providers.d/b.toml:1: providers.beta.issuer_url: it is missing"));
    assert_eq!(
        lines[2],
        "providers.d/b.toml:4: session: a file of providers_dir holds [providers.<id>] tables and \
         nothing else"
    );
}

#[test]
fn a_file_that_is_no_toml_is_named() {
    let refused = folder("", &[("a.toml", "[providers.acme\n"), ("b.toml", "=")]).refused();
    let lines: Vec<_> = refused.lines().collect();
    assert!(lines[0].starts_with("providers.d/a.toml:1:"), "{refused}");
    assert!(refused.contains("providers.d/b.toml:1:"), "{refused}");
}

#[test]
fn broken_files_are_left_out_where_providers_do_not_matter() {
    let past = |folder: &Folder| {
        let file = Some(folder.path().join("portcullis.toml"));
        config::load_past_drop_ins(&Sources {
            file,
            ..Sources::default()
        })
    };
    let whole = folder("", &[("a.toml", ACME)]);
    let (loaded, broken) = past(&whole).unwrap();
    assert!(broken.is_none());
    assert_eq!(loaded.drop_ins, 1);
    for wrong in ["[providers.beta\n", "[providers.beta]\nkind = \"gitlb\"\n"] {
        let half = folder("", &[("a.toml", ACME), ("b.toml", wrong)]);
        let (loaded, broken) = past(&half).unwrap();
        let told = broken.unwrap().to_string();
        assert!(told.contains("providers.d/b.toml:"), "{told}");
        let ids: Vec<_> = loaded.config.providers.keys().collect();
        assert_eq!(ids, ["acme"]);
    }
    let main = folder("prefx = 1\n", &[("b.toml", "[providers.beta\n")]);
    assert!(past(&main).is_err());
}
