//! Recoveries that administrators hand out: a code or a link for an identity, wherever its mail goes.

use std::{sync::Arc, time::Duration};

use portcullis_core::{
    clock::Clock,
    entropy::Entropy,
    errand::{ErrandError, Handed, Handout, Recovery},
    flow::{Flow, FlowKind, FlowStore, Transport},
    id::IdentityId,
    plugin::Addresses,
    seal::Seal,
    secret::Secret,
    store::StoreError,
};
use serde_json::Value;
use url::Url;

use crate::{
    codes::awaited::{Expected, Holder, Mint},
    config::MailedProof,
    desk::with_query,
    form::Form,
    remembered,
    start::NewFlow,
};

/// Hands out recoveries.
#[derive(Debug, Clone)]
pub struct Recoveries {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where flows are kept.
    pub flows: Arc<dyn FlowStore>,
    /// What seals them, the same as the gateway's.
    pub seal: Seal,
    /// Where the gateway is.
    pub addresses: Addresses,
    /// The operator's own page of recovery flows, where there is one.
    pub ui_url: Option<Url>,
}

/// What a recovery leads to.
#[derive(Debug)]
pub(super) struct Way {
    /// Who takes it.
    pub(super) taker: Transport,
    /// Whether it leads on to what its person has to do, and has taken nothing from them.
    pub(super) leads_on: bool,
    /// Where they end.
    pub(super) return_to: Option<String>,
    /// The language of its pages.
    pub(super) locale: String,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            taker: Transport::Browser,
            leads_on: false,
            return_to: None,
            locale: String::new(),
        }
    }
}

/// Whose recovery it is, by what.
fn expected(identity: IdentityId, proof: MailedProof, lifespan: Duration) -> Expected {
    Expected {
        holder: Some(Holder {
            identity,
            address: None,
        }),
        receiver: identity.to_string(),
        proof,
        lifespan,
    }
}

impl Recoveries {
    /// A recovery of this identity that is good once, for `lifespan`, in whichever browser opens it.
    pub async fn create_for(
        &self,
        identity: IdentityId,
        proof: MailedProof,
        lifespan: Duration,
    ) -> Result<Recovery, StoreError> {
        let expected = expected(identity, proof, lifespan);
        self.issue(expected, Way::default()).await
    }

    /// The same on an administrator's terms; it is good for as long as `usual` where they say nothing.
    pub async fn hand_out(
        &self,
        identity: IdentityId,
        handout: Handout,
        usual: Duration,
    ) -> Result<Recovery, ErrandError> {
        let return_to = self.checked(handout.return_to.as_deref())?;
        let proof = match handout.proof {
            Handed::Code => MailedProof::Code,
            Handed::Link => MailedProof::Link,
        };
        let expected = expected(identity, proof, handout.lifespan.unwrap_or(usual));
        let way = Way {
            taker: handout.taker,
            return_to,
            ..Way::default()
        };
        Ok(self.issue(expected, way).await?)
    }

    /// Where people end, if the gateway leads anybody there.
    pub(super) fn checked(&self, return_to: Option<&str>) -> Result<Option<String>, ErrandError> {
        let urls = &self.addresses.return_urls;
        let checked = return_to.map(|wanted| urls.check(wanted).ok_or(ErrandError::ReturnTo));
        Ok(checked.transpose()?.map(Into::into))
    }

    /// Begins the flow that awaits the proof, and makes the proof.
    pub(super) async fn issue(&self, expected: Expected, way: Way) -> Result<Recovery, StoreError> {
        let (now, lifespan, proof) = (self.clock.now(), expected.lifespan, expected.proof);
        let mut flow = self
            .flow(way)
            .make(&self.addresses, &*self.entropy, now, lifespan);
        let mint = Mint {
            entropy: &*self.entropy,
            seal: &self.seal,
            addresses: &self.addresses,
        };
        let sealed = mint.issue(&mut flow, expected, now);
        let secret = sealed.ok_or(StoreError::Corrupt { what: "seal" })?;
        self.flows.put(&flow).await?;
        let (code, link) = match proof {
            MailedProof::Code => (Some(secret), Secret::new(self.page(&flow))),
            MailedProof::Link => (None, secret),
        };
        Ok(Recovery {
            code,
            link,
            expires_at: flow.expires_at,
        })
    }

    fn flow(&self, way: Way) -> NewFlow {
        NewFlow {
            kind: FlowKind::Recovery,
            transport: way.taker,
            request_url: self.addresses.own(match way.taker {
                Transport::Browser => "/self-service/recovery/browser",
                Transport::Api => "/self-service/recovery/api",
            }),
            return_to: way.return_to,
            locale: way.locale,
            // Bound to no browser: only whoever was handed the proof completes it.
            csrf_hash: None,
            context: match way.leads_on {
                true => remembered::leading_on(),
                false => Value::Null,
            },
            messages: Vec::new(),
            form: Form::default(),
            until: None,
        }
    }

    /// The page that takes the code.
    fn page(&self, flow: &Flow) -> String {
        let own = || self.addresses.own("/recovery");
        let page = self.ui_url.as_ref().map_or_else(own, Url::to_string);
        with_query(&page, &[("flow", &flow.id.to_string())])
    }
}
