//! Ways back in that an administrator hands out, and what they have people do by mail.

use portcullis_core::{
    action::Action,
    catalogue::Code,
    errand::{Errand, ErrandError, Handed, Handout, Recovery, Sent},
    event::Event,
    identity::IdentityState,
};
use portcullis_kit::Failure;
use serde_json::json;

use super::{
    actions::known,
    audit, find,
    refusal::{mistaken, refused},
};
use crate::{caller::Caller, desk::Desk};

/// Hands out a way back in. Whoever has it is who it is for, so it is shown once and kept nowhere.
pub(crate) async fn hand_out(
    desk: &Desk,
    caller: &Caller,
    id: &str,
    handout: Handout,
) -> Result<Recovery, Failure> {
    let identity = find(desk, id).await?;
    caller.may_touch(&identity)?;
    if identity.state != IdentityState::Active {
        return Err(Code::IdentityDisabled.into());
    }
    let proof = match handout.proof {
        Handed::Code => "code",
        Handed::Link => "link",
    };
    let recovery = desk.services.outreach.hand_out(identity.id, handout).await;
    let recovery = recovery.map_err(unsent)?;
    desk.services.announcer.announce(&Event::RecoveryHandedOut {
        identity: identity.id,
    });
    let act = audit::on("identity.recovery.hand_out", identity.id);
    let act = act.to(json!({"by": proof, "expires_at": recovery.expires_at}));
    audit::note(desk, caller, act).await;
    Ok(recovery)
}

/// What somebody is asked to do by mail, before it is known whether it can be asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The actions, by alias.
    pub(crate) actions: Vec<String>,
    /// How long the link is good for.
    pub(crate) lifespan: Option<std::time::Duration>,
    /// Where people end when it is done.
    pub(crate) return_to: Option<String>,
}

/// Mails an identity a link that leads to what it has to do, and requires that.
pub(crate) async fn send(
    desk: &Desk,
    caller: &Caller,
    id: &str,
    asked: Asked,
) -> Result<Sent, Failure> {
    let identity = find(desk, id).await?;
    caller.may_touch(&identity)?;
    let available = &desk.services.actions;
    let actions: Result<Vec<Action>, Failure> = asked
        .actions
        .iter()
        .enumerate()
        .map(|(at, alias)| known(available, (&format!("actions[{at}]"), alias)))
        .collect();
    let errand = Errand {
        actions: actions?,
        lifespan: asked.lifespan,
        return_to: asked.return_to,
    };
    let sent = desk.services.outreach.send(identity.id, errand).await;
    let sent = sent.map_err(unsent)?;
    let act = audit::on("identity.actions_email", identity.id);
    let act = act.to(json!({"actions": asked.actions, "expires_at": sent.expires_at}));
    audit::note(desk, caller, act).await;
    Ok(sent)
}

fn unsent(error: ErrandError) -> Failure {
    match error {
        ErrandError::Store(error) => error.into(),
        ErrandError::ReturnTo => Code::ReturnToForbidden.into(),
        ErrandError::Brief => mistaken("lifespan", format!("{error}.")),
        ErrandError::Nobody => Code::IdentityDisabled.into(),
        error @ (ErrandError::Nothing | ErrandError::Off(_)) => {
            mistaken("actions", format!("{error}."))
        }
        error @ (ErrandError::NoAddress | ErrandError::Mail(_)) => refused(format!("{error}.")),
    }
}
