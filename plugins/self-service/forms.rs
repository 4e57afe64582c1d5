//! What the form of each kind of flow asks for, in one table.

pub(crate) mod action;
pub(crate) mod captcha;
pub(crate) mod code;
pub(crate) mod deletion;
mod login;
pub(crate) mod mailed;
pub(crate) mod profile;
mod provider;
pub(crate) mod registration;
pub(crate) mod settings;

use portcullis_core::{catalogue::Code, flow::FlowKind};
use portcullis_kit::{Failure, Visit};

use crate::{desk::Desk, form::Form};

/// The usual form of this kind, for whoever visits on their way to where these scopes are asked for.
pub(crate) async fn usual(
    desk: &Desk,
    visit: &Visit,
    (kind, scopes): (FlowKind, &[String]),
) -> Result<Form, Failure> {
    let mut form = bare(desk, visit, (kind, scopes)).await?;
    if kind != FlowKind::Registration && !form.nodes.is_empty() {
        form.nodes.extend(captcha::nodes(desk, kind));
    }
    Ok(form)
}

/// The same without a captcha, but for registration, which has its own.
async fn bare(
    desk: &Desk,
    visit: &Visit,
    (kind, scopes): (FlowKind, &[String]),
) -> Result<Form, Failure> {
    match (kind, &visit.visitor.principal) {
        (FlowKind::Login, _) => login::form(desk, visit.query("provider")).await,
        (FlowKind::Registration, _) => {
            let schema = desk.services.schemas.default_schema();
            Ok(registration::nodes(desk, &schema, scopes).into())
        }
        (FlowKind::Settings, Some(principal)) => settings::form(desk, principal.identity.id).await,
        (FlowKind::Settings, None) => Err(Code::SignedOut.into()),
        (FlowKind::Recovery, _) => {
            Ok(mailed::nodes(visit, kind, desk.config.recovery.proof).into())
        }
        (FlowKind::Verification, _) => {
            Ok(mailed::nodes(visit, kind, desk.config.verification.proof).into())
        }
        (FlowKind::Error, _) => Ok(Form::default()),
    }
}
