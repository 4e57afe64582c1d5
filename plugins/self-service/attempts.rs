//! The attempts in flight: one sealed cookie, so that parallel tabs work and nothing piles up.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    id::{FlowId, ProviderId},
    provider::Attempt,
};
use portcullis_kit::Visit;
use subtle::ConstantTimeEq;

use crate::desk::Desk;

/// The cookie is sealed for this purpose.
const PURPOSE: &str = "attempts";
/// How many attempts may be in flight; the oldest goes first.
const MOST: usize = 5;
/// How long an attempt may take.
pub(crate) const LIFESPAN: Duration = Duration::from_secs(10 * 60);
/// Browsers drop cookies of 4096 bytes and more, name and attributes included.
const LONGEST: usize = 3800;

/// An attempt as the cookie keeps it: provider, flow, state, nonce, verifier, second.
type Compact = (ProviderId, FlowId, String, String, String, i64);

/// A browser's attempts in flight, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Vec<Attempt>);

impl Attempts {
    /// The attempts in the browser's cookie; what is too old or not ours is left out.
    pub(crate) fn of(desk: &Desk, visit: &Visit) -> Self {
        let services = &desk.services;
        let cookie = visit.cookie(services.cookies.attempts());
        let plain = cookie.and_then(|sealed| services.seal.open(PURPOSE, sealed));
        let compact: Option<Vec<Compact>> =
            plain.and_then(|plain| serde_json::from_slice(&plain).ok());
        let now = desk.now();
        let alive = |attempt: &Attempt| attempt.issued_at + LIFESPAN > now;
        let attempts = compact.into_iter().flatten().filter_map(unpack);
        Self(attempts.filter(alive).collect())
    }

    /// Adds an attempt.
    pub(crate) fn add(&mut self, attempt: Attempt) {
        self.0.push(attempt);
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
    }

    /// Takes the attempt of this state out, if it was made for this provider. Every state is
    /// compared, each in constant time.
    pub(crate) fn take(&mut self, state: &str, provider: &str) -> Option<Attempt> {
        let mut found = None;
        for (index, attempt) in self.0.iter().enumerate() {
            if attempt.state.as_bytes().ct_eq(state.as_bytes()).into() {
                found = Some(index);
            }
        }
        let attempt = self.0.remove(found?);
        // An answer that comes to another provider's address is a mix-up (RFC 9700, section 4.4).
        (attempt.provider.as_str() == provider).then_some(attempt)
    }

    /// The `Set-Cookie` value that keeps them, or deletes the cookie when there are none.
    pub(crate) fn set_cookie(mut self, desk: &Desk) -> String {
        let services = &desk.services;
        let name = services.cookies.attempts();
        while !self.0.is_empty() {
            let compact: Vec<Compact> = self.0.iter().map(pack).collect();
            let sealed = serde_json::to_vec(&compact)
                .ok()
                .and_then(|plain| services.seal.close(PURPOSE, &plain, &*services.entropy));
            match sealed {
                Some(sealed) if sealed.len() <= LONGEST => {
                    return services.cookies.set(name, &sealed, LIFESPAN);
                }
                _ => drop(self.0.remove(0)),
            }
        }
        services.cookies.delete(name)
    }
}

fn pack(attempt: &Attempt) -> Compact {
    (
        attempt.provider.clone(),
        attempt.flow,
        attempt.state.clone(),
        attempt.nonce.clone(),
        attempt.verifier.clone(),
        attempt.issued_at.as_second(),
    )
}

fn unpack((provider, flow, state, nonce, verifier, second): Compact) -> Option<Attempt> {
    Some(Attempt {
        provider,
        flow,
        state,
        nonce,
        verifier,
        issued_at: Timestamp::from_second(second).ok()?,
    })
}
