//! API credentials as they are asked for, made and shown; for endpoints and commands alike.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    api_credential::{ApiCredential, Bearer, ClientAuthMethod, ClientSecret},
    clock::Clock,
    entropy::Entropy,
    id::ApiCredentialId,
    secret::{Secret, Token, TokenHash},
};
use serde_json::{Value, json};
use url::Url;

use crate::role::{Role, Roles};

/// The scope that narrows nothing.
pub const OPENID: &str = "openid";
/// The longest name, in characters.
const LONGEST_NAME: usize = 100;
/// How many secrets are good at once: one more ends the oldest.
pub const MOST_SECRETS: usize = 5;
/// How long old secrets are good for beside a new one, unless somebody says otherwise.
pub const OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest that they may be.
pub const LONGEST_OVERLAP: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// An API credential that somebody wants.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What people call it.
    pub name: String,
    /// How its program shows the secret.
    pub auth_method: ClientAuthMethod,
    /// What it may do.
    pub roles: Roles,
    /// The scopes its tokens can be narrowed to; `None` for all that its roles cover.
    pub scopes: Option<Vec<String>>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// What changes of an API credential; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What people call it.
    pub name: Option<String>,
    /// How its program shows the secret.
    pub auth_method: Option<ClientAuthMethod>,
    /// What it may do.
    pub roles: Option<Roles>,
    /// The scopes its tokens can be narrowed to.
    pub scopes: Option<Vec<String>>,
    /// When it ends; `Some(None)` for never.
    pub expires_at: Option<Option<Timestamp>>,
}

impl Change {
    /// Whether it is one of rights.
    pub fn is_of_rights(&self) -> bool {
        self.roles.is_some() || self.scopes.is_some() || self.expires_at.is_some()
    }
}

/// An API credential cannot be as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWish {
    /// Its name is empty, too long, or has signs that nothing shows.
    #[error("name: it has 1 to {LONGEST_NAME} letters, digits and signs, on one line")]
    Name,
    /// It may do nothing.
    #[error("roles: at least one of viewer, user-manager, provider-manager, impersonator, admin")]
    NoRole,
    /// A scope means nothing, or more than its roles permit.
    #[error("scopes: {0:?} is neither \"openid\" nor a role that its own roles cover")]
    Scope(String),
    /// Its tokens could be asked for with nothing.
    #[error("scopes: at least one; \"openid\" is for tokens that nothing narrows")]
    NoScope,
    /// It would have ended before it began.
    #[error("expires_at: it lies in the past")]
    Past,
}

impl InvalidWish {
    /// The member that is wrong.
    pub fn member(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NoRole => "roles",
            Self::NoScope | Self::Scope(_) => "scopes",
            Self::Past => "expires_at",
        }
    }
}

/// Makes a credential; its secret is in no store, so that it is shown now or never.
pub fn make(
    wish: Wish,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(ApiCredential, Secret), InvalidWish> {
    let now = clock.now();
    let scopes = wish.scopes.unwrap_or_else(|| all_scopes(&wish.roles));
    let (secret, hash) = fresh_secret(entropy);
    let credential = ApiCredential {
        id: ApiCredentialId::generate(entropy),
        name: wish.name.trim().to_owned(),
        client_id: ApiCredentialId::generate(entropy).to_string(),
        secrets: vec![ClientSecret {
            hash,
            created_at: now,
            expires_at: None,
        }],
        auth_method: wish.auth_method,
        roles: wish.roles.iter().map(|role| role.to_string()).collect(),
        scopes,
        created_at: now,
        updated_at: now,
        expires_at: wish.expires_at,
        last_used_at: None,
        version: 0,
    };
    check(&credential, now)?;
    Ok((credential, secret))
}

/// Refuses a credential that cannot be so.
pub(crate) fn check(credential: &ApiCredential, now: Timestamp) -> Result<(), InvalidWish> {
    let name = &credential.name;
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control)
    {
        return Err(InvalidWish::Name);
    }
    let roles = Roles::among(&credential.roles);
    if roles.is_empty() {
        return Err(InvalidWish::NoRole);
    }
    // An empty list would be no limit, where whoever writes it means that there is nothing to be had.
    if credential.scopes.is_empty() {
        return Err(InvalidWish::NoScope);
    }
    let mut scopes = credential.scopes.iter();
    if let Some(odd) = scopes.find(|scope| !is_scope(scope, &roles)) {
        return Err(InvalidWish::Scope(odd.clone()));
    }
    match credential.is_live(now) {
        true => Ok(()),
        false => Err(InvalidWish::Past),
    }
}

/// Changes a credential, which is refused where it cannot be so.
pub fn change(one: &mut ApiCredential, change: &Change, now: Timestamp) -> Result<(), InvalidWish> {
    if let Some(name) = &change.name {
        name.trim().clone_into(&mut one.name);
    }
    if let Some(auth_method) = change.auth_method {
        one.auth_method = auth_method;
    }
    if let Some(roles) = &change.roles {
        one.roles = roles.iter().map(|role| role.to_string()).collect();
        // What the new roles do not cover narrows to nothing, so it goes.
        let covered = all_scopes(roles);
        one.scopes.retain(|scope| covered.contains(scope));
    }
    if let Some(scopes) = &change.scopes {
        one.scopes.clone_from(scopes);
    }
    if let Some(expires_at) = change.expires_at {
        one.expires_at = expires_at;
    }
    one.updated_at = now;
    check(one, now)
}

