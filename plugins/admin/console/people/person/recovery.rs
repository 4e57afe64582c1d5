//! Ways back in that are handed out.

use std::time::Duration;

use portcullis_core::errand::{Handed, Handout};
use portcullis_kit::Outcome;

use super::{
    call::Call,
    credentials::{self, HandedOut},
    head::Tab,
};
use crate::{
    console::sending::{self, Sending},
    people::outreach,
};

/// Hands out a code or a link.
pub(super) async fn hand_out(call: Call) -> Outcome {
    if Sending::of(&call.desk, &call.fields).await? == Sending::Again {
        return call.done(Tab::SignIn.end(), sending::AGAIN_SAID);
    }
    let proof = match call.text("by") {
        "link" => Handed::Link,
        _ => Handed::Code,
    };
    let lifespan = lifespan(call.text("lifespan"));
    let handout = Handout::new(proof, lifespan);
    match outreach::hand_out(&call.desk, &call.caller, &call.id, handout).await {
        Ok(recovery) => {
            let code = recovery.code.as_ref();
            let handed_out = HandedOut {
                code: code.map(|code| code.expose().to_owned()),
                link: recovery.link.expose().to_owned(),
                until: call.moment(recovery.expires_at),
            };
            credentials::draw(&call, Some(handed_out), None).await
        }
        Err(failure) => {
            let trouble = call.trouble("recovery", failure)?;
            credentials::draw(&call, None, Some(trouble)).await
        }
    }
}

/// How long something is good for; nothing for as long as usual.
pub(super) fn lifespan(text: &str) -> Option<Duration> {
    let hours = match text {
        "1h" => 1,
        "1d" => 24,
        "3d" => 3 * 24,
        "7d" => 7 * 24,
        _ => return None,
    };
    Some(Duration::from_secs(hours * 60 * 60))
}
