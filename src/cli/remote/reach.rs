//! Which gateway a command asks, and what it proves itself with.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use portcullis_core::secret::Secret;
use reqwest::{Certificate, Client, ClientBuilder, StatusCode};
use serde_json::Value;

use super::{odd, target::Target, unreached};
use crate::cli::{Failure, output::remark};

/// The variable that holds a token.
const TOKEN: &str = "PORTCULLIS_ADMIN_TOKEN";

/// The variable that names a file with certificates.
const AUTHORITIES: &str = "PORTCULLIS_ADMIN_CA_FILE";

/// Which gateway a command asks, and what it proves itself with.
#[derive(Debug, Clone, Default, Args)]
pub struct Reach {
    /// Ask the running gateway at this address of its admin listener, or at its socket (unix:/path),
    /// instead of the store; the token is that of a file, of the variable PORTCULLIS_ADMIN_TOKEN, or of
    /// an API credential.
    #[arg(long, global = true, value_name = "URL", value_parser = Target::read)]
    admin_url: Option<Target>,
    /// Read the token for the running gateway from this file; `-` is the first line of standard input.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with = "admin_client_id"
    )]
    admin_token_file: Option<PathBuf>,
    /// Get the token for the API credential of this client id.
    #[arg(long, global = true, value_name = "ID")]
    admin_client_id: Option<String>,
    /// Read the secret of that API credential from this file; `-` is the first line of standard input.
    #[arg(long, global = true, value_name = "FILE", requires = "admin_client_id")]
    admin_client_secret_file: Option<PathBuf>,
    /// Believe the certificates in this PEM file, too, or in that of the variable
    /// PORTCULLIS_ADMIN_CA_FILE: where the gateway's certificate is of an authority of your own.
    #[arg(long, global = true, value_name = "FILE")]
    admin_ca_file: Option<PathBuf>,
}

impl Reach {
    /// The gateway to ask, if one is named.
    pub(in crate::cli) fn target(&self) -> Option<&Target> {
        self.admin_url.as_ref()
    }

    /// Whether something is said of a gateway and not which one it is.
    pub(in crate::cli) fn is_aimless(&self) -> bool {
        let is_said = self.admin_client_id.is_some()
            || [
                &self.admin_token_file,
                &self.admin_client_secret_file,
                &self.admin_ca_file,
            ]
            .into_iter()
            .any(Option::is_some);
        is_said && self.admin_url.is_none()
    }

    /// The client that believes the given certificates beside the public authorities.
    pub(super) fn trusting(&self, mut client: ClientBuilder) -> Result<ClientBuilder, Failure> {
        let named = env::var_os(AUTHORITIES).filter(|file| !file.is_empty());
        let named = self.admin_ca_file.clone().or(named.map(PathBuf::from));
        let Some(file) = named else {
            return Ok(client);
        };
        let about = |reason: &str| Failure::Refused(format!("{}: {reason}", file.display()));
        let pem = fs::read(&file).map_err(|error| about(&error.to_string()))?;
        let authorities = Certificate::from_pem_bundle(&pem);
        let authorities = authorities.map_err(|_| about("these are no certificates in PEM"))?;
        if authorities.is_empty() {
            return Err(about("there is no certificate in PEM in it"));
        }
        for authority in authorities {
            client = client.add_root_certificate(authority);
        }
        Ok(client)
    }

    /// What the command proves itself with; nothing where nothing is said, for who reaches it may be all that
    /// the gateway asks.
    pub(super) async fn token(
        &self,
        client: &Client,
        target: &Target,
    ) -> Result<Option<Secret>, Failure> {
        check(target)?;
        if let Some(id) = &self.admin_client_id {
            return self.fetched(client, target, id).await.map(Some);
        }
        if let Some(file) = &self.admin_token_file {
            return read(file).map(Some);
        }
        let token = env::var_os(TOKEN).unwrap_or_default();
        let token = token.to_str().map(str::trim);
        let token = token.ok_or_else(|| Failure::Usage(format!("{TOKEN} is not UTF-8")))?;
        Ok((!token.is_empty()).then(|| Secret::new(token)))
    }

