//! A password method, a provider and actions that do as they are told.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use portcullis_core::{
    action::{Action, ActionSettings, MAX_AUTH_AGE},
    administration::{ProviderRecord, ProviderSource, Secrets, SignOutAddresses},
    afterwards::{Afterwards, Work},
    clock::Clock,
    credential::{Credential, CredentialKind},
    factor::{Imports, Misfit},
    flow::FlowKind,
    id::{CredentialId, IdentityId},
    identity::Identity,
    message::Message,
    method::{Method, MethodError, Verified},
    schema::{Schema, Schemas},
    secret::Secret,
    sessions::{CacheCounters, CacheReads},
    subject::SubjectForm,
    testing::{CannedAdministration, SeededEntropy},
    ui::Node,
};
use serde_json::{Map, Value, json};

/// Actions that are on, one of which everybody new has to do and one nobody, and one that is off.
pub(super) fn actions() -> BTreeMap<Action, ActionSettings> {
    let all = [
        (Action::UpdatePassword, true, false),
        (Action::VerifyEmail, true, false),
        (Action::ConfigureTotp, false, false),
        (Action::UpdateProfile, true, true),
        (Action::DeleteAccount, true, false),
    ];
    let settings = all.map(|(action, enabled, default)| {
        let settings = ActionSettings {
            enabled,
            default,
            priority: 10,
            max_auth_age: MAX_AUTH_AGE,
        };
        (action, settings)
    });
    settings.into()
}

/// Two schemas, one of them open to attributes it does not describe.
pub(super) fn schemas() -> Schemas {
    let document = serde_json::from_str(include_str!("../schema.json")).unwrap();
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    let document = serde_json::from_str(include_str!("../open.json")).unwrap();
    let open = Arc::new(Schema::parse("open", document).unwrap());
    Schemas::new(vec![schema, open], "default").unwrap()
}

/// Takes over apps with a secret, one for each identity, and nothing else.
#[derive(Debug)]
pub(super) struct FakeImports;

impl Imports for FakeImports {
    fn takes(&self, kind: CredentialKind) -> bool {
        kind == CredentialKind::Totp
    }

    fn import(
        &self,
        kind: CredentialKind,
        kept: &Value,
        (owner, own): (IdentityId, &[Credential]),
    ) -> Result<Vec<Credential>, Misfit> {
        if !self.takes(kind) || kept["totp_url"].as_str().is_none() {
            return Err(Misfit {
                at: "totp_url".to_owned(),
                reason: "this is missing".to_owned(),
            });
        }
        let now = jiff::Timestamp::UNIX_EPOCH;
        let seed = owner.to_string().bytes().map(u64::from).sum::<u64>() + 1;
        let known = own.iter().find(|one| one.kind == kind);
        Ok(vec![Credential {
            id: known.map_or_else(
                || CredentialId::generate(&SeededEntropy::new(seed)),
                |known| known.id,
            ),
            identity_id: owner,
            kind,
            identifier: Some(owner.to_string()),
            config: json!({"sealed": kept["totp_url"].as_str().map(str::len)}),
            label: None,
            priority: 0,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        }])
    }
}

/// A password method without hashing.
#[derive(Debug)]
pub(super) struct FakeMethod(pub(super) Arc<dyn Clock>);

impl FakeMethod {
    fn credential(&self, identity: &Identity, hash: &str) -> Credential {
        let now = self.0.now();
        let seed = identity.id.to_string().bytes().map(u64::from).sum();
        Credential {
            id: CredentialId::generate(&SeededEntropy::new(seed)),
            identity_id: identity.id,
            kind: CredentialKind::Password,
            identifier: None,
            config: json!({"hashed_password": hash}),
            label: None,
            priority: 0,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        }
    }
}

#[async_trait]
impl Method for FakeMethod {
    fn name(&self) -> &'static str {
        "password"
    }

    fn nodes(&self, _: FlowKind) -> Vec<Node> {
        Vec::new()
    }

    async fn verify(&self, _: &Value) -> Result<Verified, MethodError> {
        Err(MethodError::Invalid(Vec::new()))
    }

    async fn enroll(
        &self,
        submission: &Value,
        identity: &Identity,
    ) -> Result<Credential, MethodError> {
        let password = submission["password"].as_str().unwrap();
        let length = password.chars().count();
        if length < 8 {
            let complaint = Message::password_too_short(8, length);
            return Err(MethodError::Invalid(vec![(None, complaint)]));
        }
        Ok(self.credential(identity, &format!("$fake${password}")))
    }

    fn import(&self, kept: &Secret, identity: &Identity) -> Result<Credential, MethodError> {
        if !kept.expose().starts_with('$') {
            let complaint = Message::invalid("the password hash is malformed.");
            return Err(MethodError::Invalid(vec![(None, complaint)]));
        }
        Ok(self.credential(identity, kept.expose()))
    }
}

/// An administration that knows one provider, `acme`.
pub(super) fn acme() -> CannedAdministration {
    let address = || "https://gate.test/".to_owned();
    CannedAdministration::new(vec![ProviderRecord {
        id: "acme".parse().unwrap(),
        source: ProviderSource::Config,
        redirect_uri: address(),
        sign_out: SignOutAddresses {
            post_logout_redirect_uri: address(),
            backchannel_logout_uri: address(),
            frontchannel_logout_uri: address(),
        },
        secrets: Secrets::default(),
        issuer: Some("https://acme.test".to_owned()),
        account_issuer: Some("https://acme.test".to_owned()),
        subjects: SubjectForm::Any,
        table: Map::new(),
    }])
}

/// Counts the look-ups that a test tells of.
#[derive(Debug, Default)]
pub(crate) struct LookUps([AtomicU64; 2]);

impl LookUps {
    /// So many more were found, and so many were not.
    pub(crate) fn add(&self, hits: u64, misses: u64) {
        self.0[0].fetch_add(hits, Ordering::Relaxed);
        self.0[1].fetch_add(misses, Ordering::Relaxed);
    }
}

impl CacheCounters for LookUps {
    fn reads(&self) -> CacheReads {
        let [hits, misses] = [0, 1].map(|place: usize| self.0[place].load(Ordering::Relaxed));
        CacheReads { hits, misses }
    }
}

/// Begins what is left to do at once.
#[derive(Debug)]
pub(super) struct AtOnce;

impl Afterwards for AtOnce {
    fn see_to(&self, work: Work) {
        tokio::spawn(work);
    }
}
