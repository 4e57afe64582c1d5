//! A form that is asked, and what factors remember of what they ask in it until somebody answers.

use std::collections::BTreeMap;

use portcullis_core::{
    credential::CredentialKind,
    factor::{Answer, Question},
    flow::Flow,
    ui::Node,
};
use portcullis_kit::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    desk::Desk,
    parked::{self, Parked},
};

/// What a form asks for, and what factors remember of what they ask in it.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// The fields and buttons.
    pub(crate) nodes: Vec<Node>,
    /// What the flow has to remember.
    pub(crate) memory: Memory,
}

impl From<Vec<Node>> for Form {
    fn from(nodes: Vec<Node>) -> Self {
        Self {
            nodes,
            memory: Memory::default(),
        }
    }
}

impl Form {
    /// Asks this besides.
    pub(crate) fn add(&mut self, kind: CredentialKind, question: Question) {
        self.nodes.extend(question.nodes);
        self.memory.note(kind, question.memory);
    }
}

/// What factors remember of what they have asked in one flow, by the name of their kind.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory(BTreeMap<String, Value>);

impl Parked for Memory {
    const NAME: &'static str = "factors";
}

impl Memory {
    /// What the flow remembers.
    pub(crate) fn of(desk: &Desk, flow: &Flow) -> Result<Self, Failure> {
        match parked::is_in::<Self>(flow) {
            true => parked::open(desk, flow),
            false => Ok(Self::default()),
        }
    }

    /// Lets the flow remember this, and nothing else.
    pub(crate) fn keep(&self, desk: &Desk, flow: &mut Flow) -> Result<(), Failure> {
        parked::take::<Self>(flow);
        match self.0.is_empty() {
            true => Ok(()),
            false => parked::add(desk, flow, self),
        }
    }

    /// Lets what the flow remembers count, the first time only: a challenge is good once, whatever
    /// brings its flow back to life.
    pub(crate) async fn claim(desk: &Desk, flow: &Flow) -> Result<(), Failure> {
        match parked::is_in::<Self>(flow) {
            true => parked::claim_once::<Self>(desk, flow, flow.expires_at).await,
            false => Ok(()),
        }
    }

    /// Remembers a question.
    pub(crate) fn note(&mut self, kind: CredentialKind, memory: Value) {
        match memory {
            Value::Null => self.0.remove(kind.as_str()),
            memory => self.0.insert(kind.as_str().to_owned(), memory),
        };
    }

    /// These fields as an answer to what was asked by this kind.
    pub(crate) fn answer<'a>(
        &'a self,
        kind: CredentialKind,
        fields: &'a Map<String, Value>,
    ) -> Answer<'a> {
        let memory = self.0.get(kind.as_str());
        Answer {
            fields,
            memory: memory.unwrap_or(&Value::Null),
        }
    }
}
