//! Reading the members of a keyword, each of one kind, with the place of what is malformed.

use serde_json::{Map, Value};

use crate::schema::{
    InvalidSchema,
    document::{self, invalid},
};

/// A keyword and where it stands.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> Reader<'a> {
    /// The keyword at `pointer`, an object unless it is absent.
    pub(super) fn of(value: &'a Value, pointer: String) -> Result<Self, InvalidSchema> {
        match value {
            Value::Null | Value::Object(_) => Ok(Self { value, pointer }),
            _ => Err(invalid(&pointer, "it is an object")),
        }
    }

    /// Refuses members that are not among these.
    pub(super) fn knows(&self, members: &[&str]) -> Result<(), InvalidSchema> {
        let mut names = self.value.as_object().into_iter().flat_map(Map::keys);
        match names.find(|name| !members.contains(&name.as_str())) {
            Some(name) => {
                let at = document::pointer(&[name]);
                let reason = format!("there is no such member; there are {}", members.join(", "));
                Err(invalid(&format!("{}{at}", self.pointer), &reason))
            }
            None => Ok(()),
        }
    }

    pub(super) fn has(&self, member: &str) -> bool {
        !self.value[member].is_null()
    }

    /// An object inside, or nothing.
    pub(super) fn inner(&self, member: &str) -> Result<Self, InvalidSchema> {
        Self::of(&self.value[member], format!("{}/{member}", self.pointer))
    }

    pub(super) fn text(&self, member: &str) -> Result<Option<String>, InvalidSchema> {
        match &self.value[member] {
            Value::Null => Ok(None),
            Value::String(text) if !text.is_empty() => Ok(Some(text.clone())),
            _ => Err(self.refused(member, "it is a text, and not empty")),
        }
    }

    pub(super) fn texts(&self, member: &str) -> Result<Option<Vec<String>>, InvalidSchema> {
        let refused = || self.refused(member, "it is a list of texts");
        match &self.value[member] {
            Value::Null => Ok(None),
            Value::Array(items) => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
                texts
                    .collect::<Option<Vec<_>>>()
                    .map(Some)
                    .ok_or_else(refused)
            }
            _ => Err(refused()),
        }
    }

    pub(super) fn flag(&self, member: &str) -> Result<bool, InvalidSchema> {
        match &self.value[member] {
            Value::Null => Ok(false),
            Value::Bool(flag) => Ok(*flag),
            _ => Err(self.refused(member, "it is true or false")),
        }
    }

    pub(super) fn whole(&self, member: &str) -> Result<Option<i64>, InvalidSchema> {
        let value = &self.value[member];
        match (value, value.as_i64()) {
            (Value::Null, _) => Ok(None),
            (_, Some(number)) => Ok(Some(number)),
            _ => Err(self.refused(member, "it is a whole number")),
        }
    }

    pub(super) fn count(&self, member: &str) -> Result<Option<u64>, InvalidSchema> {
        let value = &self.value[member];
        match (value, value.as_u64()) {
            (Value::Null, _) => Ok(None),
            (_, Some(number)) => Ok(Some(number)),
            _ => Err(self.refused(member, "it is a number from 0 up")),
        }
    }

    pub(super) fn object(&self, member: &str) -> Result<Map<String, Value>, InvalidSchema> {
        match &self.value[member] {
            Value::Null => Ok(Map::new()),
            Value::Object(members) => Ok(members.clone()),
            _ => Err(self.refused(member, "it is an object")),
        }
    }

    pub(super) fn object_of_texts(
        &self,
        member: &str,
    ) -> Result<Map<String, Value>, InvalidSchema> {
        let members = self.object(member)?;
        match members.iter().find(|(_, value)| !value.is_string()) {
            Some((name, _)) => {
                let at = format!("{member}{}", document::pointer(&[name]));
                Err(self.refused(&at, "it is a text"))
            }
            None => Ok(members),
        }
    }

    /// Objects of a list.
    pub(super) fn items(&self, member: &str) -> Result<Vec<Self>, InvalidSchema> {
        let items = match &self.value[member] {
            Value::Null => return Ok(Vec::new()),
            Value::Array(items) => items,
            _ => return Err(self.refused(member, "it is a list of objects")),
        };
        let items = items.iter().enumerate();
        items
            .map(|(index, item)| match item {
                Value::Object(_) => Self::of(item, format!("{}/{member}/{index}", self.pointer)),
                _ => Err(self.refused(&format!("{member}/{index}"), "it is an object")),
            })
            .collect()
    }

    /// The error that something inside is malformed.
    pub(super) fn refused(&self, member: &str, reason: &str) -> InvalidSchema {
        invalid(&format!("{}/{member}", self.pointer), reason)
    }
}
