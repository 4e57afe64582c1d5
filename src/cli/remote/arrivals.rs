//! People who settle at a running gateway: looked for and taken in by hundreds through its admin API.

mod outcome;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use portcullis_core::{
    credential::{Credential, CredentialKind},
    factor::{Imports, Misfit},
    id::IdentityId,
    identity::{Address, Identity, IdentityState},
    link::{Link, LinkKey},
};
use reqwest::Method;
use serde_json::{Map, Value, json};

use self::outcome::outcome;
use super::{Remote, encoded, odd, sent::Sent};
use crate::{
    cli::{Failure, links::Links},
    migration::{
        newcomer::{KeptFactor, Password},
        settling::{Arrival, Known, Reception, Settlement, Sought, TakenIn, WITHOUT},
    },
};

const ALL: &str = "/admin/identities";
/// How many ids are asked about at once.
const IDS: usize = 100;
/// How many questions are asked beside each other.
const BESIDE: usize = 8;
/// How many are sent at once.
const MOST: usize = 1000;
/// How many of them may come with a password that is still to be hashed.
const MOST_PLAIN: usize = 200;
/// How long what is sent at once becomes, in bytes; the gateway takes 4 MiB.
const LONGEST: usize = 3 * 1024 * 1024;

/// The running gateway as a place to settle.
#[derive(Debug)]
pub(in crate::cli) struct Gateway<'a>(
    pub(in crate::cli) &'a Remote,
    /// What judges second factors and passkeys before they are sent.
    pub(in crate::cli) &'a dyn Imports,
);

impl Settlement for Gateway<'_> {
    type Error = Failure;
    /// What it hashes, or knows the hash of, itself.
    type Password = Password;
    /// What it makes of what is kept elsewhere, it makes itself.
    type Factor = KeptFactor;

    async fn known(&self, sought: &Sought) -> Result<Known, Failure> {
        let identifiers = self.owners(&sought.identifiers).await?;
        let accounts = match sought.accounts.is_empty() {
            true => BTreeMap::new(),
            false => self.linked(identifiers.values(), &sought.accounts).await?,
        };
        Ok(Known {
            ids: self.present(&sought.ids).await?,
            identifiers,
            accounts,
            external_ids: self.namesakes(&sought.external_ids).await?,
        })
    }

    async fn password(
        &self,
        _: &Identity,
        password: &Password,
    ) -> Result<Result<Password, String>, Failure> {
        let usable = match password {
            Password::Hashed(hash) => portcullis_local::usable_hash(hash.expose()),
            Password::Plain(_) => Ok(()),
        };
        let usable = usable.map(|()| password.clone());
        Ok(usable.map_err(|why| format!("{why}{WITHOUT}")))
    }

    /// Which kinds are switched off, the gateway says itself.
    fn takes(&self, _: CredentialKind) -> bool {
        true
    }

    /// Told as early as beside the store; what is made for it stays behind.
    fn factors(&self, identity: &Identity, kept: &KeptFactor) -> Result<Vec<KeptFactor>, Misfit> {
        let whose = (identity.id, &[][..]);
        self.1.import(kept.kind, &kept.config, whose)?;
        Ok(vec![kept.clone()])
    }

    async fn take_in(&self, arrivals: Vec<Arrival<Gateway<'_>>>) -> TakenIn<Failure> {
        let (mut each, mut broken_off) = (Vec::new(), None);
        for part in parts(&arrivals) {
            let all = |reception: Reception| part.iter().map(move |_| reception.clone());
            if broken_off.is_some() {
                each.extend(all(Reception::Unsent));
                continue;
            }
            match self.send(&part).await {
                Sent::Told(told) => each.extend(told),
                Sent::Refused(failure) => {
                    each.extend(all(Reception::Refused(vec![failure.to_string()])));
                }
                Sent::Closed(failure) => {
                    each.extend(all(Reception::Unsent));
                    broken_off = Some(failure);
                }
                Sent::Unanswered(failure) => {
                    each.extend(all(Reception::Unknown));
                    broken_off = Some(failure);
                }
            }
        }
        TakenIn { each, broken_off }
    }
}

