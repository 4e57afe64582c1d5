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

fn at_socket(listen: &str, lines: &str) -> String {
    let admin = "admin = \"unix:/run/portcullis/admin.sock\"";
    format!("[listen]\n{admin}\n{listen}\n{}", with(lines))
}

/// HA-19: the file system says who opens a socket, so that nobody has to be asked there.
#[test]
fn nobody_is_asked_at_a_socket_if_that_is_wanted() {
    let told = Folder::with(&at_socket("", "auth = \"none\"")).all_warnings();
    for expected in [
        "plugins.admin.auth: whoever may open the admin socket may do everything",
        "plugins.admin.console: no browser opens a socket",
    ] {
        assert!(told.contains(expected), "expected {expected}\ntold {told}");
    }
    let quiet = "public_url = \"http://localhost:4434\"";
    let own = Folder::with(&at_socket("admin_socket_mode = \"0660\"", quiet));
    let config = own.load().unwrap().config;
    assert_eq!(config.listen.admin_socket_mode.bits(), 0o660);
    let told = own.all_warnings();
    assert!(!told.contains("plugins.admin"), "{told}");
    assert!(!told.contains("listen"), "{told}");
}

/// HA-19.
#[test]
fn what_opens_a_socket_to_many_or_names_none_is_told() {
    let told = Folder::with(&at_socket("admin_socket_mode = \"0666\"", "")).all_warnings();
    let expected = "listen.admin_socket_mode: every process of this machine";
    assert!(told.contains(expected), "{told}");
    let idle = Folder::with("[listen]\nadmin_socket_mode = \"0660\"\n").all_warnings();
    assert!(idle.contains("listen.admin is no socket"), "{idle}");
    for (line, expected) in [
        ("admin = \"unix:admin.sock\"", "listen.admin: "),
        ("admin = \"unix://here/admin.sock\"", "listen.admin: "),
        (
            "admin = \"/run/admin.sock\"",
            "neither an IP address with a port nor a socket",
        ),
        ("admin_socket_mode = \"0644\"", "listen.admin_socket_mode"),
        ("admin_socket_mode = 384", "listen.admin_socket_mode"),
        ("proxy = \"unix:/run/proxy.sock\"", "listen.proxy"),
    ] {
        let told = Folder::with(&format!("[listen]\n{line}\n")).refused();
        assert!(told.contains(expected), "expected {expected}\ntold {told}");
    }
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
            "allowed_hosts = [\"*\"]",
            "plugins.admin.allowed_hosts[0]: \"*\" is no host",
        ),
        ("allowed_hosts = [\"*.a.test\"]", "no wildcard is read here"),
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
