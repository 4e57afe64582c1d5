//! A running gateway, asked through its admin API instead of the store: what commands print and how
//! they end is the same.

mod arrivals;
mod pages;
mod providers;
mod reach;
mod schemas;
mod sent;
mod target;

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portcullis_core::{identifier::normalise_identifier, secret::Secret};
use reqwest::{Client, Method, Response, StatusCode, redirect::Policy};
use serde_json::Value;

pub(super) use self::arrivals::{Gateway, OWN_ISSUER};
pub use self::reach::Reach;
use self::target::Target;
use super::{Common, Failure, Selector, desk, desk::Desk, providers::errand::Errand};

/// How long the gateway may take to answer; a provider's departure takes some seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Does an errand at a running gateway where the command line names one, and in the store otherwise.
pub(super) fn either<R, L>(common: &Common, remotely: R, locally: L) -> Result<(), Failure>
where
    R: AsyncFnOnce(&Remote) -> Result<(), Failure>,
    L: AsyncFnOnce(&Desk) -> Result<(), Failure>,
{
    Remote::run(&common.reach, remotely).unwrap_or_else(|| Desk::open(common, locally))
}

/// The same in the store past drop-in files that are broken.
pub(super) fn either_past_drop_ins<R, L>(
    common: &Common,
    remotely: R,
    locally: L,
) -> Result<(), Failure>
where
    R: AsyncFnOnce(&Remote) -> Result<(), Failure>,
    L: AsyncFnOnce(&Errand) -> Result<(), Failure>,
{
    Remote::run(&common.reach, remotely)
        .unwrap_or_else(|| Errand::run_past_drop_ins(common, locally))
}

/// The same in the store with all drop-in files, for an errand that one of them may be about.
pub(super) fn either_with_drop_ins<R, L>(
    common: &Common,
    remotely: R,
    locally: L,
) -> Result<(), Failure>
where
    R: AsyncFnOnce(&Remote) -> Result<(), Failure>,
    L: AsyncFnOnce(&Errand) -> Result<(), Failure>,
{
    Remote::run(&common.reach, remotely).unwrap_or_else(|| Errand::run(common, locally))
}

/// A running gateway.
#[derive(Debug)]
pub(super) struct Remote {
    target: Target,
    client: Client,
    /// None where nothing is said of one: a gateway may ask nobody who they are.
    token: Option<Secret>,
}

impl Remote {
    /// Asks a running gateway, where the command line names one; `None` where it does not.
    pub(super) fn run<F>(reach: &Reach, errand: F) -> Option<Result<(), Failure>>
    where
        F: AsyncFnOnce(&Self) -> Result<(), Failure>,
    {
        let target = reach.target()?;
        Some(Self::run_at(target.clone(), reach, errand))
    }

