//! How a native application signs somebody in through a provider: a browser goes there for it, and
//! what comes of it is exchanged for a session token by two codes, one that only the application has
//! and one that only that browser gets. The native flow keeps the hashes of both; neither opens
//! anything without the other.

pub(crate) mod begin;
pub(crate) mod end;
pub(crate) mod redeem;

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    catalogue::Code,
    flow::{Flow, FlowKind, Transport},
    id::{FlowId, ProviderId, SessionId},
    secret::{Token, TokenHash},
    session::Session,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    desk::{Desk, with_query},
    navigate, remembered,
};

/// Where the browser comes first, with its ticket.
pub(crate) const BEGIN: &str = "/self-service/exchange/begin";
/// Where it ends, signed in.
pub(crate) const END: &str = "/self-service/exchange/end";
/// The query parameter by which an application asks for it.
const PARAMETER: &str = "return_session_token_exchange_code";
/// How long the browser may take to come, and the application to take its session.
const LIFESPAN: Duration = Duration::from_secs(5 * 60);

/// How far it is; kept in the native flow.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Exchange {
    /// The code that the application got with its flow.
    init: TokenHash,
    /// What lets one browser in that has not come yet.
    ticket: Option<Ticket>,
    /// The anti-forgery cookie of the browser that came.
    browser: Option<TokenHash>,
    /// The session that has begun there on the way.
    session: Option<SessionId>,
    /// The session that waits for the application.
    waits: Option<Waiting>,
    /// Whether that browser got no further at the provider.
    #[serde(default)]
    has_failed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ticket {
    hash: TokenHash,
    provider: ProviderId,
    until: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Waiting {
    /// The code that the browser took back.
    code: TokenHash,
    until: Timestamp,
    /// What the session is found by, whose token nobody has.
    token: TokenHash,
    /// When it would end.
    expires_at: Timestamp,
}

impl Exchange {
    /// What a native flow that lives keeps of it.
    fn of(desk: &Desk, flow: &Flow) -> Option<Self> {
        let is_native = flow.transport == Transport::Api && flow.expires_at > desk.now();
        let kept = remembered::exchange(flow).clone();
        serde_json::from_value(kept).ok().filter(|_| is_native)
    }

    /// Keeps it in its flow, which may have gone meanwhile.
    async fn keep(&self, desk: &Desk, flow: &mut Flow) -> Result<bool, Failure> {
        let context = std::mem::take(&mut flow.context);
        flow.context = remembered::exchanging(context, json!(self));
        Ok(desk.services.flows.replace(flow).await?)
    }
}

/// The code for a native flow whose application asks for it and that signs somebody in anew, with
/// its hash put into the flow's context.
pub(crate) fn offer(
    desk: &Desk,
    visit: &Visit,
    return_to: Option<&str>,
    context: &mut Value,
) -> Result<Option<Token>, Failure> {
    // An application that is signed in proves something again without leaving it.
    if visit.query(PARAMETER) != Some("true") || visit.visitor.principal.is_some() {
        return Ok(None);
    }
    let return_to = return_to.ok_or_else(|| {
        Failure::from(Code::BadRequest).because(
            "An application that exchanges codes says by return_to where its other code goes.",
        )
    })?;
    let urls = &desk.services.addresses.return_urls;
    if urls.check_for_application(return_to).is_none() {
        return Err(Code::ReturnToForbidden.into());
    }
    let code = Token::generate(&*desk.services.entropy);
    let exchange = Exchange {
        init: code.hash(),
        ticket: None,
        browser: None,
        session: None,
        waits: None,
        has_failed: false,
    };
    *context = remembered::exchanging(std::mem::take(context), json!(exchange));
    Ok(Some(code))
}

/// The code as the application gets it, which names its flow.
pub(crate) fn init_code(flow: &Flow, code: &Token) -> String {
    format!("{}.{}", flow.id, code.expose())
}

/// Tells an application which page its browser opens to go to the provider. Whichever was told before
/// leads nowhere any more. Once a browser is on its way there is another only where that one failed:
/// the flow's id, which its addresses have, must not be enough to take the way over.
pub(crate) async fn hand_over(desk: &Desk, flow: &Flow, id: &ProviderId) -> Outcome {
    let Some(exchange) = Exchange::of(desk, flow) else {
        return Err(Failure::from(Code::BadRequest).because(
            "A provider needs a browser: begin a flow with return_session_token_exchange_code, or \
             begin a browser flow, and open it in the system's browser.",
        ));
    };
    if exchange.browser.is_some() && !exchange.has_failed {
        return Err(Failure::from(Code::BadRequest)
            .because("A browser is on its way with this flow already: begin another flow."));
    }
    let ticket = Token::generate(&*desk.services.entropy);
    let exchange = Exchange {
        ticket: Some(Ticket {
            hash: ticket.hash(),
            provider: id.clone(),
            until: desk.now() + LIFESPAN,
        }),
        browser: None,
        session: None,
        waits: None,
        has_failed: false,
        ..exchange
    };
    let mut flow = flow.clone();
    remembered::disown(&mut flow);
    if !exchange.keep(desk, &mut flow).await? {
        return Err(Code::FlowNotFound.into());
    }
    let query = [("flow", &*flow.id.to_string()), ("ticket", ticket.expose())];
    navigate::to(Wants::Json, &with_query(&desk.own(BEGIN), &query))
}

/// The page at which the browser of this native flow ends.
fn end_page(desk: &Desk, id: FlowId) -> String {
    with_query(&desk.own(END), &[("flow", &id.to_string())])
}

/// Notes a session that has begun on the way to the end of a native flow, in the browser that came
/// for it: one that began otherwise is nobody else's to take.
pub(crate) async fn note(desk: &Desk, flow: &Flow, session: &Session) -> Result<(), Failure> {
    let Some((mut native, exchange)) = led_to(desk, flow).await? else {
        return Ok(());
    };
    let noted = Exchange {
        session: Some(session.id),
        has_failed: false,
        ..exchange
    };
    // Where the application has given it up, the end says so.
    noted.keep(desk, &mut native).await?;
    Ok(())
}

/// Notes that a provider has let nobody in on that way, so that the application may begin it anew.
pub(crate) async fn fail(desk: &Desk, flow: &Flow) -> Result<(), Failure> {
    let Some((mut native, exchange)) = led_to(desk, flow).await? else {
        return Ok(());
    };
    let failed = Exchange {
        has_failed: true,
        ..exchange
    };
    failed.keep(desk, &mut native).await?;
    Ok(())
}

/// The native flow to whose end this flow leads, in the browser that came for it.
async fn led_to(desk: &Desk, flow: &Flow) -> Result<Option<(Flow, Exchange)>, Failure> {
    let end = end_page(desk, flow.id);
    let start = end.strip_suffix(&flow.id.to_string()).unwrap_or(&end);
    let return_to = flow.return_to.as_deref();
    let Some(id) = return_to.and_then(|url| url.strip_prefix(start)) else {
        return Ok(None);
    };
    let found = find(desk, Some(id)).await?;
    let is_it = |exchange: &Exchange| exchange.browser == flow.csrf_hash;
    Ok(found.filter(|(_, exchange)| flow.csrf_hash.is_some() && is_it(exchange)))
}

/// The native flow of this id that goes through a browser.
async fn find(desk: &Desk, id: Option<&str>) -> Result<Option<(Flow, Exchange)>, Failure> {
    let Some(id) = id.and_then(|id| id.parse().ok()) else {
        return Ok(None);
    };
    let flow = desk.services.flows.find(id).await?;
    Ok(flow.and_then(|flow| Exchange::of(desk, &flow).map(|exchange| (flow, exchange))))
}

/// The answer to a browser for which no application waits.
fn gone(desk: &Desk) -> Failure {
    Failure::from(Code::FlowNotFound)
        .because(
            "No application waits for this sign-in any more. Please begin anew in the application.",
        )
        .way_out("Sign in", desk.begin_page(FlowKind::Login, None))
}
