//! `import keycloak-users` and `import kratos-identities`: a file of people, taken in by hundreds.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use portcullis_core::{
    broker::LinkReason,
    event::{CreationReason, Event},
    schema::{Schema, Schemas},
    stage::Observer,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{line, progress::Progress, report::Report, shown};
use crate::{
    cli::{
        Failure, Output,
        output::{plain, remark},
    },
    migration::{
        entries, keycloak_users, kratos_identities,
        newcomer::{Newcomer, NobodyKnown},
        settling::{Outcome, Settled, Settlement, Settling},
    },
    observe::events::EventLog,
};

/// How many are taken in at once, and how many entries are read ahead meanwhile.
const AT_ONCE: usize = 500;

/// Whom to take in.
#[derive(Debug, Args)]
pub(in crate::cli) struct People {
    /// The file; `-` is standard input.
    pub(super) file: PathBuf,
    /// The schema of whoever comes; otherwise the one they name, or the default one.
    #[arg(long, value_name = "ID")]
    pub(super) schema: Option<String>,
    /// Which provider here is meant by a name there; where both are called the same, nothing needs
    /// to be said.
    #[arg(long, value_name = "THEIRS=OURS")]
    pub(super) provider: Vec<String>,
    /// Say what would become of everybody, and store nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// Who knew them before.
#[derive(Debug, Clone, Copy)]
pub(super) enum System {
    Keycloak,
    Kratos,
}

/// One run of the command.
pub(super) struct Import<'a, S> {
    pub(super) system: System,
    pub(super) output: Output,
    pub(super) schema: Option<&'a str>,
    pub(super) settling: Settling<'a, S>,
    /// Whether each one that is taken in is told of as an event.
    pub(super) tells_events: bool,
    pub(super) report: Report,
    pub(super) progress: Progress,
}

/// One entry of the file, as it is told of: its place, and its id where it has one. Nothing that
/// names a person.
#[derive(Debug)]
struct Entry {
    number: u64,
    id: Option<String>,
}

