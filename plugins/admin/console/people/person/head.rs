//! What stands above every part of a person: who it is, and where their parts are.

use portcullis_core::identity::IdentityState;
use serde::Serialize;

use super::call::Call;
use crate::{
    caller::{self, Actor},
    console::people::list,
    role::Permission,
};

/// A part of a person's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    /// Traits, state, roles and addresses.
    Details,
    /// What they sign in with.
    SignIn,
    /// Where they are signed in.
    Sessions,
    /// What they have to do.
    Actions,
    /// What was done to them.
    History,
}

/// Who it is, and what the caller may do.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "templates ask for each right by itself"
)]
pub(super) struct Head {
    id: String,
    /// What they are called.
    pub(super) title: String,
    name: Option<String>,
    path: String,
    is_active: bool,
    roles: Vec<String>,
    tabs: Vec<Entry>,
    may_write: bool,
    may_end: bool,
    may_manage: bool,
    may_act: bool,
    /// Whether only those who may do more change them.
    is_above: bool,
    /// Whether nothing of them is proved, so that whoever registered may be somebody else.
    is_unproved: bool,
}

#[derive(Debug, Serialize)]
struct Entry {
    label: &'static str,
    href: String,
    is_here: bool,
}

impl Tab {
    const ALL: [Self; 5] = [
        Self::Details,
        Self::SignIn,
        Self::Sessions,
        Self::Actions,
        Self::History,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Details => "Details",
            Self::SignIn => "Signing in",
            Self::Sessions => "Sessions",
            Self::Actions => "Required actions",
            Self::History => "History",
        }
    }

    /// The end of its address.
    pub(super) fn end(self) -> &'static str {
        match self {
            Self::Details => "",
            Self::SignIn => "/sign-in",
            Self::Sessions => "/sessions",
            Self::Actions => "/actions",
            Self::History => "/history",
        }
    }

    fn permission(self) -> Permission {
        match self {
            Self::Details | Self::SignIn | Self::Actions => Permission::ReadIdentities,
            Self::Sessions => Permission::ReadSessions,
            Self::History => Permission::ReadAudit,
        }
    }
}

impl Head {
    /// What stands above this part.
    pub(super) fn of(call: &Call, here: Tab) -> Self {
        let (caller, identity) = (&call.caller, &call.identity);
        let may_touch = caller.may_touch(identity).is_ok();
        let may = |permission| may_touch && caller.roles.permit(permission);
        let is_active = identity.state == IdentityState::Active;
        let is_other = caller.actor != Actor::Identity(identity.id);
        let is_known = caller.actor != Actor::Anybody;
        let tabs = Tab::ALL.into_iter();
        let tabs = tabs.filter(|tab| caller.roles.permit(tab.permission()));
        let entry = |tab: Tab| Entry {
            label: tab.label(),
            href: call.path(tab.end()),
            is_here: tab == here,
        };
        Self {
            id: call.id.clone(),
            title: caller::label(identity),
            name: list::name(&call.desk, identity),
            path: call.path(""),
            is_active,
            roles: identity.roles.clone(),
            tabs: tabs.map(entry).collect(),
            may_write: may(Permission::WriteIdentities),
            may_end: may(Permission::EndSessions),
            // Nobody changes their own roles.
            may_manage: is_other && may(Permission::ManageAccess),
            may_act: is_active && is_other && is_known && may(Permission::Impersonate),
            is_above: !may_touch && caller.roles.permit(Permission::WriteIdentities),
            is_unproved: identity.awaits_first_proof(),
        }
    }
}
