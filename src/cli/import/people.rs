//! `import keycloak-users` and `import kratos-identities`: a file of people, taken in one by one.

use std::{
    collections::{BTreeMap, HashSet},
    fs::File,
    io::{self, Read},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use portcullis_core::{
    administration::ProviderAdministration,
    broker::LinkReason,
    event::{CreationReason, Event},
    schema::{Schema, Schemas},
    stage::Observer,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{line, shown};
use crate::{
    cli::{
        Common, Failure, Output,
        output::plain,
        providers::{self, Errand},
    },
    config,
    migration::{
        entries::{self, Broken},
        keycloak_users, kratos_identities,
        newcomer::{Newcomer, NobodyKnown},
        settling::{Linkable, Outcome, Settled, Settling},
    },
    observe::events::EventLog,
};

/// How many entries are read ahead.
const AHEAD: usize = 16;

/// Whom to take in.
#[derive(Debug, Args)]
pub(in crate::cli) struct People {
    /// The file; `-` is standard input.
    file: PathBuf,
    /// The schema of whoever comes; otherwise the one they name, or the default one.
    #[arg(long, value_name = "ID")]
    schema: Option<String>,
    /// Which provider here is meant by a name there; where both are called the same, nothing needs
    /// to be said.
    #[arg(long, value_name = "THEIRS=OURS")]
    provider: Vec<String>,
    /// Say what would become of everybody, and store nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Who knew them before.
#[derive(Debug, Clone, Copy)]
enum System {
    Keycloak,
    Kratos,
}

/// Takes in the users of a realm.
pub(super) fn keycloak(common: &Common, asked: &People) -> Result<(), Failure> {
    run(common, asked, System::Keycloak)
}

/// Takes in identities.
pub(super) fn kratos(common: &Common, asked: &People) -> Result<(), Failure> {
    run(common, asked, System::Kratos)
}

fn run(common: &Common, asked: &People, system: System) -> Result<(), Failure> {
    Errand::run_past_drop_ins(common, async |errand| {
        let foundation = errand.foundation();
        let passwords = foundation.passwords(errand.config());
        let passwords = passwords.map_err(|error| Failure::refused(&error))?;
        let settling = Settling {
            schemas: &foundation.schemas,
            identities: &*foundation.stores.identities,
            credentials: &*foundation.stores.credentials,
            passwords: &passwords,
            clock: &foundation.clock,
            entropy: &foundation.entropy,
            providers: linkable(errand, &asked.provider).await?,
            lenient: lenient(errand),
            rehearsal: asked.dry_run.then(HashSet::new),
        };
        let mut import = Import {
            system,
            output: common.output,
            schema: asked.schema.as_deref(),
            settling,
            tally: Tally::default(),
        };
        import.all(&asked.file).await
    })
}

/// Schemas that leave out what they do not know.
fn lenient(errand: &Errand) -> HashSet<String> {
    let identity = &errand.config().identity;
    let schemas = errand.foundation().schemas.all();
    schemas
        .iter()
        .map(|schema| schema.id())
        .filter(|id| identity.rules(id).ignores_unknown)
        .map(str::to_owned)
        .collect()
}

/// The providers that are switched on, by their own names and by those given.
async fn linkable(
    errand: &Errand,
    given: &[String],
) -> Result<BTreeMap<String, Linkable>, Failure> {
    const OWN_NAMES: &str = "Microsoft's accounts have other names here, so people link them \
                             again, or prepare-oidc-link does";
    const OWN_ISSUERS: &str = "its accounts have issuers of their own; see link-oidc-account";
    let mut found = BTreeMap::new();
    for record in errand.administration().list().await? {
        let table = serde_json::from_value::<config::Provider>(Value::Object(record.table.clone()));
        let is_on = record.table.get("enabled") != Some(&json!(false));
        let (Ok(table), true) = (table, is_on) else {
            continue;
        };
        let is_microsoft = record.table.get("kind") == Some(&json!("microsoft"));
        let linkable = match table.account_issuer() {
            _ if is_microsoft => Linkable::Not(OWN_NAMES),
            None => Linkable::Not(OWN_ISSUERS),
            Some(issuer) => Linkable::By {
                id: record.id.clone(),
                issuer,
            },
        };
        found.insert(record.id.to_string(), linkable);
    }
    let mut named = found.clone();
    for pair in given {
        let Some((theirs, ours)) = pair.split_once('=') else {
            return Err(Failure::Usage("--provider takes THEIRS=OURS".to_owned()));
        };
        let ours = providers::named(ours)?;
        let meant = found.get(ours.as_str()).ok_or_else(|| {
            Failure::Usage(format!("no provider called {ours} is switched on here"))
        })?;
        named.insert(theirs.to_owned(), meant.clone());
    }
    Ok(named)
}

/// One run of the command.
struct Import<'a> {
    system: System,
    output: Output,
    schema: Option<&'a str>,
    settling: Settling<'a>,
    tally: Tally,
}

/// What became of all.
#[derive(Debug, Default)]
struct Tally {
    read: u64,
    imported: u64,
    present: u64,
    left_out: u64,
    failed: u64,
    lossy: u64,
}

impl Import<'_> {
    /// Takes in everybody in the file, and tells what became of them.
    async fn all(&mut self, file: &Path) -> Result<(), Failure> {
        let schemas = self.settling.schemas;
        if let Some(id) = self.schema.filter(|id| schemas.find(id).is_none()) {
            return Err(Failure::Usage(format!("no schema is called {id:?}")));
        }
        let opened: Box<dyn Read + Send> = match file.as_os_str() == "-" {
            true => Box::new(io::stdin()),
            false => {
                let opened = File::open(file);
                let refused = |error: io::Error| Failure::Refused(shown(file, &error.to_string()));
                Box::new(opened.map_err(refused)?)
            }
        };
        let (sender, mut receiver) = mpsc::channel(AHEAD);
        let list = self.system.list();
        // The file is read beside the work on the store, never far ahead of it.
        let reading = tokio::task::spawn_blocking(move || {
            entries::read(opened, list, |entry| match sender.blocking_send(entry) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            })
        });
        while let Some(entry) = receiver.recv().await {
            self.one(&entry).await?;
        }
        let read = reading.await.map_err(|error| Failure::refused(&error))?;
        self.tally
            .print(self.output, self.settling.rehearsal.is_some());
        self.tally.judge(read, file)
    }

    async fn one(&mut self, entry: &Value) -> Result<(), Failure> {
        self.tally.read += 1;
        let schema = match self.schema_of(entry) {
            Ok(schema) => schema,
            Err(reason) => {
                self.refused(entry, &[reason]);
                return Ok(());
            }
        };
        let newcomer = match self.system.newcomer(entry, &schema) {
            Ok(newcomer) => newcomer,
            Err(NobodyKnown::Malformed(reason)) => {
                self.refused(entry, &[reason.to_owned()]);
                return Ok(());
            }
            Err(NobodyKnown::NoPerson(reason)) => {
                self.tally.left_out += 1;
                self.tell(entry, "left out", &[reason.to_owned()]);
                return Ok(());
            }
        };
        match self.settling.settle(&schema, newcomer).await? {
            Outcome::Settled(settled) => self.settled(entry, &settled),
            Outcome::Refused(reasons) => self.refused(entry, &reasons),
            Outcome::Present => self.tally.present += 1,
        }
        Ok(())
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

    fn settled(&mut self, entry: &Value, settled: &Settled) {
        self.tally.imported += 1;
        if !settled.losses.is_empty() {
            self.tally.lossy += 1;
            match self.output {
                Output::Table => {
                    let lines: Vec<String> = settled.losses.iter().map(line).collect();
                    self.tell(entry, "lost", &lines);
                }
                Output::Json => {
                    let mut told = self.about(entry, "imported");
                    told["lost"] = json!(settled.losses);
                    eprintln!("{told}");
                }
            }
        }
        if self.settling.rehearsal.is_some() {
            return;
        }
        let identity = settled.identity.id;
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

    fn refused(&mut self, entry: &Value, reasons: &[String]) {
        self.tally.failed += 1;
        self.tell(entry, "refused", reasons);
    }

    /// Tells of one entry: a line for each reason, or an object on a line.
    fn tell(&self, entry: &Value, outcome: &str, reasons: &[String]) {
        let mut about = self.about(entry, outcome);
        match self.output {
            Output::Json => {
                about["reasons"] = json!(reasons);
                eprintln!("{about}");
            }
            Output::Table => {
                let id = match &about["id"] {
                    Value::Null => String::new(),
                    id => format!(" ({})", plain(id)),
                };
                for reason in reasons {
                    let reason = plain(&json!(reason));
                    eprintln!("{outcome}: entry {}{id}: {reason}", self.tally.read);
                }
            }
        }
    }

    /// Who is meant: the place in the file, and the id where there is one. Nothing that names a
    /// person.
    fn about(&self, entry: &Value, outcome: &str) -> Value {
        let id = entry["id"].as_str().filter(|id| id.len() <= 64);
        json!({"entry": self.tally.read, "id": id, "outcome": outcome})
    }
}

impl System {
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

impl Tally {
    fn print(&self, output: Output, is_rehearsal: bool) {
        output.print(&json!({
            "dry_run": is_rehearsal, "read": self.read, "imported": self.imported,
            "already_there": self.present, "left_out": self.left_out, "refused": self.failed,
            "imported_with_losses": self.lossy,
        }));
    }

    fn judge(&self, read: Result<(), Broken>, file: &Path) -> Result<(), Failure> {
        if let Err(broken) = read {
            let reason = Failure::refused(&broken).to_string();
            return Err(Failure::Refused(shown(file, &reason)));
        }
        match self.failed {
            0 => Ok(()),
            failed => {
                let reason = format!("{failed} of {} entries were refused", self.read);
                Err(Failure::Refused(reason))
            }
        }
    }
}
