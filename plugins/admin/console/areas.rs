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

/// What is known of them.
pub(crate) const SCHEMAS: Area = Area {
    label: "User profile",
    path: "/ui/schemas",
    permission: Permission::ReadSchemas,
};

/// Every area.
pub(crate) const ALL: [Area; 2] = [PEOPLE, SCHEMAS];
