//! Mail that leads somebody to what they have to do.

use portcullis_kit::Outcome;

use super::{actions, call::Call, head::Tab, recovery::lifespan};
use crate::people::outreach::{self, Asked};

/// Sends it.
pub(super) async fn send(call: Call) -> Outcome {
    let asked = Asked {
        actions: actions::ticked(&call),
        lifespan: lifespan(call.text("lifespan")),
        return_to: None,
    };
    if asked.actions.is_empty() {
        let trouble = call.wrong("mail", "Please tick at least one of them.");
        return Ok(actions::draw(&call, Some(trouble)));
    }
    match outreach::send(&call.desk, &call.caller, &call.id, asked).await {
        Ok(_) => call.done(Tab::Actions.end(), "The mail is on its way."),
        Err(failure) => Ok(actions::draw(&call, Some(call.trouble("mail", failure)?))),
    }
}
