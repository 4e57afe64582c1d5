//! Seeded mistakes of every kind, each told with its line and what to write instead.

use crate::{Folder, ROUTE, provider, refused, route, warned};

#[test]
fn everything_is_told_at_once_in_the_order_of_the_file() {
    let told = Folder::with(
        "public_url = \"https://app.example.org/path\"\n\
         colour = \"red\"\n\
         [session]\n\
         idle_timeout = \"soon\"\n\
         lifespan = 5\n\
         [[routes]]\n\
         name = \"a\"\n\
         acces = \"public\"\n\
         upstream = [\"http://ok:1\", \"gopher://x\", \"http://ok:2/path\"]\n\
         [[routes]]\n\
         name = \"b\"\n\
         access = \"everybody\"\n",
    )
    .refused();
    let places: Vec<_> = told
        .lines()
        .map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        places,
        [
            "portcullis.toml:1 public_url",
            "portcullis.toml:2 colour",
            "portcullis.toml:4 session.idle_timeout",
            "portcullis.toml:5 session.lifespan",
            "portcullis.toml:8 routes[0].acces",
            "portcullis.toml:9 routes[0].upstream[1]",
            "portcullis.toml:9 routes[0].upstream[2]",
            "portcullis.toml:10 routes[1].upstream",
            "portcullis.toml:10 routes[1]",
            "portcullis.toml:12 routes[1].access",
        ],
        "{told}"
    );
}

