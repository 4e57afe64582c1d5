//! A real SMTP server: npm `smtp-server` in a process of its own.

use std::{fs, path::PathBuf};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;
use tempfile::TempDir;

use super::{process::Process, wait::wait_until};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/smtp-server");

/// Whoever registers is in before they prove their address, also where mail is sent: for stories of
/// something else.
pub(crate) const LET_IN_AT_ONCE: &str = "[required_actions.VERIFY_EMAIL]\ndefault = false";

/// A mail as the server took it.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// Head and body as sent.
    pub(crate) message: String,
    /// Who signed in to send it.
    pub(crate) user: Option<String>,
    /// Whether nobody on the way could read it.
    pub(crate) encrypted: bool,
}

/// A running server that keeps every mail.
#[derive(Debug)]
pub(crate) struct SmtpServer {
    port: u16,
    _process: Process,
    folder: TempDir,
    certificate: Option<TempDir>,
}

/// When a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    FromTheFirstByte,
    /// After STARTTLS.
    OnceAgreed,
}

impl SmtpServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Nobody sends without this name and password.
    pub(crate) async fn start_with_login(login: &str) -> Self {
        Self::start_with(&[("LOGIN", login)]).await
    }

    /// The first so many mails are put off.
    pub(crate) async fn start_putting_off(mails: u32) -> Self {
        Self::start_with(&[("REFUSALS", &mails.to_string())]).await
    }

    /// Encrypted, with a certificate that it has made itself for 127.0.0.1; for who gives this name
    /// and password.
    pub(crate) async fn start_encrypted(encryption: Encryption, login: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let names = vec!["127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(names).expect("a certificate");
        let file = |name: &str, text: String| {
            let file = folder.path().join(name);
            fs::write(&file, text).expect("the file is written");
            file.display().to_string()
        };
        let certificate = file("cert.pem", cert.pem());
        let key = file("key.pem", signing_key.serialize_pem());
        let mut settings = vec![
            ("LOGIN", login),
            ("CERTIFICATE", &certificate),
            ("KEY", &key),
        ];
        if encryption == Encryption::FromTheFirstByte {
            settings.push(("SECURE", "yes"));
        }
        let mut server = Self::start_with(&settings).await;
        server.certificate = Some(folder);
        server
    }

    async fn start_with(settings: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a folder");
        let log = folder.path().join("smtp.log");
        let mut command = Process::command("node");
        command.arg("server.mjs").current_dir(FOLDER);
        command.envs(settings.iter().copied());
        let mut process = Process::spawn(command, &log);
        let port = wait_until("the SMTP server to listen", async || {
            let log = fs::read_to_string(&log).unwrap_or_default();
            assert!(
                process.exited().is_none(),
                "the SMTP server ended (make setup): {log}"
            );
            log.lines()
                .find_map(|line| line.strip_prefix("listening ")?.parse().ok())
        })
        .await;
        Self {
            port,
            _process: process,
            folder,
            certificate: None,
        }
    }

    /// The keys of `[mail]` that send here with this scheme, as `gate:hush`.
    pub(crate) fn encrypted_table(&self, scheme: &str) -> String {
        let port = self.port;
        format!(
            "[mail]\nurl = \"{scheme}://gate:hush@127.0.0.1:{port}\"\nfrom = \"gate@example.org\""
        )
    }

    /// The line of `[mail]` that has its certificate believed.
    pub(crate) fn ca_file(&self) -> String {
        let folder = self.certificate.as_ref().expect("it has a certificate");
        format!("ca_file = \"{}\"", folder.path().join("cert.pem").display())
    }

    /// How often this happened: `connected` or `sign-in`.
    pub(crate) fn count(&self, what: &str) -> usize {
        self.log().lines().filter(|line| *line == what).count()
    }

    /// The file that has a line of JSON for each mail.
    pub(crate) fn log_file(&self) -> PathBuf {
        self.folder.path().join("smtp.log")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// The `[mail]` table that sends here.
    pub(crate) fn table(&self) -> String {
        self.table_with("")
    }

    /// The same with `name:password@`.
    pub(crate) fn table_with(&self, login: &str) -> String {
        format!(
            "[mail]\nurl = \"smtp://{login}127.0.0.1:{}\"\nfrom = \"The gate <gate@example.org>\"",
            self.port
        )
    }

    /// Every mail so far.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        let log = self.log();
        let lines = log.lines().filter(|line| line.starts_with('{'));
        lines
            .filter_map(|line| read(&serde_json::from_str(line).ok()?))
            .collect()
    }

    /// Waits for the next mail to `address` after those in `known`.
    pub(crate) async fn letter_to(&self, address: &str, known: usize) -> Letter {
        wait_until("a mail to arrive", async || {
            let mut letters = self.letters().into_iter();
            letters
                .by_ref()
                .filter(|letter| letter.to.iter().any(|to| to == address))
                .nth(known)
        })
        .await
    }
}

impl Letter {
    /// The first code of six digits in it.
    pub(crate) fn code(&self) -> String {
        let words = self.body();
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        let code = words.split_whitespace().find(is_code);
        code.unwrap_or_else(|| panic!("a code in {words}"))
            .to_owned()
    }

    /// The first link in it.
    pub(crate) fn link(&self) -> String {
        let words = self.body();
        let link = words
            .split_whitespace()
            .find(|word| word.starts_with("http"));
        link.unwrap_or_else(|| panic!("a link in {words}"))
            .to_owned()
    }

    /// The text, without what long lines were broken with.
    pub(crate) fn body(&self) -> String {
        let (_, body) = self.message.split_once("\r\n\r\n").unwrap_or_default();
        let joined = body.replace("=\r\n", "");
        match self.message.contains("quoted-printable") {
            true => joined.replace("=3D", "="),
            false => joined,
        }
    }
}

fn read(line: &Value) -> Option<Letter> {
    let to = line["to"].as_array()?.iter();
    Some(Letter {
        from: line["from"].as_str()?.to_owned(),
        to: to.filter_map(|to| Some(to.as_str()?.to_owned())).collect(),
        message: line["message"].as_str()?.to_owned(),
        user: line["user"].as_str().map(str::to_owned),
        encrypted: line["encrypted"].as_bool()?,
    })
}
