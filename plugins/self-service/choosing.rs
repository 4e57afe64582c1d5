//! Going to a provider anew to choose another account there.

use portcullis_core::{
    flow::{Flow, FlowKind},
    id::ProviderId,
};
use portcullis_kit::{Visit, Wants};

use crate::desk::{Desk, with_query};

/// The query parameter, and its only value, that asks to choose an account.
const PROMPT: &str = "prompt";
const CHOOSES: &str = "select_account";

/// The address that begins anew at the same provider, where the person chooses the account.
pub(crate) fn another(desk: &Desk, id: &ProviderId, flow: &Flow) -> String {
    let page = desk.begin_page(FlowKind::Login, flow.return_to.as_deref());
    with_query(&page, &[("provider", id.as_str()), (PROMPT, CHOOSES)])
}

/// The provider whose accounts a navigation asks to choose from.
pub(crate) fn chosen_anew(visit: &Visit) -> Option<ProviderId> {
    let wanted = visit.wants() == Wants::Html && visit.query(PROMPT) == Some(CHOOSES);
    wanted.then(|| visit.query("provider")?.parse().ok())?
}
