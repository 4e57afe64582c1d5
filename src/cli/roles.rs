//! `set-roles`: which roles an identity has, such as `delete-account`.

use clap::Args;
use portcullis_core::administrators;
use serde_json::json;

use super::{Common, Failure, Selector, audit::Act, desk::Desk, remote::Remote};

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
}

/// Changes the roles of an identity; its sessions obey at once.
pub(super) fn set(common: &Common, asked: &SetRoles) -> Result<(), Failure> {
    if asked.add.is_empty() && asked.remove.is_empty() {
        let message = "provide --add or --remove with the name of a role";
        return Err(Failure::Usage(message.to_owned()));
    }
    let odd = |role: &&String| role.is_empty() || role.contains(|c: char| !c.is_ascii_graphic());
    if let Some(role) = asked.add.iter().find(odd) {
        let message = format!("{role:?} is no role; write letters, digits and signs, no spaces");
        return Err(Failure::Usage(message));
    }
    let remote = Remote::run(&common.reach, async |remote| {
        let change = |roles: &mut Vec<String>| change(roles, asked);
        remote.set_roles(common, &asked.selector, change).await
    });
    if let Some(done) = remote {
        return done;
    }
    Desk::open(common, async |desk| {
        let mut identity = asked.selector.resolve(desk.identities()).await?;
        let before = identity.roles.clone();
        change(&mut identity.roles, asked);
        identity.updated_at = desk.now();
        administrators::update(desk.identities(), &identity).await?;
        if identity.roles != before {
            let act = Act::new("set-roles", "identity.update").on_identity(identity.id);
            let act = act.from(json!({"roles": before}));
            let act = act.to(json!({"roles": identity.roles}));
            act.note(desk.foundation()).await;
        }
        let answer = json!({"identity_id": identity.id, "roles": identity.roles});
        common.output.print(&answer);
        Ok(())
    })
}

fn change(roles: &mut Vec<String>, asked: &SetRoles) {
    roles.retain(|role| !asked.remove.contains(role));
    for role in &asked.add {
        if !roles.contains(role) {
            roles.push(role.clone());
        }
    }
}
