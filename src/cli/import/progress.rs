//! How far a file has been read, for whoever sits at a terminal.

use std::{io::Read, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::output::remark;

/// How often the bar is drawn at most, each second.
const DRAWN: u8 = 10;

const BAR: &str = "{elapsed_precise} [{bar:30}] {percent}% (still {eta}) {msg}";
const SPINNER: &str = "{elapsed_precise} {spinner} {bytes} read: {msg}";

/// A bar on the terminal, or nothing where there is none.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Nothing is drawn.
    pub(super) fn none() -> Self {
        Self(ProgressBar::hidden())
    }

    /// Through so many bytes, where that is known.
    pub(super) fn through(length: Option<u64>, is_shown: bool) -> Self {
        if !is_shown {
            return Self::none();
        }
        let target = ProgressDrawTarget::stderr_with_hz(DRAWN);
        let template = if length.is_some() { BAR } else { SPINNER };
        let bar = ProgressBar::with_draw_target(length, target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(bar)
    }

    /// Counts what is read of the file.
    pub(super) fn watch<R: Read>(&self, file: R) -> impl Read + use<R> {
        self.0.wrap_read(file)
    }

    /// Whether somebody sees it.
    pub(super) fn is_shown(&self) -> bool {
        !self.0.is_hidden()
    }

    /// What stands beside the bar.
    pub(super) fn tell(&self, line: String) {
        self.0.set_message(line);
    }

    /// Prints a line above the bar.
    pub(super) fn past(&self, line: &str) {
        self.0.suspend(|| remark(format_args!("{line}")));
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}
