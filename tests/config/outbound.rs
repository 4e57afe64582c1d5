//! Mistakes in `[outbound]`.

use rcgen::{CertifiedKey, generate_simple_self_signed};

use crate::Folder;

fn refused(line: &str, expected: &str) {
    let told = Folder::with(&format!("[outbound]\n{line}\n")).refused();
    assert!(told.contains(expected), "expected {expected}\ntold {told}");
}

/// CU-30.
#[test]
fn a_proxy_is_an_address_of_http_and_nothing_else() {
    for bad in [
        "socks5://proxy:1080",
        "http://proxy:3128/path",
        "http://proxy:3128?a=b",
    ] {
        refused(
            &format!("proxy = \"{bad}\""),
            "outbound.proxy: this is no proxy",
        );
    }
    refused("proxy = \"proxy\"", "outbound.proxy: this is no URL");
    refused(
        "no_proxy = [\"ok.test\", \"https://idp.test\"]",
        "\"https://idp.test\" is no host",
    );
    refused("proxy_file = \"nowhere\"", "outbound.proxy_file: ");
    refused(
        "proxy = \"http://proxy:1\"\nproxy_file = \"proxy\"",
        "`proxy` and `proxy_file` are both given",
    );
    let folder = Folder::with("[outbound]\nproxy_file = \"proxy\"\n");
    let folder = folder.and("proxy", "http://gate:hush@proxy:3128\n");
    let outbound = folder.load().unwrap().config.outbound;
    let proxy = outbound.proxy.as_ref().unwrap();
    assert_eq!(proxy.expose(), "http://gate:hush@proxy:3128");
    assert!(!format!("{outbound:?}").contains("hush"));
}

/// CU-09.
#[test]
fn the_bundle_of_certificates_can_be_read() {
    refused(
        "ca_file = \"nowhere.pem\"",
        "nowhere.pem is no usable PEM file",
    );
    let empty = Folder::with("[outbound]\nca_file = \"ca.pem\"\n").and("ca.pem", "nothing\n");
    let told = empty.refused();
    assert!(told.contains("outbound.ca_file: "), "{told}");
    let CertifiedKey { cert, .. } = generate_simple_self_signed(vec!["x".to_owned()]).unwrap();
    let good = Folder::with("[outbound]\nca_file = \"ca.pem\"\n").and("ca.pem", &cert.pem());
    let file = good.load().unwrap().config.outbound.ca_file;
    assert_eq!(file, Some(good.path().join("ca.pem")));
}
