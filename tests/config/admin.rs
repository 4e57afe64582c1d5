//! Mistakes in `[plugins.admin]`.

use portcullis::config::AdminAuth;

use crate::Folder;

fn with(lines: &str) -> String {
    format!("[plugins.admin]\n{lines}\n")
}

/// CU-09, HA-19.
#[test]
fn nobody_is_asked_only_where_the_listener_is_on_this_machine() {
    let own = Folder::with(&with("auth = \"none\""));
    let section = own.load().unwrap().config.plugins.admin.unwrap();
    assert_eq!(section.auth, AdminAuth::None);
    let told = own.all_warnings();
    assert!(
        told.contains("plugins.admin.auth: whoever reaches"),
        "{told}"
    );
    let listen = "[listen]\nadmin = \"0.0.0.0:4434\"\n";
    let open = format!("{listen}{}", with("auth = \"none\""));
    let told = Folder::with(&open).refused();
    assert!(
        told.contains("plugins.admin.auth: 0.0.0.0:4434 is reachable"),
        "{told}"
    );
}

#[test]
fn what_makes_no_admin_api_is_told() {
    for (line, expected) in [
        (
            "public_url = \"https://a.test/x\"",
            "plugins.admin.public_url: it is an origin",
        ),
        (
            "public_url = \"ftp://a.test\"",
            "plugins.admin.public_url: it is an origin",
        ),
        (
            "allowed_hosts = [\"a.test:80\"]",
            "plugins.admin.allowed_hosts",
        ),
        (
            "allowed_hosts = [\"https://a.test\"]",
            "plugins.admin.allowed_hosts",
        ),
        (
            "allowed_hosts = [\"A.test\"]",
            "plugins.admin.allowed_hosts",
        ),
        (
            "token_lifespan = \"1s\"",
            "plugins.admin.token_lifespan: nothing is done",
        ),
        ("auth = \"password\"", "plugins.admin.auth"),
    ] {
        let told = Folder::with(&with(line)).refused();
        assert!(told.contains(expected), "expected {expected}\ntold {told}");
    }
}
