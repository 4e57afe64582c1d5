//! The routes and payloads of the first profile API (v0.1), as a projection of the settings flow.
//! Only the profile is changed here: what one signs in with or is reached by has its own flow.

pub(crate) mod init;
pub(crate) mod request;
pub(crate) mod update;
mod wording;

use portcullis_core::flow::{Flow, FlowKind};

use crate::desk::{Desk, with_query};

/// Where a flow begins.
const BEGIN: &str = "/self-service/browser/flows/profile";
/// The query parameter that names a flow.
pub(crate) const REQUEST: &str = "request";

/// The page that shows the flow.
fn page(desk: &Desk, flow: &Flow) -> String {
    let page = desk.ui_url(FlowKind::Settings);
    with_query(&page, &[(REQUEST, &flow.id.to_string())])
}
