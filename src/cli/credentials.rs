//! The commands on somebody's credentials: list them, label one, delete one or all of a type, and say in
//! which order they are offered.

use clap::Args;
use portcullis_core::{
    credential::{Credential, CredentialKind},
    credentials::{Credentials, CredentialsError, Listed, Place},
    id::CredentialId,
    identity::Identity,
    link::Link,
};
use serde_json::{Value, json};

use super::{
    Common, Consent, Failure, Selector,
    audit::Act,
    links, mfa,
    providers::Errand,
    remote::{Remote, Which as Meant},
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
    let remote = Remote::run(&common.reach, async |remote| {
        let id = remote.id(&asked.selector).await?;
        print_rows(
            common,
            &remote.credentials(&id, asked.data).await?,
            asked.data,
        );
        Ok(())
    });
    if let Some(done) = remote {
        return done;
    }
    with(common, &asked.selector, async |_, identity, credentials| {
        let own = credentials.list(identity.id).await?;
        print(common, &own, asked.data);
        Ok(())
    })
}

/// Gives a credential a label.
pub(super) fn label(common: &Common, asked: &Label) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        let wish = (asked.credential_id, &*asked.label);
        common
            .output
            .print(&remote.label(&asked.selector, wish).await?);
        Ok(())
    });
    if let Some(done) = remote {
        return done;
    }
    with(
        common,
        &asked.selector,
        async |errand, identity, credentials| {
            let labelled = credentials.label(identity.id, asked.credential_id, &asked.label);
            let labelled = labelled.await.map_err(refused)?;
            let act = Act::new("label-credential", "identity.credential.label");
            let act = act.on_identity(identity.id);
            let act = act.to(json!({"credential": labelled.id, "label": labelled.label}));
            act.note(errand.foundation()).await;
            common.output.print(&json!(Listed::of(&labelled, false)));
            Ok(())
        },
    )
}

/// Moves a credential.
pub(super) fn move_to(common: &Common, asked: &Move) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        let wish = (asked.credential_id, asked.place.after);
        let order = remote.move_to(&asked.selector, wish).await?;
        print_rows(common, &order, false);
        Ok(())
    });
    if let Some(done) = remote {
        return done;
    }
    with(
        common,
        &asked.selector,
        async |errand, identity, credentials| {
            let place = asked.place.after.map_or(Place::First, Place::After);
            let order = credentials.move_to(identity.id, asked.credential_id, place);
            let order = order.await.map_err(refused)?;
            let ids: Vec<CredentialId> = order.iter().map(|one| one.id).collect();
            let act = Act::new("move-credential", "identity.credential.move");
            let act = act.on_identity(identity.id).to(json!({"order": ids}));
            act.note(errand.foundation()).await;
            print(common, &order, false);
            Ok(())
        },
    )
}

/// Deletes credentials and ends the sessions; links to accounts are unlinked, as
/// `unlink-oidc-account` does, which ends those that came by them.
pub(super) fn delete(common: &Common, asked: &Delete) -> Result<(), Failure> {
    let kind = asked.which.kind.as_deref().map(named).transpose()?;
    let remote = Remote::run(&common.reach, async |remote| {
        delete_remotely(common, (asked, kind), remote).await
    });
    if let Some(done) = remote {
        return done;
    }
    with(
        common,
        &asked.selector,
        async |errand, identity, credentials| {
            let is_it = |one: &Credential| match kind {
                Some(kind) => one.kind == kind,
                None => Some(one.id) == asked.which.credential_id,
            };
            let mut own = credentials.list(identity.id).await?;
            own.retain(is_it);
            if own.is_empty() {
                return Err(refused(CredentialsError::Unknown));
            }
            let (count, kind) = (own.len(), own[0].kind.as_str());
            let question = question(&identity.id.to_string(), count, kind);
            asked.consent.ask(&question)?;
            let mut ended = 0;
            for one in &own {
                ended += remove(errand, identity, credentials, one).await?;
            }
            let (stores, id) = (&errand.foundation().stores, identity.id);
            if own[0].kind != CredentialKind::Oidc {
                let place = (errand.config(), errand.foundation());
                ended += mfa::end_sessions(place, COMMAND, id).await?;
            }
            let kept = (&*stores.identities, &*stores.credentials);
            let idle = mfa::idle(kept, &errand.foundation().actions, id).await?;
            let gone: Vec<CredentialId> = own.iter().map(|one| one.id).collect();
            common.output.print(&json!({
                "identity_id": id, "type": kind, "deleted": gone, "sessions_ended": ended,
                "without_use": idle,
            }));
            Ok(())
        },
    )
}

