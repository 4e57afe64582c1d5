//! Pauses at a running gateway.

use portcullis_core::identifier::normalise_identifier;
use serde_json::Value;

use super::{Pauses, Whose};
use crate::cli::{
    Failure,
    remote::{Remote, encoded},
};

const ALL: &str = "/admin/x/throttles";

impl Pauses for Remote {
    type Pause = Value;

    async fn running(&self, whose: &Whose) -> Result<Vec<Value>, Failure> {
        let selector = whose.selector();
        let query = match (&whose.identity_id, &whose.email, whose.address) {
            (_, _, Some(ip)) => format!("&network={}", encoded(&ip.to_string())),
            (Some(_), _, _) => {
                let id = self.id(&selector).await?;
                format!("&subject={id}")
            }
            (_, Some(email), _) => match self.id(&selector).await {
                Ok(id) => format!("&subject={id}"),
                // What nobody is known by is paused all the same.
                Err(Failure::Nobody(_)) => {
                    format!("&subject={}", encoded(&normalise_identifier(email)))
                }
                Err(failure) => return Err(failure),
            },
            _ => String::new(),
        };
        self.all(&format!("{ALL}?page_size=500{query}")).await
    }

    async fn lift(&self, pause: &Value) -> Result<bool, Failure> {
        let id = pause["id"].as_str().unwrap_or_default();
        self.delete_at(&format!("{ALL}/{}", encoded(id))).await
    }

    fn told(pause: &Value) -> Value {
        pause.clone()
    }
}
