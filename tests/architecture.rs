//! The invariants of the house, checked over `cargo metadata` and the source tree.
//!
//! deny.toml says some of this again for people who have cargo-deny; these tests need only cargo.
#![expect(
    clippy::expect_used,
    reason = "a tree that cannot be read fails the test"
)]

#[path = "architecture/licence.rs"]
mod licence;
#[path = "architecture/metadata.rs"]
mod metadata;
#[path = "architecture/migrations.rs"]
mod migrations;
#[path = "architecture/source.rs"]
mod source;

use metadata::Metadata;
use source::{Source, root};

/// Who may name a crate in a path: prefixes of files, relative to the repository.
const FENCES: [(&[&str], &[&str]); 6] = [
    (
        &["pingora*"],
        &["src/listener", "src/proxy", "src/upstream"],
    ),
    (&["axum*"], &["plugins/"]),
    (&["openidconnect"], &["providers/oidc/"]),
    (&["redis", "moka", "sqlx", "sea_query"], &["src/store"]),
    (&["figment"], &["src/config/load.rs"]),
    (&["lettre"], &["src/mail/"]),
];

/// Which workspace crates a workspace crate may depend on, by folder; the root package is free.
const DIRECTION: [(&str, &[&str]); 5] = [
    ("src/core", &[]),
    ("plugins/kit", &["portcullis-core"]),
    ("plugins/", &["portcullis-core", "portcullis-kit"]),
    ("providers/oidc", &["portcullis-core"]),
    ("providers/", &["portcullis-core", "portcullis-oidc"]),
];

/// The WebDriver client of the browser tests, MPL-2.0: it is no part of the gateway.
const TESTS_ONLY: &str = "webdriver";

const FOLDERS: [&str; 9] = [
    "src",
    "plugins",
    "providers",
    "config",
    "tests",
    "examples",
    "benches",
    "fuzz",
    "docs",
];

#[test]
fn dependencies_point_downward() {
    let metadata = Metadata::read();
    let members = metadata.members();
    assert!(members.len() > 5, "the workspace has members: {members:?}");
    for member in &members {
        let folder = member.folder();
        let Some((_, allowed)) = DIRECTION
            .iter()
            .find(|(prefix, _)| folder.starts_with(prefix))
        else {
            let free = folder.is_empty() || folder.starts_with("examples/");
            assert!(
                free,
                "{} has no place in the direction of dependencies",
                member.name()
            );
            continue;
        };
        let own = |name: &&str| members.iter().any(|other| other.name() == *name);
        for dependency in member.dependencies().filter(own) {
            // local stands beside oidc, not on it.
            let allowed = if folder == "providers/local" {
                &["portcullis-core"]
            } else {
                *allowed
            };
            let name = member.name();
            assert!(
                allowed.contains(&dependency),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn the_contract_reaches_neither_runtime_nor_framework_nor_store() {
    let banned = [
        "tokio",
        "hyper",
        "axum",
        "pingora",
        "redis",
        "sqlx",
        "reqwest",
        "mio",
        "async-std",
    ];
    for name in Metadata::read().closure("portcullis-core") {
        let first = name.split_once('-').map_or(&*name, |(first, _)| first);
        assert!(!banned.contains(&first), "portcullis-core reaches {name}");
    }
}

#[test]
fn frameworks_stay_behind_their_fences() {
    for source in source::production() {
        for (crates, allowed) in FENCES {
            let inside = allowed.iter().any(|prefix| source.path.starts_with(prefix));
            for name in crates {
                let found = (!inside).then(|| source.names_crate(name)).flatten();
                assert_eq!(
                    found, None,
                    "{}: {name} belongs into {allowed:?}",
                    source.path
                );
            }
        }
    }
}

#[test]
fn only_ring_and_rustls_do_cryptography_for_tls() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    for line in lock
        .lines()
        .filter_map(|line| line.strip_prefix("name = \""))
    {
        let name = line.trim_end_matches('"');
        // openssl-probe only looks for certificate folders, in Rust.
        let banned = ["openssl", "openssl-sys", "openssl-src"].contains(&name)
            || name.starts_with("native-tls")
            || name.starts_with("aws-lc")
            || name.starts_with("boring");
        assert!(!banned, "{name} is in Cargo.lock");
    }
}

#[test]
fn every_licence_permits_what_ours_does() {
    let mut licences = Metadata::read().licences();
    licences.retain(|(name, licence)| !licence::permits(licence) && name != TESTS_ONLY);
    assert!(licences.is_empty(), "{licences:?}");
}

#[test]
fn every_shared_dependency_says_why_it_is_there() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let (_, section) = manifest
        .split_once("[workspace.dependencies]\n")
        .expect("the section");
    let section = section.split("\n[").next().expect("a first part");
    let mut above = "";
    for line in section.lines() {
        let entry = !line.starts_with('#') && line.contains(" = ");
        assert!(!entry || above.starts_with("# "), "no reason above: {line}");
        above = line;
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for source in source::everything() {
        let Source { path, .. } = &source;
        let lines = source.production_part().lines().count();
        assert!(lines <= 400, "{path} has {lines} lines");
        let described = source
            .text
            .trim_start_matches("#![no_main]\n")
            .starts_with("//!");
        assert!(described, "{path} does not begin with a module doc");
    }
}

#[test]
fn files_are_named_after_what_they_hold() {
    let empty_words = [
        "mod", "util", "utils", "helper", "helpers", "common", "types", "misc", "handler",
    ];
    for source in source::everything() {
        let path = &source.path;
        let stem = path
            .rsplit('/')
            .next()
            .expect("a name")
            .trim_end_matches(".rs");
        assert!(
            !empty_words.contains(&stem),
            "{path} says nothing with its name"
        );
        let vague = stem.contains("manager") || source.declares("Manager");
        assert!(!vague, "{path} manages, where it should say what it does");
    }
}

#[test]
fn nothing_outside_tests_can_panic() {
    let ways = [
        ".unwrap()",
        ".expect(",
        "panic!(",
        "todo!(",
        "unimplemented!(",
        "unwrap_err()",
    ];
    for source in source::production() {
        for way in ways {
            let found = source.code_line_with(way);
            assert_eq!(found, None, "{}: {way} outside tests", source.path);
        }
    }
}

#[test]
fn only_the_pipeline_makes_a_permit() {
    for source in source::production() {
        if source.path.starts_with("src/pipeline") {
            continue;
        }
        let made = source.production_part().lines().find(|line| {
            let literal = line.contains("Permit {") && !line.contains("for Permit {");
            line.contains("Permit::new") || literal
        });
        assert_eq!(made, None, "{} makes a permit", source.path);
    }
}

#[test]
fn no_test_waits_for_a_fixed_time_or_is_left_out() {
    for source in source::everything() {
        let tests = source.test_part();
        for banned in ["sleep(", "#[ignore"] {
            let found = tests
                .lines()
                .find(|line| source::code(line).contains(banned));
            assert_eq!(found, None, "{}: {banned} in a test", source.path);
        }
    }
}

#[test]
fn every_part_introduces_itself() {
    for group in ["plugins", "providers", "examples"] {
        for folder in source::folders(&root().join(group)) {
            let introduced = folder.join("README.md").is_file();
            assert!(introduced, "{} has no README.md", folder.display());
        }
    }
}

#[test]
fn the_top_level_is_as_agreed() {
    for folder in source::folders(root()) {
        let name = folder
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a readable name");
        let known = FOLDERS.contains(&name) || name == "target" || name.starts_with('.');
        assert!(known, "{name}/ has no place at the top level");
    }
}
