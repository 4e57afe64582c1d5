//! `portcullis export …`: what is said here in the words of another system. What it has no word for
//! is told on standard error.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use portcullis_core::schema::Schema;

use super::{
    Common, Failure, desk,
    import::{self, Written},
    remote::Remote,
};
use crate::{config::Identity, migration::keycloak_profile};

/// What can be put into other words.
#[derive(Debug, Subcommand)]
pub(super) enum Export {
    /// Turn a schema into Keycloak's user profile.
    KeycloakProfile(Profile),
}

/// The schema to turn into a profile.
#[derive(Debug, Args)]
pub(super) struct Profile {
    /// A file with the schema; `-` is standard input. Otherwise a configured one.
    file: Option<PathBuf>,
    /// The configured schema; otherwise the default one.
    #[arg(long, value_name = "ID", conflicts_with = "file")]
    schema: Option<String>,
    #[command(flatten)]
    written: Written,
}

/// Does what is asked.
pub(super) fn run(common: &Common, asked: &Export) -> Result<(), Failure> {
    let Export::KeycloakProfile(profile) = asked;
    let remote = Remote::run(&common.reach, async |remote| {
        profile.write(common, &profile.shown_at(remote).await?)
    });
    match remote {
        Some(done) => done,
        None => profile.write(common, &profile.stored(common)?),
    }
}

impl Profile {
    fn write(&self, common: &Common, schema: &Schema) -> Result<(), Failure> {
        let made = keycloak_profile::export(schema);
        let made = made.map_err(|error| Failure::Refused(error.to_string()))?;
        let document = format!("{:#}", made.document);
        self.written.write(common.output, &document, &made.losses)
    }

    fn stored(&self, common: &Common) -> Result<Schema, Failure> {
        let (id, document) = match &self.file {
            Some(file) => (file.display().to_string(), import::read(file)?),
            None => configured(common, self.schema.as_deref())?,
        };
        Schema::parse(&id, document)
            .map_err(|error| Failure::Refused(format!("{id} is no schema: {error}")))
    }

    async fn shown_at(&self, remote: &Remote) -> Result<Schema, Failure> {
        match &self.file {
            None => remote.schema(self.schema.as_deref()).await,
            Some(_) => Err(Failure::Usage(
                "a file needs no gateway: leave --admin-url out".to_owned(),
            )),
        }
    }
}

fn configured(common: &Common, id: Option<&str>) -> Result<(String, serde_json::Value), Failure> {
    let config = desk::configuration_past_drop_ins(common)?;
    let id = id.unwrap_or(config.identity.default_id());
    let mut documents = config.identity.schema_documents().into_iter();
    let unknown = || Failure::Usage(format!("no schema is called {id:?}"));
    let found = documents.find(|(own, _)| own == id);
    let built_in = || Some((id.to_owned(), Identity::built_in_schema(id)?));
    found.or_else(built_in).ok_or_else(unknown)
}
