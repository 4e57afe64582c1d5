//! Drafts: what a provider said waits, sealed, in a registration flow for missing traits, or for
//! somebody to look at it first.

use portcullis_core::{
    broker::{Arrival, BrokerError, Draft, PendingLink},
    catalogue::Code,
    flow::{Flow, FlowKind},
    id::IdentityId,
    identifier::normalise_identifier,
    message::Message,
    schema::{Evaluation, ProfileContext, TraitError},
    store::StoreError,
    ui::Node,
};
use portcullis_kit::{Outcome, Visit, Wants};
use serde_json::Value;

use crate::{
    complaint::{self, Complaint},
    desk::Desk,
    login::confirmation,
    names, navigate, parked, provider, scopes,
    sign_in::{Proof, SignIn},
    start::NewFlow,
    submission::Submission,
    throttle,
};

/// Whether a flow holds a draft.
pub(crate) fn is_in(flow: &Flow) -> bool {
    parked::is_in::<Draft>(flow)
}

/// Parks a draft in a new registration flow, for as long as a provider's word holds, and sends the
/// browser there. `from` is the flow the
/// browser signed in with.
pub(crate) async fn park(
    desk: &Desk,
    (from, wants): (&Flow, Wants),
    draft: &Draft,
    errors: Vec<TraitError>,
) -> Outcome {
    let label = provider::label(desk, &draft.provider);
    let new = NewFlow {
        context: parked::context(desk, draft)?,
        until: Some(desk.now() + PendingLink::LIFESPAN),
        ..NewFlow::after(
            from,
            FlowKind::Registration,
            nodes(desk, draft, (&label, &scopes::of_flow(from))),
        )
    };
    let mut flow = new.start(desk).await?;
    flow.active = Some("oidc".to_owned());
    let told = questions(&flow.ui.nodes, errors, &label);
    complaint::complain(&mut flow.ui, told);
    desk.services.flows.put(&flow).await?;
    navigate::to(wants, &desk.flow_page(flow.kind, flow.id))
}

/// The traits so far. What stays as the provider says can be seen, but not changed.
fn nodes(desk: &Desk, draft: &Draft, (label, scopes): (&str, &[String])) -> Vec<Node> {
    let schema = desk.services.schemas.default_schema();
    let place = Evaluation::of(ProfileContext::BrokerReview).asking(scopes);
    let mut nodes = schema.nodes(&place, &draft.traits, "oidc");
    for node in &mut nodes {
        let input = &mut node.attributes;
        let value = input.value.as_ref().and_then(Value::as_str);
        let vouched_for = value.is_some_and(|text| draft.is_vouched_for(text));
        let path = input.name.strip_prefix("traits.").unwrap_or(&input.name);
        if vouched_for || draft.is_forced(path) {
            input.disabled = true;
            let provider = draft.provider.as_str().into();
            input.ext.insert("vouchedForBy".to_owned(), provider);
        }
    }
    let button = Message::continue_with(label);
    let id = draft.provider.as_str();
    nodes.push(Node::submit("oidc", "provider", id, button));
    nodes
}

/// Completes the draft with the submitted traits and signs in.
pub(crate) async fn complete(
    desk: &Desk,
    visit: &Visit,
    mut submission: Box<Submission>,
) -> Outcome {
    let draft: Draft = parked::open(desk, &submission.flow)?;
    let id = draft.provider.clone();
    let schema = desk.services.schemas.default_schema();
    let traits = schema.coerce(submission.traits());
    let label = provider::label(desk, &id);
    let typed = Typed::of(desk, &draft, &traits);
    if !desk.services.flows.remove(submission.flow.id).await? {
        return Err(Code::FlowNotFound.into());
    }
    let until = submission.flow.expires_at;
    parked::claim_once::<Draft>(desk, &submission.flow, until).await?;
    // Sealed anew it counts once more, for a flow that goes on.
    parked::add(desk, &mut submission.flow, &draft)?;
    let broker = &desk.services.broker;
    let broker = broker.asking(scopes::of_flow(&submission.flow));
    let mut arrival = match broker.complete(draft, traits).await {
        Ok(arrival) => arrival,
        // Rejecting puts the removed flow back.
        Err(error @ BrokerError::AddressTaken) => {
            provider::tell(desk, &error, &id, &submission.flow);
            if typed.is_empty() {
                let complaint = (None, Message::address_taken(&label));
                return submission.reject(desk, vec![complaint]).await;
            }
            desk.services.flows.put(&submission.flow).await?;
            throttle::duplicate(desk, visit).await?;
            let field = typed.taken(desk).await?;
            let complaint = (field, Message::typed_address_taken(&label));
            return submission.reject(desk, vec![complaint]).await;
        }
        Err(error) => {
            let failure = provider::failure(desk, error, &id, &submission.flow);
            desk.services.flows.put(&submission.flow).await?;
            return Err(failure);
        }
    };
    provider::settle(desk, &mut arrival).await?;
    let is_new = matches!(arrival, Arrival::Created(_));
    let arrived = match arrival {
        Arrival::Known(arrived) | Arrival::Linked(arrived, _) | Arrival::Created(arrived) => {
            arrived
        }
        Arrival::Incomplete(_, errors) => {
            return asked(desk, visit, submission, (errors, &label)).await;
        }
        Arrival::Confirm(pending) => {
            let (flow, wants) = (&submission.flow, submission.wants);
            return confirmation::park(desk, flow, wants, &pending).await;
        }
    };
    let sign_in = SignIn {
        is_new,
        flow: &submission.flow,
        csrf: submission.csrf.clone(),
        wants: submission.wants,
        identity: &arrived.identity,
        proofs: &[Proof::provider(&arrived)],
    };
    sign_in.begin(desk, visit).await
}

