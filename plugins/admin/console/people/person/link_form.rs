//! The form by which somebody is linked to an account at a provider. It links nobody.

use portcullis_kit::Failure;
use serde::Serialize;

use super::call::Call;
use crate::{
    console::providers::{is_on, label},
    people::linking::may_lead_to,
    providers,
    role::Permission,
};

/// The value of `known_by` where an account is known by its address only.
pub(super) const BY_ADDRESS: &str = "address";

/// The form as a template reads it, with what was typed.
#[derive(Serialize)]
pub(super) struct LinkForm {
    providers: Vec<Offer>,
    /// Whether accounts of one of them have issuers of their own.
    has_issuers: bool,
    is_by_address: bool,
    account: String,
    issuer: String,
}

/// A provider whose accounts can be linked.
#[derive(Serialize)]
struct Offer {
    id: String,
    label: String,
    is_chosen: bool,
}

/// The form; none for those who may not send it.
pub(super) async fn form(call: &Call) -> Result<Option<LinkForm>, Failure> {
    let may_touch = call.caller.may_touch(&call.identity).is_ok();
    if !(may_touch && call.caller.roles.permit(Permission::WriteIdentities)) {
        return Ok(None);
    }
    let mut all = providers::list(&call.desk).await?;
    all.retain(|record| is_on(record) && may_lead_to(&call.caller, record).is_ok());
    let offers = all.iter().map(|record| Offer {
        id: record.id.to_string(),
        label: label(record),
        is_chosen: record.id.as_str() == call.text("provider"),
    });
    Ok(Some(LinkForm {
        providers: offers.collect(),
        has_issuers: all.iter().any(|record| record.issuer.is_none()),
        is_by_address: call.text("known_by") == BY_ADDRESS,
        account: call.text("account").to_owned(),
        issuer: call.text("issuer").to_owned(),
    }))
}
