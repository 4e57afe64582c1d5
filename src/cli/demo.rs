//! `demo`: the gateway on embedded defaults before the echo application, with a first account.

use std::{
    env, fs, io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_core::secret::Secret;
use serde_json::json;

use super::{
    Failure,
    desk::{self, Desk},
    output::say,
    serve,
};
use crate::{
    config::{AdminListener, Config, Listen, Sources},
    entropy::OsEntropy,
};

/// What the first account signs in with.
const EMAIL: &str = "admin@example.org";

/// Where its password is kept, so that every later start can print it again.
const NOTE: &str = "portcullis-demo-password.txt";

/// What it goes by, written down so that commands beside it can be told to go by the same.
const FILE: &str = "portcullis-demo.toml";
const TEXT: &str = r#"# What `portcullis demo` goes by. Each of its starts writes this file anew, and nothing reads it but
# what is told to: portcullis --config portcullis-demo.toml get-identity --email admin@example.org

# Only this machine: a demonstration has open registration and speaks plain http.
[listen]
proxy = "127.0.0.1:4180"

[[routes]]
name = "echo"
upstream = ["echo:"]

[plugins.self-service.registration]
enabled = true

# Whoever signs up is in at once: the one who tries the gateway out knows who is known here.
[required_actions.VERIFY_EMAIL]
default = false

[plugins.admin]
"#;

/// Runs the gateway until it is told to stop. A configuration is refused: whoever names one means it.
pub(super) fn run(named: Option<&Path>) -> Result<(), Failure> {
    if named.is_some() {
        let usage = "demo reads no configuration, so leave --config out; serve runs with one";
        return Err(Failure::Usage(usage.to_owned()));
    }
    let config = configuration(Path::new(FILE))?;
    let Listen {
        proxy,
        admin,
        metrics,
        ..
    } = &config.listen;
    require_free(*proxy)?;
    require_free(*metrics)?;
    if let AdminListener::Network(admin) = admin {
        require_free(*admin)?;
    }
    let password = desk::runtime()?.block_on(first_account(&config))?;
    say(format_args!("\n  Open       {}", config.public_url))?;
    if let Some(console) = console(&config) {
        say(format_args!("  Console    {console}"))?;
    }
    say(format_args!("  Sign in    {EMAIL}"))?;
    match password {
        Some(password) => say(format_args!("  Password   {}\n", password.expose()))?,
        None => say(format_args!(
            "  Password   the one of this machine's first demo\n"
        ))?,
    }
    say(format_args!(
        "  Commands   {} --config {FILE} get-identity --email {EMAIL}\n",
        own_name().display()
    ))?;
    say(format_args!(
        "  The record is portcullis.db in this folder, where commands are run, too. Ctrl-C stops.\n"
    ))?;
    serve::run_with(config)
}

/// Nobody is invited to where another program listens.
fn require_free(address: SocketAddr) -> Result<(), Failure> {
    TcpListener::bind(address).map(drop).map_err(|error| {
        Failure::Refused(format!(
            "{address} cannot be listened on: {error}. Stop what listens there, or write another address into a copy \
             of {FILE} and start that with: {} serve --config COPY",
            own_name().display()
        ))
    })
}

/// What this program was called by.
fn own_name() -> PathBuf {
    env::args_os()
        .next()
        .map_or_else(|| "portcullis".into(), PathBuf::from)
}

/// Writes down what it goes by, and goes by that: no other file, and no variable.
fn configuration(file: &Path) -> Result<Config, Failure> {
    let written = fs::write(file, TEXT);
    written.map_err(|error| {
        Failure::Refused(format!("{} cannot be written: {error}", file.display()))
    })?;
    let sources = Sources {
        file: Some(file.to_owned()),
        ..Sources::default()
    };
    let mut config = desk::loaded(&sources)?.config;
    // Only here: whoever tries the gateway out is the one it writes to.
    config.mail.to_terminal = true;
    Ok(config)
}

/// Where the same account looks after people.
fn console(config: &Config) -> Option<url::Url> {
    let admin = config.plugins.admin.as_ref()?;
    admin.console_url(&config.listen.admin)?.join("/ui").ok()
}

/// The account's password; makes the account when there is none yet.
async fn first_account(config: &Config) -> Result<Option<Secret>, Failure> {
    let desk = Desk::furnish(config).await?;
    if desk.knows(EMAIL).await? {
        desk.close().await;
        return Ok(fs::read_to_string(NOTE)
            .ok()
            .map(|text| Secret::new(text.trim())));
    }
    let entropy: &dyn portcullis_core::entropy::Entropy = &OsEntropy;
    let password = Secret::new(URL_SAFE_NO_PAD.encode(entropy.bytes::<12>()));
    let traits = json!({"email": EMAIL, "name": {"first": "Ada", "last": "Admin"}});
    desk.create_admin(
        &desk.schemas().default_schema(),
        traits,
        (Some(&password), false),
    )
    .await?;
    desk.close().await;
    let noted = note(Path::new(NOTE), password.expose());
    noted.map_err(|error| Failure::Refused(format!("{NOTE} cannot be written: {error}")))?;
    Ok(Some(password))
}

/// Writes a file that only its owner can read.
fn note(path: &Path, text: &str) -> io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{text}")
}

#[cfg(test)]
mod tests {
    use portcullis_core::action::Action;

    use super::*;

    #[test]
    fn the_demonstration_is_not_run_in_place_of_a_configuration_that_is_named() {
        let refused = run(Some(Path::new("/nonexistent")));
        assert!(matches!(refused, Err(Failure::Usage(_))), "{refused:?}");
    }

    /// Whoever tries the gateway out reads its mail on the terminal: no server gets any.
    #[test]
    fn the_demonstration_shows_mail_and_serves_this_machine_only() {
        let folder = tempfile::tempdir().unwrap();
        let config = configuration(&folder.path().join(FILE)).unwrap();
        assert!(config.mail.to_terminal && config.mail.url.is_none());
        assert!(config.listen.proxy.ip().is_loopback());
        let proof = &config.action_settings()[&Action::VerifyEmail];
        assert!(proof.enabled && !proof.default, "whoever signs up is in");
        assert!(!Config::embedded().mail.to_terminal, "nobody else does");
    }

    #[test]
    fn what_the_demonstration_goes_by_is_there_for_commands_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        fs::write(&file, "of an older version").unwrap();
        let demo = configuration(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), TEXT);
        assert_eq!(json!(demo.routes), json!(Config::embedded().routes));
        assert!(demo.store.url.expose().ends_with("/portcullis.db"));
        assert!(demo.plugins.self_service.registration.enabled && demo.plugins.admin.is_some());
    }
}
