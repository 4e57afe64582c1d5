//! `set-identity-state`: whether an identity may sign in.

use clap::{Args, ValueEnum};
use portcullis_core::identity::IdentityState;
use serde_json::json;

use super::{Common, Consent, Failure, Selector, people::People, remote::either};

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

/// Switches an identity on or off; the sessions of one that is off end.
pub(super) fn set(common: &Common, asked: &SetIdentityState) -> Result<(), Failure> {
    either(
        common,
        async |remote| set_at(common, asked, remote).await,
        async |desk| set_at(common, asked, desk).await,
    )
}

async fn set_at<P: People>(
    common: &Common,
    asked: &SetIdentityState,
    people: &P,
) -> Result<(), Failure> {
    let person = people.find(&asked.selector).await?;
    let id = P::id(&person).to_string();
    let state = IdentityState::from(asked.state);
    if state == IdentityState::Inactive {
        let question = format!("Switch identity {id} off and end its sessions?");
        asked.consent.ask(&question)?;
    }
    let (state, ended) = people.set_state(person, state).await?;
    let told = json!({"identity_id": id, "state": state, "sessions_ended": ended});
    common.output.print(&told)
}
