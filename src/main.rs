//! The `portcullis` command.

use std::process::ExitCode;

use clap::Parser;
use portcullis::cli::Cli;

fn main() -> ExitCode {
    portcullis::cli::run(Cli::parse())
}
