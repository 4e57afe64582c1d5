//! Asking before something that cannot be undone.

use std::io::{self, IsTerminal, Write};

use clap::Args;

use super::Failure;

/// Whether a command that cannot be undone may go on.
#[derive(Debug, Clone, Args)]
pub struct Consent {
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
}

impl Consent {
    /// Asks before something that cannot be undone. A program has nobody to ask: it went to the
    /// trouble of naming what goes, so it may go on.
    pub(super) fn ask(&self, question: &str) -> Result<(), Failure> {
        if self.yes || !io::stdin().is_terminal() {
            return Ok(());
        }
        eprint!("{question} [y/N] ");
        // The question shows at the latest with the next line; the answer counts, not the flush.
        let _ = io::stderr().flush();
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer);
        match (read, answer.trim()) {
            (Ok(_), "y" | "Y" | "yes") => Ok(()),
            _ => Err(Failure::Refused("nothing was changed".to_owned())),
        }
    }
}
