//! The admin listener as a Unix socket: who opens it, under which names, and what is left of it.

use std::{
    fs,
    os::unix::fs::{FileTypeExt, PermissionsExt},
    path::{Path, PathBuf},
};

use reqwest::{Method, StatusCode, redirect::Policy};
use serde_json::Value;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, UnixStream},
};

use super::{House, JSON};
use crate::support::{ALICE, Anonymous, Route, TestGateway, gateway::Builder, port::free_port};

const VERSION: &str = "/version";

fn socket(folder: &Path) -> PathBuf {
    folder.join("admin.sock")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn status(admin: &Anonymous, target: &str) -> StatusCode {
    let request = admin.request(Method::GET, target);
    request.send().await.unwrap().status()
}

/// HA-19, XP-14: programs and commands, by the socket; pages elsewhere have no name for it.
#[tokio::test]
async fn the_admin_api_is_asked_by_a_socket() {
    let house = House::stand_in(TestGateway::builder().admin_socket()).await;
    let path = socket(house.gateway.folder());
    assert_eq!(mode(&path), 0o600, "only whoever runs the gateway opens it");
    let admin = Anonymous::without_cookies(&house.gateway.admin_url());
    for name in ["localhost", "127.0.0.1", "localhost:4434"] {
        let target = format!("http://{name}{VERSION}");
        assert_eq!(status(&admin, &target).await, 200, "{name}");
    }
    let rebound = status(&admin, "http://evil.test/version").await;
    assert_eq!(rebound, 403, "a forwarded port may lead a browser here");
    assert_eq!(status(&admin, "/admin/identities").await, 401);
    assert_eq!(
        status(&admin, "/ui").await,
        404,
        "no browser opens a socket"
    );

    let email = ALICE.email;
    house.same(&[&["get-identity", "--email", email], &JSON[..]].concat());
    let endpoints = [&["show-endpoints"], &JSON[..]].concat();
    let told = house.same(&endpoints).json();
    let listener = format!("unix:{}", path.display());
    assert_eq!(told["admin_listener"], *listener);
    let nobody = ["get-identity", "--email", "nobody@example.org"];
    let nobody = house.remotely(&nobody, "");
    assert!(nobody.stderr.contains(&listener), "{nobody:?}");
    let bare = ["get-identity", "--email", email, "--admin-url", &listener];
    let bare = house.locally(&bare, "");
    assert_eq!(bare.code, 2, "{bare:?}");
    assert!(bare.stderr.contains("--admin-token-file"), "{bare:?}");

    let given = ["set-roles", "--email", email, "--add", "viewer"];
    assert_eq!(house.remotely(&given, "").code, 0);
    let audit = house.audit("identity.update").await;
    assert_eq!(audit[0]["client"], "unix", "{audit}");
}

impl House {
    /// What is written down with this verb, the newest first.
    pub(super) async fn audit(&self, verb: &str) -> Value {
        let admin = Anonymous::without_cookies(&self.gateway.admin_url());
        let token = admin.request(Method::POST, "/oauth2/token");
        let secret = fs::read_to_string(&self.secret).unwrap();
        let token = token.basic_auth(&self.client, Some(secret));
        let token = token.form(&[("grant_type", "client_credentials")]);
        let token: Value = token.send().await.unwrap().json().await.unwrap();
        let path = format!("/admin/x/audit?verb={verb}");
        let asked = admin.request(Method::GET, &path);
        let asked = asked.bearer_auth(token["access_token"].as_str().unwrap());
        asked.send().await.unwrap().json().await.unwrap()
    }
}

fn quiet() -> Builder {
    TestGateway::builder()
        .admin_socket()
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", "echo:"))
}

/// HA-19.
#[tokio::test]
async fn a_socket_goes_at_a_graceful_end_and_makes_room_after_a_crash() {
    let builder = quiet().listen("admin_socket_mode = \"0660\"");
    let mut gateway = builder.start().await;
    let path = socket(gateway.folder());
    assert_eq!(mode(&path), 0o660);
    gateway.stop().await;
    assert!(!path.exists(), "nothing is left of it");
    gateway.start_again().await;
    gateway.kill();
    assert!(path.exists(), "nobody was there to take it away");
    gateway.start_again().await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    assert_eq!(status(&admin, VERSION).await, 200);
}

/// HA-19.
#[tokio::test]
async fn what_is_there_already_is_not_taken_over() {
    let gateway = quiet().start().await;
    let listen = |path: &Path| format!("PORTCULLIS__LISTEN__ADMIN=unix:{}", path.display());
    let start = |path: &Path| {
        let setting = listen(path);
        let (name, value) = setting.split_once('=').unwrap();
        quiet().environment(name, value).run(&["serve"])
    };
    let own = socket(gateway.folder());
    let second = start(&own);
    assert_eq!(second.code, 1, "{second:?}");
    assert!(
        second.stderr.contains("another process answers there"),
        "{second:?}"
    );
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    assert_eq!(
        status(&admin, VERSION).await,
        200,
        "the first one serves on"
    );
    let file = gateway.folder().join("precious");
    fs::write(&file, "text").unwrap();
    let refused = start(&file);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("is no socket"), "{refused:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "text");
    let nowhere = gateway.folder().join("none").join("admin.sock");
    let refused = start(&nowhere);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.stderr.contains("folder is not there"),
        "{refused:?}"
    );
    assert!(fs::metadata(&own).unwrap().file_type().is_socket());
}

/// HA-19: who may open the socket may do everything, and that is said.
#[tokio::test]
async fn nobody_is_asked_who_they_are_where_the_socket_is_the_fence() {
    let builder = TestGateway::builder()
        .admin_socket()
        .table("[plugins.admin]\nauth = \"none\"\nconsole = false")
        .route(&Route::signed_in("/", "echo:"));
    let gateway = builder.start().await;
    let checked = gateway.run(&["check"], "");
    assert_eq!(checked.code, 0, "{checked:?}");
    let weak = "plugins.admin.auth: whoever may open the admin socket may do everything";
    assert!(checked.stderr.contains(weak), "{checked:?}");
    let list = ["list-throttles", "--admin-url", &gateway.admin_url()];
    let listed = gateway.run(&[&list[..], &JSON].concat(), "");
    assert_eq!(listed.code, 0, "{listed:?}");
    assert_eq!(listed.json(), serde_json::json!([]));
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let foreign = admin.request(Method::POST, "/admin/x/api-credentials");
    let foreign = foreign.header("origin", "http://evil.test").send().await;
    assert_eq!(foreign.unwrap().status(), 403, "no page elsewhere asks");
}

/// CU-09: what `ssh -L` does, and the console behind it.
#[tokio::test]
async fn a_browser_reaches_the_console_through_a_forwarded_port() {
    let port = free_port();
    let home = format!("http://localhost:{port}");
    let builder = TestGateway::builder()
        .admin_socket()
        .table(&format!("[plugins.admin]\npublic_url = \"{home}\""))
        .route(&Route::signed_in("/", "echo:"));
    let gateway = builder.start().await;
    let path = socket(gateway.folder());
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut behind = UnixStream::connect(&path).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut stream, &mut behind).await });
        }
    });
    let browser = Anonymous::new(&home);
    let page = browser.navigate("/ui").await;
    assert_eq!(page.status(), 303, "to signing in");
    let rebound = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .resolve("evil.test", ([127, 0, 0, 1], port).into())
        .build()
        .unwrap();
    let page = rebound.get(format!("http://evil.test:{port}/ui")).send();
    assert_eq!(page.await.unwrap().status(), 403);
}
