//! Proofs that are mailed: six digits to type, or a link to open.
//!
//! Only a hash is kept, sealed in the flow and bound to it, to what it is for and to whom. A proof is
//! good once, for a while and for five tries, which the store counts, so that neither several nodes
//! nor submissions at the same time grant more.

pub(crate) mod awaited;
pub(crate) mod by_mail;
pub(crate) mod first_proof;
pub(crate) mod link_page;
pub(crate) mod prove;
pub(crate) mod send;
pub(crate) mod step;

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    entropy::Entropy,
    flow::FlowKind,
    id::FlowId,
    secret::{Secret, Token, TokenHash},
    store::StoreError,
};
use portcullis_kit::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{config::MailedConfig, desk::Desk};

/// How long a code to sign in with is good.
pub(crate) const LIFESPAN: Duration = Duration::from_secs(10 * 60);
/// How often somebody may try one proof.
const TRIES: u64 = 5;
/// How many codes there are.
const CODES: u32 = 1_000_000;

/// A proof on its way, as a flow keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    hash: TokenHash,
    /// Tells this proof from every other, and makes its hash its own.
    nonce: String,
    expires_at: Timestamp,
}

/// What a proof is good for, and nothing else.
#[derive(Debug)]
pub(crate) struct Bond<'a> {
    /// The flow.
    pub(crate) flow: FlowId,
    /// What it does there.
    pub(crate) purpose: &'a str,
    /// Whom it is about, and what else it is bound to.
    pub(crate) about: Value,
}

impl Sent {
    /// A proof that is good until `expires_at`.
    pub(crate) fn new(
        entropy: &dyn Entropy,
        bond: &Bond<'_>,
        proof: &Secret,
        expires_at: Timestamp,
    ) -> Self {
        let nonce = Token::generate(entropy).expose().to_owned();
        Self {
            hash: bond.hash(&nonce, proof),
            nonce,
            expires_at,
        }
    }

    /// Takes one try. `true` for the right proof, in time, within the tries and for the first time.
    pub(crate) async fn take(
        &self,
        desk: &Desk,
        bond: &Bond<'_>,
        typed: &Secret,
    ) -> Result<bool, StoreError> {
        let (flows, throttles) = (&desk.services.flows, &desk.services.throttles);
        let of = |what: &str| TokenHash::of(&format!("{what}:{}", self.nonce));
        let tries = throttles.count(&of("code-tries"), self.expires_at).await?;
        let is_it = self.is(bond, typed);
        let is_alive = tries <= TRIES && desk.now() < self.expires_at;
        Ok(is_it && is_alive && flows.claim_once(&of("code-used"), self.expires_at).await?)
    }

    /// Whether this is the proof, which takes no try: for what nobody can guess.
    pub(crate) fn is(&self, bond: &Bond<'_>, typed: &Secret) -> bool {
        self.hash == bond.hash(&self.nonce, typed)
    }
}

impl Bond<'_> {
    fn hash(&self, nonce: &str, proof: &Secret) -> TokenHash {
        let bound = json!([self.flow, self.purpose, self.about, nonce, proof.expose()]);
        TokenHash::of(&bound.to_string())
    }
}

/// Six digits, each code as likely as every other.
pub(crate) fn draw(entropy: &dyn Entropy) -> Secret {
    // The numbers above the last full million would make some codes likelier.
    let end = u32::MAX - u32::MAX % CODES;
    loop {
        let number = u32::from_be_bytes(entropy.bytes());
        if number < end {
            return Secret::new(format!("{:06}", number % CODES));
        }
    }
}

/// What the operator says of a flow that writes to people; `None` for those that do not.
pub(crate) fn config(desk: &Desk, kind: FlowKind) -> Option<&MailedConfig> {
    match kind {
        FlowKind::Recovery => Some(&desk.config.recovery),
        FlowKind::Verification => Some(&desk.config.verification),
        _ => None,
    }
}

/// Whether somebody can begin a flow of this kind that writes to people.
pub(crate) fn is_offered(desk: &Desk, kind: FlowKind) -> bool {
    let is_enabled = config(desk, kind).is_some_and(|config| config.enabled);
    is_enabled && desk.services.mailer.is_configured()
}

/// Fails where flows of this kind are not offered.
pub(crate) fn require_offered(desk: &Desk, kind: FlowKind) -> Result<(), Failure> {
    use portcullis_core::catalogue::Code;
    if is_offered(desk, kind) {
        return Ok(());
    }
    let is_enabled = config(desk, kind).is_some_and(|config| config.enabled);
    let reason = match (is_enabled, kind) {
        (true, _) => "No mail is sent here, so that this cannot be done.",
        (false, FlowKind::Recovery) => "Getting back in by mail is switched off here.",
        (false, _) => "Confirming addresses is switched off here.",
    };
    Err(Failure::from(Code::FlowDisabled)
        .because(reason)
        .way_out("Sign in", desk.begin_page(FlowKind::Login, None)))
}

#[cfg(test)]
mod tests {
    use portcullis_core::testing::SeededEntropy;

    use super::*;

    /// Bytes from a list, then zeroes.
    #[derive(Debug)]
    struct Listed(std::sync::Mutex<Vec<u32>>);

    impl Entropy for Listed {
        fn fill(&self, bytes: &mut [u8]) {
            let next = self.0.lock().unwrap().pop().unwrap_or_default();
            bytes.copy_from_slice(&next.to_be_bytes());
        }
    }

    #[test]
    fn a_code_has_six_digits_and_none_is_likelier_than_another() {
        let entropy = SeededEntropy::new(3);
        for _ in 0..100 {
            let code = draw(&entropy);
            let code = code.expose();
            assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
        }
        let listed = Listed(std::sync::Mutex::new(vec![7, 4_294_000_000, u32::MAX]));
        assert_eq!(
            draw(&listed).expose(),
            "000007",
            "what is left over is not used"
        );
    }

    #[test]
    fn a_proof_is_bound_to_its_flow_its_purpose_and_whom_it_is_about() {
        let entropy = SeededEntropy::new(4);
        let flow = FlowId::generate(&entropy);
        let bond = |flow, purpose, about: &str| Bond {
            flow,
            purpose,
            about: json!(about),
        };
        let proof = Secret::new("123456");
        let own = bond(flow, "recovery", "ada").hash("n", &proof);
        let other_flow = FlowId::generate(&entropy);
        for other in [
            bond(other_flow, "recovery", "ada").hash("n", &proof),
            bond(flow, "verification", "ada").hash("n", &proof),
            bond(flow, "recovery", "eve").hash("n", &proof),
            bond(flow, "recovery", "ada").hash("m", &proof),
            bond(flow, "recovery", "ada").hash("n", &Secret::new("123457")),
        ] {
            assert_ne!(own, other);
        }
    }
}
