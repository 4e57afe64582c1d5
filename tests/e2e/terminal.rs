//! Commands at a terminal: what they ask before they go on, and how far they say they are.

use std::fs;

use serde_json::json;

use crate::support::{ALICE, Route, TestGateway, gateway::Output};

/// What stands in a bar and in nothing else that is printed.
const BAR: &str = "% (still";

async fn running() -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

/// CU-27: only a yes counts; whoever says anything else, or nothing, has changed nothing.
#[tokio::test]
async fn a_question_at_a_terminal_is_answered_by_a_yes_alone() {
    let gateway = running().await;
    ALICE.sign_up(&gateway).await;
    let delete = ["delete-identity", "--email", ALICE.email];
    let is_there = || {
        gateway
            .run(&["get-identity", "--email", ALICE.email], "")
            .code
    };
    for typed in ["n\n", "\n", "yesterday\n", ""] {
        let asked = gateway.at_terminal(&delete, typed);
        assert_eq!(asked.code, 1, "{typed:?}: {asked:?}");
        assert!(asked.stdout.contains("[y/N]"), "{asked:?}");
        assert!(asked.stdout.contains("nothing was changed"), "{asked:?}");
        assert_eq!(is_there(), 0, "{typed:?}");
    }
    let done = gateway.at_terminal(&delete, "y\n");
    assert_eq!(done.code, 0, "{done:?}");
    assert_ne!(is_there(), 0);
}

/// A bar is for whoever sits at the terminal; it goes before the report, and programs see none.
#[tokio::test]
async fn an_import_at_a_terminal_says_how_far_it_is() {
    let gateway = running().await;
    let people: Vec<_> = (0..50)
        .map(|number| {
            let name = format!("p{number}");
            json!({"username": name, "email": format!("{name}@example.org"), "enabled": true})
        })
        .collect();
    let file = gateway.folder().join("theirs.json");
    fs::write(&file, json!({"users": people}).to_string()).unwrap();
    let file = file.display().to_string();
    let import = ["import", "keycloak-users", &file, "--dry-run"];
    let has_bar = |done: &Output| {
        assert_eq!(done.code, 0, "{done:?}");
        done.stdout.contains(BAR) || done.stderr.contains(BAR)
    };
    let shown = gateway.at_terminal(&import, "");
    assert!(has_bar(&shown), "{shown:?}");
    let (_, report) = shown.stdout.rsplit_once(BAR).unwrap();
    assert!(report.contains("50"), "the report stands below: {shown:?}");
    let taken_away = report.contains("\u{1b}[2K") || report.contains("\u{1b}[0K");
    assert!(taken_away, "{shown:?}");
    let for_programs = [&import[..], &["--output", "json"]].concat();
    assert!(!has_bar(&gateway.at_terminal(&for_programs, "")));
    assert!(!has_bar(&gateway.run(&import, "")));
}
