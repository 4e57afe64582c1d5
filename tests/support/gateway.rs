//! The gateway under test: the real binary with a configuration of the story's own.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    actor::Anonymous, port::free_port, postgres::Postgres, process::Process, redis::Redis,
    route::Route, wait::wait_until,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_portcullis");

/// Describes a gateway that is still to be started. Its ports are chosen already, so that a provider
/// can be told where to send browsers back to.
#[derive(Debug)]
pub(crate) struct Builder {
    proxy: u16,
    admin: u16,
    admin_socket: bool,
    metrics: u16,
    public_url: String,
    home: Option<String>,
    store: Option<String>,
    top: String,
    listen: String,
    tables: String,
    environment: Vec<(String, String)>,
    folder: TempDir,
}

impl Builder {
    pub(crate) fn url(&self) -> String {
        self.public_url.clone()
    }

    /// The redirect URI to register for the provider `id`.
    pub(crate) fn redirect_uri(&self, id: &str) -> String {
        format!(
            "{}/.portcullis/self-service/methods/oidc/callback/{id}",
            self.public_url
        )
    }

    /// Browsers reach the gateway elsewhere than at `http://localhost:<port>`.
    pub(crate) fn public_url(mut self, url: &str) -> Self {
        url.clone_into(&mut self.public_url);
        self
    }

    /// The story itself speaks to the listener in plain HTTP, as a proxy in front would.
    pub(crate) fn plainly_at_localhost(mut self) -> Self {
        self.home = Some(format!("http://localhost:{}", self.proxy));
        self
    }

    pub(crate) fn route(self, route: &Route) -> Self {
        self.table(&route.toml)
    }

    pub(crate) fn redis(self, redis: &Redis) -> Self {
        self.table(&format!("[redis]\nurl = \"{}\"", redis.url()))
    }

    /// Stores records in PostgreSQL, not in an SQLite file of the gateway's own.
    pub(crate) fn postgres(mut self, database: &Postgres) -> Self {
        self.store = Some(database.url());
        self
    }

    /// An OpenID provider with the claims map that fits the default schema.
    pub(crate) fn provider(self, id: &str, issuer: &str, client: (&str, &str)) -> Self {
        let (client_id, client_secret) = client;
        self.table(&format!(
            "[providers.{id}]\nkind = \"oidc\"\nissuer_url = \"{issuer}\"\n\
             client_id = \"{client_id}\"\nclient_secret = \"{client_secret}\"\n\
             label = \"{id}\"\nscopes = [\"openid\", \"email\", \"profile\"]\n\
             [providers.{id}.map]\n\"email\" = \"claims.email\"\n\
             \"name.first\" = \"claims.given_name\"\n\"name.last\" = \"claims.family_name\"\n"
        ))
    }

    /// Lets people register themselves.
    pub(crate) fn registration(self) -> Self {
        self.table("[plugins.self-service.registration]\nenabled = true")
    }

    /// Adds a key of the top level.
    pub(crate) fn top(mut self, line: &str) -> Self {
        self.top.push_str(line);
        self.top.push('\n');
        self
    }

    /// The admin listener is a Unix socket in the gateway's folder.
    pub(crate) fn admin_socket(mut self) -> Self {
        self.admin_socket = true;
        self
    }

    /// The folder of the configuration file.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the admin listener is, as the configuration has it.
    fn admin(&self) -> String {
        match self.admin_socket {
            true => format!("unix:{}", self.folder.path().join("admin.sock").display()),
            false => format!("127.0.0.1:{}", self.admin),
        }
    }

    /// Adds a key of `[listen]`.
    pub(crate) fn listen(mut self, line: &str) -> Self {
        self.listen.push_str(line);
        self.listen.push('\n');
        self
    }

    /// Adds whole tables.
    pub(crate) fn table(mut self, toml: &str) -> Self {
        self.tables.push_str(toml);
        self.tables.push_str("\n\n");
        self
    }

    pub(crate) fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The text of the configuration file.
    pub(crate) fn configuration(&self) -> String {
        fs::read_to_string(self.write()).expect("the configuration can be read")
    }

    /// Runs a command with this configuration, without a gateway running.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let configuration = self.write();
        run(&configuration, &self.environment, arguments, "")
    }

    pub(crate) async fn start(self) -> TestGateway {
        let configuration = self.write();
        let process = launch(&configuration, &self.environment, self.folder.path());
        let mut gateway = TestGateway {
            described: self,
            configuration,
            process,
        };
        gateway.ready().await;
        gateway
    }

    fn write(&self) -> PathBuf {
        let folder = self.folder.path();
        let sqlite = || format!("sqlite://{}", folder.join("portcullis.db").display());
        let store = self.store.clone().unwrap_or_else(sqlite);
        let admin = self.admin();
        let Self {
            proxy,
            metrics,
            public_url,
            top,
            listen,
            tables,
            ..
        } = self;
        let toml = format!(
            "public_url = \"{public_url}\"\n{top}\n[listen]\nproxy = \"127.0.0.1:{proxy}\"\n\
             admin = \"{admin}\"\nmetrics = \"127.0.0.1:{metrics}\"\n{listen}\n\
             [store]\nurl = \"{store}\"\n\n{tables}"
        );
        let path = folder.join("portcullis.toml");
        fs::write(&path, toml).expect("the configuration can be written");
        path
    }
}

