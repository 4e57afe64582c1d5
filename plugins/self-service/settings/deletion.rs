//! Deleting one's own account: only where the operator lets people do that, only with the role for
//! it, after a proof that was made for it, and after reading what goes.

use axum::response::{IntoResponse, Json, Redirect};
use jiff::Timestamp;
use portcullis_core::{
    administrators::{self, LeaveError},
    catalogue::Code,
    event::{Event, UnlinkReason},
    flow::{Flow, Transport},
    id::SessionId,
    identity::Identity,
    message::Message,
    principal::Principal,
    ui::Node,
    vault::VaultError,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{privilege, save, waiting::LIFESPAN};
use crate::{
    actions, complaint,
    csrf::Csrf,
    desk::{Desk, with_query},
    forms::{
        deletion::{METHOD, is_open_to},
        profile::PROFILE,
    },
    logout::signed_out::DELETED,
    navigate::{self, outcome_with_cookie},
    parked::{self, Parked},
    start,
    submission::Submission,
};

/// The buttons that go through with it, or do not.
const CONFIRM: &str = "confirm";
const KEEP: &str = "keep";

/// Somebody wants to delete their account, and has yet to prove who they are, or to confirm it.
#[derive(Serialize, Deserialize)]
struct Asked {
    since: Timestamp,
    session: SessionId,
    /// Whether they have proved it in this session for this very flow, and were told what for.
    #[serde(default)]
    is_proved: bool,
}

impl Parked for Asked {
    const NAME: &'static str = "deletion";
}

/// Whether the form asks to confirm it.
pub(crate) fn is_confirmed_in(flow: &Flow) -> bool {
    let mut nodes = flow.ui.nodes.iter();
    nodes.any(|node| node.attributes.name == CONFIRM)
}

/// Whether a submission of these fields is about it.
pub(super) fn is_wanted(fields: &Map<String, Value>) -> bool {
    let text = |name| fields.get(name).and_then(Value::as_str);
    text("method") == Some(METHOD) || text(CONFIRM).is_some()
}

/// Answers whoever wants to delete their account, step by step.
pub(super) async fn submit(
    desk: &Desk,
    visit: &Visit,
    principal: &Principal,
    mut submission: Box<Submission>,
) -> Outcome {
    let identity = save::stored(desk, principal).await?;
    if !is_open_to(desk, &identity) {
        let complaint = (None, complaint::unknown());
        return submission.reject(desk, vec![complaint]).await;
    }
    if submission.text(CONFIRM) == Some(KEEP) {
        return keep(desk, &identity, submission).await;
    }
    let is_proved = submission.is_proved || is_proved(desk, principal, &submission.flow);
    if submission.is_proved || !is_proved {
        let asked = Asked {
            since: desk.now(),
            session: principal.session.id,
            is_proved,
        };
        parked::add(desk, &mut submission.flow, &asked)?;
    }
    if !is_proved {
        submission.fields.clear();
        submission.fields.insert("method".to_owned(), METHOD.into());
        return privilege::demand(desk, principal, &mut submission).await;
    }
    match submission.text(CONFIRM) {
        Some(METHOD) => {
            save::require_session(desk, principal).await?;
            delete(desk, visit, &identity, submission).await
        }
        _ => ask(desk, &identity, submission).await,
    }
}

/// Whether the session's person has proved who they are since they asked, and not long ago: a browser
/// for this very flow, a native client, which nobody signs in silently, by signing in again.
fn is_proved(desk: &Desk, principal: &Principal, flow: &Flow) -> bool {
    if !parked::is_in::<Asked>(flow) {
        return false;
    }
    let asked = parked::open::<Asked>(desk, flow);
    asked.is_ok_and(|asked| {
        let session = &principal.session;
        let is_proved = match flow.transport {
            Transport::Browser => asked.is_proved && asked.session == session.id,
            Transport::Api => session.proved_at().is_some_and(|at| at > asked.since),
        };
        is_proved && desk.now() < asked.since + LIFESPAN
    })
}

/// Says what goes, and asks whether to go on.
async fn ask(desk: &Desk, identity: &Identity, mut submission: Box<Submission>) -> Outcome {
    let links = desk.services.broker.links(identity.id).await;
    let links = links.map_err(|error| Failure::from(error.code()).caused_by(error))?;
    let sessions = desk.services.sessions.store().list(identity.id).await?;
    let (lifetimes, now) = (desk.services.sessions.lifetimes(), desk.now());
    let live = sessions.iter().filter(|one| lifetimes.is_live(one, now));
    let flow = &mut submission.flow;
    let group = PROFILE;
    flow.ui.nodes = start::arrange(vec![
        Node::submit(group, CONFIRM, METHOD, Message::delete_for_good()),
        Node::submit(group, CONFIRM, KEEP, Message::keep_account()),
    ]);
    flow.ui.messages = vec![Message::deletion_takes(links.len(), live.count())];
    flow.state = "show_form".to_owned();
    desk.services.flows.put(flow).await?;
    Ok(match submission.wants {
        Wants::Html => Redirect::to(&desk.flow_page(flow.kind, flow.id)).into_response(),
        Wants::Json => Json(submission.json(desk)).into_response(),
    })
}

async fn keep(desk: &Desk, identity: &Identity, mut submission: Box<Submission>) -> Outcome {
    let flow = &mut submission.flow;
    parked::take::<Asked>(flow);
    save::refresh(desk, flow, identity.id).await?;
    flow.ui.messages.clear();
    desk.services.flows.put(flow).await?;
    if let Some(page) = actions::page::cancelled(desk, flow) {
        return navigate::to(submission.wants, &page);
    }
    save::answer(desk, &submission)
}

/// Deletes the identity with all that belongs to it, its tokens at providers first: nobody knows
/// them afterwards.
async fn delete(
    desk: &Desk,
    visit: &Visit,
    identity: &Identity,
    mut submission: Box<Submission>,
) -> Outcome {
    let services = &desk.services;
    // Before anything of theirs goes; the store looks again.
    let may_go = administrators::may_go(&*services.identities, identity).await;
    may_go.map_err(refused)?;
    let links = services.broker.links(identity.id).await;
    let links = links.map_err(|error| Failure::from(error.code()).caused_by(error))?;
    match services.broker.vault.forget_all(identity.id).await {
        Ok(()) => {}
        Err(VaultError::Store(error)) => return Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, "tokens of a deleted identity stay at their providers")
        }
    }
    let deleted = administrators::delete(&*services.identities, identity.id).await;
    if deleted.map_err(refused)? {
        for link in &links {
            services.announcer.announce(&Event::Unlinked {
                identity: identity.id,
                provider: &link.key.provider,
                reason: UnlinkReason::IdentityDeleted,
            });
        }
        services.announcer.announce(&Event::IdentityDeleted {
            identity: identity.id,
        });
    }
    gone(desk, visit, &mut submission)
}

