//! `portcullis providers …`: what serves, how it is, and the providers of the store.

mod add;
pub(super) mod errand;
mod turn;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand, ValueEnum};
use portcullis_core::{
    administration::{
        Attached, Leave, LinkFate, ProviderAdministration, ProviderRecord, ProviderSource,
        SessionFate,
    },
    id::ProviderId,
};
use serde_json::{Map, Value, json};

use self::{errand::Errand, turn::Turn};
use super::{
    Common, Consent, Failure, Output, audit::Act, output::counted, redirect_uri, remote::Remote,
};
use crate::config;

/// What people see of how providers are.
const REPORTED: [&str; 6] = ["id", "source", "enabled", "discovery", "jwks", "last_error"];

/// What can be asked of providers.
#[derive(Debug, Subcommand)]
pub(super) enum Providers {
    /// List the providers of all sources.
    List,
    /// Ask the providers themselves how they are.
    Status {
        /// The provider's id; otherwise all.
        id: Option<String>,
    },
    /// Print the URI to register at a provider.
    GetRedirectUri {
        /// The provider's id.
        id: String,
    },
    /// Add a provider to the store; running gateways follow within seconds.
    Add(Box<add::Add>),
    /// Remove a provider from the store; running gateways follow within seconds.
    Remove {
        /// The provider's id.
        id: String,
        #[command(flatten)]
        left: Left,
        #[command(flatten)]
        consent: Consent,
    },
    /// Switch a provider of the store on.
    Enable {
        /// The provider's id.
        id: String,
    },
    /// Switch a provider of the store off.
    Disable {
        /// The provider's id.
        id: String,
        #[command(flatten)]
        left: Left,
        #[command(flatten)]
        consent: Consent,
    },
    /// Show what the provider's configuration would make of claims.
    DryRun {
        /// The provider's id.
        id: String,
        #[command(flatten)]
        claims: Claims,
    },
}

/// Where claims stand.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Claims {
    /// A file with the claims as one JSON object; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The same.
    #[arg(long, value_name = "FILE")]
    claims: Option<PathBuf>,
}

