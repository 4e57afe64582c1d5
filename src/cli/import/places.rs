//! Where people are taken in: the stores, or a running gateway.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use portcullis_core::{
    administration::ProviderAdministration,
    clock::{Clock, SystemClock},
    credential::CredentialKind,
    entropy::Entropy,
    seal::Seal,
};
use portcullis_local::{Imports, Seals};
use serde_json::{Value, json};

use super::{
    People,
    people::{Import, System},
    progress::Progress,
    report::Report,
};
use crate::{
    cli::{
        Common, Failure,
        audit::Act,
        providers::{self, errand::Errand},
        remote::{Gateway, OWN_ISSUER, Remote},
    },
    config,
    entropy::OsEntropy,
    migration::settling::{Known, Linkable, Settling, Stores},
};

/// Microsoft's accounts have other names here than anywhere else.
const OWN_NAMES: &str = "Microsoft's accounts have other names here, so people link them again, or \
                         prepare-oidc-link does";

/// Takes people in where the command is told to.
pub(super) fn run(common: &Common, asked: &People, system: System) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        at_gateway(common, (asked, system), remote).await
    });
    match remote {
        Some(done) => done,
        None => in_store(common, (asked, system)),
    }
}

/// Takes people into the stores of the configuration.
fn in_store(common: &Common, (asked, system): (&People, System)) -> Result<(), Failure> {
    Errand::run_past_drop_ins(common, async |errand| {
        let foundation = errand.foundation();
        let passwords = foundation.passwords(errand.config());
        let passwords = passwords.map_err(|error| Failure::refused(&error))?;
        let factors = foundation.factors(errand.config()).await?;
        let none = || Failure::Refused("no second factor can be taken over here".to_owned());
        let imports = factors.imports.ok_or_else(none)?;
        let settling = Settling {
            schemas: &foundation.schemas,
            settlement: Stores {
                identities: &*foundation.stores.identities,
                credentials: &*foundation.stores.credentials,
                passwords: &passwords,
                imports: &*imports,
            },
            clock: &foundation.clock,
            entropy: &foundation.entropy,
            providers: named(&linkable(errand).await?, &asked.provider)?,
            lenient: lenient(errand),
            actions: None,
            rehearsal: asked.dry_run.then(Known::default),
        };
        let mut import = Import {
            system,
            output: common.output,
            schema: asked.schema.as_deref(),
            settling,
            tells_events: !asked.dry_run,
            report: Report::begin(foundation.clock.now()),
            progress: Progress::none(),
        };
        let done = import.all(&asked.file).await;
        // Whoever came before it broke off is here, and whoever it broke off over may be.
        if !asked.dry_run && import.report.imported + import.report.unknown > 0 {
            let act = Act::new(system.command(), "identity.import");
            act.to(import.report.counts()).note(foundation).await;
        }
        done
    })
}

/// Takes people in through a running gateway, which tells of them and writes them down itself.
async fn at_gateway(
    common: &Common,
    (asked, system): (&People, System),
    remote: &Remote,
) -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
    let schemas = remote.schemas().await?;
    let imports = judge(&clock, &entropy);
    let settling = Settling {
        schemas: &schemas,
        settlement: Gateway(remote, &imports),
        clock: &clock,
        entropy: &entropy,
        providers: named(&linkable_at(remote).await?, &asked.provider)?,
        lenient: HashSet::new(),
        actions: Some(actions_at(remote).await?),
        rehearsal: asked.dry_run.then(Known::default),
    };
    let mut import = Import {
        system,
        output: common.output,
        schema: asked.schema.as_deref(),
        settling,
        tells_events: false,
        report: Report::begin(clock.now()),
        progress: Progress::none(),
    };
    import.all(&asked.file).await
}

/// What judges second factors that a gateway is about to be sent, with a key that seals nothing for long.
fn judge(clock: &Arc<dyn Clock>, entropy: &Arc<dyn Entropy>) -> Imports {
    let seals = Seals::new(Seal::new(&entropy.bytes::<32>()), Vec::new());
    let kinds = CredentialKind::ALL.to_vec();
    Imports::new(kinds, seals, Arc::clone(clock), Arc::clone(entropy))
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

/// The providers that are switched on.
async fn linkable(errand: &Errand) -> Result<BTreeMap<String, Linkable>, Failure> {
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
    Ok(found)
}

/// The same of a running gateway, which knows the issuers itself.
async fn linkable_at(remote: &Remote) -> Result<BTreeMap<String, Linkable>, Failure> {
    let mut found = BTreeMap::new();
    for record in remote.providers().await? {
        let id = record["id"].as_str().and_then(|id| id.parse().ok());
        let (Some(id), true) = (id, record["enabled"] != false) else {
            continue;
        };
        let linkable = match record["kind"] == "microsoft" {
            true => Linkable::Not(OWN_NAMES),
            false => Linkable::By {
                id,
                issuer: OWN_ISSUER.to_owned(),
            },
        };
        let name = record["id"].as_str().unwrap_or_default();
        found.insert(name.to_owned(), linkable);
    }
    Ok(found)
}

/// What people can be made to do at a running gateway, by alias.
async fn actions_at(remote: &Remote) -> Result<BTreeSet<String>, Failure> {
    let all = remote.list("/admin/x/required-actions").await?;
    let enabled = all.iter().filter(|action| action["enabled"] == true);
    let aliases = enabled.filter_map(|action| action["alias"].as_str());
    Ok(aliases.map(str::to_owned).collect())
}

/// The providers by their own names and by those given.
fn named(
    found: &BTreeMap<String, Linkable>,
    given: &[String],
) -> Result<BTreeMap<String, Linkable>, Failure> {
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
