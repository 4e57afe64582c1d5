//! Going to a provider anew to choose another account there.

use portcullis_core::{
    flow::{Flow, FlowKind},
    id::ProviderId,
};
use portcullis_kit::{Visit, Wants};

use crate::{
    desk::{Desk, with_query},
    remembered,
};

/// The query parameter, and its only value, that asks to choose an account.
const PROMPT: &str = "prompt";
const CHOOSES: &str = "select_account";

/// The address that begins anew at the same provider, where the person chooses the account.
pub(crate) fn another(desk: &Desk, id: &ProviderId, flow: &Flow) -> String {
    let page = desk.begin_page(FlowKind::Login, flow.return_to.as_deref());
    with_query(&page, &[("provider", id.as_str()), (PROMPT, CHOOSES)])
}

/// The provider whose accounts a navigation asks to choose from. None that would let its browser
/// through unasked, for any link on any site can bring a browser here, and none to prove something
/// with, for that is what the form asks for.
pub(crate) fn chosen_anew(desk: &Desk, visit: &Visit, flow: &Flow) -> Option<ProviderId> {
    let wanted = visit.wants() == Wants::Html
        && visit.query(PROMPT) == Some(CHOOSES)
        && flow.kind == FlowKind::Login
        && !remembered::proves(flow);
    let id: ProviderId = wanted.then(|| visit.query("provider")?.parse().ok())??;
    let found = desk.services.broker.find(&id).ok();
    match found.is_none_or(|configured| configured.offers_choice()) {
        true => Some(id),
        false => None,
    }
}
