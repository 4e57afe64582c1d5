//! The schemas of a running gateway.

use std::sync::Arc;

use portcullis_core::schema::{Schema, Schemas};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Remote, encoded, odd};
use crate::cli::Failure;

const ALL: &str = "/admin/x/schemas";

impl Remote {
    /// The schema of this name, or the default one.
    pub(in crate::cli) async fn schema(&self, id: Option<&str>) -> Result<Schema, Failure> {
        let id = self.schema_id(id).await?;
        self.named_schema(&id).await
    }

    /// All schemas.
    pub(in crate::cli) async fn schemas(&self) -> Result<Schemas, Failure> {
        let default = self.schema_id(None).await?;
        let mut schemas = Vec::new();
        for listed in self.all(ALL).await? {
            let id = listed["id"].as_str().ok_or_else(odd)?;
            schemas.push(Arc::new(self.named_schema(id).await?));
        }
        Schemas::new(schemas, &default).ok_or_else(odd)
    }

    /// How a schema is called: the default one, unless one is named that is there.
    pub(in crate::cli) async fn schema_id(&self, id: Option<&str>) -> Result<String, Failure> {
        let all = self.all(ALL).await?;
        let is_meant = |listed: &&Value| match id {
            Some(id) => listed["id"] == id,
            None => listed["is_default"] == true,
        };
        let found = all.iter().find(is_meant);
        match (found.and_then(|listed| listed["id"].as_str()), id) {
            (Some(found), _) => Ok(found.to_owned()),
            (None, Some(id)) => Err(Failure::Usage(format!("no schema is called {id:?}"))),
            (None, None) => Err(odd()),
        }
    }

    /// How many people would not fit this schema in place of the one called `id`.
    pub(in crate::cli) async fn check(&self, id: &str, document: &Value) -> Result<Value, Failure> {
        let path = format!("{ALL}/{}/check", encoded(id));
        let asked = json!({ "schema": document });
        self.ask(Method::POST, &path, Some(&asked)).await
    }

    async fn named_schema(&self, id: &str) -> Result<Schema, Failure> {
        let mut record = self.get(&format!("{ALL}/{}", encoded(id))).await?;
        let schema = Schema::parse(id, record["schema"].take());
        schema.map_err(|error| Failure::Refused(format!("the schema {id:?}: {error}")))
    }
}
