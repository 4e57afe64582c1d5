//! Roles of administrators, and what each of them permits.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// What an administrator may do as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees everything.
    Viewer,
    /// Looks after people.
    UserManager,
    /// Looks after providers.
    ProviderManager,
    /// Acts as somebody else.
    Impersonator,
    /// Does everything.
    Admin,
}

/// One thing that an endpoint needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Seeing identities and their credentials.
    ReadIdentities,
    /// Creating, changing and removing them.
    WriteIdentities,
    /// Seeing sessions.
    ReadSessions,
    /// Prolonging and ending them.
    EndSessions,
    /// Seeing providers.
    ReadProviders,
    /// Adding, changing and removing them.
    WriteProviders,
    /// Seeing schemas.
    ReadSchemas,
    /// Changing them.
    WriteSchemas,
    /// Seeing mail that waits or was sent.
    ReadMails,
    /// Seeing what is held up.
    ReadThrottles,
    /// Letting it go on.
    LiftThrottles,
    /// Seeing who did what.
    ReadAudit,
    /// Acting as somebody else.
    Impersonate,
    /// Giving and taking roles and API credentials.
    ManageAccess,
}

/// There is no such role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRole;

impl Role {
    /// Every role, the one with the fewest rights first.
    pub const ALL: [Self; 5] = [
        Self::Viewer,
        Self::UserManager,
        Self::ProviderManager,
        Self::Impersonator,
        Self::Admin,
    ];

    /// The role's name on the wire and in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::UserManager => "user-manager",
            Self::ProviderManager => "provider-manager",
            Self::Impersonator => "impersonator",
            Self::Admin => "admin",
        }
    }

    /// Whether the role lets somebody do this: the one table of all rights.
    pub fn permits(self, permission: Permission) -> bool {
        use Permission::{
            EndSessions, Impersonate, LiftThrottles, ReadProviders, ReadSchemas, WriteIdentities,
            WriteProviders,
        };
        match self {
            Self::Viewer => permission.only_reads(),
            Self::UserManager => {
                permission.only_reads()
                    || matches!(permission, WriteIdentities | EndSessions | LiftThrottles)
            }
            Self::ProviderManager => {
                matches!(permission, ReadProviders | WriteProviders | ReadSchemas)
            }
            Self::Impersonator => permission.only_reads() || permission == Impersonate,
            Self::Admin => true,
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        let mut all = Self::ALL.into_iter();
        all.find(|role| role.as_str() == name).ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        write!(f, "the roles are {}", names.join(", "))
    }
}

impl std::error::Error for UnknownRole {}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 14] = [
        Self::ReadIdentities,
        Self::WriteIdentities,
        Self::ReadSessions,
        Self::EndSessions,
        Self::ReadProviders,
        Self::WriteProviders,
        Self::ReadSchemas,
        Self::WriteSchemas,
        Self::ReadMails,
        Self::ReadThrottles,
        Self::LiftThrottles,
        Self::ReadAudit,
        Self::Impersonate,
        Self::ManageAccess,
    ];

    /// Whether it changes nothing.
    fn only_reads(self) -> bool {
        matches!(
            self,
            Self::ReadIdentities
                | Self::ReadSessions
                | Self::ReadProviders
                | Self::ReadSchemas
                | Self::ReadMails
                | Self::ReadThrottles
                | Self::ReadAudit
        )
    }
}

/// The roles that one caller or identity has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// These roles.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Self {
        Self(roles.into_iter().collect())
    }

    /// The administrators' roles among these names; the others mean something elsewhere.
    pub fn among<S: AsRef<str>>(names: &[S]) -> Self {
        Self::new(names.iter().filter_map(|name| name.as_ref().parse().ok()))
    }

    /// Whether one of them lets somebody do this.
    pub fn permit(&self, permission: Permission) -> bool {
        self.0.iter().any(|role| role.permits(permission))
    }

    /// Whether they permit all that the others do.
    pub fn cover(&self, others: &Self) -> bool {
        let mut all = Permission::ALL.into_iter();
        all.all(|one| self.permit(one) || !others.permit(one))
    }

    /// Whether this role is among them.
    pub fn contains(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The roles, the one with the fewest rights first.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_as_it_is_written_and_nothing_else_is_one() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        for other in ["", "Admin", "administrator", "delete-account"] {
            assert_eq!(other.parse::<Role>(), Err(UnknownRole));
        }
        let roles = Roles::among(&["delete-account", "viewer"]);
        assert_eq!(roles, Roles::new([Role::Viewer]));
    }

    #[test]
    fn the_roles_that_providers_give_for_their_own_sessions_are_all_there_are() {
        let known = Role::ALL.map(Role::as_str);
        assert_eq!(known, portcullis_core::administrators::ROLES);
    }

    #[test]
    fn each_role_permits_what_is_written_of_it() {
        use Permission::{
            EndSessions, Impersonate, LiftThrottles, ManageAccess, ReadAudit, ReadProviders,
            ReadSchemas, WriteIdentities, WriteProviders, WriteSchemas,
        };
        let permitted = |role: Role| Permission::ALL.map(|one| role.permits(one));
        assert!(permitted(Role::Admin).iter().all(|permitted| *permitted));
        let changing = [WriteIdentities, EndSessions, LiftThrottles];
        for one in Permission::ALL {
            assert_eq!(Role::Viewer.permits(one), one.only_reads(), "{one:?}");
            let manages = one.only_reads() || changing.contains(&one);
            assert_eq!(Role::UserManager.permits(one), manages, "{one:?}");
            let acts = one.only_reads() || one == Impersonate;
            assert_eq!(Role::Impersonator.permits(one), acts, "{one:?}");
            let provides = [ReadProviders, WriteProviders, ReadSchemas].contains(&one);
            assert_eq!(Role::ProviderManager.permits(one), provides, "{one:?}");
        }
        for one in [ManageAccess, WriteSchemas] {
            let holders = Role::ALL.into_iter().filter(|role| role.permits(one));
            assert_eq!(holders.collect::<Vec<_>>(), [Role::Admin]);
        }
        assert!(!Role::ProviderManager.permits(ReadAudit));
    }

    #[test]
    fn roles_cover_those_that_permit_less() {
        let of = |role| Roles::new([role]);
        for role in Role::ALL {
            assert!(of(Role::Admin).cover(&of(role)));
            assert!(of(role).cover(&Roles::default()));
            assert_eq!(of(role).cover(&of(Role::Admin)), role == Role::Admin);
        }
        assert!(of(Role::UserManager).cover(&of(Role::Viewer)));
        assert!(!of(Role::UserManager).cover(&of(Role::Impersonator)));
        let both = Roles::new([Role::UserManager, Role::Impersonator]);
        assert!(both.cover(&of(Role::Impersonator)));
    }
}
