//! `portcullis import …`: what another system says of people and their profile, taken over here.
//! What has no place here is told on standard error.

mod people;
mod places;
mod progress;
mod report;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use portcullis_core::schema::Schema;
use serde_json::{Value, json};

pub(super) use self::people::People;
use self::people::System;
use super::{
    Common, Failure, Output,
    output::{plain, remark, say},
};
use crate::migration::{Loss, keycloak_profile, oauth2_proxy};

/// What can be taken over.
#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// Turn Keycloak's user profile into a schema.
    KeycloakProfile(Profile),
    /// Take in the users of a Keycloak realm with their passwords.
    KeycloakUsers(People),
    /// Take in the identities of Ory Kratos with what they sign in with.
    KratosIdentities(People),
    /// Turn a configuration file of oauth2-proxy into one of the gateway.
    #[command(name = "oauth2-proxy")]
    OAuth2Proxy(Proxy),
}

/// The configuration to put into our words.
#[derive(Debug, Args)]
pub(super) struct Proxy {
    /// Its configuration file (TOML); `-` is standard input.
    file: PathBuf,
    #[command(flatten)]
    written: Written,
}

/// The profile to turn into a schema.
#[derive(Debug, Args)]
pub(super) struct Profile {
    /// What `GET /admin/realms/REALM/users/profile` answered, or a realm's export; `-` is standard
    /// input.
    file: PathBuf,
    #[command(flatten)]
    written: Written,
    /// Whether people sign in with their address, too; otherwise as the realm says.
    #[arg(long, value_name = "BOOL")]
    login_with_email: Option<bool>,
}

/// Where a document is written, and whether it may lose anything.
#[derive(Debug, Args)]
pub(super) struct Written {
    /// Write the document to this file; otherwise it is printed.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write nothing when something would be lost.
    #[arg(long)]
    strict: bool,
}

/// Does what is asked.
pub(super) fn run(common: &Common, asked: &Import) -> Result<(), Failure> {
    match asked {
        Import::KeycloakProfile(profile) => keycloak_profile(common, profile),
        Import::KeycloakUsers(people) => places::run(common, people, System::Keycloak),
        Import::KratosIdentities(people) => places::run(common, people, System::Kratos),
        Import::OAuth2Proxy(proxy) => oauth2_proxy(common, proxy),
    }
}

fn keycloak_profile(common: &Common, asked: &Profile) -> Result<(), Failure> {
    let document = read(&asked.file)?;
    let made = keycloak_profile::import(&document, asked.login_with_email);
    let made = made.map_err(|error| Failure::Refused(shown(&asked.file, &error.0)))?;
    let schema = Schema::parse("imported", made.document);
    let schema = schema.map_err(|error| {
        let reason = format!("the profile makes no schema: {error}");
        Failure::Refused(shown(&asked.file, &reason))
    })?;
    for lint in schema.lint() {
        remark(format_args!(
            "note: {}: {}",
            plain(&json!(lint.pointer)),
            plain(&json!(lint.text))
        ));
    }
    let document = format!("{:#}", schema.document());
    asked.written.write(common.output, &document, &made.losses)
}

fn oauth2_proxy(common: &Common, asked: &Proxy) -> Result<(), Failure> {
    let theirs: toml::Table = text(&asked.file)?
        .parse()
        .map_err(|error: toml::de::Error| {
            // The error's own display would quote the line, which may hold a secret.
            let reason = format!("this is no TOML: {}", error.message());
            Failure::Refused(shown(&asked.file, &reason))
        })?;
    let made = oauth2_proxy::import(&theirs);
    let document = toml::to_string(&made.document).map_err(|error| Failure::refused(&error))?;
    let document = document.trim_end();
    asked.written.write(common.output, document, &made.losses)
}

fn text(file: &Path) -> Result<String, Failure> {
    let text = match file.as_os_str() == "-" {
        true => io::read_to_string(io::stdin()),
        false => fs::read_to_string(file),
    };
    let text = text.map_err(|error| Failure::Refused(shown(file, &error.to_string())))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// A JSON document of a file, or of standard input.
pub(super) fn read(file: &Path) -> Result<Value, Failure> {
    serde_json::from_str(&text(file)?)
        .map_err(|error| Failure::Refused(shown(file, &format!("this is no JSON: {error}"))))
}

/// A reason with the file it is about.
pub(super) fn shown(file: &Path, reason: &str) -> String {
    format!("{}: {}", file.display(), plain(&json!(reason)))
}

impl Written {
    /// Tells what is lost, and writes the document or prints it.
    pub(super) fn write(
        &self,
        output: Output,
        document: &str,
        losses: &[Loss],
    ) -> Result<(), Failure> {
        for loss in losses {
            tell(output, loss);
        }
        if self.strict && !losses.is_empty() {
            let count = losses.len();
            let reason = format!("{count} things would be lost, so nothing is written");
            return Err(Failure::Refused(reason));
        }
        let Some(file) = &self.out else {
            say(document)?;
            return Ok(());
        };
        fs::write(file, format!("{document}\n"))
            .map_err(|error| Failure::Refused(shown(file, &error.to_string())))?;
        output.print(&json!({"file": file.display().to_string(), "lost": losses.len()}))
    }
}

/// Tells of one loss: a line for people, an object on a line for programs.
fn tell(output: Output, loss: &Loss) {
    match output {
        Output::Json => remark(format_args!("{}", json!(loss))),
        Output::Table => remark(format_args!("lost: {}", line(loss))),
    }
}

/// A loss on one line.
fn line(
    Loss {
        attribute,
        what,
        why,
    }: &Loss,
) -> String {
    let text = match attribute.as_str() {
        "" => format!("{what}: {why}"),
        attribute => format!("{attribute}: {what}: {why}"),
    };
    plain(&json!(text))
}
