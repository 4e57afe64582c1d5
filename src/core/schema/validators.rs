//! Validators of one's own: what a gateway is built with, by the names that schemas use.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use serde_json::Value;

use super::{
    InvalidSchema, Schema, TraitError, complaint::own_words, document::invalid, profile::KEYWORD,
};
use crate::message::Message;

/// Judges a trait beside what JSON Schema says of it.
pub trait TraitValidator: Debug + Send + Sync {
    /// What to tell people of the value of a trait; `None` when it is right. `config` is what the
    /// schema tells the validator there, null where it tells nothing.
    fn judge(&self, value: &Value, config: &Value) -> Option<Message>;

    /// Refuses what a schema tells the validator, with what is wrong about it.
    fn check(&self, _config: &Value) -> Result<(), String> {
        Ok(())
    }
}

/// Validators by name.
pub type Validators = BTreeMap<String, Arc<dyn TraitValidator>>;

impl Schema {
    /// The schema with the validators it names; refused where one is not there, or does not accept
    /// what the schema tells it.
    pub fn with_validators(mut self, known: &Validators) -> Result<Self, InvalidSchema> {
        for field in &self.fields {
            for (index, own) in field.profile.validators.iter().enumerate() {
                let at = format!("{}/{KEYWORD}/validators/{index}", field.pointer);
                let Some(validator) = known.get(&own.name) else {
                    let reason = format!(
                        "there is no validator {:?}; a gateway of one's own is built with it",
                        own.name
                    );
                    return Err(invalid(&format!("{at}/plugin"), &reason));
                };
                let checked = validator.check(&own.config);
                checked.map_err(|reason| invalid(&format!("{at}/config"), &reason))?;
            }
        }
        self.validators = known.clone();
        Ok(self)
    }

    /// What its own validators say of these traits. A value whose validator is not there is not
    /// accepted: nobody has judged it.
    pub(super) fn own_errors(&self, traits: &Value) -> Vec<TraitError> {
        let mut errors = Vec::new();
        for field in self.fields.iter().filter(|field| !field.is_absent(traits)) {
            let value = field.value(traits).unwrap_or(&Value::Null);
            for own in &field.profile.validators {
                let message = match self.validators.get(&own.name) {
                    Some(validator) => validator.judge(value, &own.config),
                    None => Some(Message::invalid("This cannot be checked here.")),
                };
                errors.extend(message.map(|message| TraitError {
                    path: field.dotted(),
                    message: own_words(field, &own.name).unwrap_or(message),
                }));
            }
        }
        errors
    }
}

#[cfg(test)]
mod tests;
