//! A change that waits, sealed in its flow, until somebody has proved again who they are.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    flow::Flow,
    id::{FlowId, IdentityId, SessionId},
    principal::Principal,
};
use portcullis_kit::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    csrf,
    desk::{Desk, with_query},
    parked::{self, Parked},
    submission::Submission,
};

/// How long a change waits. It may hold a new password.
pub(super) const LIFESPAN: Duration = Duration::from_secs(10 * 60);

/// A change that waits.
#[derive(Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(super) flow: FlowId,
    pub(super) identity: IdentityId,
    pub(super) session: SessionId,
    pub(super) fields: Map<String, Value>,
    pub(super) since: Timestamp,
}

impl Parked for Waiting {
    const NAME: &'static str = "waiting-change";
}

/// Where a browser goes on with what waits in the flow.
pub(super) fn page(desk: &Desk, flow: &Flow) -> String {
    let page = desk.own("/self-service/settings/continue");
    with_query(&page, &[("flow", &flow.id.to_string())])
}

/// Lets a submission wait in its flow, which is yet to be kept.
pub(super) fn park(
    desk: &Desk,
    principal: &Principal,
    submission: &mut Submission,
) -> Result<(), Failure> {
    let mut fields = submission.fields.clone();
    fields.remove(csrf::FIELD);
    let waiting = Waiting {
        flow: submission.flow.id,
        identity: principal.identity.id,
        session: principal.session.id,
        fields,
        since: desk.now(),
    };
    parked::add(desk, &mut submission.flow, &waiting)
}

/// Lets nothing wait in the flow any more.
pub(super) fn forget(flow: &mut Flow) {
    parked::take::<Waiting>(flow);
}
