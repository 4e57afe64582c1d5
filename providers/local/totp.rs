//! The second factor of authenticator apps: time-based codes (RFC 6238). Their secret is kept sealed,
//! and no code is accepted twice, by whichever node.

mod generator;
pub(crate) mod import;
mod picture;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialKind},
    entropy::Entropy,
    factor::{Answer, Change, Enrolment, Factor, Proved, Question},
    flow::FlowStore,
    id::CredentialId,
    identity::Identity,
    message::Message,
    method::MethodError,
    secret::TokenHash,
    store::StoreError,
    ui::Node,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use self::generator::{Generator, Parameters};
use crate::{
    fields::{is_pressed, method},
    naming::Naming,
    seals::Seals,
};

/// The group of its nodes, and the value of its button.
const GROUP: &str = "totp";
const CODE: &str = "totp_code";
const UNLINK: &str = "totp_unlink";
const NAMING: Naming = Naming {
    group: GROUP,
    button: "totp_rename",
    field: "totp_rename_displayname",
};
/// What an app is called that nobody has named.
const UNNAMED: &str = "App";
/// What the secret is sealed for.
const PURPOSE: &str = "totp secret";
/// Where a credential keeps its sealed secret.
const SECRET: &str = "secret";

/// Codes that an authenticator app shows.
#[derive(Debug)]
pub struct Totp {
    issuer: String,
    seals: Seals,
    claims: Arc<dyn FlowStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// What is remembered until somebody shows that their app has the secret.
#[derive(Serialize, Deserialize)]
struct Offered {
    id: CredentialId,
    /// In base 32.
    secret: String,
}

impl Totp {
    /// The factor; apps show the codes under the name of `issuer`.
    pub fn new(
        issuer: &str,
        seals: Seals,
        claims: Arc<dyn FlowStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            issuer: issuer.to_owned(),
            seals,
            claims,
            clock,
            entropy,
        }
    }

    /// Accepts a code once: later, and on other nodes, it is refused.
    async fn accept(
        &self,
        generator: &Generator,
        id: CredentialId,
        answer: Answer<'_>,
    ) -> Result<(), MethodError> {
        let missing = || about_code(Message::missing("Code of the authenticator app", CODE));
        let code = answer.text(CODE).ok_or_else(missing)?;
        let step = generator.step(code, self.clock.now());
        let step = step.ok_or_else(|| about_code(Message::totp_wrong()))?;
        // Until the code cannot be right any more, by the clock of whichever node.
        let until = self.clock.now() + Duration::from_secs(generator.period() * 4);
        let key = TokenHash::of(&format!("totp {id} {step}"));
        let claimed = self.claims.claim_once(&key, until).await;
        match claimed.map_err(MethodError::Unavailable)? {
            true => Ok(()),
            false => Err(about_code(Message::totp_used())),
        }
    }

    /// What makes the codes of a credential; beside it, whether its secret has to be sealed anew.
    fn generator(&self, credential: &Credential) -> Result<(Generator, bool), MethodError> {
        let unreadable = || MethodError::Unavailable(StoreError::Corrupt { what: "credential" });
        let config = &credential.config;
        let parameters: Parameters =
            serde_json::from_value(config.clone()).map_err(|_| unreadable())?;
        let sealed = config[SECRET].as_str().ok_or_else(unreadable)?;
        let purpose = (PURPOSE, credential.identity_id);
        let opened = self.seals.open(purpose, sealed).ok_or_else(unreadable)?;
        let generator = Generator::new(parameters, opened.plain).ok_or_else(unreadable)?;
        Ok((generator, opened.is_outdated))
    }

    fn config(&self, generator: &Generator, owner: &Identity) -> Result<Value, MethodError> {
        let purpose = (PURPOSE, owner.id);
        let sealed = self
            .seals
            .close(purpose, generator.secret(), &*self.entropy)?;
        let mut config = json!(generator.parameters());
        config[SECRET] = sealed.into();
        Ok(config)
    }

    fn question(&self, identity: &Identity) -> Option<Question> {
        let secret = self.entropy.bytes::<{ generator::SECRET }>().to_vec();
        let generator = Generator::new(Parameters::default(), secret)?;
        let url = generator.url(&self.issuer, &name(identity))?;
        let (picture, size) = picture::of(&url)?;
        let offered = Offered {
            id: CredentialId::generate(&*self.entropy),
            secret: generator.base32(),
        };
        let nodes = vec![
            Node::image(GROUP, "totp_qr", &picture, (size, size))
                .with_label(Message::totp_picture()),
            Node::text(
                GROUP,
                "totp_secret_key",
                Message::totp_secret(&offered.secret),
            )
            .with_label(Message::totp_secret_label()),
            Node::link(GROUP, "totp_link", &url, Message::totp_link()),
            code_field(Message::verify_totp()),
            Node::submit(GROUP, "method", GROUP, Message::save()),
        ];
        Some(Question {
            nodes,
            memory: json!(offered),
        })
    }