fn refused(error: LeaveError) -> Failure {
    match error {
        LeaveError::Last => Code::LastAdministrator.into(),
        LeaveError::Store(error) => error.into(),
    }
}

/// Says that it is done, and signs the browser out.
fn gone(desk: &Desk, visit: &Visit, submission: &mut Submission) -> Outcome {
    let page = match actions::page::done(desk, &submission.flow) {
        Some(back) => back,
        None => with_query(&desk.own("/signed-out"), &[(DELETED, "true")]),
    };
    let answer = match submission.wants {
        Wants::Html => Redirect::to(&page).into_response(),
        Wants::Json => {
            let flow = &mut submission.flow;
            flow.state = "success".to_owned();
            flow.ui.nodes = start::arrange(Vec::new());
            flow.ui.messages = vec![Message::settings_saved()];
            let mut json = submission.json(desk);
            let onward = json!({"action": "redirect_browser_to", "redirect_browser_to": page});
            json["continue_with"] = json!([onward]);
            Json(json).into_response()
        }
    };
    let cookies = &desk.services.cookies;
    let answer = outcome_with_cookie(Ok(answer), &cookies.delete(cookies.session()));
    match Csrf::of(desk, visit) {
        Some(csrf) => outcome_with_cookie(answer, &csrf.forgetful().set_cookie(desk)),
        None => answer,
    }
}