/// What becomes of what the provider leaves behind; otherwise as its `on_disable` says.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Left {
    /// The links to its accounts.
    #[arg(long, value_enum)]
    links: Option<Links>,
    /// The sessions that began at it.
    #[arg(long, value_enum)]
    sessions: Option<Sessions>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Links {
    /// Keep them for its return.
    Keep,
    /// Remove them.
    Unlink,
    /// Do nothing as long as there are any.
    Refuse,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sessions {
    /// Let them go on.
    Keep,
    /// End them.
    Revoke,
}

impl From<Left> for Leave {
    fn from(left: Left) -> Self {
        Self {
            links: left.links.map(|links| match links {
                Links::Keep => LinkFate::Keep,
                Links::Unlink => LinkFate::Unlink,
                Links::Refuse => LinkFate::Refuse,
            }),
            sessions: left.sessions.map(|sessions| match sessions {
                Sessions::Keep => SessionFate::Keep,
                Sessions::Revoke => SessionFate::Revoke,
            }),
        }
    }
}

/// Does what is asked.
pub(super) fn run(common: &Common, asked: &Providers) -> Result<(), Failure> {
    match asked {
        Providers::List => list(common),
        Providers::Status { id } => status(common, id.as_deref()),
        Providers::GetRedirectUri { id } => redirect_uri::run(common, id),
        Providers::Add(add) => add::run(common, add),
        Providers::Remove { id, left, consent } => remove(common, id, *left, consent),
        Providers::Enable { id } => turn::run(common, id, Turn::On),
        Providers::Disable { id, left, consent } => {
            turn::run(common, id, Turn::Off((*left).into(), consent))
        }
        Providers::DryRun { id, claims } => {
            let file = claims.file.as_deref().or(claims.claims.as_deref());
            dry_run(common, id, file.unwrap_or(Path::new("-")))
        }
    }
}

fn list(common: &Common) -> Result<(), Failure> {
    let columns = ["id", "source", "kind", "enabled", "redirect_uri"];
    let remote = Remote::run(&common.reach, async |remote| {
        common
            .output
            .print_rows(&remote.providers().await?, &columns)?;
        Ok(())
    });
    if let Some(done) = remote {
        return done;
    }
    Errand::run(common, async |errand| {
        let records = errand.administration().list().await?;
        errand.mention_trouble().await;
        let rows: Vec<Value> = records.iter().map(as_json).collect::<Result<_, _>>()?;
        common.output.print_rows(&rows, &columns)
    })
}

fn status(common: &Common, id: Option<&str>) -> Result<(), Failure> {
    let id = id.map(named).transpose()?;
    let remote = Remote::run(&common.reach, async |remote| {
        if let Some(id) = &id {
            let report = remote.reach(id).await?;
            common.output.print(&report)?;
            return judged(&[report]);
        }
        let mut reports = Vec::new();
        for provider in remote.providers().await? {
            let id = named(provider["id"].as_str().unwrap_or_default())?;
            reports.push(remote.reach(&id).await?);
        }
        common.output.print_rows(&reports, &REPORTED)?;
        judged(&reports)
    });
    if let Some(done) = remote {
        return done;
    }
    Errand::run(common, async |errand| {
        let administration = errand.administration();
        if let Some(id) = &id {
            let report = json!(administration.reach(id).await?);
            common.output.print(&report)?;
            return judged(&[report]);
        }
        let records = administration.list().await?;
        errand.mention_trouble().await;
        let reports = records
            .iter()
            .map(|record| administration.reach(&record.id));
        let reports = futures_util::future::join_all(reports).await;
        let reports: Result<Vec<_>, _> = reports.into_iter().collect();
        let reports = reports?;
        let rows: Vec<Value> = reports.iter().map(|report| json!(report)).collect();
        common.output.print_rows(&rows, &REPORTED)?;
        judged(&rows)
    })
}

/// Fails when one that should serve cannot be read.
fn judged(reports: &[Value]) -> Result<(), Failure> {
    let fails = |report: &&Value| {
        let is_failed = |part: &str| report[part] == "failed";
        report["enabled"] == true && (is_failed("discovery") || is_failed("jwks"))
    };
    let failing = reports.iter().filter(fails);
    let failing: Vec<&str> = failing.filter_map(|report| report["id"].as_str()).collect();
    match failing.is_empty() {
        true => Ok(()),
        false => Err(Failure::Refused(format!(
            "cannot be used now: {}",
            failing.join(", ")
        ))),
    }
}

fn remove(common: &Common, id: &str, left: Left, consent: &Consent) -> Result<(), Failure> {
    let id = named(id)?;
    let remote = Remote::run(&common.reach, async |remote| {
        if is_of_store(&remote.provider(&id).await?["source"]) {
            consent.ask(&removal(&id, remote.attached(&id).await?))?;
        }
        let gone = remote.remove(&id, left.into()).await?;
        common.output.print(&json!({
            "id": id, "removed": true, "links_removed": gone["links_removed"],
            "sessions_ended": gone["sessions_ended"],
        }))
    });
    if let Some(done) = remote {
        return done;
    }
    Errand::run(common, async |errand| {
        let administration = errand.administration();
        let before = administration.find(&id).await?;
        if before.source == ProviderSource::Runtime {
            let Attached { links, sessions } = administration.attached(&id).await?;
            consent.ask(&removal(&id, (links, sessions)))?;
        }
        let departed = administration.remove(&id, left.into()).await?;
        let act = act("providers remove", "provider.delete", &id).from(facts(&before));
        act.to(json!(departed)).note(errand.foundation()).await;
        common.output.print(&json!({
            "id": id, "removed": true, "links_removed": departed.links_removed,
            "sessions_ended": departed.sessions_ended,
        }))
    })
}

/// Whether a provider is one that commands change; nobody is asked about the others, which stay.
fn is_of_store(source: &Value) -> bool {
    source == ProviderSource::Runtime.as_str()
}

fn removal(id: &ProviderId, (links, sessions): (u64, u64)) -> String {
    format!(
        "Remove provider {id}, which has {} and {} that began at it?",
        counted(links, "link"),
        counted(sessions, "session"),
    )
}

fn dry_run(common: &Common, id: &str, claims: &Path) -> Result<(), Failure> {
    let id = named(id)?;
    let name = claims.display();
    let text = match claims.as_os_str() == "-" {
        true => io::read_to_string(io::stdin()),
        false => fs::read_to_string(claims),
    };
    let text = text.map_err(|error| Failure::Refused(format!("{name}: {error}")))?;
    let document: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::Refused(format!("{name} is no JSON: {error}")))?;
    let remote = Remote::run(&common.reach, async |remote| {
        common.output.print(&remote.dry_run(&id, &document).await?)
    });
    if let Some(done) = remote {
        return done;
    }
    Errand::run(common, async |errand| {
        let run = errand.broker().dry_run(&id, document).await;
        let run = run.map_err(|error| Failure::refused(&error))?;
        common.output.print(&json!(run))
    })
}

/// The id, when it is one.
pub(super) fn named(id: &str) -> Result<ProviderId, Failure> {
    id.parse().map_err(|_| {
        let usage = "a provider's id is 1 to 64 of the characters a-z A-Z 0-9 _ -";
        Failure::Usage(usage.to_owned())
    })
}

fn show(output: Output, mut record: Value) -> Result<(), Failure> {
    if output == Output::Table
        && let Value::Object(facts) = &mut record
    {
        keep_what_differs(facts);
    }
    output.print(&record)
}

/// Leaves out what is as the defaults have it.
fn keep_what_differs(facts: &mut Map<String, Value>) {
    const NAMES: [&str; 5] = ["id", "source", "redirect_uri", "kind", "enabled"];
    let defaults = serde_json::to_value(config::Provider::default()).unwrap_or_default();
    facts.retain(|key, value| NAMES.contains(&key.as_str()) || defaults.get(key) != Some(value));
}

fn act(command: &'static str, verb: &'static str, id: &ProviderId) -> Act {
    Act::new(command, verb).on("provider", id)
}

/// What is written down of a provider: its table, and which secrets it has.
fn facts(record: &ProviderRecord) -> Value {
    let mut facts = json!(record.secrets);
    if let Value::Object(facts) = &mut facts {
        facts.extend(record.table.clone());
    }
    facts
}

fn as_json(record: &ProviderRecord) -> Result<Value, Failure> {
    serde_json::to_value(record).map_err(|error| Failure::refused(&error))
}
