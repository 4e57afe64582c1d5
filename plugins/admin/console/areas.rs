//! The areas of the console, in the order of its menu.

use crate::role::Permission;

/// A part of the console, as its menu shows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    /// What it is called.
    pub(crate) label: &'static str,
    /// Where it begins.
    pub(crate) path: &'static str,
    /// What whoever sees it may do.
    pub(crate) permission: Permission,
}

/// Those who sign in.
pub(crate) const PEOPLE: Area = Area {
    label: "People",
    path: "/ui/identities",
    permission: Permission::ReadIdentities,
};

/// Who has to wait before trying again.
pub(crate) const THROTTLES: Area = Area {
    label: "Throttles",
    path: "/ui/throttles",
    permission: Permission::ReadThrottles,
};

/// Letters that wait to be sent.
pub(crate) const MAIL: Area = Area {
    label: "Mail",
    path: "/ui/mail",
    permission: Permission::ReadMails,
};

/// Who did what.
pub(crate) const AUDIT: Area = Area {
    label: "Audit log",
    path: "/ui/audit",
    permission: Permission::ReadAudit,
};

/// Every area.
pub(crate) const ALL: [Area; 4] = [PEOPLE, THROTTLES, MAIL, AUDIT];
