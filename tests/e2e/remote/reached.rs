//! How a running gateway is reached, by what it is believed, and which commands ask none.

use std::{fs, sync::Arc};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::{House, JSON};
use crate::support::ALICE;

/// What stands before an admin listener and speaks TLS: its port and its certificate.
async fn before(admin: String) -> (u16, String) {
    let names = vec!["localhost".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let pem = cert.pem();
    let chain = vec![CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()];
    let key = signing_key.serialize_pem();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, admin) = (acceptor.clone(), admin.clone());
            tokio::spawn(async move {
                // Who does not believe the certificate hangs up.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut behind = TcpStream::connect(admin).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut behind).await;
            });
        }
    });
    (port, pem)
}

fn file(house: &House, name: &str, text: &str) -> String {
    let file = house.gateway.folder().join(name);
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

/// A gateway whose certificate is of an authority of one's own is believed where that is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_authority_is_believed_where_it_is_named() {
    let house = House::stand().await;
    let admin = house.gateway.admin_url().replace("http://", "");
    let (port, pem) = before(admin).await;
    let url = format!("https://localhost:{port}");
    let secret = house.secret.display().to_string();
    let reach = ["--admin-url", &url, "--admin-client-id", &house.client];
    let reach = [&reach[..], &["--admin-client-secret-file", &secret]].concat();
    let ask = [&["get-identity", "--email", ALICE.email], &reach[..]].concat();
    let stranger = house.locally(&ask, "");
    assert_eq!(stranger.code, 1, "{stranger:?}");
    assert!(stranger.stderr.contains("cannot be asked"), "{stranger:?}");
    let ca = file(&house, "ca.pem", &pem);
    let found = house.locally(&[&ask[..], &["--admin-ca-file", &ca]].concat(), "");
    assert_eq!(found.code, 0, "{found:?}");
    let none = file(&house, "none.pem", "nothing\n");
    let refused = house.locally(&[&ask[..], &["--admin-ca-file", &none]].concat(), "");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("certificate"), "{refused:?}");
}

/// HA-13: a token is read from a file or from the first line of standard input.
#[tokio::test]
async fn a_token_comes_from_standard_input_before_what_the_command_reads() {
    let house = House::stand().await;
    let alice = ALICE.sign_in_natively(&house.gateway).await;
    let given = ["set-roles", "--email", ALICE.email, "--add", "admin"];
    assert_eq!(house.locally(&given, "").code, 0);
    let url = house.gateway.admin_url();
    let reach = ["--admin-url", &url, "--admin-token-file"];
    let make = ["create-admin-account", "--email", "root@example.org"];
    let make = [
        &make[..],
        &["--username", "root", "--password-stdin"],
        &JSON,
    ]
    .concat();
    let make = [&make[..], &reach, &["-"]].concat();
    let input = format!("{}\na-long-password-4711\n", alice.token);
    let made = house.locally(&make, &input);
    assert_eq!(made.code, 0, "{made:?}");
    assert_eq!(made.json()["traits"]["email"], "root@example.org");
    let empty = house.locally(&make, "");
    assert_eq!(empty.code, 2, "{empty:?}");
    let token = file(&house, "token", &format!("{}\n", alice.token));
    let find = ["get-identity", "--email", "root@example.org"];
    let found = house.locally(&[&find[..], &reach, &[&*token]].concat(), "");
    assert_eq!(found.code, 0, "{found:?}");
    let aimless = house.locally(&[&find[..], &["--admin-token-file", &token]].concat(), "");
    assert_eq!(
        aimless.code, 2,
        "the store is not asked instead: {aimless:?}"
    );
}

/// Commands that ask no gateway say why, and what to use.
#[tokio::test]
async fn commands_that_ask_no_gateway_say_what_to_use() {
    let house = House::stand().await;
    for (command, told) in [
        (&["check"][..], "/health/ready"),
        (&["serve"], "this machine"),
        (&["demo"], "this machine"),
        (&["openapi"], "/openapi.json"),
        (
            &["import", "keycloak-profile", "x.json"],
            "PUT /admin/x/schemas",
        ),
        (
            &["export", "keycloak-profile", "x.json"],
            "leave --admin-url out",
        ),
    ] {
        let refused = house.remotely(command, "");
        assert_eq!(refused.code, 2, "{command:?}: {refused:?}");
        assert!(refused.stderr.contains(told), "{command:?}: {refused:?}");
    }
}
