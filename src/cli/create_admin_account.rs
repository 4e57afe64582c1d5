//! `create-admin-account`: the first identity that may administer the others.

use clap::Args;
use portcullis_core::schema::{Evaluation, ProfileContext, Schema};
use serde_json::{Map, Value, json};

use super::{Common, Failure, PasswordSource, desk::Desk};

/// Who is to be created.
#[derive(Debug, Args)]
pub struct CreateAdminAccount {
    /// The e-mail address to sign in with; no other identity may have it.
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// The username, where the schema has one.
    #[arg(long, value_name = "NAME")]
    pub username: String,
    /// The name, as `First Last`.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The phone number, where the schema has one.
    #[arg(long, value_name = "NUMBER")]
    pub phone_number: Option<String>,
    /// The schema of its traits; otherwise the default one.
    #[arg(long, value_name = "ID")]
    pub schema_id: Option<String>,
    #[command(flatten)]
    password: PasswordSource,
}

/// Creates the identity with the role `admin`.
pub(super) fn run(common: &Common, account: &CreateAdminAccount) -> Result<(), Failure> {
    Desk::open(common, async |desk| {
        let schema = match &account.schema_id {
            None => desk.schemas().default_schema(),
            Some(id) => {
                let found = desk.schemas().find(id);
                found.ok_or_else(|| Failure::Usage(format!("no schema is called {id:?}")))?
            }
        };
        let password = account.password.read()?;
        let traits = account.traits(schema);
        let identity = desk.create_admin(schema, traits, &password).await?;
        common.output.print(&desk.shown(&identity));
        Ok(())
    })
}

impl CreateAdminAccount {
    /// The traits that the schema has a place for; what it has none for is said and left out.
    pub fn traits(&self, schema: &Schema) -> Value {
        let mut form = Form {
            schema,
            traits: Map::new(),
        };
        form.set("email", &["email"], &self.email);
        form.set("username", &["username"], &self.username);
        if let Some(phone) = &self.phone_number {
            form.set(
                "phone-number",
                &["phone_number", "phone", "phone-number"],
                phone,
            );
        }
        if let Some(name) = &self.name {
            let (first, last) = name.trim().split_once(' ').unwrap_or((name.trim(), ""));
            match form.has("name.first") {
                true => form.traits.insert("name".to_owned(), person(first, last)),
                false => {
                    form.set("name", &["name"], name);
                    None
                }
            };
        }
        Value::Object(form.traits)
    }
}

fn person(first: &str, last: &str) -> Value {
    if last.is_empty() {
        json!({"first": first})
    } else {
        json!({"first": first, "last": last})
    }
}

struct Form<'a> {
    schema: &'a Schema,
    traits: Map<String, Value>,
}

impl Form<'_> {
    fn set(&mut self, option: &str, names: &[&str], value: &str) {
        match names.iter().find(|name| self.has(name)) {
            Some(name) => {
                self.traits.insert((*name).to_owned(), json!(value.trim()));
            }
            None => eprintln!("note: the schema has no place for --{option}; it is left out"),
        }
    }

    /// Whether administrators may fill in this trait.
    fn has(&self, path: &str) -> bool {
        let name = format!("traits.{path}");
        self.schema
            .nodes(
                &Evaluation::of(ProfileContext::Admin),
                &Value::Null,
                "default",
            )
            .iter()
            .any(|node| node.attributes.name == name && !node.attributes.disabled)
    }
}
