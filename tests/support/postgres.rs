//! PostgreSQL: one throw-away cluster for the tests that run at the same time, a database for each.

use std::{
    ffi::OsStr,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Weak,
        atomic::{AtomicU32, Ordering},
    },
};

use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};

use super::{port::free_port, process::Process, wait::wait_until};

/// Whoever comes while a cluster runs shares it; the last to leave stops it.
static SHARED: Mutex<Weak<Cluster>> = Mutex::const_new(Weak::new());
static BINARIES: OnceCell<PathBuf> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A fresh, empty database.
#[derive(Debug)]
pub(crate) struct Postgres {
    cluster: Arc<Cluster>,
    name: String,
}

impl Postgres {
    /// A database in the cluster that all tests share.
    pub(crate) async fn start() -> Self {
        let mut shared = SHARED.lock().await;
        let cluster = match shared.upgrade() {
            Some(cluster) => cluster,
            None => Arc::new(Cluster::start().await),
        };
        *shared = Arc::downgrade(&cluster);
        drop(shared);
        Self::create(cluster)
    }

    /// A database in a cluster of its own, which may be stopped.
    pub(crate) async fn start_alone() -> Self {
        Self::create(Arc::new(Cluster::start().await))
    }

    pub(crate) fn url(&self) -> String {
        format!(
            "postgres://postgres@127.0.0.1:{}/{}",
            self.cluster.port, self.name
        )
    }

    /// Runs one statement and returns its rows, columns parted by `|`.
    pub(crate) fn query(&self, statement: &str) -> String {
        self.cluster.query(&self.name, statement)
    }

    /// Writes every statement down from now on; only for a cluster of one's own.
    pub(crate) fn log_statements(&self) {
        self.query("ALTER SYSTEM SET log_statement = 'all'");
        self.query("SELECT pg_reload_conf()");
    }

    /// How many statements ran since [`Postgres::log_statements`].
    pub(crate) fn statements(&self) -> usize {
        let log = self.cluster.folder.path().join("postgres.log");
        let log = fs::read_to_string(log).expect("the server writes a log");
        let ran =
            |line: &&str| line.contains("LOG:  execute ") || line.contains("LOG:  statement: ");
        log.lines().filter(ran).count()
    }

    /// Stops the server; only for a cluster of one's own.
    pub(crate) async fn stop(&mut self) {
        let cluster = Arc::get_mut(&mut self.cluster).expect("only a cluster of one's own stops");
        // SIGINT is the fast shutdown: SIGTERM would wait for the clients to leave.
        cluster.process.signal("INT");
        wait_until("postgres to stop", async || cluster.process.exited()).await;
    }

    /// Starts a stopped server again, with everything in it.
    pub(crate) async fn start_again(&mut self) {
        let cluster = Arc::get_mut(&mut self.cluster).expect("only a cluster of one's own stops");
        cluster.process = launch(cluster.port, cluster.folder.path()).await;
        cluster.ready().await;
    }

    fn create(cluster: Arc<Cluster>) -> Self {
        let name = format!("story_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        cluster.query("postgres", &format!("CREATE DATABASE {name}"));
        Self { cluster, name }
    }
}

#[derive(Debug)]
struct Cluster {
    port: u16,
    process: Process,
    folder: TempDir,
}

impl Cluster {
    async fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        if runs_as_root() {
            // The server refuses to run as root, and its user must reach the data.
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let mut initdb = server_command(binaries().await.join("initdb"));
        initdb.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        run(initdb
            .arg("--no-sync")
            .arg("--pgdata")
            .arg(folder.path().join("data")));
        let port = free_port();
        let cluster = Self {
            port,
            process: launch(port, folder.path()).await,
            folder,
        };
        cluster.ready().await;
        cluster
    }

    async fn ready(&self) {
        let mut probe = Command::new(binaries().await.join("pg_isready"));
        probe.args([
            "--quiet",
            "--host=127.0.0.1",
            "--port",
            &self.port.to_string(),
        ]);
        wait_until("postgres to accept connections", async || {
            probe
                .status()
                .expect("pg_isready runs")
                .success()
                .then_some(())
        })
        .await;
    }

    fn query(&self, database: &str, statement: &str) -> String {
        let binaries = BINARIES.get().expect("found when the cluster started");
        let mut psql = Command::new(binaries.join("psql"));
        psql.args([
            "--host=127.0.0.1",
            "--username=postgres",
            "--no-psqlrc",
            "--quiet",
        ]);
        psql.args(["--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        psql.args(["--port", &self.port.to_string(), "--dbname", database]);
        run(psql.args(["--command", statement]))
    }
}

async fn launch(port: u16, folder: &Path) -> Process {
    let mut command = server_command(binaries().await.join("postgres"));
    command
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-p", &port.to_string()]);
    // Durability is worthless for a cluster that lives for seconds.
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
    ] {
        command.args(["-c", setting]);
    }
    // SIGQUIT takes the server's own children along, which a plain kill would leave behind.
    Process::spawn(command, &folder.join("postgres.log")).with_farewell("QUIT")
}

/// The command line of a server program, as a user it agrees to run as.
fn server_command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if runs_as_root() {
        command.args([
            "--reuid",
            "postgres",
            "--regid",
            "postgres",
            "--init-groups",
        ]);
    }
    command.arg("--").arg(program).current_dir("/");
    command
}

fn runs_as_root() -> bool {
    fs::metadata("/proc/self").expect("the process table").uid() == 0
}

/// Debian keeps the server's programs out of the PATH, one folder per version: the newest is ours.
async fn binaries() -> &'static Path {
    BINARIES
        .get_or_init(async || {
            let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else {
                return PathBuf::from(run(Command::new("pg_config").arg("--bindir")).trim());
            };
            let folders = versions.map(|entry| entry.expect("a readable folder").path());
            let newest = folders
                .filter(|folder| folder.join("bin/initdb").exists())
                .max_by_key(|folder| {
                    folder
                        .file_name()
                        .and_then(OsStr::to_str)?
                        .parse::<u32>()
                        .ok()
                });
            newest
                .expect("postgresql is installed: run .ci/setup test")
                .join("bin")
        })
        .await
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}