    fn run_at<F>(target: Target, reach: &Reach, errand: F) -> Result<(), Failure>
    where
        F: AsyncFnOnce(&Self) -> Result<(), Failure>,
    {
        let client = reach
            .trusting(target.reached(Client::builder()))?
            .user_agent(concat!("portcullis/", env!("CARGO_PKG_VERSION")))
            // The token goes to one address only.
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|error| Failure::refused(&error))?;
        desk::runtime()?.block_on(async {
            let token = reach.token(&client, &target).await?;
            let remote = Self {
                target,
                client,
                token,
            };
            let done = errand(&remote).await;
            done.map_err(|failure| failure.asked(&remote.target))
        })
    }

    /// What the gateway answers; null where it says nothing.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        self.told(self.answer(method, path, body).await?).await
    }

    /// The gateway's answer as it is, a refusal or not.
    async fn answer(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, Failure> {
        let url = format!("{}{path}", self.target.base());
        let mut request = self.client.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.map_err(|error| unreached(&error))
    }

    /// Makes something: as it is now, and whether it was not there before.
    pub(super) async fn make(&self, path: &str, wish: &Value) -> Result<(Value, bool), Failure> {
        let answer = self.answer(Method::POST, path, Some(wish)).await?;
        let is_new = answer.status() == StatusCode::CREATED;
        Ok((self.told(answer).await?, is_new))
    }

    /// Removes what stands there; whether it was there still.
    pub(super) async fn delete_at(&self, path: &str) -> Result<bool, Failure> {
        let answer = self.answer(Method::DELETE, path, None).await?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(false),
            _ => self.told(answer).await.map(|_| true),
        }
    }

    /// What an answer says, or why it says nothing.
    async fn told(&self, answer: Response) -> Result<Value, Failure> {
        if answer.status() == StatusCode::UNAUTHORIZED && self.token.is_none() {
            return Err(reach::tokenless());
        }
        told(answer).await
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::GET, path, None).await
    }

    /// The members of a list.
    pub(super) async fn list(&self, path: &str) -> Result<Vec<Value>, Failure> {
        match self.get(path).await? {
            Value::Array(items) => Ok(items),
            _ => Err(odd()),
        }
    }

    /// The identity that is meant, as administrators see it.
    pub(super) async fn resolve(&self, selector: &Selector) -> Result<Value, Failure> {
        match (&selector.identity_id, &selector.email) {
            (Some(id), None) => {
                let id = Selector::id(id)?;
                let found = self.get(&format!("/admin/identities/{id}")).await;
                found.map_err(|failure| match failure {
                    Failure::Nobody(_) => Failure::Nobody(format!("id {id}")),
                    other => other,
                })
            }
            (None, Some(email)) => self.by_email(email).await,
            _ => Err(Selector::undecided()),
        }
    }

    /// The id of the identity that is meant.
    pub(super) async fn id(&self, selector: &Selector) -> Result<String, Failure> {
        let identity = self.resolve(selector).await?;
        identity["id"].as_str().map(str::to_owned).ok_or_else(odd)
    }

    /// Whoever has this address, and whoever signs in with it.
    async fn by_email(&self, email: &str) -> Result<Value, Failure> {
        let address = normalise_identifier(email);
        if address.is_empty() {
            return Err(Failure::Usage("the --email is empty".to_owned()));
        }
        let own = encoded(&address);
        let path = format!("/admin/identities?credentials_identifier={own}");
        let mut found = self.list(&path).await?;
        let quoted = address.replace('\\', "\\\\").replace('"', "\\\"");
        let search = encoded(&format!("email:\"{quoted}\""));
        for other in self
            .list(&format!("/admin/identities?search={search}"))
            .await?
        {
            let is_known = found.iter().any(|one| one["id"] == other["id"]);
            if !is_known && has_address(&other, &address) {
                found.push(other);
            }
        }
        if found.len() > 1 {
            return Err(Failure::Several);
        }
        let none = || Failure::Nobody("this e-mail address".to_owned());
        found.pop().ok_or_else(none)
    }

    /// How many sessions of an identity have not ended.
    pub(super) async fn live_sessions(&self, id: &str) -> Result<usize, Failure> {
        let path = format!("/admin/identities/{id}/sessions?active=true");
        Ok(self.all(&path).await?.len())
    }
}

/// A text as part of a query or a path.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn has_address(identity: &Value, address: &str) -> bool {
    let lists = ["verifiable_addresses", "recovery_addresses"];
    let all = lists.iter().filter_map(|name| identity[*name].as_array());
    all.flatten().any(|one| one["value"] == address)
}

/// The answer, or why there is none.
async fn told(answer: Response) -> Result<Value, Failure> {
    let status = answer.status();
    let body = answer.bytes().await.map_err(|error| unreached(&error))?;
    if status == StatusCode::NO_CONTENT || (status.is_success() && body.is_empty()) {
        return Ok(Value::Null);
    }
    let read: Option<Value> = serde_json::from_slice(&body).ok();
    if status.is_success() {
        return read.ok_or_else(odd);
    }
    let error = read.as_ref().map(|read| &read["error"]);
    let text = |name: &str| error.and_then(|error| error[name].as_str());
    Err(match (status, text("id")) {
        (_, Some("identity_not_found")) => Failure::Nobody("this id".to_owned()),
        (_, Some("account_linked_elsewhere")) => Failure::Taken("the account".to_owned()),
        (StatusCode::UNAUTHORIZED, _) => Failure::Refused(
            "the gateway knows no such token, or knows it no more; see --admin-token-file"
                .to_owned(),
        ),
        _ => match text("reason").or_else(|| text("message")) {
            Some(reason) => Failure::Refused(as_reason(reason)),
            None => Failure::Refused(format!("the gateway answered {status}")),
        },
    })
}

/// A sentence of the API as commands tell reasons.
fn as_reason(sentence: &str) -> String {
    let sentence = sentence.strip_suffix('.').unwrap_or(sentence);
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn unreached(error: &reqwest::Error) -> Failure {
    let failure = Failure::refused(error).to_string();
    Failure::Refused(format!("the gateway cannot be asked: {failure}"))
}

/// What answers does not speak like a gateway.
pub(super) fn odd() -> Failure {
    Failure::Refused("what answers at --admin-url is no gateway of this version".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_the_api_become_reasons() {
        for (sentence, reason) in [
            (
                "This is the last administrator, so it stays one.",
                "this is the last administrator, so it stays one",
            ),
            ("Nein", "nein"),
            ("", ""),
        ] {
            assert_eq!(as_reason(sentence), reason);
        }
    }
}
