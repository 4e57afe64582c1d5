//! Pauses: who has to wait before trying again, and ending that.

use std::net::IpAddr;

use clap::{Args, Subcommand};
use portcullis_core::{
    identifier::normalise_identifier,
    throttle::{self, Pause, Throttles},
};
use serde_json::{Value, json};

use super::{Common, Consent, Failure, Selector, audit::Act, desk::Desk, remote::Remote};

/// What people see of a pause.
const COLUMNS: [&str; 6] = ["id", "kind", "subject", "network", "since", "until"];

/// What can be asked about pauses.
#[derive(Debug, Subcommand)]
pub(super) enum ThrottleCommand {
    /// List who has to wait before trying again, and until when.
    ListThrottles(Whose),
    /// End pauses now: those of an identity, of an address on the network, or a single one.
    LiftThrottle {
        #[command(flatten)]
        whose: Whose,
        /// The pause's id, as list-throttles prints it.
        #[arg(long, value_name = "ID", conflicts_with_all = ["identity_id", "email", "address"])]
        id: Option<String>,
        #[command(flatten)]
        consent: Consent,
    },
}

/// Whose pauses are meant.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct Whose {
    /// The identity's id (a UUID).
    #[arg(long, visible_alias = "user-id", value_name = "ID")]
    identity_id: Option<String>,
    /// An e-mail address, known or not.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// An address on the network.
    #[arg(long, value_name = "IP")]
    address: Option<IpAddr>,
}

/// Lists pauses, or lifts them.
pub(super) fn run(common: &Common, asked: &ThrottleCommand) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        remotely(common, asked, remote).await
    });
    if let Some(done) = remote {
        return done;
    }
    Desk::open(common, async |desk| match asked {
        ThrottleCommand::ListThrottles(whose) => list(common, desk, whose).await,
        ThrottleCommand::LiftThrottle { whose, id, consent } => {
            whose.require_any(id.as_deref())?;
            let mut pauses = whose.pauses(desk).await?;
            if let Some(id) = id {
                pauses.retain(|one| one.id() == *id);
                if pauses.is_empty() {
                    return Err(unknown(id));
                }
            }
            lift(common, desk, (&pauses, consent)).await
        }
    })
}

/// The same through a running gateway.
async fn remotely(
    common: &Common,
    asked: &ThrottleCommand,
    remote: &Remote,
) -> Result<(), Failure> {
    let (whose, id, consent) = match asked {
        ThrottleCommand::ListThrottles(whose) => {
            let pauses = remote.throttles(&whose.selector(), whose.address).await?;
            common.output.print_rows(&pauses, &COLUMNS);
            return Ok(());
        }
        ThrottleCommand::LiftThrottle { whose, id, consent } => (whose, id, consent),
    };
    whose.require_any(id.as_deref())?;
    let mut pauses = remote.throttles(&whose.selector(), whose.address).await?;
    if let Some(id) = id {
        pauses.retain(|one| one["id"] == **id);
        if pauses.is_empty() {
            return Err(unknown(id));
        }
    }
    if !pauses.is_empty() {
        consent.ask(&format!("Lift {} pauses?", pauses.len()))?;
    }
    let mut lifted = Vec::new();
    for pause in pauses {
        if let Some(id) = pause["id"].as_str() {
            remote.lift(id).await?;
            lifted.push(pause);
        }
    }
    common.output.print(&json!({"lifted": lifted}));
    Ok(())
}

fn unknown(id: &str) -> Failure {
    Failure::Refused(format!("no pause has the id {id}; it may have ended"))
}

async fn list(common: &Common, desk: &Desk, whose: &Whose) -> Result<(), Failure> {
    let pauses = whose.pauses(desk).await?;
    let rows: Vec<Value> = pauses.iter().map(told).collect();
    common.output.print_rows(&rows, &COLUMNS);
    Ok(())
}

async fn lift(
    common: &Common,
    desk: &Desk,
    (pauses, consent): (&[Pause], &Consent),
) -> Result<(), Failure> {
    if !pauses.is_empty() {
        consent.ask(&format!("Lift {} pauses?", pauses.len()))?;
    }
    let mut lifted = Vec::new();
    for pause in pauses {
        if desk.throttles().lift(pause).await? {
            let act = Act::new("lift-throttle", "throttle.lift").on("throttle", &pause.id());
            act.from(told(pause)).note(desk.foundation()).await;
            lifted.push(told(pause));
        }
    }
    common.output.print(&json!({"lifted": lifted}));
    Ok(())
}

impl Whose {
    fn is_anybody(&self) -> bool {
        self.identity_id.is_some() || self.email.is_some() || self.address.is_some()
    }

    fn require_any(&self, id: Option<&str>) -> Result<(), Failure> {
        match id.is_some() || self.is_anybody() {
            true => Ok(()),
            false => Err(Failure::Usage(
                "provide one of --identity-id, --email, --address and --id".to_owned(),
            )),
        }
    }

    fn selector(&self) -> Selector {
        Selector {
            identity_id: self.identity_id.clone(),
            email: self.email.clone(),
        }
    }

    async fn pauses(&self, desk: &Desk) -> Result<Vec<Pause>, Failure> {
        let throttles: &Throttles = desk.throttles();
        let mut pauses = throttles.running(desk.now()).await?;
        if let Some(address) = self.address {
            let is_there = |one: &Pause| one.network.is_some_and(|one| one.contains(address));
            pauses.retain(is_there);
        } else if self.is_anybody() {
            let subjects = self.subjects(desk).await?;
            let is_theirs = |one: &Pause| {
                let subject = one.subject.as_ref();
                subject.is_some_and(|subject| subjects.contains(subject))
            };
            pauses.retain(is_theirs);
        }
        Ok(pauses)
    }

    /// What pauses of this identity, or of whoever has this address, are about.
    async fn subjects(&self, desk: &Desk) -> Result<Vec<String>, Failure> {
        let selector = self.selector();
        let mut subjects: Vec<String> = self
            .email
            .as_deref()
            .map(normalise_identifier)
            .into_iter()
            .collect();
        match selector.resolve(desk.identities()).await {
            Ok(identity) => subjects.extend(throttle::subjects(&identity)),
            // What nobody is known by is paused all the same.
            Err(Failure::Nobody(_)) if self.email.is_some() => {}
            Err(failure) => return Err(failure),
        }
        Ok(subjects)
    }
}

fn told(pause: &Pause) -> Value {
    json!({
        "id": pause.id(),
        "kind": pause.kind,
        "subject": pause.subject,
        "network": pause.network.map(|network| network.to_string()),
        "since": pause.since,
        "until": pause.until,
    })
}