impl<S> Import<'_, S>
where
    S: Settlement,
    Failure: From<S::Error>,
{
    /// Takes in everybody in the file, and tells what became of them.
    pub(super) async fn all(&mut self, file: &Path) -> Result<(), Failure> {
        let schemas = self.settling.schemas;
        if let Some(id) = self.schema.filter(|id| schemas.find(id).is_none()) {
            return Err(Failure::Usage(format!("no schema is called {id:?}")));
        }
        let is_shown = self.output == Output::Table && io::stderr().is_terminal();
        let opened: Box<dyn Read + Send> = match file.as_os_str() == "-" {
            true => {
                self.progress = Progress::through(None, is_shown);
                Box::new(self.progress.watch(io::stdin()))
            }
            false => {
                let refused = |error: io::Error| Failure::Refused(shown(file, &error.to_string()));
                let opened = File::open(file).map_err(refused)?;
                let length = opened.metadata().ok().map(|facts| facts.len());
                self.progress = Progress::through(length.filter(|length| *length > 0), is_shown);
                Box::new(self.progress.watch(opened))
            }
        };
        let (sender, mut receiver) = mpsc::channel(AT_ONCE);
        let list = self.system.list();
        // The file is read beside the work on the store, never far ahead of it.
        let reading = tokio::task::spawn_blocking(move || {
            entries::read(opened, list, |entry| match sender.blocking_send(entry) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            })
        });
        let taken_in = self.take_in(&mut receiver).await;
        self.progress.end();
        let clock = self.settling.clock;
        let is_rehearsal = self.settling.rehearsal.is_some();
        let report = self.report.told(is_rehearsal, clock.now());
        self.output.print(&report)?;
        // Whoever came before it broke off is told of.
        taken_in?;
        let read = reading.await.map_err(|error| Failure::refused(&error))?;
        self.report.judge(read, file)
    }

    /// Takes in who is read, by hundreds.
    async fn take_in(&mut self, read: &mut mpsc::Receiver<entries::Entry>) -> Result<(), Failure> {
        let mut some = Vec::new();
        while let Some(entry) = read.recv().await {
            some.push(entry);
            if some.len() == AT_ONCE {
                self.batch(std::mem::take(&mut some)).await?;
            }
        }
        self.batch(some).await
    }

    /// Takes in some hundreds, whole or not at all.
    async fn batch(&mut self, batch: Vec<entries::Entry>) -> Result<(), Failure> {
        let mut entries = Vec::new();
        let mut newcomers = Vec::new();
        for entries::Entry { value, mistake } in batch {
            self.report.read += 1;
            let id = value["id"].as_str().filter(|id| id.len() <= 64);
            let entry = Entry {
                number: self.report.read,
                id: id.map(str::to_owned),
            };
            if let Some(mistake) = mistake {
                self.refused(&entry, &[mistake.to_string()]);
            } else if let Some(newcomer) = self.newcomer(&entry, &value) {
                entries.push(entry);
                newcomers.push(newcomer);
            }
        }
        let settled = self.settling.settle(newcomers).await;
        let (outcomes, broken_off) = match settled {
            Ok(round) => (round.outcomes, round.broken_off),
            Err(error) => {
                let outcomes = entries.iter().map(|_| Outcome::Unsent);
                (outcomes.collect(), Some(error))
            }
        };
        let broken_off = broken_off.map(Failure::from);
        for (entry, outcome) in entries.iter().zip(outcomes) {
            match outcome {
                Outcome::Settled(settled) => self.settled(entry, &settled),
                Outcome::Refused(reasons) => self.refused(entry, &reasons),
                Outcome::Present => self.report.present += 1,
                Outcome::Unknown => self.unknown(entry, broken_off.as_ref()),
                Outcome::Unsent => self.unsent(entry),
            }
        }
        self.progress.tell(self.report.line());
        match broken_off {
            Some(failure) => Err(self.stopped(&failure)),
            None => Ok(()),
        }
    }

    /// Tells of somebody who may be in.
    fn unknown(&mut self, entry: &Entry, why: Option<&Failure>) {
        self.report.unknown += 1;
        let why = why.map(Failure::to_string).unwrap_or_default();
        self.tell(entry, "unknown", &[format!("they may be in: {why}")]);
    }

    /// Tells of somebody before whom it broke off.
    fn unsent(&mut self, entry: &Entry) {
        self.report.unsent += 1;
        let why = "the import stopped before".to_owned();
        self.tell(entry, "not sent", &[why]);
    }

    /// Why it ends here, and how it goes on.
    fn stopped(&self, failure: &Failure) -> Failure {
        let read = self.report.read;
        Failure::Refused(format!(
            "{failure}; the import stopped within the first {read} entries and looked at none behind them: \
             the same command again goes on"
        ))
    }

    /// Whom an entry is about; told of where it is about nobody.
    fn newcomer(&mut self, entry: &Entry, value: &Value) -> Option<(Arc<Schema>, Newcomer)> {
        let schema = match self.schema_of(value) {
            Ok(schema) => schema,
            Err(reason) => {
                self.refused(entry, &[reason]);
                return None;
            }
        };
        match self.system.newcomer(value, &schema) {
            Ok(newcomer) => Some((schema, newcomer)),
            Err(NobodyKnown::Malformed(reason)) => {
                self.refused(entry, &[reason.to_owned()]);
                None
            }
            Err(NobodyKnown::NoPerson(reason)) => {
                self.report.leave_out(reason);
                self.tell(entry, "left out", &[reason.to_owned()]);
                None
            }
        }
    }

    fn schema_of(&self, entry: &Value) -> Result<Arc<Schema>, String> {
        let schemas: &Schemas = self.settling.schemas;
        let named = self.schema.or_else(|| match self.system {
            System::Keycloak => None,
            System::Kratos => kratos_identities::schema_id(entry),
        });
        let Some(id) = named else {
            return Ok(schemas.default_schema());
        };
        let missing = || format!("no schema is called {id:?} here; say which one with --schema");
        schemas.find(id).ok_or_else(missing)
    }

    fn settled(&mut self, entry: &Entry, settled: &Settled) {
        self.report.take_in(&settled.kinds, &settled.losses);
        if !settled.losses.is_empty() {
            match self.output {
                Output::Table => {
                    let lines: Vec<String> = settled.losses.iter().map(line).collect();
                    self.tell(entry, "lost", &lines);
                }
                Output::Json => {
                    let mut told = entry.about("imported");
                    told["lost"] = json!(settled.losses);
                    remark(format_args!("{told}"));
                }
            }
        }
        // Lines for everybody would go nowhere but over the bar.
        if !self.tells_events || self.progress.is_shown() {
            return;
        }
        let identity = settled.id;
        EventLog.observe(&Event::IdentityCreated {
            identity,
            provider: None,
            reason: CreationReason::Command,
        });
        for provider in &settled.linked {
            EventLog.observe(&Event::Linked {
                identity,
                provider,
                reason: LinkReason::Command,
            });
        }
    }

    fn refused(&mut self, entry: &Entry, reasons: &[String]) {
        self.report.refuse(reasons);
        self.tell(entry, "refused", reasons);
    }

    /// Tells of one entry: a line for each reason, or an object on a line.
    fn tell(&self, entry: &Entry, outcome: &str, reasons: &[String]) {
        let mut about = entry.about(outcome);
        match self.output {
            Output::Json => {
                about["reasons"] = json!(reasons);
                remark(format_args!("{about}"));
            }
            Output::Table => {
                let id = match &about["id"] {
                    Value::Null => String::new(),
                    id => format!(" ({})", plain(id)),
                };
                for reason in reasons {
                    let reason = plain(&json!(reason));
                    let line = format!("{outcome}: entry {}{id}: {reason}", entry.number);
                    self.progress.past(&line);
                }
            }
        }
    }
}

impl Entry {
    fn about(&self, outcome: &str) -> Value {
        json!({"entry": self.number, "id": self.id, "outcome": outcome})
    }
}

impl System {
    /// The command as the audit log names it.
    pub(super) fn command(self) -> &'static str {
        match self {
            Self::Keycloak => "import keycloak-users",
            Self::Kratos => "import kratos-identities",
        }
    }

    /// What the list of people is called where it is part of an object.
    fn list(self) -> &'static str {
        match self {
            Self::Keycloak => "users",
            Self::Kratos => "identities",
        }
    }

    fn newcomer(self, entry: &Value, schema: &Schema) -> Result<Newcomer, NobodyKnown> {
        match self {
            Self::Keycloak => keycloak_users::newcomer(entry, schema),
            Self::Kratos => kratos_identities::newcomer(entry),
        }
    }
}
