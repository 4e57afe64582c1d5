//! The commands on one identity: show it, end its sessions, delete it.

use serde_json::json;

use super::{
    Common, Consent, Failure, Selector,
    output::counted,
    people::{Belongings, People},
    remote::either,
};

/// Shows an identity.
pub(super) fn get(common: &Common, selector: &Selector) -> Result<(), Failure> {
    either(
        common,
        async |remote| show(common, selector, remote).await,
        async |desk| show(common, selector, desk).await,
    )
}

async fn show(common: &Common, selector: &Selector, people: &impl People) -> Result<(), Failure> {
    let person = people.find(selector).await?;
    common.output.print(&people.shown(&person).await?)
}

/// Ends every session of an identity.
pub(super) fn invalidate_sessions(
    common: &Common,
    selector: &Selector,
    consent: &Consent,
) -> Result<(), Failure> {
    either(
        common,
        async |remote| end_sessions(common, (selector, consent), remote).await,
        async |desk| end_sessions(common, (selector, consent), desk).await,
    )
}

async fn end_sessions<P: People>(
    common: &Common,
    (selector, consent): (&Selector, &Consent),
    people: &P,
) -> Result<(), Failure> {
    let person = people.find(selector).await?;
    let id = P::id(&person).to_string();
    consent.ask(&format!("End all sessions of identity {id}?"))?;
    let ended = people.end_sessions(&person).await?;
    let told = json!({"identity_id": id, "sessions_ended": ended});
    common.output.print(&told)
}

/// Deletes an identity with all that belongs to it; where nobody is asked for consent, only tells what
/// that would take with it.
pub(super) fn delete(
    common: &Common,
    selector: &Selector,
    consent: Option<&Consent>,
) -> Result<(), Failure> {
    either(
        common,
        async |remote| delete_from(common, (selector, consent), remote).await,
        async |desk| delete_from(common, (selector, consent), desk).await,
    )
}

async fn delete_from<P: People>(
    common: &Common,
    (selector, consent): (&Selector, Option<&Consent>),
    people: &P,
) -> Result<(), Failure> {
    let person = people.find(selector).await?;
    let id = P::id(&person).to_string();
    let name = people.name(&person);
    let Belongings {
        credentials,
        links,
        sessions,
    } = people.belongings(&person).await?;
    if let Some(consent) = consent {
        let whom = match &name {
            Some(name) => format!("{name} (identity {id})"),
            None => format!("identity {id}"),
        };
        consent.ask(&format!(
            "Delete {whom}, with {} ({} among them) and {}?",
            counted(credentials, "credential"),
            counted(links, "linked account"),
            counted(sessions, "session"),
        ))?;
        people.delete(person).await?;
    }
    common.output.print(&json!({
        "identity_id": id, "name": name, "deleted": consent.is_some(), "credentials": credentials,
        "links": links, "sessions": sessions,
    }))
}