    async fn add(&self, answer: Answer<'_>, identity: &Identity) -> Result<Change, MethodError> {
        let outlived = || about_form(Message::settings_expired());
        let offered: Offered =
            serde_json::from_value(answer.memory.clone()).map_err(|_| outlived())?;
        let generator = Generator::of_base32(Parameters::default(), &offered.secret);
        let generator = generator.ok_or_else(outlived)?;
        self.accept(&generator, offered.id, answer).await?;
        let now = self.clock.now();
        let credential = Credential {
            id: offered.id,
            identity_id: identity.id,
            kind: CredentialKind::Totp,
            // Nobody has two: of two that are set up at the same time, the store keeps one.
            identifier: Some(identity.id.to_string()),
            config: self.config(&generator, identity)?,
            label: None,
            priority: 0,
            last_used_at: Some(now),
            created_at: now,
            updated_at: now,
        };
        Ok(Change::Add {
            credential: Box::new(credential),
            is_proved: true,
        })
    }
}

#[async_trait]
impl Factor for Totp {
    fn kind(&self) -> CredentialKind {
        CredentialKind::Totp
    }

    async fn ask(&self, _: &Identity, own: &[Credential]) -> Result<Option<Question>, MethodError> {
        let nodes = vec![
            code_field(Message::totp_code()),
            Node::submit(GROUP, "method", GROUP, Message::use_totp()),
        ];
        Ok(present(own).map(|_| Question {
            nodes,
            memory: Value::Null,
        }))
    }

    async fn prove(&self, answer: Answer<'_>, own: &[Credential]) -> Result<Proved, MethodError> {
        let before = present(own).ok_or_else(|| about_form(Message::totp_missing()))?;
        let (generator, is_outdated) = self.generator(before)?;
        self.accept(&generator, before.id, answer).await?;
        let mut after = before.clone();
        if is_outdated {
            let purpose = (PURPOSE, before.identity_id);
            let sealed = self
                .seals
                .close(purpose, generator.secret(), &*self.entropy)?;
            after.config[SECRET] = sealed.into();
        }
        Ok(Proved {
            before: before.clone(),
            after,
        })
    }
}

#[async_trait]
impl Enrolment for Totp {
    fn kind(&self) -> CredentialKind {
        CredentialKind::Totp
    }

    async fn offer(
        &self,
        identity: &Identity,
        own: &[Credential],
    ) -> Result<Question, MethodError> {
        if let Some(app) = present(own) {
            let rename = Message::rename_key(called(app));
            let nodes = vec![
                Node::text(GROUP, "totp_present", Message::totp_present()),
                Node::submit(GROUP, NAMING.button, "true", rename),
                Node::submit(GROUP, UNLINK, "true", Message::unlink_totp()),
            ];
            return Ok(Question {
                nodes,
                memory: Value::Null,
            });
        }
        let question = self.question(identity);
        question.ok_or(MethodError::Unavailable(StoreError::Corrupt {
            what: "picture",
        }))
    }

    fn is_meant(&self, fields: &Map<String, Value>) -> bool {
        let has_code = fields.get(CODE).is_some_and(|code| *code != json!(""));
        match method(fields) {
            Some(name) => name == GROUP,
            None => {
                [UNLINK, NAMING.button]
                    .iter()
                    .any(|button| is_pressed(fields, button))
                    || has_code
            }
        }
    }

    async fn change(
        &self,
        answer: Answer<'_>,
        identity: &Identity,
        own: &[Credential],
    ) -> Result<Change, MethodError> {
        let app = present(own);
        if let Some(app) = app.filter(|_| is_pressed(answer.fields, NAMING.button)) {
            let app = (app, "true", called(app).to_owned());
            return Ok(NAMING.change(answer, app, self.clock.now()));
        }
        let has_one = app.is_some();
        match is_pressed(answer.fields, UNLINK) {
            true if has_one => {
                let own = own.iter().filter(|one| is_it(one));
                Ok(Change::Remove(own.map(|one| one.id).collect()))
            }
            true => Err(about_form(Message::totp_missing())),
            false if has_one => Err(about_form(Message::changed_meanwhile())),
            false => self.add(answer, identity).await,
        }
    }
}

fn is_it(credential: &Credential) -> bool {
    credential.kind == CredentialKind::Totp
}

fn present(own: &[Credential]) -> Option<&Credential> {
    own.iter().find(|one| is_it(one))
}

fn called(app: &Credential) -> &str {
    app.label.as_deref().unwrap_or(UNNAMED)
}

/// What the app shows beside the issuer: what its person signs in with.
fn name(identity: &Identity) -> String {
    let address = identity.addresses.first().map(|address| &address.value);
    let name = identity.identifiers.first().or(address);
    let name = name.filter(|name| !name.is_empty()).cloned();
    name.unwrap_or_else(|| identity.id.to_string())
}

fn code_field(label: Message) -> Node {
    Node::input(GROUP, CODE, "text")
        .with_label(label)
        .with_autocomplete("one-time-code")
        .required()
}

fn about_form(message: Message) -> MethodError {
    MethodError::Invalid(vec![(None, message)])
}

fn about_code(message: Message) -> MethodError {
    MethodError::Invalid(vec![(Some(CODE.to_owned()), message)])
}

#[cfg(test)]
mod tests;
