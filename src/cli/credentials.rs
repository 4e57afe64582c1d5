//! The commands on somebody's credentials: list them, label one, delete one or all of a type, and say in
//! which order they are offered.

use clap::Args;
use portcullis_core::{
    credential::CredentialKind,
    credentials::{CredentialsError, Place},
    id::CredentialId,
};
use serde_json::{Value, json};

use super::{
    Common, Consent, Failure, Selector,
    proofs::{self, Proofs, refused},
    remote::either_past_drop_ins,
};

/// The command that deletes, as the audit log names it.
const COMMAND: &str = "delete-credential";

/// Whose credentials are listed.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    selector: Selector,
    /// Also show how each is made: algorithms and their parameters, never a secret.
    #[arg(long)]
    data: bool,
}

/// Which credential is called what.
#[derive(Debug, Args)]
pub(super) struct Label {
    #[command(flatten)]
    selector: Selector,
    /// The credential, by its id.
    #[arg(long, value_name = "ID")]
    credential_id: CredentialId,
    /// What it is called; an empty text takes the label away.
    #[arg(long, value_name = "TEXT")]
    label: String,
}

/// Which credentials go.
#[derive(Debug, Args)]
pub(super) struct Delete {
    #[command(flatten)]
    selector: Selector,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    consent: Consent,
}

/// One credential, or all of a type.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The credential, by its id.
    #[arg(long, value_name = "ID")]
    credential_id: Option<CredentialId>,
    /// All of this type, such as `totp`.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
}

/// Which credential moves where.
#[derive(Debug, Args)]
pub(super) struct Move {
    #[command(flatten)]
    selector: Selector,
    /// The credential, by its id.
    #[arg(long, value_name = "ID")]
    credential_id: CredentialId,
    #[command(flatten)]
    place: Places,
}

/// Where a credential moves.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Places {
    /// It is offered before all others.
    #[arg(long)]
    to_first: bool,
    /// It is offered right after this one.
    #[arg(long, value_name = "ID")]
    after: Option<CredentialId>,
}

/// Lists somebody's credentials in the order in which they are offered.
pub(super) fn list(common: &Common, asked: &List) -> Result<(), Failure> {
    either_past_drop_ins(
        common,
        async |remote| list_at(common, asked, remote).await,
        async |errand| list_at(common, asked, errand).await,
    )
}

async fn list_at<P: Proofs>(common: &Common, asked: &List, proofs: &P) -> Result<(), Failure> {
    let person = proofs.find(&asked.selector).await?;
    let own = proofs.list(&person, asked.data).await?;
    print::<P>(common, &own, asked.data)
}

/// Gives a credential a label.
pub(super) fn label(common: &Common, asked: &Label) -> Result<(), Failure> {
    either_past_drop_ins(
        common,
        async |remote| label_at(common, asked, remote).await,
        async |errand| label_at(common, asked, errand).await,
    )
}

async fn label_at(common: &Common, asked: &Label, proofs: &impl Proofs) -> Result<(), Failure> {
    let person = proofs.find(&asked.selector).await?;
    let wish = (asked.credential_id, &*asked.label);
    common.output.print(&proofs.label(&person, wish).await?)
}

/// Moves a credential.
pub(super) fn move_to(common: &Common, asked: &Move) -> Result<(), Failure> {
    either_past_drop_ins(
        common,
        async |remote| move_at(common, asked, remote).await,
        async |errand| move_at(common, asked, errand).await,
    )
}

async fn move_at<P: Proofs>(common: &Common, asked: &Move, proofs: &P) -> Result<(), Failure> {
    let person = proofs.find(&asked.selector).await?;
    let place = asked.place.after.map_or(Place::First, Place::After);
    let order = proofs
        .move_to(&person, (asked.credential_id, place))
        .await?;
    print::<P>(common, &order, false)
}

/// Deletes credentials and ends the sessions; links to accounts are unlinked, as
/// `unlink-oidc-account` does, which ends those that came by them.
pub(super) fn delete(common: &Common, asked: &Delete) -> Result<(), Failure> {
    let kind = asked.which.kind.as_deref().map(named).transpose()?;
    either_past_drop_ins(
        common,
        async |remote| delete_at(common, (asked, kind), remote).await,
        async |errand| delete_at(common, (asked, kind), errand).await,
    )
}

async fn delete_at<P: Proofs>(
    common: &Common,
    (asked, kind): (&Delete, Option<CredentialKind>),
    proofs: &P,
) -> Result<(), Failure> {
    let person = proofs.find(&asked.selector).await?;
    let one = asked.which.credential_id.map(|id| id.to_string());
    let mut own = proofs.list(&person, false).await?;
    own.retain(|proof| match (kind, &one) {
        (Some(kind), _) => proofs::is_of::<P>(proof, kind),
        (None, Some(id)) => P::told(proof, false)["id"] == **id,
        (None, None) => false,
    });
    let Some(first) = own.first() else {
        return Err(refused(CredentialsError::Unknown));
    };
    let (id, kind) = (P::id(&person), P::told(first, false)["type"].take());
    asked.consent.ask(&format!(
        "Delete {} credential(s) of type {} of identity {id}?",
        own.len(),
        kind.as_str().unwrap_or_default()
    ))?;
    let ended = proofs.delete(&person, &own, COMMAND).await?;
    let idle = proofs::without_use(proofs, &person).await?;
    common.output.print(&json!({
        "identity_id": id, "type": kind, "deleted": proofs::ids::<P>(&own),
        "sessions_ended": ended, "without_use": idle,
    }))
}

fn print<P: Proofs>(common: &Common, own: &[P::Proof], with_data: bool) -> Result<(), Failure> {
    let rows = own.iter().map(|one| P::told(one, with_data));
    let rows: Vec<Value> = rows.collect();
    let mut columns = vec![
        "id",
        "type",
        "label",
        "created_at",
        "last_used_at",
        "priority",
    ];
    columns.extend(with_data.then_some("data"));
    common.output.print_rows(&rows, &columns)
}

fn named(kind: &str) -> Result<CredentialKind, Failure> {
    kind.parse().map_err(|_| {
        let all = CredentialKind::ALL.map(CredentialKind::as_str);
        Failure::Usage(format!(
            "{kind:?} is no type; write one of {}",
            all.join(", ")
        ))
    })
}
