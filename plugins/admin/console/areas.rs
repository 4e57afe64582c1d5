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

/// Who else may say who somebody is.
pub(crate) const PROVIDERS: Area = Area {
    label: "Providers",
    path: "/ui/providers",
    permission: Permission::ReadProviders,
};

/// Every area.
pub(crate) const ALL: [Area; 2] = [PEOPLE, PROVIDERS];
