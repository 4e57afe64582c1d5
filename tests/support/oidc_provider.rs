//! A real OpenID provider: npm `oidc-provider` in a process of its own.

use std::{fs, path::Path};

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use url::Url;

use super::{
    actor::{Anonymous, location},
    process::Process,
    wait::wait_until,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/oidc-provider");

/// A running provider; any login name signs in with any password.
///
/// `alice` and `bob` are verified, `mallory` claims alice's address unverified, `nomail` has no
/// address, `noname` no name; any other login has a verified address made of its name. At a shaped
/// provider every login is made of its name: `alice@gmail.com`, `alice@contoso.example`.
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
    accounts: Map<String, Value>,
    claims_in_id_token: bool,
    shape: &'static str,
    tenant: String,
    access_token_seconds: Option<u64>,
}

impl OidcProvider {
    /// Describes a provider that is still to be started.
    pub(crate) fn with_client(id: &str, secret: &str, redirect_uri: &str) -> Settings {
        Settings::default().and_client(id, secret, redirect_uri)
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where the provider is, without the path of its issuer.
    pub(crate) fn home(&self) -> String {
        let issuer = Url::parse(&self.issuer).expect("an address");
        issuer.origin().ascii_serialization()
    }

    /// The issuer of no tenant in particular, for a provider shaped like Microsoft.
    pub(crate) fn common_issuer(&self) -> String {
        format!("{}/common/v2.0", self.home())
    }

    /// How often an endpoint was asked: `token` (codes), `refresh`, `userinfo`, `jwks`,
    /// `discovery`, `revocation`.
    pub(crate) async fn requests(&self, endpoint: &str) -> u64 {
        let client = Anonymous::without_cookies(&self.home());
        let counters: Value = client
            .get_json("/counters")
            .await
            .json()
            .await
            .expect("JSON");
        counters[endpoint].as_u64().unwrap_or_default()
    }

    /// Signs `client` out on the provider's own page.
    pub(crate) async fn sign_out(&self, client: &Anonymous) {
        let page = client
            .navigate(&format!("{}/session/end", self.issuer))
            .await;
        let text = page.text().await.expect("a page");
        let between = |before: &str| -> String {
            let (_, rest) = text.split_once(before).expect("a form");
            rest.split('"').next().unwrap_or_default().to_owned()
        };
        let fields = [
            ("xsrf", &*between("name=\"xsrf\" value=\"")),
            ("logout", "yes"),
        ];
        let done = client.submit(&between("action=\""), &fields).await;
        assert!(location(&done).is_some(), "{}", done.status());
    }

    /// Ends the provider; its sessions are gone.
    pub(crate) async fn stop(&mut self) {
        self.process.stop().await;
    }

    /// Starts the stopped provider again at the same address, with new signing keys.
    pub(crate) async fn start_again(&mut self) {
        let port = Url::parse(&self.issuer).ok().and_then(|url| url.port());
        let port = port.expect("the issuer has a port").to_string();
        self.process = launch(&self.settings, &port, self.folder.path());
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
        // Where the gateway says that it hears of this provider's sign-outs.
        let at = |end: &str| redirect_uri.replacen("/callback/", end, 1);
        self.clients.push(json!({
            "client_id": id,
            "client_secret": secret,
            "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "post_logout_redirect_uris": [format!("{home}/"), at("/signed-out/")],
            "backchannel_logout_uri": at("/backchannel-logout/"),
            "backchannel_logout_session_required": true,
            "id_token_signed_response_alg": algorithm,
        }));
        self
    }

    /// Looks like Google.
    pub(crate) fn google_shaped(mut self) -> Self {
        self.shape = "google";
        self
    }

    /// Looks like Microsoft, and everybody at it is of this tenant.
    pub(crate) fn microsoft_shaped(mut self, tenant: &str) -> Self {
        self.shape = "microsoft";
        tenant.clone_into(&mut self.tenant);
        self
    }

    /// Access tokens end after so many seconds.
    pub(crate) fn access_tokens_last(mut self, seconds: u64) -> Self {
        self.access_token_seconds = Some(seconds);
        self
    }

    /// Gives the login name `login` claims of the test's own (without `sub`, which is the login). At
    /// a shaped provider they are laid over those it has anyway, and `null` removes one.
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
    let flag = |on: bool| if on { "1" } else { "0" };
    command.env("CLAIMS_IN_ID_TOKEN", flag(settings.claims_in_id_token));
    command
        .env("SHAPE", settings.shape)
        .env("TENANT", &settings.tenant);
    let seconds = settings.access_token_seconds;
    let seconds = seconds.map_or_else(String::new, |seconds| seconds.to_string());
    command.env("ACCESS_TOKEN_TTL", seconds);
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
