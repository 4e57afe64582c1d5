//! The commands on pauses.

use std::net::IpAddr;

use portcullis_core::identifier::normalise_identifier;
use reqwest::Method;
use serde_json::Value;

use super::{Remote, encoded};
use crate::cli::{Failure, Selector};

const ALL: &str = "/admin/x/throttles";

impl Remote {
    /// The pauses of an identity, of whoever has an address, or at an address on the network; all where
    /// nothing is said.
    pub(in crate::cli) async fn throttles(
        &self,
        selector: &Selector,
        network: Option<IpAddr>,
    ) -> Result<Vec<Value>, Failure> {
        let query = match (&selector.identity_id, &selector.email, network) {
            (_, _, Some(ip)) => format!("&network={}", encoded(&ip.to_string())),
            (Some(_), _, _) => {
                let id = self.id(selector).await?;
                format!("&subject={id}")
            }
            (_, Some(email), _) => match self.id(selector).await {
                Ok(id) => format!("&subject={id}"),
                // What nobody is known by is paused all the same.
                Err(Failure::Nobody(_)) => {
                    format!("&subject={}", encoded(&normalise_identifier(email)))
                }
                Err(failure) => return Err(failure),
            },
            _ => String::new(),
        };
        self.list(&format!("{ALL}?page_size=1000{query}")).await
    }

    /// Ends a pause; whether it lasted still.
    pub(in crate::cli) async fn lift(&self, id: &str) -> Result<(), Failure> {
        let path = format!("{ALL}/{}", encoded(id));
        self.ask(Method::DELETE, &path, None).await.map(drop)
    }
}
