//! Keys in the settings: adding, renaming and removing them, the same for security keys and passkeys.

use jiff::Timestamp;
use portcullis_core::{
    credential::Credential,
    factor::{Answer, Change, Question},
    id::CredentialId,
    identity::Identity,
    message::Message,
    method::MethodError,
    ui::Node,
};
use serde_json::{Map, Value, json};

use super::{
    Keys, about_form, assertion,
    purpose::Purpose,
    registration::{self, NewKey},
    relying_party::Challenge,
};
use crate::naming::{self, Naming};

/// Nobody has more keys of one kind.
pub(super) const MOST: usize = 25;

impl Keys {
    /// The part of the settings for keys of this purpose.
    pub(super) fn offer(
        &self,
        purpose: Purpose,
        identity: &Identity,
        own: &[Credential],
    ) -> Question {
        let keys = of_purpose(own, purpose);
        let mut nodes: Vec<Node> = keys.iter().flat_map(|key| buttons(purpose, key)).collect();
        if keys.len() >= MOST {
            return Question {
                nodes,
                memory: Value::Null,
            };
        }
        let challenge = Challenge::new(&*self.entropy);
        let options = registration::options(&self.party, purpose, &challenge, (identity, &keys));
        nodes.extend(self.adding(purpose, &options));
        Question {
            nodes,
            memory: challenge.memory(),
        }
    }

    fn adding(&self, purpose: Purpose, options: &Value) -> Vec<Node> {
        let (group, fields) = (purpose.group(), purpose.fields());
        let hidden = |name: &str| Node::input(group, name, "hidden");
        let trigger = Node::trigger(group, fields.trigger, fields.function, purpose.adds());
        let script = self.party.script(group);
        let result = hidden(fields.register).with_value("");
        match purpose {
            Purpose::SecondFactor => {
                let mut name = Node::input(group, fields.name, "text")
                    .with_label(Message::security_key_name())
                    .with_value("");
                name.attributes.maxlength = Some(naming::LONGEST);
                let trigger = trigger.with_value(options.to_string());
                vec![name, result, trigger, script]
            }
            Purpose::Passkey => {
                let data = json!({ "credentialOptions": options }).to_string();
                let data = hidden("passkey_create_data").with_value(data);
                vec![data, result, trigger, script]
            }
        }
    }

    /// What an answer asks to be changed.
    pub(super) async fn change(
        &self,
        purpose: Purpose,
        answer: Answer<'_>,
        identity: &Identity,
        own: &[Credential],
    ) -> Result<Change, MethodError> {
        let fields = purpose.fields();
        let keys = of_purpose(own, purpose);
        if let Some(id) = answer.text(fields.rename) {
            let key = find(&keys, id)?;
            return Ok(self.rename(purpose, answer, key));
        }
        if let Some(id) = answer.text(fields.remove) {
            return Ok(Change::Remove(vec![find(&keys, id)?.id]));
        }
        let Some(made) = answer.text(fields.register) else {
            return Err(about_form(Message::key_wrong()));
        };
        if keys.len() >= MOST {
            return Err(about_form(Message::keys_full()));
        }
        let challenge = Challenge::remembered(answer.memory)?;
        let made = registration::verify(made, &challenge, purpose, &self.party)?;
        let name = naming::typed(answer, fields.name);
        let name = name.unwrap_or_else(|| purpose.default_name(keys.len() + 1));
        let credential = self.credential(purpose, identity, made, name).await?;
        Ok(Change::Add {
            credential: Box::new(credential),
            is_proved: true,
        })
    }

    fn rename(&self, purpose: Purpose, answer: Answer<'_>, key: &Credential) -> Change {
        let fields = purpose.fields();
        let naming = Naming {
            group: purpose.group(),
            button: fields.rename,
            field: fields.new_name,
        };
        let key = (key, &*key.id.to_string(), label(purpose, key));
        naming.change(answer, key, self.clock.now())
    }

    /// A new credential; a key belongs to one person only (section 7.1).
    async fn credential(
        &self,
        purpose: Purpose,
        identity: &Identity,
        made: NewKey,
        name: String,
    ) -> Result<Credential, MethodError> {
        let kind = purpose.kind();
        let known = self.stores.credentials.find_by_identifier(kind, &made.id);
        if known.await.map_err(MethodError::Unavailable)?.is_some() {
            return Err(about_form(Message::key_known()));
        }
        let now = self.clock.now();
        Ok(Credential {
            id: CredentialId::generate(&*self.entropy),
            identity_id: identity.id,
            kind,
            identifier: Some(made.id),
            config: json!(made.kept),
            label: Some(name),
            priority: 0,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        })
    }

    /// What asks for a signature by one of these keys, or by whichever there is, and the options of it.
    pub(super) fn asking(&self, purpose: Purpose, keys: &[&Credential]) -> (Challenge, String) {
        let challenge = Challenge::new(&*self.entropy);
        let options = assertion::options(&self.party, purpose, &challenge, keys);
        (challenge, options.to_string())
    }
}

/// Whether these fields change keys of this purpose.
pub(super) fn is_meant(purpose: Purpose, fields: &Map<String, Value>) -> bool {
    let names = purpose.fields();
    let filled = |name: &str| {
        let text = fields.get(name).and_then(Value::as_str);
        text.is_some_and(|text| !text.trim().is_empty())
    };
    let is_named = fields.get("method").and_then(Value::as_str) == Some(purpose.group());
    is_named
        || [names.register, names.remove, names.rename]
            .into_iter()
            .any(filled)
}

/// Those of this purpose, in the order in which they are offered.
pub(super) fn of_purpose(own: &[Credential], purpose: Purpose) -> Vec<&Credential> {
    let keys = own.iter().filter(|one| one.kind == purpose.kind());
    let mut keys: Vec<&Credential> = keys.collect();
    keys.sort_by_key(|key| key.priority);
    keys
}

fn buttons(purpose: Purpose, key: &Credential) -> [Node; 2] {
    let (group, fields) = (purpose.group(), purpose.fields());
    let (id, name) = (key.id.to_string(), label(purpose, key));
    let removes = purpose.removes(&name, &at(key.created_at));
    [
        Node::submit(group, fields.rename, &id, Message::rename_key(&name)),
        Node::submit(group, fields.remove, &id, removes),
    ]
}

fn find<'a>(keys: &[&'a Credential], id: &str) -> Result<&'a Credential, MethodError> {
    let mut keys = keys.iter();
    let found = keys.find(|key| key.id.to_string() == id);
    found
        .copied()
        .ok_or_else(|| about_form(Message::key_gone()))
}

fn label(purpose: Purpose, key: &Credential) -> String {
    let label = key.label.clone();
    label.unwrap_or_else(|| purpose.default_name(1))
}

fn at(time: Timestamp) -> String {
    time.to_string()
}
