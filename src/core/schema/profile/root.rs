//! What `x-profile` says of all traits together: groups, attributes nobody describes, and what the
//! schema's own `required` means.

use serde_json::Value;

use super::{KEYWORD, Reader};
use crate::schema::{InvalidSchema, UnmanagedPolicy};

/// What the keyword says at the root of the traits.
#[derive(Debug, Clone, Default)]
pub(in crate::schema) struct Root {
    pub(in crate::schema) unmanaged: UnmanagedPolicy,
    pub(in crate::schema) groups: Vec<Group>,
    /// `required` is asked only of those who may change the trait, and not of everybody.
    pub(in crate::schema) is_required_by_context: bool,
}

/// Traits that are shown together.
#[derive(Debug, Clone)]
pub(in crate::schema) struct Group {
    pub(in crate::schema) name: String,
    pub(in crate::schema) header: Option<String>,
    pub(in crate::schema) description: Option<String>,
}

impl Root {
    /// Reads the keyword of the traits' schema, which stands at `pointer`.
    pub(in crate::schema) fn of(traits: &Value, pointer: &str) -> Result<Self, InvalidSchema> {
        let reader = Reader::of(&traits[KEYWORD], format!("{pointer}/{KEYWORD}"))?;
        reader.knows(&["unmanaged", "groups", "required_mode", "$comment"])?;
        let unmanaged = match reader.text("unmanaged")? {
            None => UnmanagedPolicy::default(),
            Some(name) => UnmanagedPolicy::named(&name).ok_or_else(|| {
                let reason = "it is DISABLED, ADMIN_VIEW, ADMIN_EDIT or ENABLED";
                reader.refused("unmanaged", reason)
            })?,
        };
        let is_required_by_context = match reader.text("required_mode")?.as_deref() {
            None | Some("schema") => false,
            Some("context") => true,
            Some(_) => {
                return Err(reader.refused("required_mode", "it is `schema` or `context`"));
            }
        };
        Ok(Self {
            unmanaged,
            groups: groups(&reader)?,
            is_required_by_context,
        })
    }
}

fn groups(reader: &Reader<'_>) -> Result<Vec<Group>, InvalidSchema> {
    let mut groups: Vec<Group> = Vec::new();
    for item in reader.items("groups")? {
        item.knows(&[
            "name",
            "display_header",
            "display_description",
            "annotations",
        ])?;
        let name = item.text("name")?;
        let name = name.ok_or_else(|| item.refused("name", "a group has a name"))?;
        if groups.iter().any(|group| group.name == name) {
            return Err(item.refused("name", "another group has this name"));
        }
        item.object("annotations")?;
        groups.push(Group {
            name,
            header: item.text("display_header")?,
            description: item.text("display_description")?,
        });
    }
    Ok(groups)
}
