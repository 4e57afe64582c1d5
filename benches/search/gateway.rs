//! A gateway of the optimised build over a database of the people, asked as administrators' programs ask.

use std::{
    fs,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, Response, Url, header::LINK};
use serde_json::Value;
use tempfile::TempDir;

use super::people::People;

/// How long it may take until it answers; the first one of a version may have to read everybody.
const PATIENCE: Duration = Duration::from_secs(3600);

/// A running gateway.
pub(crate) struct Gateway {
    process: Child,
    client: Client,
    list: Url,
    _folder: TempDir,
}

/// What one search has taken.
pub(crate) struct Answer {
    /// Until all of it was here.
    pub(crate) time: Duration,
    /// How many were found.
    pub(crate) found: usize,
    /// Where those are who come next.
    pub(crate) next: Option<Url>,
}

impl Gateway {
    /// Starts one; it answers when everybody can be found.
    pub(crate) async fn start(database: &str, people: &People) -> Self {
        let folder = TempDir::new().unwrap();
        let admin = free();
        let config = folder.path().join("portcullis.toml");
        fs::write(&config, written(database, (free(), admin), people)).unwrap();
        let program = std::env::var("BENCH_PROGRAM");
        let program = program.unwrap_or_else(|_| "target/release/portcullis".to_owned());
        let process = Command::new(&program)
            .args(["serve", "--config"])
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let mut gateway = Self {
            process,
            client: Client::new(),
            list: format!("http://127.0.0.1:{admin}/admin/identities")
                .parse()
                .unwrap(),
            _folder: folder,
        };
        gateway.ready().await;
        gateway
    }

    async fn ready(&mut self) {
        let begun = Instant::now();
        let ready = self.list.join("/health/ready").unwrap();
        loop {
            let asked = self.client.get(ready.clone()).send().await;
            if asked.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "the gateway has ended: {ended:?}");
            assert!(begun.elapsed() < PATIENCE, "the gateway is not ready");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Where a search by these parameters is asked for.
    pub(crate) fn address(&self, parameters: &[(String, String)]) -> Url {
        let mut address = self.list.clone();
        address.query_pairs_mut().extend_pairs(parameters);
        address
    }

    /// Asks, and waits until the whole answer is here.
    pub(crate) async fn ask(&self, address: Url) -> Answer {
        let begun = Instant::now();
        let answer = self.client.get(address.clone()).send().await.unwrap();
        let (status, next) = (answer.status(), next(&answer));
        let body = answer.bytes().await.unwrap();
        let time = begun.elapsed();
        assert!(status.is_success(), "{address}: {status}: {body:?}");
        let people: Vec<Value> = serde_json::from_slice(&body).unwrap();
        Answer {
            time,
            found: people.len(),
            next: next.map(|next| self.list.join(&next).unwrap()),
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It has nothing to finish.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The address of the link called so (RFC 8288, section 3).
fn next(answer: &Response) -> Option<String> {
    let links = answer.headers().get(LINK)?.to_str().ok()?;
    let next = links
        .split(',')
        .find(|link| link.contains(r#"rel="next""#))?;
    let (address, _) = next.split_once('<')?.1.split_once('>')?;
    Some(address.to_owned())
}

fn free() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn written(database: &str, (proxy, admin): (u16, u16), people: &People) -> String {
    let head = format!(
        "public_url = \"http://localhost:{proxy}\"\n\
         [store]\nurl = \"{database}\"\n\
         [listen]\nproxy = \"127.0.0.1:{proxy}\"\nadmin = \"127.0.0.1:{admin}\"\n\
         [plugins.admin]\nauth = \"none\"\n"
    );
    let schemas = people.schemas.all().into_iter().map(|schema| {
        let document = schema.document();
        format!(
            "[[identity.schemas]]\nid = \"{}\"\ninline = '{document}'\n",
            schema.id()
        )
    });
    head + &schemas.collect::<String>()
}