    /// A token for an API credential, whichever way it shows its secret.
    async fn fetched(&self, client: &Client, target: &Target, id: &str) -> Result<Secret, Failure> {
        let file = self.admin_client_secret_file.as_ref().ok_or_else(|| {
            Failure::Usage("--admin-client-id needs --admin-client-secret-file".to_owned())
        })?;
        let secret = read(file)?;
        let place = format!("{}/oauth2/token", target.base());
        let asked = ("grant_type", "client_credentials");
        let basic = client
            .post(&place)
            .basic_auth(id, Some(secret.expose()))
            .form(&[asked]);
        let mut answer = basic.send().await.map_err(|error| unreached(&error))?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            let own = [asked, ("client_id", id), ("client_secret", secret.expose())];
            let post = client.post(&place).form(&own);
            answer = post.send().await.map_err(|error| unreached(&error))?;
        }
        if !answer.status().is_success() {
            return Err(Failure::Refused(
                "the gateway gives no token for this API credential".to_owned(),
            ));
        }
        let told: Value = answer.json().await.map_err(|error| unreached(&error))?;
        told["access_token"]
            .as_str()
            .map(Secret::new)
            .ok_or_else(odd)
    }
}

/// The gateway asks who it is, and the command line says nothing of it.
pub(super) fn tokenless() -> Failure {
    Failure::Usage(format!(
        "the gateway asks for a token: give one with --admin-token-file, the variable {TOKEN}, or \
         --admin-client-id with --admin-client-secret-file"
    ))
}

/// Refuses an address that is none of a gateway, and warns of one that others can listen to.
fn check(target: &Target) -> Result<(), Failure> {
    let Target::Web(url) = target else {
        return Ok(());
    };
    let usage = |reason: &str| Err(Failure::Usage(reason.to_owned()));
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return usage("--admin-url begins with https://, http:// or unix:/");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return usage("--admin-url has neither name nor password; see --admin-token-file");
    }
    if url.scheme() == "http" && !target.is_here() {
        remark(format_args!(
            "warning: {url} is not https, so others on the way can read all that is sent"
        ));
    }
    Ok(())
}

/// The secret of a file; of standard input only the first line, for what follows is for the command.
fn read(file: &Path) -> Result<Secret, Failure> {
    let text = match file.as_os_str() == "-" {
        true => {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map(|_| line)
        }
        false => fs::read_to_string(file),
    };
    let text = text.map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(Failure::Usage(format!(
            "{} holds nothing to prove anything with",
            file.display()
        ))),
        text => Ok(Secret::new(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_with_a_name_or_password_is_refused() {
        for url in ["http://name@localhost:4434", "https://:secret@gate.test"] {
            let target = Target::read(url).unwrap();
            let refused = Reach::default().token(&Client::new(), &target).await;
            let is_told = |told: &str| told.contains("neither name nor password");
            assert!(
                matches!(&refused, Err(Failure::Usage(told)) if is_told(told)),
                "{url}"
            );
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        for text in ["", "hello", "-----BEGIN CERTIFICATE-----\n"] {
            fs::write(&file, text).unwrap();
            let reach = Reach {
                admin_ca_file: Some(file.clone()),
                ..Reach::default()
            };
            let refused = reach.trusting(Client::builder());
            assert!(matches!(refused, Err(Failure::Refused(_))), "{text:?}");
        }
        assert!(Reach::default().trusting(Client::builder()).is_ok());
    }

    #[test]
    fn a_token_without_a_gateway_is_noticed() {
        let reach = Reach {
            admin_token_file: Some("token".into()),
            ..Reach::default()
        };
        assert!(reach.is_aimless());
        assert!(!Reach::default().is_aimless());
    }
}
