//! What every change comes to: the form as it is now, and the word of what came of it.

use portcullis_core::{flow::Flow, id::IdentityId, message::Message};
use portcullis_kit::Failure;

use crate::{desk::Desk, forms, remembered, start};

/// Brings the flow's form up to date after a change, and keeps it.
pub(super) async fn succeed(
    desk: &Desk,
    flow: &mut Flow,
    identity: IdentityId,
    message: Message,
) -> Result<(), Failure> {
    refresh(desk, flow, identity).await?;
    flow.state = "success".to_owned();
    flow.ui.messages = vec![message];
    Ok(desk.services.flows.put(flow).await?)
}

/// Brings the form up to date.
pub(super) async fn refresh(
    desk: &Desk,
    flow: &mut Flow,
    identity: IdentityId,
) -> Result<(), Failure> {
    flow.ui.nodes = start::arrange(forms::settings::nodes(desk, identity).await?);
    flow.state = "show_form".to_owned();
    remembered::forget_choices(flow);
    Ok(())
}