impl Gateway<'_> {
    /// Sends as many as are taken at once: what became of each.
    async fn send(&self, part: &[Value]) -> Sent {
        let asked = json!({ "identities": part });
        let answer = match self.0.answer(Method::PATCH, ALL, Some(&asked)).await {
            Ok(answer) => answer,
            Err(failure) => return Sent::Unanswered(failure),
        };
        let status = answer.status();
        let mut judged = match self.0.told(answer).await {
            Ok(judged) => judged,
            Err(failure) => return Sent::refused(status, failure),
        };
        match judged["identities"].take() {
            Value::Array(judged) if judged.len() == part.len() => {
                Sent::Told(judged.iter().map(outcome).collect())
            }
            _ => Sent::Unanswered(odd()),
        }
    }

    async fn present(&self, ids: &[IdentityId]) -> Result<BTreeSet<IdentityId>, Failure> {
        let mut present = BTreeSet::new();
        for some in ids.chunks(IDS) {
            let query: Vec<String> = some.iter().map(|id| format!("ids={id}")).collect();
            let path = format!("{ALL}?page_size={IDS}&{}", query.join("&"));
            for found in self.0.all(&path).await? {
                present.insert(id(&found)?);
            }
        }
        Ok(present)
    }

    /// Who signs in with which of these.
    async fn owners(
        &self,
        identifiers: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, Failure> {
        let asked = stream::iter(identifiers).map(async |identifier| {
            let own = encoded(identifier);
            let path = format!("{ALL}?credentials_identifier={own}");
            let found = self.0.list(&path).await?;
            let owner = found.first().map(id).transpose()?;
            Ok::<_, Failure>(owner.map(|owner| (identifier.clone(), owner)))
        });
        let found: Vec<_> = asked.buffer_unordered(BESIDE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Who is called which of these elsewhere.
    async fn namesakes(&self, names: &[String]) -> Result<BTreeMap<String, IdentityId>, Failure> {
        let asked = stream::iter(names).map(async |name| {
            // No path holds them all.
            let path = format!("{ALL}/by/external?external_id={}", encoded(name));
            match self.0.get(&path).await {
                Ok(found) => Ok(Some((name.clone(), id(&found)?))),
                Err(Failure::Nobody(_)) => Ok(None),
                Err(other) => Err(other),
            }
        });
        let found: Vec<_> = asked.buffer_unordered(BESIDE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Which of these accounts are linked to these people.
    async fn linked(
        &self,
        people: impl Iterator<Item = &IdentityId>,
        accounts: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, Failure> {
        let mut linked = BTreeMap::new();
        for person in people.collect::<BTreeSet<_>>() {
            for link in Links::list(self.0, &person.to_string()).await? {
                let key = link["provider"].as_str().and_then(|id| id.parse().ok());
                let (Some(provider), Some(subject)) = (key, link["subject"].as_str()) else {
                    continue;
                };
                let key = LinkKey {
                    provider,
                    issuer: OWN_ISSUER.to_owned(),
                    subject: subject.to_owned(),
                };
                let name = key.identifier();
                if accounts.contains(&name) {
                    linked.insert(name, *person);
                }
            }
        }
        Ok(linked)
    }
}

/// Stands for the issuer of a provider's accounts, which the gateway knows.
pub(in crate::cli) const OWN_ISSUER: &str = "";

fn id(identity: &Value) -> Result<IdentityId, Failure> {
    let id = identity["id"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(odd)
}

/// These people in parts that the gateway takes at once.
fn parts(arrivals: &[Arrival<Gateway<'_>>]) -> Vec<Vec<Value>> {
    let mut parts = Vec::new();
    let mut part: Vec<Value> = Vec::new();
    let (mut plain, mut length) = (0, 0);
    for arrival in arrivals {
        let is_plain = matches!(arrival.password, Some(Password::Plain(_)));
        let entry = json!({"create": wish(arrival)});
        let long = entry.to_string().len();
        let is_full = part.len() == MOST
            || (is_plain && plain == MOST_PLAIN)
            || (length + long > LONGEST && !part.is_empty());
        if is_full {
            parts.push(std::mem::take(&mut part));
            (plain, length) = (0, 0);
        }
        plain += usize::from(is_plain);
        length += long;
        part.push(entry);
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// Somebody as the admin API takes them.
fn wish(arrival: &Arrival<Gateway<'_>>) -> Value {
    let identity = &arrival.identity;
    let mut wish = json!({
        "id": identity.id, "schema_id": identity.schema_id,
        "state": match identity.state {
            IdentityState::Active => "active",
            IdentityState::Inactive => "inactive",
        },
        "traits": identity.traits, "metadata_public": identity.metadata_public,
        "metadata_admin": identity.metadata_admin, "verifiable_addresses": proved(identity),
        "credentials": credentials(arrival),
    });
    if let Some(at) = since(identity, identity.created_at) {
        wish["created_at"] = json!(at);
    }
    // What is empty is not asked for: some of it takes a right of its own.
    if !identity.roles.is_empty() {
        wish["roles"] = json!(identity.roles);
    }
    if !identity.required_actions.is_empty() {
        wish["required_actions"] = json!(identity.required_actions);
    }
    if let Some(name) = &identity.external_id {
        wish["external_id"] = json!(name);
    }
    if !identity.unmanaged.is_empty() {
        wish["unmanaged"] = json!(identity.unmanaged);
    }
    wish
}

fn proved(identity: &Identity) -> Vec<Value> {
    let is_proved = |one: &&Address| one.purpose.verification && one.verified_at.is_some();
    let proved = identity.addresses.iter().filter(is_proved);
    proved
        .map(|one| {
            let at = one.verified_at.and_then(|at| since(identity, at));
            json!({"value": one.value, "verified": true, "verified_at": at})
        })
        .collect()
}

/// A moment that is told of somebody; none where it is that of the import, which the gateway's own clock says.
fn since(identity: &Identity, at: Timestamp) -> Option<Timestamp> {
    (at < identity.updated_at).then_some(at)
}

fn credentials(arrival: &Arrival<Gateway<'_>>) -> Map<String, Value> {
    let mut all = Map::new();
    let config = match &arrival.password {
        Some(Password::Hashed(hash)) => Some(json!({"hashed_password": hash.expose()})),
        Some(Password::Plain(plain)) => Some(json!({"password": plain.expose()})),
        None => None,
    };
    if let Some(config) = config {
        all.insert("password".to_owned(), json!({ "config": config }));
    }
    let links: Vec<Value> = arrival.links.iter().filter_map(link).collect();
    if !links.is_empty() {
        let config = json!({ "providers": links });
        all.insert("oidc".to_owned(), json!({ "config": config }));
    }
    for KeptFactor { kind, config } in &arrival.factors {
        all.insert(kind.as_str().to_owned(), json!({ "config": config }));
    }
    all
}

fn link(credential: &Credential) -> Option<Value> {
    let key = Link::of(credential)?.key;
    Some(json!({"provider": key.provider, "subject": key.subject}))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use portcullis_core::secret::Secret;

    use super::*;

    fn arrival(password: Option<Password>, traits: Value) -> Arrival<Gateway<'static>> {
        let id = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        let mut identity = Identity::blank(id, "default", Timestamp::UNIX_EPOCH);
        identity.traits = traits;
        Arrival {
            identity,
            links: Vec::new(),
            password,
            factors: Vec::new(),
        }
    }

    fn lengths(arrivals: &[Arrival<Gateway<'_>>]) -> Vec<usize> {
        parts(arrivals).iter().map(Vec::len).collect()
    }

    #[test]
    fn people_are_sent_in_parts_that_a_gateway_takes() {
        let some = |count: usize, password: Option<Password>| -> Vec<_> {
            let one = || arrival(password.clone(), json!({}));
            (0..count).map(|_| one()).collect()
        };
        let hashed = Password::Hashed(Secret::new("$2b$x"));
        let plain = Password::Plain(Secret::new("plain"));
        assert!(lengths(&[]).is_empty());
        assert_eq!(lengths(&some(1001, Some(hashed))), [1000, 1]);
        assert_eq!(lengths(&some(401, Some(plain))), [200, 200, 1]);
        let long = json!({"text": "x".repeat(1024 * 1024)});
        let long: Vec<_> = (0..5).map(|_| arrival(None, long.clone())).collect();
        assert_eq!(lengths(&long), [2, 2, 1]);
    }

    #[test]
    fn what_is_empty_is_not_asked_for() {
        let hash = Password::Hashed(Secret::new("$2b$x"));
        let told = wish(&arrival(Some(hash), json!({"email": "a@example.org"})));
        for name in ["roles", "required_actions", "unmanaged", "external_id"] {
            assert_eq!(told.get(name), None, "{name}");
        }
        assert_eq!(
            told["credentials"],
            json!({"password": {"config": {"hashed_password": "$2b$x"}}})
        );
    }

    /// HA-03: of a moment that no file tells, the gateway's clock says when it is.
    #[test]
    fn only_what_was_before_the_import_has_a_time() {
        let mut newcomer = arrival(None, json!({}));
        assert_eq!(wish(&newcomer).get("created_at"), None);
        newcomer.identity.updated_at += Duration::from_secs(1);
        assert_eq!(wish(&newcomer)["created_at"], "1970-01-01T00:00:00Z");
    }
}
