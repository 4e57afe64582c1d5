//! `api-credentials`: what programs prove themselves with to the admin API, so that automation can begin
//! without the console.

use std::time::Duration;

use clap::{Args, Subcommand};
use portcullis_admin::{
    Role, Roles,
    credential::{self, Issuer, OVERLAP, Wish},
};
use portcullis_core::api_credential::{ApiCredential, ApiCredentialStore, ClientAuthMethod};
use serde_json::{Value, json};
use url::Url;

use super::{Common, Consent, Failure, audit::Act, desk::Desk};

/// What can be done about API credentials.
#[derive(Debug, Subcommand)]
pub(super) enum ApiCredentialCommand {
    /// Make an API credential, and print its client id and secret; the secret is never shown again.
    Create(Create),
    /// List API credentials.
    List,
    /// Give an API credential a new secret, and print it; the old ones are good for a while.
    Rotate {
        #[command(flatten)]
        which: Which,
        /// How long the old secrets are good for beside the new one.
        #[arg(long, value_name = "DURATION", value_parser = duration)]
        overlap: Option<Duration>,
    },
    /// Remove an API credential with its tokens.
    Delete {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        consent: Consent,
    },
}

/// An API credential that is wanted.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// What people call it.
    #[arg(long)]
    name: String,
    /// What it may do: viewer, user-manager, provider-manager, impersonator or admin; several times
    /// for several.
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<Role>,
    /// A scope its tokens can be narrowed to: openid, or a role; otherwise all that its roles cover.
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// How its program shows the secret: client_secret_basic or client_secret_post.
    #[arg(long, value_name = "METHOD", default_value = "client_secret_basic")]
    auth_method: ClientAuthMethod,
    /// How long it is good for, such as 90d; otherwise for ever.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    expires_in: Option<Duration>,
}

/// Which API credential is meant.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// Its id or its client id.
    #[arg(long)]
    id: String,
}

/// Makes, lists, rotates or removes.
pub(super) fn run(common: &Common, asked: &ApiCredentialCommand) -> Result<(), Failure> {
    Desk::open(common, async |desk| {
        let errand = Errand::new(desk)?;
        match asked {
            ApiCredentialCommand::Create(wish) => {
                let answer = errand.create(wish).await?;
                common.output.print(&answer);
            }
            ApiCredentialCommand::List => {
                let rows = errand.list().await?;
                let columns = [
                    "id",
                    "name",
                    "client_id",
                    "roles",
                    "expires_at",
                    "last_used_at",
                ];
                common.output.print_rows(&rows, &columns);
            }
            ApiCredentialCommand::Rotate { which, overlap } => {
                let overlap = overlap.unwrap_or(OVERLAP);
                let answer = errand.rotate(which, overlap).await?;
                common.output.print(&answer);
            }
            ApiCredentialCommand::Delete { which, consent } => {
                let answer = errand.delete(which, consent).await?;
                common.output.print(&answer);
            }
        }
        Ok(())
    })
}

struct Errand<'a> {
    desk: &'a Desk,
    url: Url,
}

impl<'a> Errand<'a> {
    fn new(desk: &'a Desk) -> Result<Self, Failure> {
        let config = desk.config();
        let section = config.plugins.admin.clone();
        if section.is_none() {
            eprintln!("note: the configuration has no [plugins.admin], so nothing takes them yet");
        }
        let url = section.unwrap_or_default().url(config.listen.admin);
        let url = url.ok_or_else(|| Failure::Refused("[listen] admin makes no URL".to_owned()))?;
        Ok(Self { desk, url })
    }

    fn store(&self) -> &dyn ApiCredentialStore {
        &*self.desk.foundation().stores.api_credentials
    }

    async fn create(&self, asked: &Create) -> Result<Value, Failure> {
        let foundation = self.desk.foundation();
        let wish = Wish {
            name: asked.name.clone(),
            auth_method: asked.auth_method,
            roles: Roles::new(asked.roles.iter().copied()),
            scopes: (!asked.scopes.is_empty()).then(|| asked.scopes.clone()),
            expires_at: asked.expires_in.map(|good| self.desk.now() + good),
        };
        let made = credential::make(wish, &*foundation.clock, &*foundation.entropy);
        let (made, secret) = made.map_err(|error| Failure::Usage(error.to_string()))?;
        self.store().insert(&made).await?;
        let act = act("api-credential.create", &made);
        act.to(facts(&made)).note(foundation).await;
        Ok(Issuer(&self.url).shown_once(&made, &secret))
    }

    async fn list(&self) -> Result<Vec<Value>, Failure> {
        let all = self.store().list().await?;
        Ok(all.iter().map(|one| Issuer(&self.url).shown(one)).collect())
    }

    async fn rotate(&self, which: &Which, overlap: Duration) -> Result<Value, Failure> {
        let mut one = self.find(which).await?;
        let foundation = self.desk.foundation();
        let parts = (&*foundation.clock, &*foundation.entropy);
        let secret = credential::rotate(&mut one, overlap, parts);
        self.store().update(&one).await?;
        let act = act("api-credential.rotate", &one);
        let act = act.to(json!({"overlap_seconds": overlap.as_secs()}));
        act.note(foundation).await;
        Ok(Issuer(&self.url).shown_once(&one, &secret))
    }

    async fn delete(&self, which: &Which, consent: &Consent) -> Result<Value, Failure> {
        let one = self.find(which).await?;
        consent.ask(&format!(
            "Remove the API credential {:?} with its tokens?",
            one.name
        ))?;
        let deleted = self.store().delete(one.id).await?;
        if deleted {
            let act = act("api-credential.delete", &one).from(facts(&one));
            act.note(self.desk.foundation()).await;
        }
        Ok(json!({"id": one.id, "client_id": one.client_id, "deleted": deleted}))
    }

    async fn find(&self, which: &Which) -> Result<ApiCredential, Failure> {
        let by_id = match which.id.parse() {
            Ok(id) => self.store().find(id).await?,
            Err(_) => None,
        };
        let found = match by_id {
            Some(found) => Some(found),
            None => self.store().find_client(&which.id).await?,
        };
        let unknown = || Failure::Refused(format!("no API credential has the id {}", which.id));
        found.ok_or_else(unknown)
    }
}

fn act(verb: &'static str, one: &ApiCredential) -> Act {
    Act::new("api-credentials", verb).on("api-credential", &one.id)
}

/// What is written down of an API credential.
fn facts(one: &ApiCredential) -> Value {
    json!({"name": one.name, "roles": one.roles, "scopes": one.scopes})
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    match duration > Duration::from_secs(100 * 366 * 24 * 60 * 60) {
        true => Err("write a duration such as 90d".to_owned()),
        false => Ok(duration),
    }
}
