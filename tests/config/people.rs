//! Mistakes about sessions, providers and passwords.

use crate::{Folder, ROUTE, SILENCE, provider, refused, warned};

#[test]
fn sessions_end_and_their_cookie_reaches_the_gateway() {
    refused(
        "[session]\nidle_timeout = \"2d\"\n",
        "portcullis.toml:2: session.idle_timeout: 2days is longer than session.lifespan (14h)",
    );
    refused(
        "[session]\nlifespan = \"0s\"\n",
        "portcullis.toml:2: session.lifespan: a session must last",
    );
    refused(
        "[session]\nsecret = \"short\"\n",
        "portcullis.toml:2: session.secret: the key is shorter than 32 characters",
    );
    let url = "public_url = \"https://app.example.org\"\n[session]\n";
    refused(
        &format!("{url}cookie_domain = \"example.com\"\n"),
        "portcullis.toml:3: session.cookie_domain: \"example.com\" does not cover app.example.org",
    );
    refused(
        &format!("{url}cookie_domain = \".example.org\"\n"),
        "portcullis.toml:3: session.cookie_domain: write \"example.org\" without the leading dot",
    );
}

#[test]
fn the_templates_of_mails_are_looked_for_beside_the_configuration() {
    let folder = Folder::with(&format!("[mail]\ntemplate_dir = \"mails\"\n{ROUTE}"));
    let mails = folder.path().join("mails");
    std::fs::create_dir(&mails).unwrap();
    let config = folder.load().unwrap().config;
    assert_eq!(config.mail.template_dir, Some(mails));
}

#[test]
fn providers_are_complete_and_of_their_kind() {
    refused(
        "[providers.acme]\nclient_id = \"x\"\n",
        "portcullis.toml:1: providers.acme.kind: it is missing; write kind = \"oidc\"",
    );
    refused(
        "[providers.acme]\nkind = \"oidc\"\nissuer_url = \"https://a.org\"\n",
        "portcullis.toml:1: providers.acme.client_id: it is missing",
    );
    refused(
        "[providers.acme]\nkind = \"oidc\"\nclient_id = \"x\"\n",
        "portcullis.toml:1: providers.acme.issuer_url: it is missing",
    );
    refused(
        "[providers.\"a/b\"]\nkind = \"google\"\nclient_id = \"x\"\n",
        "portcullis.toml:1: providers.\"a/b\": \"a/b\" is no provider id",
    );
    refused(
        "[providers.prepared]\nkind = \"google\"\nclient_id = \"x\"\n",
        "portcullis.toml:1: providers.prepared: no provider is called \"prepared\"",
    );
    refused(
        &provider("hosted_domains = [\"example.org\"]"),
        "portcullis.toml:8: providers.acme.hosted_domains: only kind \"google\" knows this key; remove it or change kind",
    );
    refused(
        &provider("scopes = [\"email\"]"),
        "portcullis.toml:8: providers.acme.scopes: without \"openid\" there is no ID token",
    );
    refused(
        &provider("allowed_hosts = [\"https://x\"]"),
        "portcullis.toml:8: providers.acme.allowed_hosts[0]: ",
    );
}

#[test]
fn a_provider_open_to_the_world_is_told_unless_something_narrows_it() {
    let google = |keys: &str| {
        format!(
            "{ROUTE}[providers.google]\nkind = \"google\"\nclient_id = \"x\"\nclient_secret = \"y\"\n{keys}\n"
        )
    };
    warned(
        &google(""),
        "portcullis.toml:4: warning: providers.google: anybody with an account there may pass route \"app\"",
    );
    for issuer in ["https://accounts.google.com", "https://google.example.org"] {
        let text = google(&format!("issuer_url = \"{issuer}\""));
        assert!(
            Folder::with(&text)
                .warned()
                .contains("anybody with an account there")
        );
    }
    for keys in [
        "issuer_url = \"http://127.0.0.1:9\"",
        "hosted_domains = [\"example.org\"]",
        "create = \"never\"",
        "enabled = false",
    ] {
        assert_eq!(Folder::with(&google(keys)).warned(), "", "{keys}");
    }
    let narrowed = google("").replacen(
        "upstream",
        "allow = \"'a' in identity.traits.groups\"\nupstream",
        1,
    );
    assert_eq!(Folder::with(&narrowed).warned(), "");
}

#[test]
fn open_registration_is_told_unless_something_narrows_it() {
    let open = format!("{ROUTE}[plugins.self-service.registration]\nenabled = true\n");
    warned(
        &open,
        "portcullis.toml:5: warning: plugins.self-service.registration.enabled: anybody may pass route \"app\"",
    );
    let public = open.replacen("name = ", "access = \"public\"\nname = ", 1);
    assert_eq!(Folder::with(&public).warned(), "");
    let closed = open.replace("true", "false");
    assert_eq!(Folder::with(&closed).warned(), "");
}

