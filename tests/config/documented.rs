//! The file that lists every key is true: it holds the defaults, and no key is missing from it.

use std::{collections::BTreeSet, fs};

use portcullis::config::{self, Config, Sources};
use toml::{Table, Value};

fn file(name: &str) -> String {
    fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The text with every commented key uncommented.
fn uncommented(text: &str) -> String {
    let is_key = |line: &str| {
        let key = line.split(" = ").next().unwrap_or_default();
        let bare = |c: char| c.is_ascii_alphanumeric() || "-_.\"".contains(c);
        line.contains(" = ") && !key.is_empty() && key.chars().all(bare)
    };
    let lines = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if rest.starts_with('[') || is_key(rest) => rest,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Tables whose keys are of one's own choice.
const FREE: [&str; 8] = [
    "plugins.self-service.form_modules",
    "providers",
    "providers.*.authorization_parameters",
    "providers.*.map",
    "providers.*.map.*.rename",
    "providers.*.require_claims",
    "required_actions",
    "routes.set_headers",
];

/// The paths of all keys, with list positions and ids of providers and headers left out.
fn keys(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                let free = FREE.contains(&at);
                let key = if free { "*" } else { key };
                let path = if at.is_empty() {
                    key.to_owned()
                } else {
                    format!("{at}.{key}")
                };
                keys(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(list) => list.iter().for_each(|element| keys(element, at, found)),
        _ => {}
    }
}

/// The fields of the struct that `text` reaches, as its own refusal of a made-up key lists them.
fn fields(text: &str) -> Vec<String> {
    let error = toml::from_str::<Config>(text).expect_err("made-up keys are refused");
    let message = error.message().to_owned();
    if !message.contains("unknown field `made-up`") {
        return Vec::new();
    }
    message
        .split('`')
        .skip(3)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// Walks the structs down from `table`, each found by how it refuses a made-up key.
fn walk(prefix: &str, table: &str, found: &mut BTreeSet<String>) {
    for field in fields(&format!("{table}made-up = 1")) {
        let path = if prefix.is_empty() {
            field.clone()
        } else {
            format!("{prefix}.{field}")
        };
        found.insert(path.clone());
        let real = path.replace('*', "x");
        let inner = |header: &str| format!("{table}{header}\n");
        let is_struct = |table: &String| !fields(&format!("{table}made-up = 1")).is_empty();
        let [plain, list, map] = [
            inner(&format!("[{real}]")),
            inner(&format!("[[{real}]]")),
            inner(&format!("[{real}.x]")),
        ];
        if is_struct(&plain) {
            walk(&path, &plain, found);
        } else if is_struct(&list) {
            walk(&path, &list, found);
        } else if is_struct(&map) {
            walk(&format!("{path}.*"), &map, found);
        }
    }
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    let documented: Config = toml::from_str(&file("config/portcullis.toml")).unwrap();
    let documented = toml::Value::try_from(documented).unwrap();
    assert_eq!(
        documented,
        toml::Value::try_from(Config::default()).unwrap()
    );
}

#[test]
fn every_default_is_written_out() {
    let written: Table = toml::from_str(&file("config/portcullis.toml")).unwrap();
    let mut written_keys = BTreeSet::new();
    keys(&Value::Table(written), "", &mut written_keys);
    let mut defaults = BTreeSet::new();
    keys(
        &Value::try_from(Config::default()).unwrap(),
        "",
        &mut defaults,
    );
    defaults.retain(|key| !["routes", "providers", "identity.schemas"].contains(&key.as_str()));
    let missing: Vec<_> = defaults.difference(&written_keys).collect();
    assert!(
        missing.is_empty(),
        "not in config/portcullis.toml: {missing:?}"
    );
}

#[test]
fn every_key_is_documented() {
    let mut known = BTreeSet::new();
    walk("", "", &mut known);
    for key in [
        "routes.timeouts.connect",
        "providers.*.hosted_domains",
        "listen.tls.key_file",
    ] {
        assert!(known.contains(key), "the walk misses {key}");
    }
    let example: Table = toml::from_str(&uncommented(&file("config/portcullis.toml"))).unwrap();
    let mut documented = BTreeSet::new();
    keys(&Value::Table(example), "", &mut documented);
    let missing: Vec<_> = known.difference(&documented).collect();
    assert!(
        missing.is_empty(),
        "not in config/portcullis.toml: {missing:?}"
    );
    let guide = file("docs/configuration.md");
    let explained = |key: &&String| {
        let name = key
            .rsplit('.')
            .find(|part| *part != "*")
            .unwrap_or_default();
        guide.contains(&format!("`{name}`")) || guide.contains(&format!("[{name}"))
    };
    let missing: Vec<_> = known.iter().filter(|key| !explained(key)).collect();
    assert!(
        missing.is_empty(),
        "not in docs/configuration.md: {missing:?}"
    );
}

#[test]
fn the_documented_file_passes_the_check() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/portcullis.toml");
    let loaded = config::load(&Sources {
        file: Some(file.into()),
        ..Sources::default()
    });
    assert!(loaded.is_ok(), "{:?}", loaded.err());
}