/// Asks for what is still missing or wrong. Trying which names are taken is counted.
async fn asked(
    desk: &Desk,
    visit: &Visit,
    submission: Box<Submission>,
    (errors, label): (Vec<TraitError>, &str),
) -> Outcome {
    if errors.iter().any(is_taken) {
        desk.services.flows.put(&submission.flow).await?;
        throttle::duplicate(desk, visit).await?;
    }
    submission.reject(desk, complaints(errors, label)).await
}

/// Addresses that somebody filled in and the provider does not name, each with its field.
struct Typed(Vec<(String, String)>);

impl Typed {
    fn of(desk: &Desk, draft: &Draft, traits: &Value) -> Self {
        let said = draft.vouched.claims.document["email"].as_str();
        let said = said.map(normalise_identifier);
        let schema = desk.services.schemas.default_schema();
        let other = |text: &str| said.as_deref() != Some(&normalise_identifier(text));
        let kept = schema.normalised(traits.clone());
        let mut typed = Vec::new();
        for path in schema.address_paths(traits, other) {
            let at = kept.pointer(&format!("/{}", path.replace('.', "/")));
            let field = format!("traits.{path}");
            typed.extend(texts(at).map(|text| (field.clone(), normalise_identifier(text))));
        }
        Self(typed)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The field of the first one that somebody has.
    async fn taken(&self, desk: &Desk) -> Result<Option<String>, StoreError> {
        let identities = &desk.services.identities;
        // Somebody new has reserved nothing before.
        let nobody = IdentityId::generate(&*desk.services.entropy);
        for (field, value) in &self.0 {
            let is_had = identities.find_by_identifier(value).await?.is_some()
                || !identities.find_by_address(value).await?.is_empty()
                // One that is only kept is marked no later than one that somebody has.
                || names::is_any_taken(desk, nobody, std::iter::once(value)).await?;
            if is_had {
                return Ok(Some(field.clone()));
            }
        }
        Ok(self.0.first().map(|(field, _)| field.clone()))
    }
}

/// The text, or each of the texts, that a trait is.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    value.into_iter().chain(items).filter_map(Value::as_str)
}

/// What is said of the form before anybody has filled it in: what is only missing in it is asked, and
/// not complained of.
fn questions(nodes: &[Node], errors: Vec<TraitError>, label: &str) -> Vec<Complaint> {
    let required = Message::required("").id;
    let is_asked = |error: &TraitError| {
        let name = format!("traits.{}", error.path);
        let is_it = |node: &Node| node.attributes.name == name && !node.attributes.disabled;
        error.message.id == required && nodes.iter().any(is_it)
    };
    let (asked, wrong): (Vec<_>, Vec<_>) = errors.into_iter().partition(is_asked);
    if asked.is_empty() {
        return complaints(wrong, label);
    }
    let mut said = complaint::about_traits(wrong);
    said.push((None, Message::not_told(label)));
    said
}

/// What is wrong or missing. Where nothing is missing, somebody only looks at it first.
fn complaints(errors: Vec<TraitError>, label: &str) -> Vec<Complaint> {
    let required = Message::required("").id;
    let is_lacking = errors.iter().any(|error| error.message.id == required);
    let is_reviewed = errors
        .iter()
        .any(|error| error.path.is_empty() || is_taken(error));
    let mut complaints = complaint::about_traits(errors);
    match (is_lacking, is_reviewed) {
        (true, _) => complaints.push((None, Message::complete_profile())),
        (false, false) => complaints.push((None, Message::review_profile(label))),
        (false, true) => {}
    }
    complaints
}

/// Whether somebody else has a name, so that another one is to be chosen.
fn is_taken(error: &TraitError) -> bool {
    error.message.id == Message::name_taken().id
}
