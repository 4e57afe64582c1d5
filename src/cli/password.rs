//! Where a command takes a password from: standard input, a file, the environment or a prompt; on
//! the command line itself only with a warning, because others on the machine can read it there.

use std::{
    fs,
    io::{self, IsTerminal, Read},
};

use clap::Args;
use portcullis_core::secret::Secret;
use serde_json::Value;

use super::{Failure, output::remark};

/// Where a password comes from; there may be none.
#[derive(Debug, Clone, Default, Args)]
#[group(required = false, multiple = false)]
pub struct PasswordSource {
    /// Read the password from this file; one line ending is dropped.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<String>,
    /// Read the password from standard input.
    #[arg(long)]
    pub password_stdin: bool,
    /// Take the password from `env:NAME`, `stdin` or `file:///path#key`.
    #[arg(long, value_name = "REF")]
    pub password_secret: Option<String>,
    /// Ask for the password.
    #[arg(long)]
    pub password_prompt: bool,
    /// The password itself; others on this machine can read it while the command runs.
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
}

impl PasswordSource {
    /// Whether others on this machine may have read it.
    pub fn is_exposed(&self) -> bool {
        self.password.is_some()
    }

    /// Takes the password from a word of the command line, as `--password` would.
    pub(super) fn expose(&mut self, password: String) -> Result<(), Failure> {
        let is_named = self.password_stdin
            || self.password_prompt
            || [&self.password_file, &self.password_secret, &self.password]
                .into_iter()
                .any(Option::is_some);
        if is_named {
            let usage = "the password comes from one place only".to_owned();
            return Err(Failure::Usage(usage));
        }
        self.password = Some(password);
        Ok(())
    }

    /// The password; `None` where no source is named.
    pub fn read(&self) -> Result<Option<Secret>, Failure> {
        let text = if let Some(path) = &self.password_file {
            read_file(path)?
        } else if self.password_stdin {
            read_stdin()?
        } else if let Some(reference) = &self.password_secret {
            read_reference(reference)?
        } else if let Some(password) = &self.password {
            remark(format_args!(
                "warning: a password on the command line can be read by others on this machine \
                 and stays in the shell's history; use --password-stdin or --password-file"
            ));
            password.clone()
        } else if self.password_prompt {
            prompt()?
        } else {
            return Ok(None);
        };
        let text = text
            .strip_suffix('\n')
            .map_or(text.as_str(), |t| t.trim_end_matches('\r'));
        if text.is_empty() {
            return Err(Failure::Usage("the password is empty".to_owned()));
        }
        Ok(Some(Secret::new(text)))
    }
}

fn read_file(path: &str) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::Refused(format!("the file {path} cannot be read: {error}")))
}

fn read_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    let read = io::stdin().lock().take(64 * 1024).read_to_string(&mut text);
    read.map_err(|_| Failure::Refused("standard input cannot be read as text".to_owned()))?;
    Ok(text)
}

fn read_reference(reference: &str) -> Result<String, Failure> {
    if reference == "stdin" {
        return read_stdin();
    }
    if let Some(name) = reference.strip_prefix("env:") {
        return std::env::var(name)
            .map_err(|_| Failure::Refused(format!("the environment has no text in {name}")));
    }
    let Some(rest) = reference.strip_prefix("file://") else {
        let usage = "--password-secret takes env:NAME, stdin or file:///path#key";
        return Err(Failure::Usage(usage.to_owned()));
    };
    let Some((path, key)) = rest.split_once('#') else {
        return read_file(rest);
    };
    let document: Value = serde_json::from_str(&read_file(path)?)
        .map_err(|_| Failure::Refused(format!("the file {path} is not JSON")))?;
    let value = document.get(key).and_then(Value::as_str);
    let missing = || Failure::Refused(format!("the file {path} has no text under {key}"));
    value.map(str::to_owned).ok_or_else(missing)
}

fn prompt() -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        let usage = "there is no terminal to ask at; give a password with --password-stdin, \
                     --password-file or --password-secret";
        return Err(Failure::Usage(usage.to_owned()));
    }
    let ask = |text| {
        rpassword::prompt_password(text)
            .map_err(|_| Failure::Refused("the terminal cannot be read".to_owned()))
    };
    let first = ask("New password: ")?;
    if first != ask("The same again: ")? {
        return Err(Failure::Refused(
            "the two passwords are not the same".to_owned(),
        ));
    }
    Ok(first)
}
