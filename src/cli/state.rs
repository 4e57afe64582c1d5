//! `set-identity-state`: whether an identity may sign in.

use clap::{Args, ValueEnum};
use portcullis_core::{administrators, identity::IdentityState};
use serde_json::json;

use super::{Common, Consent, Failure, Selector, audit::Act, desk::Desk, remote::Remote};

/// Which identity may sign in from now on, or not.
#[derive(Debug, Args)]
pub(super) struct SetIdentityState {
    #[command(flatten)]
    selector: Selector,
    /// Whether it may sign in.
    #[arg(long, value_enum)]
    state: State,
    #[command(flatten)]
    consent: Consent,
}

/// A state, as it is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    /// It may sign in.
    Active,
    /// It may not, and its sessions end.
    Inactive,
}

impl From<State> for IdentityState {
    fn from(state: State) -> Self {
        match state {
            State::Active => Self::Active,
            State::Inactive => Self::Inactive,
        }
    }
}

/// Switches an identity on or off. The store ends the sessions of one that is off.
pub(super) fn set(common: &Common, asked: &SetIdentityState) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        let state = match asked.state {
            State::Active => "active",
            State::Inactive => "inactive",
        };
        let who = (&asked.selector, &asked.consent);
        remote.set_state(common, who, state).await
    });
    if let Some(done) = remote {
        return done;
    }
    Desk::open(common, async |desk| {
        let mut identity = asked.selector.resolve(desk.identities()).await?;
        let state = IdentityState::from(asked.state);
        let mut ended = 0;
        if state == IdentityState::Inactive {
            let id = identity.id;
            let question = format!("Switch identity {id} off and end its sessions?");
            asked.consent.ask(&question)?;
            ended = desk.live_sessions(id).await?;
        }
        if identity.state != state {
            let before = identity.state;
            identity.state = state;
            identity.state_changed_at = desk.now();
            identity.updated_at = desk.now();
            administrators::update(desk.identities(), &identity).await?;
            let act = Act::new("set-identity-state", "identity.update").on_identity(identity.id);
            let act = act
                .from(json!({"state": before}))
                .to(json!({"state": state}));
            act.note(desk.foundation()).await;
        }
        common.output.print(&json!({
            "identity_id": identity.id, "state": identity.state, "sessions_ended": ended,
        }));
        Ok(())
    })
}