/// A running gateway, stopped when dropped.
#[derive(Debug)]
pub(crate) struct TestGateway {
    described: Builder,
    configuration: PathBuf,
    process: Process,
}

impl TestGateway {
    pub(crate) fn builder() -> Builder {
        let proxy = free_port();
        Builder {
            proxy,
            admin: free_port(),
            admin_socket: false,
            metrics: free_port(),
            public_url: format!("http://localhost:{proxy}"),
            home: None,
            store: None,
            top: String::new(),
            listen: String::new(),
            tables: String::new(),
            environment: Vec::new(),
            folder: TempDir::new().expect("a folder"),
        }
    }

    /// The folder of the configuration file.
    pub(crate) fn folder(&self) -> &Path {
        self.described.folder.path()
    }

    /// Asks the gateway to read its configuration again.
    pub(crate) fn hang_up(&self) {
        self.process.signal("HUP");
    }

    /// Where the story reaches the gateway.
    pub(crate) fn url(&self) -> String {
        let home = self.described.home.clone();
        home.unwrap_or_else(|| self.described.url())
    }

    /// An address below the public one, as the story reaches it.
    pub(crate) fn here(&self, address: &str) -> String {
        address.replacen(&self.described.public_url, &self.url(), 1)
    }

    /// The port of the proxy listener, for stories that speak raw bytes.
    pub(crate) fn port(&self) -> u16 {
        self.described.proxy
    }

    /// Where the admin listener is reached; `unix:` and its path where it is a socket.
    pub(crate) fn admin_url(&self) -> String {
        match self.described.admin() {
            socket if self.described.admin_socket => socket,
            address => format!("http://{address}"),
        }
    }

    pub(crate) fn metrics_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.described.metrics)
    }

    /// The process id, for accounts of memory and processor time.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Everything the gateway has written so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.described.folder.path().join("gateway.log")).unwrap_or_default()
    }

    /// Waits until a line of the log contains `part`, and returns the line.
    pub(crate) async fn wait_for_log(&self, part: &str) -> String {
        let what = format!("a log line with {part:?}");
        wait_until(&what, async || {
            self.log()
                .lines()
                .find(|line| line.contains(part))
                .map(str::to_owned)
        })
        .await
    }

    /// A client that keeps cookies.
    pub(crate) fn anonymous(&self) -> Anonymous {
        Anonymous::new(&self.url())
    }

    /// Runs a command with the gateway's configuration, `input` on its standard input.
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Output {
        let environment = &self.described.environment;
        run(&self.configuration, environment, arguments, input)
    }

    /// The same at a terminal, where `typed` is typed; what is shown there is the standard output.
    pub(crate) fn at_terminal(&self, arguments: &[&str], typed: &str) -> Output {
        let words: Vec<String> = arguments.iter().map(|word| format!("'{word}'")).collect();
        let (file, words) = (self.configuration.display(), words.join(" "));
        let line = format!("stty cols 120 rows 40; exec {PROGRAM} --config '{file}' {words}");
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        script.envs([("TERM", "xterm"), ("SHELL", "/bin/sh")]);
        settle(&mut script, &self.described.environment);
        ended(script, typed)
    }

    /// Asks the gateway to end, and returns how it ended and how long that took.
    pub(crate) async fn stop(&mut self) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        let status = self.process.stop().await;
        (status, asked.elapsed())
    }

    /// Ends the gateway as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts the stopped gateway again on the same ports, with the same store.
    pub(crate) async fn start_again(&mut self) {
        let environment = &self.described.environment;
        self.process = launch(&self.configuration, environment, self.folder());
        self.ready().await;
    }

    async fn ready(&mut self) {
        let admin = Anonymous::without_cookies(&self.admin_url());
        wait_until("the gateway to be ready", async || {
            if let Some(status) = self.process.exited() {
                panic!("the gateway ended with {status}: {}", self.log());
            }
            let asked = admin
                .request(reqwest::Method::GET, "/health/ready")
                .send()
                .await;
            asked
                .is_ok_and(|response| response.status() == 200)
                .then_some(())
        })
        .await;
    }
}

/// What a command of the gateway answered.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// The standard output as JSON, for `--output json`.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn run(
    configuration: &Path,
    environment: &[(String, String)],
    arguments: &[&str],
    input: &str,
) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).arg("--config").arg(configuration);
    settle(&mut command, environment);
    ended(command, input)
}

fn ended(mut command: Command, input: &str) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("piped");
    // A command that reads nothing may be gone before it is written to.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the command ends");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

fn launch(configuration: &Path, environment: &[(String, String)], folder: &Path) -> Process {
    let mut command = Process::command(PROGRAM);
    command
        .args(["serve", "--config"])
        .arg(configuration)
        .current_dir(folder);
    settle(&mut command, environment);
    Process::spawn(command, &folder.join("gateway.log"))
}

/// The developer's own settings stay outside.
fn settle(command: &mut Command, environment: &[(String, String)]) {
    let inherited = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in inherited.filter(|name| name.starts_with("PORTCULLIS") || name == "RUST_LOG") {
        command.env_remove(name);
    }
    command.envs(environment.iter().map(|(name, value)| (name, value)));
}
