//! `create-admin-account`: the first identity that may administer the others.

use clap::Args;
use portcullis_core::schema::{Evaluation, ProfileContext, Schema};
use serde_json::{Map, Value, json};

use super::{
    Common, Failure, PasswordSource, lifespan::Lifespan, output::remark, people::People,
    remote::either, reset_password::Keeping,
};

mod words;

/// The command as the audit log names it.
const COMMAND: &str = "create-admin-account";

/// Who is to be created.
#[derive(Debug, Args)]
pub struct CreateAdminAccount {
    /// The e-mail address to sign in with; no other identity may have it.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "words")]
    pub email: Option<String>,
    /// The username, where the schema has one.
    #[arg(long, value_name = "NAME", required_unless_present = "words")]
    pub username: Option<String>,
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
    #[command(flatten)]
    keeping: Keeping,
    #[command(flatten)]
    lifespan: Lifespan,
    /// `email=`, `username=` and `password=` in place of the options of these names.
    #[arg(value_name = "KEY=VALUE")]
    words: Vec<String>,
}

/// Creates the identity with the role `admin`.
pub(super) fn run(common: &Common, account: CreateAdminAccount) -> Result<(), Failure> {
    let account = &account.spelled_out()?;
    either(
        common,
        async |remote| create(common, account, remote).await,
        async |desk| create(common, account, desk).await,
    )
}

async fn create(
    common: &Common,
    account: &CreateAdminAccount,
    people: &impl People,
) -> Result<(), Failure> {
    let schema = people.schema(account.schema_id.as_deref()).await?;
    let can_be = people.knows_temporary().await?;
    let is_temporary = account.keeping.is_temporary(can_be, &account.password)?;
    let password = account.password.read()?;
    let way_in = (password.as_ref(), is_temporary);
    let traits = account.traits(&schema);
    let person = people.create_admin(&schema, traits, way_in).await?;
    let mut told = people.shown(&person).await?;
    if let (None, Some(told)) = (&password, told.as_object_mut()) {
        let way_in = people.hand_out(&person, account.lifespan, COMMAND).await?;
        told.extend(way_in.as_object().cloned().unwrap_or_default());
    }
    common.output.print(&told)
}

impl CreateAdminAccount {
    /// The traits that the schema has a place for; what it has none for is said and left out.
    pub fn traits(&self, schema: &Schema) -> Value {
        let mut form = Form {
            schema,
            traits: Map::new(),
        };
        if let Some(email) = &self.email {
            form.set("email", &["email"], email);
        }
        if let Some(username) = &self.username {
            form.set("username", &["username"], username);
        }
        if let Some(phone) = &self.phone_number {
            form.set(
                "phone-number",
                &["phone_number", "phone", "phone-number"],
                phone,
            );
        }
        if let Some(name) = &self.name {
            form.name(name.trim());
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
    /// The name where the schema has a place for it: in two parts or as a whole.
    fn name(&mut self, name: &str) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        let last = last.trim();
        if self.has("name.first") {
            self.traits.insert("name".to_owned(), person(first, last));
        } else if self.has("firstName") {
            let parts = [("firstName", first), ("lastName", last)];
            for (path, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
                if self.has(path) {
                    self.traits.insert(path.to_owned(), json!(part));
                }
            }
        } else {
            self.set("name", &["name"], name);
        }
    }

    fn set(&mut self, option: &str, names: &[&str], value: &str) {
        match names.iter().find(|name| self.has(name)) {
            Some(name) => {
                self.traits.insert((*name).to_owned(), json!(value.trim()));
            }
            None => remark(format_args!(
                "note: the schema has no place for --{option}; it is left out"
            )),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str) -> CreateAdminAccount {
        CreateAdminAccount {
            email: Some("root@example.org".to_owned()),
            username: Some("root".to_owned()),
            name: Some(name.to_owned()),
            phone_number: None,
            schema_id: None,
            password: PasswordSource::default(),
            keeping: Keeping::default(),
            lifespan: Lifespan::default(),
            words: Vec::new(),
        }
    }

    fn schema(properties: &Value) -> Schema {
        Schema::parse("s", json!({ "properties": properties })).unwrap()
    }

    /// CU-03.
    #[test]
    fn a_name_goes_where_the_schema_has_a_place_for_it() {
        let text = json!({"type": "string"});
        let parts = |first: &str, last: &str| {
            let mut parts = serde_json::Map::new();
            parts.insert(first.to_owned(), text.clone());
            parts.insert(last.to_owned(), text.clone());
            Value::Object(parts)
        };
        let nested =
            schema(&json!({"name": {"type": "object", "properties": parts("first", "last")}}));
        let flat = schema(&parts("firstName", "lastName"));
        let whole = schema(&json!({"name": text}));
        for (schema, name, expected) in [
            (
                &nested,
                "Ada King Lovelace",
                json!({"name": {"first": "Ada", "last": "King Lovelace"}}),
            ),
            (&nested, "Ada", json!({"name": {"first": "Ada"}})),
            (
                &flat,
                "Ada  Lovelace",
                json!({"firstName": "Ada", "lastName": "Lovelace"}),
            ),
            (&flat, "Ada", json!({"firstName": "Ada"})),
            (&whole, "Ada Lovelace", json!({"name": "Ada Lovelace"})),
        ] {
            assert_eq!(account(name).traits(schema), expected);
        }
    }
}
