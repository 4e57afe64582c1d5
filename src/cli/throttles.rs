//! Pauses: who has to wait before trying again, and ending that.

mod at_gateway;
mod in_store;

use std::net::IpAddr;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Common, Consent, Failure, Selector, output::counted, remote::either};

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

/// Where pauses are kept: in the store, or at a running gateway.
trait Pauses {
    /// One of them.
    type Pause;

    /// Those of somebody or some place; all where nothing is said.
    async fn running(&self, whose: &Whose) -> Result<Vec<Self::Pause>, Failure>;

    /// Ends one; whether it lasted still.
    async fn lift(&self, pause: &Self::Pause) -> Result<bool, Failure>;

    /// One as it is told.
    fn told(pause: &Self::Pause) -> Value;
}

/// Lists pauses, or lifts them.
pub(super) fn run(common: &Common, asked: &ThrottleCommand) -> Result<(), Failure> {
    either(
        common,
        async |remote| answer(common, asked, remote).await,
        async |desk| answer(common, asked, desk).await,
    )
}

async fn answer<P: Pauses>(
    common: &Common,
    asked: &ThrottleCommand,
    pauses: &P,
) -> Result<(), Failure> {
    match asked {
        ThrottleCommand::ListThrottles(whose) => {
            let running = pauses.running(whose).await?;
            let rows: Vec<Value> = running.iter().map(P::told).collect();
            common.output.print_rows(&rows, &COLUMNS)
        }
        ThrottleCommand::LiftThrottle { whose, id, consent } => {
            whose.require_any(id.as_deref())?;
            let mut meant = pauses.running(whose).await?;
            if let Some(id) = id {
                meant.retain(|one| P::told(one)["id"] == **id);
                if meant.is_empty() {
                    return Err(unknown(id));
                }
            }
            lift(common, pauses, (&meant, consent)).await
        }
    }
}

async fn lift<P: Pauses>(
    common: &Common,
    pauses: &P,
    (meant, consent): (&[P::Pause], &Consent),
) -> Result<(), Failure> {
    if !meant.is_empty() {
        let pauses = counted(meant.len() as u64, "pause");
        consent.ask_people(&format!("Lift {pauses}?"))?;
    }
    let mut lifted = Vec::new();
    for pause in meant {
        if pauses.lift(pause).await? {
            lifted.push(P::told(pause));
        }
    }
    common.output.print(&json!({"lifted": lifted}))
}

fn unknown(id: &str) -> Failure {
    Failure::Refused(format!("no pause has the id {id}; it may have ended"))
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
}
