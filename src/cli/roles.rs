//! `set-roles`: which roles an identity has, such as `delete-account`.

use clap::Args;
use portcullis_core::identity::Identity;
use serde_json::json;

use super::{Common, Consent, Failure, Selector, people::People, remote::either};

/// Which roles an identity gets and loses.
#[derive(Debug, Args)]
pub(super) struct SetRoles {
    #[command(flatten)]
    selector: Selector,
    /// A role that it has from now on; several times for several.
    #[arg(long, value_name = "ROLE")]
    add: Vec<String>,
    /// A role that it has no more.
    #[arg(long, value_name = "ROLE")]
    remove: Vec<String>,
    #[command(flatten)]
    consent: Consent,
}

/// Changes the roles of an identity; its sessions obey at once.
pub(super) fn set(common: &Common, asked: &SetRoles) -> Result<(), Failure> {
    if asked.add.is_empty() && asked.remove.is_empty() {
        let message = "provide --add or --remove with the name of a role";
        return Err(Failure::Usage(message.to_owned()));
    }
    if let Some(role) = asked.add.iter().find(|role| !Identity::is_role(role)) {
        let message =
            format!("{role:?} is no role; write up to 64 letters, digits and signs, no spaces");
        return Err(Failure::Usage(message));
    }
    if let Some(both) = asked.add.iter().find(|role| asked.remove.contains(role)) {
        let message = format!("{both} stands in --add and in --remove");
        return Err(Failure::Usage(message));
    }
    either(
        common,
        async |remote| set_at(common, asked, remote).await,
        async |desk| set_at(common, asked, desk).await,
    )
}

async fn set_at<P: People>(common: &Common, asked: &SetRoles, people: &P) -> Result<(), Failure> {
    let person = people.find(&asked.selector).await?;
    let id = P::id(&person).to_string();
    // What nobody has is not taken from them.
    let mut taken = P::roles(&person)?;
    taken.retain(|role| asked.remove.contains(role));
    if !taken.is_empty() {
        let roles = taken.join(", ");
        let question = format!("Take from identity {id} the roles {roles}?");
        asked.consent.ask(&question)?;
    }
    let roles = people.set_roles(person, |roles| change(roles, asked));
    let told = json!({"identity_id": id, "roles": roles.await?});
    common.output.print(&told)
}

fn change(roles: &mut Vec<String>, asked: &SetRoles) {
    roles.retain(|role| !asked.remove.contains(role));
    for role in &asked.add {
        if !roles.contains(role) {
            roles.push(role.clone());
        }
    }
}
