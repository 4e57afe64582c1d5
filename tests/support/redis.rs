//! A Redis of the test's own: its process, its port, its folder.

use std::{collections::BTreeMap, path::Path};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::mpsc,
};

use super::{port::free_port, process::Process, wait::wait_until};

/// A running `redis-server` that can be stopped, started again on the same port, and frozen.
#[derive(Debug)]
pub(crate) struct Redis {
    port: u16,
    process: Process,
    folder: TempDir,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        let port = free_port();
        let redis = Self {
            port,
            process: launch(port, folder.path()),
            folder,
        };
        redis.ready().await;
        redis
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends the server in an orderly way; nothing is kept.
    pub(crate) async fn stop(&mut self) {
        self.process.stop().await;
    }

    /// Starts the stopped server again, empty, on the same port.
    pub(crate) async fn start_again(&mut self) {
        self.process = launch(self.port, self.folder.path());
        self.ready().await;
    }

    /// Stops the server from answering while its connections stay open.
    pub(crate) fn freeze(&self) {
        self.process.signal("STOP");
    }

    /// Lets a frozen server go on.
    pub(crate) fn thaw(&self) {
        self.process.signal("CONT");
    }

    /// Sends one command of plain words and returns the answer's text.
    pub(crate) async fn ask(&self, command: &str) -> String {
        self.try_ask(command).await.expect("redis answers")
    }

    /// How often each command ran since the last [`Redis::forget_commands`].
    ///
    /// What this fixture itself sends and what connections send to introduce themselves is left out.
    pub(crate) async fn commands(&self) -> BTreeMap<String, u64> {
        const HOUSEKEEPING: [&str; 8] = [
            "monitor",
            "info",
            "ping",
            "hello",
            "command",
            "config|resetstat",
            "config|get",
            "select",
        ];
        let stats = self.ask("INFO commandstats").await;
        let counts = stats.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            let (calls, _) = rest.split_once(',')?;
            let known = HOUSEKEEPING.contains(&name) || name.starts_with("client|");
            (!known).then(|| (name.to_owned(), calls.parse().expect("a count")))
        });
        counts.collect()
    }

    /// Starts the count of [`Redis::commands`] anew.
    pub(crate) async fn forget_commands(&self) {
        self.ask("CONFIG RESETSTAT").await;
    }

    /// Every command from now on, as MONITOR prints it.
    pub(crate) async fn monitor(&self) -> mpsc::UnboundedReceiver<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))
            .await
            .expect("redis accepts");
        stream.write_all(b"MONITOR\r\n").await.expect("redis reads");
        let mut lines = BufReader::new(stream).lines();
        assert_eq!(
            lines.next_line().await.expect("redis answers").as_deref(),
            Some("+OK")
        );
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        receiver
    }

    async fn ready(&self) {
        wait_until("redis to answer", async || {
            self.try_ask("PING").await.filter(|a| a == "PONG")
        })
        .await;
    }

    async fn try_ask(&self, command: &str) -> Option<String> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        let mut stream = BufReader::new(stream);
        stream
            .write_all(format!("{command}\r\n").as_bytes())
            .await
            .ok()?;
        let mut head = String::new();
        stream.read_line(&mut head).await.ok()?;
        let (kind, rest) = head.trim_end().split_at_checked(1)?;
        if kind != "$" {
            return Some(rest.to_owned());
        }
        let mut body = vec![0; rest.parse().ok()?];
        stream.read_exact(&mut body).await.ok()?;
        String::from_utf8(body).ok()
    }
}

fn launch(port: u16, folder: &Path) -> Process {
    let mut command = Process::command("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
    command
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(folder);
    Process::spawn(command, &folder.join("redis.log"))
}
