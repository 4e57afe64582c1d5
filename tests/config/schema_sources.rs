//! Schemas that stand in a folder or at an address (CU-17, CU-18).

use std::fs;

use crate::{Folder, ROUTE};

const SCHEMA: &str =
    "{\n  \"properties\": {\n    \"team\": { \"type\": \"string\", \"maxLength\": 9 } } }";

fn folder(keys: &str, files: &[(&str, &str)]) -> Folder {
    let text = format!("{ROUTE}[identity]\nschemas_dir = \"schemas\"\n{keys}");
    let folder = Folder::with(&text);
    fs::create_dir(folder.path().join("schemas")).unwrap();
    files.iter().fold(folder, |folder, (name, text)| {
        folder.and(&format!("schemas/{name}"), text)
    })
}

/// CU-17, CU-18.
#[test]
fn a_folder_of_schemas_is_read_by_the_names_of_its_files() {
    let files = [
        ("customer", SCHEMA),
        ("staff.v1.json", SCHEMA),
        ("default.schema", "customer\n"),
        (".hidden", "{"),
        ("..data", "{"),
    ];
    let identity = folder("", &files).load().unwrap().config.identity;
    let documents = identity.schema_documents();
    let ids: Vec<_> = documents.iter().map(|(id, _)| &**id).collect();
    assert_eq!(ids, ["default", "customer", "staff.v1"]);
    assert_eq!(identity.default_id(), "customer");
    let built_in = folder("", &[("default.json", SCHEMA)]).load().unwrap();
    let documents = built_in.config.identity.schema_documents();
    assert_eq!(documents.len(), 1, "one of its name stands for it");
    assert!(documents[0].1.pointer("/properties/team").is_some());
}

/// CU-17, CU-18.
#[test]
fn what_is_wrong_in_the_folder_is_told_with_its_file() {
    for (files, keys, expected) in [
        (
            &[("a.json", "{\n  \"type\":,\n}")][..],
            "",
            "schemas/a.json:2:10: identity.schemas_dir.file: the schema is no JSON",
        ),
        (
            &[("a b", SCHEMA)][..],
            "",
            "schemas/a b: identity.schemas_dir: \"a b\" is no schema id",
        ),
        (
            &[("a", SCHEMA), ("a.json", SCHEMA)][..],
            "",
            "schemas/a.json: identity.schemas_dir: another file of the folder holds the schema \"a\"",
        ),
        (
            &[("a", SCHEMA)][..],
            "[[identity.schemas]]\nid = \"a\"\ninline = '{}'\n",
            "schemas/a: identity.schemas_dir: the schema \"a\" is written in [[identity.schemas]] too",
        ),
        (
            &[("a", SCHEMA), ("default.schema", "b")][..],
            "",
            "schemas/default.schema: identity.schemas_dir: there is no schema \"b\"; write one of",
        ),
    ] {
        let told = folder(keys, files).refused();
        assert!(
            told.lines().any(|line| line.starts_with(expected)),
            "expected {expected}\ntold {told}"
        );
    }
    let away = Folder::with(&format!("{ROUTE}[identity]\nschemas_dir = \"away\"\n")).refused();
    assert!(away.contains("away: the folder cannot be read"), "{away}");
}

fn fetched(keys: &str) -> String {
    format!("{ROUTE}[[identity.schemas]]\nid = \"a\"\n{keys}\n")
}

/// CU-17.
#[test]
fn a_schema_is_fetched_from_this_machine_or_over_tls_only() {
    let digest = "0".repeat(64);
    for good in [
        "url = \"https://files.example.org/a.json\"".to_owned(),
        "url = \"http://127.0.0.1:8080/a.json\"".to_owned(),
        format!("url = \"http://localhost/a.json\"\nsha256 = \"{digest}\""),
    ] {
        let config = Folder::with(&fetched(&good)).load().unwrap().config;
        let ids = config.identity.schema_documents();
        assert_eq!(ids.len(), 1, "nothing is fetched by reading");
    }
    for (keys, expected) in [
        (
            "url = \"http://files.example.org/a\"",
            "url: whoever is on the way",
        ),
        (
            "url = \"https://a:b@files.example.org/a\"",
            "url: addresses are told in the log",
        ),
        (
            "url = \"ftp://files.example.org/a\"",
            "url: schemas are fetched over https:// only",
        ),
        ("url = \"/a\"", "url: this is no absolute URL"),
        (
            "url = \"https://x.example\"\nsha256 = \"1\"",
            "sha256: this is no SHA-256",
        ),
        (
            "inline = '{}'\nsha256 = \"1\"",
            "sha256: it is of what is fetched from a url",
        ),
        (
            "inline = '{}'\nurl = \"https://x.example\"",
            " the schema has several sources",
        ),
    ] {
        let told = Folder::with(&fetched(keys)).refused();
        assert!(told.contains(expected), "expected {expected}\ntold {told}");
    }
}
