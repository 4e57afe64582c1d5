//! What the form of each kind of flow asks for, in one table.

pub(crate) mod action;
pub(crate) mod deletion;
mod login;
pub(crate) mod mailed;
pub(crate) mod profile;
mod provider;
pub(crate) mod registration;
pub(crate) mod settings;

use portcullis_core::{catalogue::Code, flow::FlowKind, ui::Node};
use portcullis_kit::{Failure, Visit};

use crate::desk::Desk;

/// The nodes of the usual form of this kind, for whoever visits on their way to where these scopes
/// are asked for.
pub(crate) async fn nodes(
    desk: &Desk,
    visit: &Visit,
    (kind, scopes): (FlowKind, &[String]),
) -> Result<Vec<Node>, Failure> {
    match (kind, &visit.visitor.principal) {
        (FlowKind::Login, _) => Ok(login::nodes(desk, visit.query("provider"))),
        (FlowKind::Registration, _) => {
            let schema = desk.services.schemas.default_schema();
            Ok(registration::nodes(desk, schema, scopes))
        }
        (FlowKind::Settings, Some(principal)) => settings::nodes(desk, principal.identity.id).await,
        (FlowKind::Settings, None) => Err(Code::SignedOut.into()),
        (FlowKind::Recovery, _) => Ok(mailed::nodes(visit, kind, desk.config.recovery.proof)),
        (FlowKind::Verification, _) => {
            Ok(mailed::nodes(visit, kind, desk.config.verification.proof))
        }
        (FlowKind::Error, _) => Ok(Vec::new()),
    }
}
