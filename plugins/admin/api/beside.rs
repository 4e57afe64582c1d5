//! What the gateway itself answers on the admin listener, whether this plugin is there or not: how it
//! is, and the schemas as administrators see them. Beside this plugin it is asked under our own names only.

use crate::{doc::beside, endpoints::Endpoints};

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .beside("/health/alive", "Tells that the process lives.")
        .told(beside::alive)
        .beside("/health/ready", "Tells whether it can serve.")
        .told(beside::ready)
        .beside("/health/providers", "Tells how the providers are.")
        .told(beside::providers)
        .beside("/schemas", "Lists the schemas as administrators see them.")
        .told(beside::list_schemas)
        .beside(
            "/schemas/{id}",
            "Shows a schema as administrators see it; its id may come in base64url.",
        )
        .told(beside::find_schema)
}
