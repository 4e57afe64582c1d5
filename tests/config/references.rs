//! References in the place of secrets (CU-21).

use std::fs;

use portcullis::config::{self, Loaded, Report, Sources};

use super::Folder;

fn load(folder: &Folder) -> Result<Loaded, Report> {
    let variable = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    config::load(&Sources {
        file: Some(folder.path().join("portcullis.toml")),
        variables: [("CORP_SECRET", "hush-env\n"), ("NOTHING", "")]
            .map(variable)
            .into(),
        ..Sources::default()
    })
}

fn provider(secret: &str) -> String {
    format!(
        "[providers.acme]\nkind = \"oidc\"\nclient_id = \"gate\"\n\
         issuer_url = \"https://id.example.org\"\nclient_secret = \"{secret}\"\n"
    )
}

#[test]
fn a_secret_may_say_where_it_is() {
    let files = Folder::with("").and("all.json", r#"{"corp": "hush-json"}"#);
    let files = files.and("one", "hush-file\n");
    let path = files.path().display();
    for (written, meant) in [
        ("env:CORP_SECRET", "hush-env"),
        (&*format!("file://{path}/one"), "hush-file"),
        (&*format!("file://{path}/all.json#corp"), "hush-json"),
        ("literal:env:CORP_SECRET", "env:CORP_SECRET"),
        ("hush", "hush"),
    ] {
        let loaded = load(&Folder::with(&provider(written))).unwrap();
        let secret = loaded.config.providers["acme"].client_secret.as_ref();
        assert_eq!(secret.unwrap().expose(), meant);
    }
    let mail = "[mail]\nurl = \"env:NOWHERE\"\nfrom = \"a@example.org\"\n";
    let told = load(&Folder::with(mail)).unwrap_err().to_string();
    assert!(
        told.contains("2: mail.url: the environment has no text in NOWHERE"),
        "{told}"
    );
}

#[test]
fn a_reference_that_leads_nowhere_is_told_by_its_name() {
    let files = Folder::with("").and("all.json", r#"{"corp": "hush-json"}"#);
    let path = files.path().display();
    for (written, reason) in [
        (
            "env:NOWHERE",
            "the environment has no text in NOWHERE".to_owned(),
        ),
        ("env:NOTHING", "NOTHING is empty".to_owned()),
        ("file://one", "a file is named whole".to_owned()),
        (&*format!("file://{path}/none"), format!("{path}/none: ")),
        (
            &*format!("file://{path}/all.json#other"),
            format!("{path}/all.json has no text under other"),
        ),
    ] {
        let told = load(&Folder::with(&provider(written)))
            .unwrap_err()
            .to_string();
        let start = format!("5: providers.acme.client_secret: {reason}");
        let found = told.contains(&start) || told.contains(&format!("client_secret: {reason}"));
        assert!(found, "{told}");
        assert!(!told.contains("hush"), "{told}");
    }
}

/// Whoever writes lists may be somebody at a console of another system.
#[test]
fn tables_of_ours_have_references_and_lists_of_kratos_have_none() {
    let folder = Folder::with("");
    fs::create_dir(folder.path().join("providers.d")).unwrap();
    let list = r#"[{"id": "hub", "provider": "github", "client_id": "x", "client_secret": "env:CORP_SECRET"}]"#;
    let folder = folder.and("providers.d/list.json", list);
    let folder = folder.and("providers.d/own.toml", &provider("env:CORP_SECRET"));
    let providers = load(&folder).unwrap().config.providers;
    let secret = |id: &str| {
        providers[id]
            .client_secret
            .as_ref()
            .unwrap()
            .expose()
            .to_owned()
    };
    assert_eq!(
        (secret("acme"), secret("hub")),
        ("hush-env".to_owned(), "env:CORP_SECRET".to_owned())
    );
}