#[test]
fn weak_passwords_and_cheap_hashes_are_told() {
    let password = |keys: &str| format!("{ROUTE}[identity.password]\n{keys}\n");
    warned(
        &password("min_length = 4"),
        "portcullis.toml:5: warning: identity.password.min_length: ",
    );
    warned(
        &password("argon2 = { memory = \"4MiB\" }"),
        "portcullis.toml:5: warning: identity.password.argon2: 4MiB and 2 iterations are below OWASP's minimum",
    );
    refused(
        &password("argon2 = { memory = \"19456B\", parallelism = 4 }"),
        "portcullis.toml:5: identity.password.argon2.memory: ",
    );
    refused(
        &password("argon2 = { iterations = 0 }"),
        "portcullis.toml:5: identity.password.argon2.iterations: at least 1 is needed",
    );
    refused(
        &password("max_length = 4"),
        "portcullis.toml:5: identity.password.max_length: 4 is below min_length (8)",
    );
}

#[test]
fn keys_of_tokens_are_long_each_another_and_one_to_a_line() {
    let [one, other] = ["a", "b"].map(|c| c.repeat(32));
    refused(
        &format!("[tokens]\nkeys = [\"{one}\", \"short\"]\n"),
        "portcullis.toml:2: tokens.keys[1]: the key is shorter than 32 characters",
    );
    refused(
        &format!("[tokens]\nkeys = [\"{one}\", \"{one}\"]\n"),
        "portcullis.toml:2: tokens.keys[1]: the key is given twice",
    );
    refused(
        &format!("[tokens]\nkeys = [\"{one}\"]\nkeys_file = \"keys\"\n"),
        "portcullis.toml:3: tokens.keys_file: `keys` and `keys_file` are both given",
    );
    let file = Folder::with("[tokens]\nkeys_file = \"keys\"\n");
    let loaded = file.and("keys", &format!("{one}\n\n{other}\n")).load();
    let keys = loaded.unwrap().config.tokens.keys;
    let keys: Vec<_> = keys.iter().map(|key| key.expose()).collect();
    assert_eq!(keys, [one, other]);
}

#[test]
fn a_relative_database_counts_from_the_folder_of_the_configuration() {
    let folder = Folder::with("[store]\nurl = \"sqlite://own.db\"\n");
    let config = folder.load().unwrap().config;
    let file = folder.path().join("own.db");
    let url = format!("sqlite://{}", file.display());
    assert_eq!(config.store.url.expose(), url);
    let absolute = Folder::with("[store]\nurl = \"sqlite:///var/own.db\"\n").load();
    let url = absolute.unwrap().config.store.url;
    assert_eq!(url.expose(), "sqlite:///var/own.db");
}

#[test]
fn texts_of_ones_own_are_read_before_the_gateway_serves() {
    let folder = Folder::with(&format!("{ROUTE}[messages]\ndir = \"texts\"\n"));
    let texts = folder.path().join("texts");
    assert!(folder.load().is_err(), "there is no such folder");
    std::fs::create_dir(&texts).unwrap();
    std::fs::write(texts.join("fr.ftl"), "m1010001 = Se connecter\n").unwrap();
    assert_eq!(
        folder.load().unwrap().config.messages.dir,
        Some(texts.clone())
    );
    std::fs::write(texts.join("fr.ftl"), "good = bien\nbad = {\n").unwrap();
    let report = folder.load().unwrap_err().to_string();
    let told = format!("messages.dir: {}:2: ", texts.join("fr.ftl").display());
    assert!(report.contains(&told), "{report}");
}

#[test]
fn a_form_module_has_a_safe_address_and_a_digest() {
    let module = |src: &str, integrity: &str| {
        format!(
            "{ROUTE}[plugins.self-service.form_modules]\n\
             kcNumberFormat = {{ src = \"{src}\", integrity = \"{integrity}\" }}\n"
        )
    };
    let is_good = |src, integrity| Folder::with(&module(src, integrity)).load().is_ok();
    assert!(is_good("/js/number.js", "sha384-abc+/="));
    assert!(is_good("https://cdn.example.org/n.js", "sha512-abc"));
    for (src, integrity) in [
        ("http://cdn.example.org/n.js", "sha384-abc"),
        ("//cdn.example.org/n.js", "sha384-abc"),
        ("n.js", "sha384-abc"),
        ("/n.js", "md5-abc"),
        ("/n.js", "sha384-"),
        ("/n.js", "sha384-abc' unsafe"),
    ] {
        assert!(!is_good(src, integrity), "{src} {integrity}");
    }
}

#[test]
fn a_missing_mail_server_is_told_where_somebody_would_be_written_to() {
    let told = |text: &str| Folder::with(text).all_warnings().contains(SILENCE);
    assert!(told(&provider("")));
    assert!(!told(&provider("notify = false")));
    assert!(!told(&provider("enabled = false")));
    assert!(!told(ROUTE), "without a provider nothing is linked");
    let server = "[mail]\nurl = \"smtps://mail.example.org\"\nfrom = \"id@example.org\"";
    assert!(!told(&provider(server)));
    refused(
        &provider("[mail]\ntemplate_dir = \"/nowhere\""),
        "portcullis.toml:9: mail.template_dir: there is no such folder",
    );
    refused(
        &provider("[mail]\nactions_lifespan = \"59s\""),
        "portcullis.toml:9: mail.actions_lifespan: such a link is good for a minute at least",
    );
}
