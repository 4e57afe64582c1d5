//! `openapi`: the description of the admin API, without a configuration or a running gateway.

use super::{Failure, Output};

/// Prints it. It is JSON for people, too.
pub(super) fn run() -> Result<(), Failure> {
    Output::Json.print(&portcullis_admin::description());
    Ok(())
}
