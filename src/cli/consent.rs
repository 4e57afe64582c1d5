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
    /// Asks before something that cannot be undone. Where nobody can be asked, the answer has to be given
    /// beforehand.
    pub(super) fn ask(&self, question: &str) -> Result<(), Failure> {
        match self.yes || io::stdin().is_terminal() {
            true => self.ask_people(question),
            false => Err(Failure::Usage(format!(
                "{question} There is no terminal to ask at; give --yes"
            ))),
        }
    }

    /// Asks before something that can be set right again: a program has nobody to ask, and went to the
    /// trouble of naming what is changed, so it may go on.
    pub(super) fn ask_people(&self, question: &str) -> Result<(), Failure> {
        if self.yes || !io::stdin().is_terminal() {
            return Ok(());
        }
        let mut shown = io::stderr().lock();
        // The answer counts: where the question cannot be shown, there will be none.
        let _ = write!(shown, "{question} [y/N] ").and_then(|()| shown.flush());
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer);
        match (read, answer.trim()) {
            (Ok(_), "y" | "Y" | "yes") => Ok(()),
            _ => Err(Failure::Refused("nothing was changed".to_owned())),
        }
    }
}
