//! Backup codes: a list that is shown once, each good once, for when no other second factor is at hand.

mod code;
pub(crate) mod import;
mod list;

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialKind},
    entropy::Entropy,
    factor::{Answer, Change, Enrolment, Factor, Proved, Question},
    id::CredentialId,
    identity::Identity,
    message::Message,
    method::MethodError,
    store::StoreError,
    ui::Node,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use self::list::{List, Misfit};
use crate::{
    fields::{is_pressed, method},
    seals::Seals,
};

/// The group of its nodes, the value of its button, and the name of its field.
const GROUP: &str = "lookup_secret";
const REVEAL: &str = "lookup_secret_reveal";
const REGENERATE: &str = "lookup_secret_regenerate";
const CONFIRM: &str = "lookup_secret_confirm";
const DISABLE: &str = "lookup_secret_disable";
/// How many codes a list has.
const COUNT: usize = 12;
/// From how few codes on people are told to make new ones.
const FEW: usize = 3;

/// Codes that are good once each.
#[derive(Debug)]
pub struct LookupSecret {
    seals: Seals,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// What is remembered until somebody says that they have written the codes down.
#[derive(Serialize, Deserialize)]
struct Shown {
    id: CredentialId,
    codes: Vec<String>,
}

impl LookupSecret {
    /// The factor.
    pub fn new(seals: Seals, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            seals,
            clock,
            entropy,
        }
    }

    fn show(&self) -> Question {
        let codes = (0..COUNT).map(|_| code::generate(&*self.entropy));
        let shown = Shown {
            id: CredentialId::generate(&*self.entropy),
            codes: codes.collect(),
        };
        let list = Message::lookup_secrets(&shown.codes);
        let nodes = vec![
            Node::text(GROUP, "lookup_secret_codes", list).with_label(Message::lookup_list_label()),
            button(CONFIRM, Message::confirm_lookup()),
        ];
        Question {
            nodes,
            memory: json!(shown),
        }
    }

    /// Keeps the codes that were shown, in place of those there are.
    fn keep(
        &self,
        memory: &Value,
        identity: &Identity,
        present: Option<&Credential>,
    ) -> Result<Change, MethodError> {
        let outlived = |_| about_form(Message::settings_expired());
        let shown: Shown = serde_json::from_value(memory.clone()).map_err(outlived)?;
        let owner = identity.id;
        let list = List::new(&shown.codes, (owner, &self.seals), &*self.entropy)?;
        let now = self.clock.now();
        if let Some(before) = present {
            let mut after = before.clone();
            after.config = json!(list);
            after.updated_at = now;
            return Ok(Change::Replace {
                before: Box::new(before.clone()),
                after: Box::new(after),
            });
        }
        let credential = Credential {
            id: shown.id,
            identity_id: owner,
            kind: CredentialKind::LookupSecret,
            // Nobody has two: of two that are made at the same time, the store keeps one.
            identifier: Some(owner.to_string()),
            config: json!(list),
            label: None,
            priority: 0,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        };
        Ok(Change::Add {
            credential: Box::new(credential),
            is_proved: false,
        })
    }
}

#[async_trait]
impl Factor for LookupSecret {
    fn kind(&self) -> CredentialKind {
        CredentialKind::LookupSecret
    }

    async fn ask(&self, _: &Identity, own: &[Credential]) -> Result<Option<Question>, MethodError> {
        let Some(list) = present(own).map(list_of).transpose()? else {
            return Ok(None);
        };
        if list.left() == 0 {
            return Ok(None);
        }
        let field = Node::input(GROUP, GROUP, "text")
            .with_label(Message::lookup_code())
            .required();
        let mut nodes = vec![field];
        nodes.extend(warning(&list));
        nodes.push(Node::submit(GROUP, "method", GROUP, Message::use_lookup()));
        Ok(Some(Question {
            nodes,
            memory: Value::Null,
        }))
    }