/// The same through a running gateway.
async fn delete_remotely(
    common: &Common,
    (asked, kind): (&Delete, Option<CredentialKind>),
    remote: &Remote,
) -> Result<(), Failure> {
    let which = match (kind, asked.which.credential_id) {
        (Some(kind), _) => Meant::Kind(kind),
        (None, Some(id)) => Meant::One(id),
        (None, None) => return Err(refused(CredentialsError::Unknown)),
    };
    let ask = |id: &str, count: usize, kind: &str| asked.consent.ask(&question(id, count, kind));
    let gone = remote.delete_credentials(&asked.selector, which, ask);
    let Some(gone) = gone.await? else {
        return Err(refused(CredentialsError::Unknown));
    };
    common.output.print(&json!({
        "identity_id": gone.identity_id, "type": gone.kind, "deleted": gone.ids,
        "sessions_ended": gone.sessions_ended, "without_use": gone.without_use,
    }));
    Ok(())
}

fn question(id: &str, count: usize, kind: &str) -> String {
    format!("Delete {count} credential(s) of type {kind} of identity {id}?")
}

/// Deletes one credential, and says how many sessions went with it.
async fn remove(
    errand: &Errand,
    identity: &Identity,
    credentials: &Credentials,
    one: &Credential,
) -> Result<u64, Failure> {
    match Link::of(one) {
        Some(link) => links::remove(errand, COMMAND, identity, &link).await,
        None if one.kind == CredentialKind::Oidc => {
            links::remove_prepared(errand, COMMAND, identity, one).await?;
            Ok(0)
        }
        None => {
            let deleted = credentials.delete(identity.id, one.id).await;
            deleted.map_err(refused)?;
            let act = Act::new(COMMAND, "identity.credential.delete").on_identity(identity.id);
            let act = act.from(json!(Listed::of(one, false)));
            act.note(errand.foundation()).await;
            Ok(0)
        }
    }
}

/// Does an errand on the credentials of the identity that is meant.
fn with<F>(common: &Common, selector: &Selector, work: F) -> Result<(), Failure>
where
    F: AsyncFnOnce(&Errand, &Identity, &Credentials) -> Result<(), Failure>,
{
    Errand::run_past_drop_ins(common, async |errand| {
        let stores = &errand.foundation().stores;
        let identity = selector.resolve(&*stores.identities).await?;
        let credentials = Credentials::new(
            std::sync::Arc::clone(&stores.credentials),
            errand.announcer().clone(),
        );
        work(errand, &identity, &credentials).await
    })
}

fn print(common: &Common, own: &[Credential], with_data: bool) {
    let listed = own.iter().map(|one| json!(Listed::of(one, with_data)));
    let rows: Vec<Value> = listed.collect();
    print_rows(common, &rows, with_data);
}

fn print_rows(common: &Common, rows: &[Value], with_data: bool) {
    let mut columns = vec![
        "id",
        "type",
        "label",
        "created_at",
        "last_used_at",
        "priority",
    ];
    columns.extend(with_data.then_some("data"));
    common.output.print_rows(rows, &columns);
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

fn refused(error: CredentialsError) -> Failure {
    match error {
        CredentialsError::Label => Failure::Usage(error.to_string()),
        CredentialsError::Unknown => {
            Failure::Refused(format!("{error}; list-credentials shows what it has"))
        }
        other => Failure::refused(&other),
    }
}
