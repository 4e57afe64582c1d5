//! Schemas that are written while the gateway runs: what the configuration says about them, who
//! looks for those that other nodes write, and what follows from a change.

mod fetch;
mod folder;
mod outside;

use std::{sync::Arc, time::Duration};

use portcullis_core::{
    clock::Clock,
    schema::{
        Rules, Schemas, Validators,
        runtime::{
            SchemaDesk, SchemaDeskParts, SchemaJudge, SchemaListener, SchemaProblem, SchemaStore,
        },
    },
};
use serde_json::Value;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

pub(crate) use self::{
    folder::{Folder, FolderParts},
    outside::{Asking, Outside, Settled, Unsettled, reach},
};
use crate::{config, store::Principals};

/// How long a change may go unseen.
const PERIOD: Duration = Duration::from_secs(2);

/// What the configuration says about schemas.
#[derive(Debug)]
pub(crate) struct Judge {
    /// The section about identities.
    pub(crate) identity: config::Identity,
    /// The validators that the gateway is built with.
    pub(crate) validators: Validators,
}

impl SchemaJudge for Judge {
    fn is_name(&self, id: &str) -> bool {
        config::is_schema_name(id)
    }

    fn rules(&self, id: &str) -> Rules {
        self.identity.rules(id)
    }

    fn validators(&self) -> &Validators {
        &self.validators
    }

    fn problems(&self, id: &str, document: &Value) -> Vec<SchemaProblem> {
        let (_, found) = config::schema_problems(id, document);
        let problems = found.into_iter();
        problems
            .map(|(pointer, reason)| SchemaProblem { pointer, reason })
            .collect()
    }
}

/// What follows from a change: whoever was judged by other schemas is judged anew, and is found by
/// what is searched now.
#[derive(Debug)]
struct Consequences {
    /// Those who were judged.
    principals: Arc<Principals>,
    /// Counts the changes.
    changes: watch::Sender<u64>,
}

impl SchemaListener for Consequences {
    fn changed(&self) {
        self.principals.forget_all();
        self.changes.send_modify(|count| *count += 1);
    }
}

/// The desk over the schemas of the configuration, which are served with those of the store from now
/// on.
pub(crate) async fn desk(
    schemas: &Arc<Schemas>,
    judge: Judge,
    (store, clock): (Arc<dyn SchemaStore>, &Arc<dyn Clock>),
) -> Arc<SchemaDesk> {
    let desk = SchemaDesk::new(SchemaDeskParts {
        schemas: Arc::clone(schemas),
        configured: judge.identity.schema_documents(),
        store,
        judge: Arc::new(judge),
        clock: Arc::clone(clock),
    });
    look(&desk).await;
    Arc::new(desk)
}

/// Counts the changes, after each of which everybody is judged anew.
pub(crate) fn changes(desk: &SchemaDesk, principals: &Arc<Principals>) -> watch::Receiver<u64> {
    let (changes, receiver) = watch::channel(0);
    desk.tell(Arc::new(Consequences {
        principals: Arc::clone(principals),
        changes,
    }));
    receiver
}

/// Looks for what other nodes write, for as long as it is run.
pub(crate) async fn follow(desk: Arc<SchemaDesk>) {
    let mut period = interval(PERIOD);
    period.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        period.tick().await;
        look(&desk).await;
    }
}

/// Says what of the configuration was not taken over when the process began.
pub(crate) fn tell_of_refusals(desk: &SchemaDesk) {
    for (schema, reason) in desk.refused() {
        tell_of_refusal(&schema, &reason);
    }
}

fn tell_of_refusal(schema: &str, reason: &str) {
    tracing::error!(
        schema,
        reason,
        "a schema is not taken over; what counted before stays"
    );
}

/// Looks once, and says what cannot be used.
async fn look(desk: &SchemaDesk) {
    match desk.look().await {
        Ok(broken) => {
            for (schema, error) in broken {
                tracing::error!(schema, %error, "a schema written at run time cannot be used; that of before stays");
            }
        }
        Err(error) => tracing::debug!(%error, "the schemas written at run time cannot be read now"),
    }
}
