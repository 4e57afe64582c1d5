//! A banner: what stands above every page of a reader.

use serde::Serialize;

use crate::failure::WayOut;

/// What stands above every page of a reader, with the one way to be rid of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Banner {
    /// What it says, in the reader's language already.
    pub text: String,
    /// Where to go.
    pub way: WayOut,
}
