//! Parked: what waits in a flow for somebody's next step. It is sealed, for claims and tokens
//! belong in no store in the clear.

use jiff::Timestamp;
use portcullis_core::{
    broker::{Draft, PendingLink, PendingMove},
    catalogue::Code,
    entropy::Entropy,
    flow::{Flow, FlowKind},
    seal::Seal,
    secret::TokenHash,
};
use portcullis_kit::Failure;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::desk::Desk;

/// Something that can wait in a flow.
pub(crate) trait Parked: Serialize + DeserializeOwned {
    /// Its name in the flow's context; also what it is sealed for.
    const NAME: &'static str;
}

impl Parked for Draft {
    const NAME: &'static str = "draft";
}

impl Parked for PendingLink {
    const NAME: &'static str = "pending-link";
}

impl Parked for PendingMove {
    const NAME: &'static str = "pending-move";
}

/// Whether one of these waits in the flow.
pub(crate) fn is_in<T: Parked>(flow: &Flow) -> bool {
    flow.context[T::NAME].is_string()
}

/// The context of a flow in which `parked` waits.
pub(crate) fn context<T: Parked>(desk: &Desk, parked: &T) -> Result<Value, Failure> {
    Ok(json!({ T::NAME: seal(desk, parked)? }))
}

/// Lets `parked` wait in the flow beside what waits there already.
pub(crate) fn add<T: Parked>(desk: &Desk, flow: &mut Flow, parked: &T) -> Result<(), Failure> {
    let services = &desk.services;
    let parts = (&services.seal, &*services.entropy);
    add_sealed(parts, flow, parked).ok_or_else(|| Code::Internal.into())
}

/// The same without a desk; `None` only when it cannot be sealed.
pub(crate) fn add_sealed<T: Parked>(
    (seal, entropy): (&Seal, &dyn Entropy),
    flow: &mut Flow,
    parked: &T,
) -> Option<()> {
    let text = serde_json::to_vec(parked).ok()?;
    flow.context[T::NAME] = seal.close(T::NAME, &text, entropy)?.into();
    Some(())
}

/// Takes out what waits in the flow, which then waits no more.
pub(crate) fn take<T: Parked>(flow: &mut Flow) {
    if let Some(context) = flow.context.as_object_mut() {
        context.remove(T::NAME);
    }
}

fn seal<T: Parked>(desk: &Desk, parked: &T) -> Result<String, Failure> {
    let text = serde_json::to_vec(parked).map_err(|_| Code::Internal)?;
    let services = &desk.services;
    let sealed = services.seal.close(T::NAME, &text, &*services.entropy);
    sealed.ok_or_else(|| Code::Internal.into())
}

/// What tells what waits in the flow from all that ever waits there else.
pub(crate) fn mark<T: Parked>(flow: &Flow) -> String {
    let sealed = flow.context[T::NAME].as_str().unwrap_or_default();
    TokenHash::of(&format!("mark:{}:{sealed}", T::NAME)).to_hex()
}

/// Lets what waits in the flow count, the first time only: a flow that is done comes back to life when
/// a submission that was read before is rejected afterwards.
pub(crate) async fn claim_once<T: Parked>(
    desk: &Desk,
    flow: &Flow,
    until: Timestamp,
) -> Result<(), Failure> {
    let sealed = flow.context[T::NAME].as_str().unwrap_or_default();
    let once = TokenHash::of(&format!("{}:{sealed}", T::NAME));
    match desk.services.flows.claim_once(&once, until).await? {
        true => Ok(()),
        false => Err(Failure::from(Code::FlowNotFound)
            .because("This form was submitted already.")
            .way_out("Continue", desk.begin_page(flow.kind, None))),
    }
}

/// What waits in the flow.
pub(crate) fn open<T: Parked>(desk: &Desk, flow: &Flow) -> Result<T, Failure> {
    let sealed = flow.context[T::NAME].as_str().unwrap_or_default();
    let text = desk.services.seal.open(T::NAME, sealed);
    let parked = text.and_then(|text| serde_json::from_slice(&text).ok());
    // The key was changed, or the record is damaged: only signing in again helps.
    parked.ok_or_else(|| {
        let begin = desk.begin_page(FlowKind::Login, flow.return_to.as_deref());
        Failure::from(Code::FlowNotFound).way_out("Begin anew", begin)
    })
}