#[test]
fn a_text_that_is_no_toml_is_told_with_line_and_column() {
    refused(
        "[session]\nlifespan = = 1\n",
        "portcullis.toml:2:12: this is no TOML: ",
    );
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_one() {
    refused(
        &route("acces = \"public\""),
        "portcullis.toml:4: routes[0].acces: unknown key; did you mean `access`?",
    );
    refused(
        "[sesion]\n",
        "portcullis.toml:1: sesion: unknown key; did you mean `session`?",
    );
    refused(
        "[limits]\ncolour = 1\n",
        "portcullis.toml:2: limits.colour: unknown key; write one of ",
    );
    refused(
        &provider("map = { name = { first = \"claims.x\" } }"),
        "portcullis.toml:8: providers.acme.map.name.first: unknown key; a trait path with a dot is \
         written in quotes: \"name.first\" = …",
    );
}

#[test]
fn an_unknown_word_is_told_with_the_nearest_one() {
    refused(
        &route("access = \"signedin\""),
        "portcullis.toml:4: routes[0].access: \"signedin\" is not known here; did you mean `signed-in`?",
    );
    refused(
        &route("headers = \"nginx\""),
        "portcullis.toml:4: routes[0].headers: \"nginx\" is not known here; write one of `oauth2-proxy`",
    );
    refused(
        &provider("map = { email = { value = \"claims.email\", sync = \"always\" } }"),
        "portcullis.toml:8: providers.acme.map.email.sync: \"always\" is not known here; write one of",
    );
}

#[test]
fn a_value_of_the_wrong_type_is_told_with_the_right_one() {
    refused(
        "[session]\nlifespan = 5\n",
        "portcullis.toml:2: session.lifespan: a text is needed, not a number; write it in quotes",
    );
    refused(
        "[limits]\nheader_count = \"many\"\n",
        "portcullis.toml:2: limits.header_count: a whole number, not negative is needed, not a text",
    );
    refused(
        "[identity.local]\nenabled = \"yes\"\n",
        "portcullis.toml:2: identity.local.enabled: true or false is needed, not a text",
    );
    refused(
        "listen = 1\n",
        "portcullis.toml:1: listen: a table is needed, not a number",
    );
    refused(
        "[limits]\nheader_count = -1\n",
        "portcullis.toml:2: limits.header_count: out of range",
    );
    refused(
        &route("access = 0"),
        "portcullis.toml:4: routes[0].access: a text is needed, not a number",
    );
    refused(
        &route("unauthenticated = 401"),
        "portcullis.toml:4: routes[0].unauthenticated: a text is needed, not a number; write it in quotes",
    );
    refused(
        "[[routes]]\nname = \"a\"\nupstream = \"http://a\"\n",
        "portcullis.toml:3: routes[0].upstream: a list is needed, not a text",
    );
}

#[test]
fn a_section_is_no_list() {
    refused(
        "[[session]]\nlifespan = \"1h\"\n",
        "portcullis.toml:1: session: a table is needed, not a list",
    );
    refused(
        "[listen]\ntls = []\n",
        "portcullis.toml:2: listen.tls: a table is needed, not a list",
    );
}

#[test]
fn values_with_units_are_told_how_to_be_written() {
    refused(
        "[session]\nlifespan = \"1 fortnight\"\n",
        "portcullis.toml:2: session.lifespan: \"1 fortnight\" is no duration",
    );
    refused(
        "[limits]\nheader_bytes = \"64\"\n",
        "portcullis.toml:2: limits.header_bytes: \"64\" is no size with a unit; write one such as \"64KiB\"",
    );
    refused(
        "[limits]\nflows_per_address = \"many\"\n",
        "portcullis.toml:2: limits.flows_per_address: \"many\" is no rate; write one such as \"300/1m\"",
    );
    refused(
        "[listen]\ntrusted_proxies = [\"10.0.0.0/8\", \"10.0.0.0/33\"]\n",
        "portcullis.toml:2: listen.trusted_proxies[1]: \"10.0.0.0/33\" is no network",
    );
    refused(
        "[listen]\nproxy = \"localhost\"\n",
        "portcullis.toml:2: listen.proxy: \"localhost\" is no IP address with a port",
    );
}

#[test]
fn public_urls_and_prefixes_are_bare() {
    refused(
        "public_url = \"app.example.org\"\n",
        "portcullis.toml:1: public_url: this is no absolute URL",
    );
    refused(
        "public_url = \"https://a.org/x?y\"\n",
        "portcullis.toml:1: public_url: it takes no path, query, fragment or credentials; write \"https://a.org\"",
    );
    refused(
        "public_url = \"ftp://a.org\"\n",
        "portcullis.toml:1: public_url: browsers open http",
    );
    refused(
        "prefix = \"auth\"\n",
        "portcullis.toml:1: prefix: \"auth\" lacks the leading slash; write \"/auth\"",
    );
    refused(
        "prefix = \"/\"\n",
        "portcullis.toml:1: prefix: \"/\" ends in a slash",
    );
    refused(
        "prefix = \"/a/../b\"\n",
        "portcullis.toml:1: prefix: \"/a/../b\" has a dot segment",
    );
    refused(
        "allowed_return_urls = [\"example.org\"]\n",
        "portcullis.toml:1: allowed_return_urls[0]: \"example.org\" is no address to return to",
    );
    warned(
        &format!("public_url = \"http://app.example.org\"\n{ROUTE}"),
        "portcullis.toml:1: warning: public_url: cookies and passwords travel in the clear",
    );
}

#[test]
fn listeners_are_apart_and_guarded() {
    refused(
        "[listen]\nadmin = \"127.0.0.1:4180\"\n",
        "portcullis.toml:2: listen.admin: 127.0.0.1:4180 is already taken by listen.proxy",
    );
    refused(
        "[listen]\nproxy = \"0.0.0.0:4434\"\n",
        "portcullis.toml:1: listen.admin: 127.0.0.1:4434 is already taken by listen.proxy",
    );
    warned(
        &format!("[listen]\nadmin = \"0.0.0.0:4434\"\n{ROUTE}"),
        "portcullis.toml:2: warning: listen.admin: 0.0.0.0:4434 is reachable from outside",
    );
    warned(
        &format!("[listen]\ntrusted_proxies = [\"0.0.0.0/0\"]\n{ROUTE}"),
        "portcullis.toml:2: warning: listen.trusted_proxies[0]: 0.0.0.0/0 believes",
    );
}

#[test]
fn certificates_come_in_pairs_and_can_be_read() {
    refused(
        "[listen.tls]\ncertificate_file = \"c\"\n",
        "portcullis.toml:1: listen.tls.key_file: the certificate has no key",
    );
    refused(
        "[listen.tls]\ncertificate_file = \"c\"\nkey_file = \"k\"\n",
        "portcullis.toml:2: listen.tls.certificate_file: c is no usable PEM file: ",
    );
    let own = |name: &str| rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let (one, other) = (own("one.example.org"), own("other.example.org"));
    let text = "[listen.tls]\ncertificate_file = \"c\"\nkey_file = \"k\"\n";
    let pair = Folder::with(text)
        .and("c", &one.cert.pem())
        .and("k", &one.signing_key.serialize_pem());
    pair.load().unwrap();
    let mixed = Folder::with(text)
        .and("c", &one.cert.pem())
        .and("k", &other.signing_key.serialize_pem());
    assert!(mixed.refused().starts_with(
        "portcullis.toml:3: listen.tls.key_file: key and certificate do not go together"
    ));
}

#[test]
fn stores_are_of_a_known_kind() {
    refused(
        "[store]\nurl = \"mysql://db/app\"\n",
        "portcullis.toml:2: store.url: mysql: is no database the gateway speaks",
    );
    refused(
        "[redis]\nurl = \"http://cache\"\n",
        "portcullis.toml:2: redis.url: http: is no Redis address",
    );
}

/// XP-02.
#[test]
fn a_secret_and_its_file_exclude_each_other() {
    refused(
        &provider("client_secret = \"a\"\nclient_secret_file = \"b\""),
        "portcullis.toml:9: providers.acme.client_secret_file: `client_secret` and `client_secret_file` are both given",
    );
    refused(
        "[store]\nurl = \"sqlite://a.db\"\nurl_file = \"b\"\n",
        "portcullis.toml:3: store.url_file: `url` and `url_file` are both given",
    );
}

#[test]
fn files_of_secrets_exist_and_hold_something() {
    refused(
        &provider("client_secret_file = \"absent\""),
        "portcullis.toml:8: providers.acme.client_secret_file: absent: No such file",
    );
    let told = Folder::with("[session]\nsecret_file = \"key\"\n")
        .and("key", "\n")
        .refused();
    assert!(
        told.starts_with("portcullis.toml:2: session.secret_file: key is empty"),
        "{told}"
    );
}

#[test]
fn limits_leave_room_for_ordinary_requests() {
    refused(
        "[limits]\nheader_bytes = \"10B\"\n",
        "portcullis.toml:2: limits.header_bytes: 10B refuses ordinary requests",
    );
    refused(
        "[limits]\nheader_count = 1000\n",
        "portcullis.toml:2: limits.header_count: write a number from 16 to 256",
    );
    refused(
        "[plugins.self-service.login]\nflow_lifespan = \"1s\"\n",
        "portcullis.toml:2: plugins.self-service.login.flow_lifespan: nobody signs in within",
    );
    refused(
        "[plugins.self-service.error]\nui_url = \"javascript:alert(1)\"\n",
        "portcullis.toml:2: plugins.self-service.error.ui_url: browsers open",
    );
}

#[test]
fn an_unknown_kind_is_the_only_thing_told_of_a_provider() {
    let text = "[providers.p]\nkind = \"gitlb\"\nclient_id = \"x\"\n";
    let told = Folder::with(text).refused();
    let problems: Vec<_> = told
        .lines()
        .filter(|line| !line.contains("warning"))
        .collect();
    assert_eq!(problems.len(), 1, "{told}");
    assert!(problems[0].contains("did you mean `gitlab`?"), "{told}");
}