    async fn prove(&self, answer: Answer<'_>, own: &[Credential]) -> Result<Proved, MethodError> {
        let before = present(own).ok_or_else(|| about_form(Message::lookup_missing()))?;
        let missing = || about_code(Message::missing("Backup code", GROUP));
        let code = answer.text(GROUP).ok_or_else(missing)?;
        let keys = (before.identity_id, &self.seals);
        let used = list_of(before)?.with_used(code, keys, (&*self.clock, &*self.entropy));
        let list = used.map_err(|misfit| match misfit {
            Misfit::Unknown => about_code(Message::lookup_wrong()),
            Misfit::Used => about_code(Message::lookup_used()),
            Misfit::Unreadable => unreadable(),
        })?;
        let mut after = before.clone();
        after.config = json!(list);
        Ok(Proved {
            before: before.clone(),
            after,
        })
    }
}

#[async_trait]
impl Enrolment for LookupSecret {
    fn kind(&self) -> CredentialKind {
        CredentialKind::LookupSecret
    }

    async fn offer(&self, _: &Identity, own: &[Credential]) -> Result<Question, MethodError> {
        let text = |id: &str, message| Node::text(GROUP, id, message);
        let make = button(REGENERATE, Message::make_lookup());
        let nodes = match present(own) {
            None => vec![
                text("lookup_secret_purpose", Message::lookup_purpose()),
                make,
            ],
            Some(credential) => {
                let list = list_of(credential)?;
                let left = Message::lookup_left(list.left(), list.total());
                let mut nodes = vec![text("lookup_secret_left", left)];
                nodes.extend(list.uses().enumerate().map(|(index, at)| {
                    // To the minute is enough to remember it by.
                    let at = at.strftime("%Y-%m-%d %H:%M UTC").to_string();
                    let id = format!("lookup_secret_used_{index}");
                    text(&id, Message::lookup_used_at(&at))
                }));
                nodes.extend(warning(&list));
                nodes.extend([make, button(DISABLE, Message::remove_lookup())]);
                nodes
            }
        };
        Ok(Question {
            nodes,
            memory: Value::Null,
        })
    }

    fn is_meant(&self, fields: &Map<String, Value>) -> bool {
        let mut buttons = [REVEAL, REGENERATE, CONFIRM, DISABLE].into_iter();
        match method(fields) {
            Some(name) => name == GROUP,
            None => buttons.any(|button| is_pressed(fields, button)),
        }
    }

    async fn change(
        &self,
        answer: Answer<'_>,
        identity: &Identity,
        own: &[Credential],
    ) -> Result<Change, MethodError> {
        let present = present(own);
        let is = |button| is_pressed(answer.fields, button);
        match present {
            _ if is(CONFIRM) => self.keep(answer.memory, identity, present),
            Some(credential) if is(DISABLE) => Ok(Change::Remove(vec![credential.id])),
            None if is(DISABLE) => Err(about_form(Message::lookup_missing())),
            _ if is(REGENERATE) => Ok(Change::Ask(self.show())),
            // Nobody can show them, for only their digests are kept.
            Some(_) => Err(about_form(Message::lookup_shown())),
            None => Ok(Change::Ask(self.show())),
        }
    }
}

fn present(own: &[Credential]) -> Option<&Credential> {
    let mut own = own.iter();
    own.find(|one| one.kind == CredentialKind::LookupSecret)
}

fn list_of(credential: &Credential) -> Result<List, MethodError> {
    serde_json::from_value(credential.config.clone()).map_err(|_| unreadable())
}

/// What to say where few codes are left.
fn warning(list: &List) -> Option<Node> {
    let message = match list.left() {
        0 => Message::lookup_out(),
        left if left <= FEW => Message::lookup_few(left),
        _ => return None,
    };
    Some(Node::text(GROUP, "lookup_secret_few", message))
}

fn button(name: &str, label: Message) -> Node {
    Node::submit(GROUP, name, "true", label)
}

fn unreadable() -> MethodError {
    MethodError::Unavailable(StoreError::Corrupt { what: "credential" })
}

fn about_form(message: Message) -> MethodError {
    MethodError::Invalid(vec![(None, message)])
}

fn about_code(message: Message) -> MethodError {
    MethodError::Invalid(vec![(Some(GROUP.to_owned()), message)])
}

#[cfg(test)]
mod tests;