/// Puts a fresh secret before the others, which are good for `overlap` more.
pub fn rotate(
    credential: &mut ApiCredential,
    overlap: Duration,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
) -> Secret {
    let now = clock.now();
    let (secret, hash) = fresh_secret(entropy);
    credential.rotate(hash, now, now + overlap.min(LONGEST_OVERLAP));
    credential.secrets.truncate(MOST_SECRETS);
    secret
}

/// How many of so many good secrets end at once where another is put before them, beside which the rest is
/// good for `overlap`.
pub fn ending(good: usize, overlap: Duration) -> usize {
    match overlap.is_zero() {
        true => good,
        false => good.saturating_sub(MOST_SECRETS - 1),
    }
}

/// What the audit log is told of a credential: all but its secrets.
pub fn facts(one: &ApiCredential) -> Value {
    json!({
        "name": one.name,
        "client_id": one.client_id,
        "token_endpoint_auth_method": one.auth_method,
        "roles": one.roles,
        "scopes": one.scopes,
        "expires_at": one.expires_at,
    })
}

/// What the audit log is told of a new secret: which there were and are, by their times alone.
pub fn rotated(
    (before, after): (&ApiCredential, &ApiCredential),
    overlap: Duration,
) -> (Value, Value) {
    let secrets = |one: &ApiCredential| -> Vec<Value> {
        let times = one.secrets.iter();
        let times =
            times.map(|one| json!({"created_at": one.created_at, "expires_at": one.expires_at}));
        times.collect()
    };
    (
        json!({"secrets": secrets(before)}),
        json!({"secrets": secrets(after), "overlap_seconds": overlap.as_secs()}),
    )
}

fn fresh_secret(entropy: &dyn Entropy) -> (Secret, TokenHash) {
    let token = Token::generate(entropy);
    (Secret::new(token.expose()), token.hash())
}

/// Every scope that these roles cover.
pub(crate) fn all_scopes(roles: &Roles) -> Vec<String> {
    let covered = Role::ALL.into_iter().filter(|role| covers(roles, *role));
    let names = covered.map(|role| role.to_string());
    [OPENID.to_owned()].into_iter().chain(names).collect()
}

fn is_scope(scope: &str, roles: &Roles) -> bool {
    scope == OPENID || scope.parse().is_ok_and(|role| covers(roles, role))
}

fn covers(roles: &Roles, role: Role) -> bool {
    roles.cover(&Roles::new([role]))
}

/// The scopes of a token that is asked for with these; `None` when one of them is not the
/// credential's.
pub(crate) fn granted(credential: &ApiCredential, asked: Option<&str>) -> Option<Vec<String>> {
    let own = &credential.scopes;
    let asked: Vec<String> = asked
        .unwrap_or_default()
        .split(' ')
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect();
    if !asked.is_empty() {
        return asked.iter().all(|one| own.contains(one)).then_some(asked);
    }
    let openid = own.iter().find(|one| *one == OPENID);
    Some(openid.map_or_else(|| own.clone(), |one| vec![one.clone()]))
}

/// The scopes of a token that its credential has still: those that it has lost, its tokens have lost.
pub(crate) fn scopes(bearer: &Bearer) -> Vec<String> {
    let mut scopes = bearer.token.scopes.clone();
    scopes.retain(|scope| bearer.credential.scopes.contains(scope));
    scopes
}

/// What a token permits: the roles of its credential, narrowed to those among its scopes.
pub(crate) fn roles(bearer: &Bearer) -> Roles {
    let own = Roles::among(&bearer.credential.roles);
    let scopes = scopes(bearer);
    let narrower = Roles::among(&scopes);
    let asked = &bearer.token.scopes;
    // One that was narrowed stays so, whatever of its scopes is left.
    let is_whole = Roles::among(asked).is_empty() && scopes.iter().any(|scope| scope == OPENID);
    match (narrower.is_empty(), is_whole) {
        (true, true) => own,
        // What narrowed it is not to be had any more, so it permits nothing.
        (true, false) => Roles::default(),
        (false, _) => Roles::new(narrower.iter().filter(|role| covers(&own, *role))),
    }
}

/// Where the tokens of a credential are got at, as both are shown.
#[derive(Debug, Clone, Copy)]
pub struct Issuer<'a>(pub &'a Url);

impl Issuer<'_> {
    /// Whom tokens are for.
    pub fn audience(self) -> String {
        self.0.as_str().trim_end_matches('/').to_owned()
    }

    /// Where tokens are got.
    pub fn token_endpoint(self) -> String {
        format!("{}/oauth2/token", self.audience())
    }

    /// A credential as it is shown, without its secrets.
    pub fn shown(self, credential: &ApiCredential) -> Value {
        let secrets = credential.secrets.iter();
        let secrets =
            secrets.map(|one| json!({"created_at": one.created_at, "expires_at": one.expires_at}));
        json!({
            "id": credential.id,
            "name": credential.name,
            "client_id": credential.client_id,
            "token_endpoint_auth_method": credential.auth_method,
            "token_endpoint": self.token_endpoint(),
            "audience": self.audience(),
            "roles": credential.roles,
            "scopes": credential.scopes,
            "secrets": secrets.collect::<Vec<_>>(),
            "created_at": credential.created_at,
            "updated_at": credential.updated_at,
            "expires_at": credential.expires_at,
            "last_used_at": credential.last_used_at,
        })
    }

    /// The same with the secret that was made just now.
    pub fn shown_once(self, credential: &ApiCredential, secret: &Secret) -> Value {
        let mut json = self.shown(credential);
        json["client_secret"] = json!(secret.expose());
        json
    }
}
