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

/// What programs prove themselves with.
pub(crate) const API_CREDENTIALS: Area = Area {
    label: "API credentials",
    path: "/ui/api-credentials",
    permission: Permission::ManageAccess,
};

/// What there is and what has happened.
pub(crate) const OVERVIEW: Area = Area {
    label: "Overview",
    path: "/ui/overview",
    permission: Permission::ReadIdentities,
};

/// Who else may say who somebody is.
pub(crate) const PROVIDERS: Area = Area {
    label: "Providers",
    path: "/ui/providers",
    permission: Permission::ReadProviders,
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

/// What is known of them.
pub(crate) const SCHEMAS: Area = Area {
    label: "User profile",
    path: "/ui/schemas",
    permission: Permission::ReadSchemas,
};

/// Every area, in the order of the menu.
pub(crate) const ALL: [Area; 8] = [
    OVERVIEW,
    PEOPLE,
    PROVIDERS,
    SCHEMAS,
    API_CREDENTIALS,
    THROTTLES,
    MAIL,
    AUDIT,
];
