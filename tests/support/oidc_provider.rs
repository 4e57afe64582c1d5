//! A real OpenID provider: npm `oidc-provider` in a process of its own.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{process::Process, wait::wait_until};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/oidc-provider");

/// A running provider; any login name signs in with any password.
///
/// `alice` and `bob` are verified, `mallory` claims alice's address unverified, `nomail` has no
/// address, `noname` no name; any other login has a verified address made of its name.
#[derive(Debug)]
pub(crate) struct OidcProvider {
    issuer: String,
    settings: Settings,
    process: Process,
    folder: TempDir,
}

/// What the provider knows before it starts.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    clients: Vec<Value>,
    accounts: serde_json::Map<String, Value>,
    claims_in_id_token: bool,
}

impl OidcProvider {
    /// Describes a provider that is still to be started.
    pub(crate) fn with_client(id: &str, secret: &str, redirect_uri: &str) -> Settings {
        Settings::default().and_client(id, secret, redirect_uri)
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Ends the provider; its sessions are gone.
    pub(crate) async fn stop(&mut self) {
        self.process.stop().await;
    }

    /// Starts the stopped provider again at the same address, with new signing keys.
    pub(crate) async fn start_again(&mut self) {
        let port = self
            .issuer
            .rsplit(':')
            .next()
            .expect("the issuer has a port");
        self.process = launch(&self.settings, port, self.folder.path());
        announced(&mut self.process, self.folder.path()).await;
    }

    /// Stops the provider from answering while it still accepts connections.
    pub(crate) fn freeze(&self) {
        self.process.signal("STOP");
    }

    /// Lets a frozen provider go on.
    pub(crate) fn thaw(&self) {
        self.process.signal("CONT");
    }
}

impl Settings {
    /// Registers a client, whose ID tokens are signed with RS256.
    pub(crate) fn and_client(self, id: &str, secret: &str, redirect_uri: &str) -> Self {
        self.and_client_signed_with("RS256", id, secret, redirect_uri)
    }

    /// Registers a client whose ID tokens are signed with `algorithm`: RS256 or ES256.
    pub(crate) fn and_client_signed_with(
        mut self,
        algorithm: &str,
        id: &str,
        secret: &str,
        redirect_uri: &str,
    ) -> Self {
        let home = redirect_uri
            .split_once("/.portcullis")
            .map_or(redirect_uri, |(home, _)| home);
        self.clients.push(json!({
            "client_id": id,
            "client_secret": secret,
            "redirect_uris": [redirect_uri],
            "post_logout_redirect_uris": [format!("{home}/")],
            "id_token_signed_response_alg": algorithm,
        }));
        self
    }

    /// Gives the login name `login` claims of the test's own (without `sub`, which is the login).
    pub(crate) fn and_account(mut self, login: &str, claims: Value) -> Self {
        self.accounts.insert(login.to_owned(), claims);
        self
    }

    /// Puts the claims into the ID token, so that userinfo need not be asked.
    pub(crate) fn claims_in_id_token(mut self) -> Self {
        self.claims_in_id_token = true;
        self
    }

    pub(crate) async fn start(self) -> OidcProvider {
        let folder = TempDir::new().expect("a folder");
        let mut process = launch(&self, "0", folder.path());
        let issuer = announced(&mut process, folder.path()).await;
        OidcProvider {
            issuer,
            settings: self,
            process,
            folder,
        }
    }
}

fn launch(settings: &Settings, port: &str, folder: &Path) -> Process {
    let log = folder.join("provider.log");
    // The announcement of an earlier start must not be taken for this one's.
    let _ = fs::remove_file(&log);
    let mut command = Process::command("node");
    command.arg("server.mjs").current_dir(FOLDER);
    command.env("PORT", port).env("NODE_ENV", "test");
    command.env("CLIENTS", Value::from(settings.clients.clone()).to_string());
    command.env(
        "ACCOUNTS",
        Value::from(settings.accounts.clone()).to_string(),
    );
    command.env(
        "CLAIMS_IN_ID_TOKEN",
        if settings.claims_in_id_token {
            "1"
        } else {
            "0"
        },
    );
    Process::spawn(command, &log)
}

async fn announced(process: &mut Process, folder: &Path) -> String {
    wait_until("the OpenID provider to listen", async || {
        let log = fs::read_to_string(folder.join("provider.log")).unwrap_or_default();
        assert!(
            process.exited().is_none(),
            "the OpenID provider ended (make setup): {log}"
        );
        log.lines()
            .find_map(|line| line.strip_prefix("listening "))
            .map(str::to_owned)
    })
    .await
}
