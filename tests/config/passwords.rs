//! `[identity.password]`: what passwords may be like.

use portcullis_local::OnFailure;

use crate::{Folder, refused, route, warned};

const BREACHED: &str = "[identity.password.breached]\nenabled = true\n";

#[test]
fn the_rules_for_passwords_have_bounds() {
    for (line, told) in [
        ("min_score = 5", "min_score: 5 is above 4"),
        (
            "history = 25",
            "history: comparing with 25 passwords takes too long",
        ),
    ] {
        let text = route(&format!("[identity.password]\n{line}"));
        refused(
            &text,
            &format!("portcullis.toml:5: identity.password.{told}"),
        );
    }
    for (line, told) in [
        (
            "url = \"ftp://list/\"",
            "url: a range server is asked by https",
        ),
        (
            "timeout = \"0s\"",
            "timeout: nobody waits that long, or at all",
        ),
        (
            "file = \"none.txt\"",
            "file: the list of breached passwords cannot be asked",
        ),
    ] {
        let text = route(&format!("{BREACHED}{line}"));
        let told = format!("portcullis.toml:6: identity.password.breached.{told}");
        refused(&text, &told);
    }
    let clear = route(&format!("{BREACHED}url = \"http://ranges.example.org/\""));
    warned(
        &clear,
        "portcullis.toml:6: warning: identity.password.breached.url: whoever listens learns parts",
    );
}

#[test]
fn a_list_of_breached_passwords_is_found_beside_the_configuration() {
    let list = format!("{}:9\n", "0".repeat(40));
    let text = route(&format!(
        "{BREACHED}file = \"list.txt\"\non_failure = \"refuse\""
    ));
    let folder = Folder::with(&text).and("list.txt", &list);
    let breached = folder.load().unwrap().config.identity.password.breached;
    assert!(breached.file.unwrap().ends_with("list.txt"));
    assert_eq!(breached.on_failure, OnFailure::Refuse);
    let empty = folder.and("list.txt", "").load();
    assert!(empty.unwrap_err().to_string().contains("it is empty"));
}
