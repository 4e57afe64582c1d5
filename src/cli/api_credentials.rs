//! `api-credentials`: what programs prove themselves with to the admin API, so that automation can begin
//! without the console.

mod at_gateway;
mod in_store;

use std::time::Duration;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use portcullis_admin::{
    Role, Roles,
    credential::{Change, MOST_SECRETS, OVERLAP, Wish, ending},
};
use portcullis_core::{
    api_credential::ClientAuthMethod,
    clock::{Clock, SystemClock},
};
use serde_json::{Value, json};

use self::in_store::InStore;
use super::{Common, Consent, Failure, remote::either};

/// Secrets that are good for less than this beside a new one end before anybody can have put that in
/// their place.
const AT_ONCE: Duration = Duration::from_secs(60);

/// What people see of API credentials.
const COLUMNS: [&str; 6] = [
    "id",
    "name",
    "client_id",
    "roles",
    "expires_at",
    "last_used_at",
];

/// Where API credentials are looked after: in the store, or at a running gateway.
trait Programs {
    /// Makes one; its secret is shown this once.
    async fn make(&self, wish: Wish) -> Result<Value, Failure>;

    /// All of them.
    async fn list(&self) -> Result<Vec<Value>, Failure>;

    /// Gives one a new secret, which is shown this once, beside which the old ones are good for a
    /// while.
    async fn rotate(&self, id: &str, overlap: Duration) -> Result<Value, Failure>;

    /// Changes one, which its tokens obey.
    async fn change(&self, id: &str, change: &Change) -> Result<Value, Failure>;

    /// Removes one with its tokens; whether it was there still.
    async fn remove(&self, id: &str) -> Result<bool, Failure>;
}

/// What can be done about API credentials.
#[derive(Debug, Subcommand)]
pub(super) enum ApiCredentialCommand {
    /// Make an API credential, and print its client id and secret; the secret is never shown again.
    Create(Create),
    /// List API credentials.
    List,
    /// Give an API credential a new secret, and print it; the old ones are good for a while.
    Rotate {
        #[command(flatten)]
        which: Which,
        /// How long the old secrets are good for beside the new one.
        #[arg(long, value_name = "DURATION", value_parser = duration)]
        overlap: Option<Duration>,
        #[command(flatten)]
        consent: Consent,
    },
    /// Change the name, roles, scopes or end of an API credential; what is not said stays.
    Change(Changes),
    /// Remove an API credential with its tokens.
    Delete {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        consent: Consent,
    },
}

/// An API credential that is wanted.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// What people call it.
    #[arg(long)]
    name: String,
    /// What it may do: viewer, user-manager, provider-manager, impersonator or admin; several times
    /// for several.
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<Role>,
    /// A scope its tokens can be narrowed to: openid, or a role; otherwise all that its roles cover.
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// How its program shows the secret: client_secret_basic or client_secret_post.
    #[arg(long, value_name = "METHOD", default_value = "client_secret_basic")]
    auth_method: ClientAuthMethod,
    /// How long it is good for, such as 90d; otherwise for ever.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    expires_in: Option<Duration>,
}

/// What changes of an API credential.
#[derive(Debug, Args)]
pub(super) struct Changes {
    #[command(flatten)]
    which: Which,
    /// What people call it from now on.
    #[arg(long)]
    name: Option<String>,
    /// What it may do from now on, and nothing else; several times for several.
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<Role>,
    /// A scope its tokens can be narrowed to from now on; several times for several.
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// How its program shows the secret: client_secret_basic or client_secret_post.
    #[arg(long, value_name = "METHOD")]
    auth_method: Option<ClientAuthMethod>,
    /// How long it is good for from now on, such as 90d.
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "no_end")]
    expires_in: Option<Duration>,
    /// It is good for ever.
    #[arg(long)]
    no_end: bool,
    #[command(flatten)]
    consent: Consent,
}

/// Which API credential is meant.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// Its id or its client id.
    #[arg(long)]
    id: String,
}

/// Makes, lists, rotates or removes.
pub(super) fn run(common: &Common, asked: &ApiCredentialCommand) -> Result<(), Failure> {
    either(
        common,
        async |remote| answer(common, asked, remote).await,
        async |desk| answer(common, asked, &InStore::new(desk)?).await,
    )
}

async fn answer(
    common: &Common,
    asked: &ApiCredentialCommand,
    programs: &impl Programs,
) -> Result<(), Failure> {
    let told = match asked {
        ApiCredentialCommand::List => {
            let rows = programs.list().await?;
            common.output.print_rows(&rows, &COLUMNS)?;
            return Ok(());
        }
        ApiCredentialCommand::Create(wish) => programs.make(wish.read()).await?,
        ApiCredentialCommand::Rotate {
            which,
            overlap,
            consent,
        } => {
            let one = which.find(programs).await?;
            let overlap = overlap.unwrap_or(OVERLAP);
            if let Some(question) = question(&one, overlap, SystemClock.now()) {
                consent.ask(&question)?;
            }
            programs.rotate(id(&one), overlap).await?
        }
        ApiCredentialCommand::Change(changes) => {
            let one = changes.which.find(programs).await?;
            changes.agree(&one)?;
            programs.change(id(&one), &changes.read()?).await?
        }
        ApiCredentialCommand::Delete { which, consent } => {
            let one = which.find(programs).await?;
            consent.ask(&format!(
                "Remove the API credential {} with its tokens?",
                one["name"]
            ))?;
            let deleted = programs.remove(id(&one)).await?;
            json!({"id": one["id"], "client_id": one["client_id"], "deleted": deleted})
        }
    };
    common.output.print(&told)
}

impl Create {
    fn read(&self) -> Wish {
        Wish {
            name: self.name.clone(),
            auth_method: self.auth_method,
            roles: Roles::new(self.roles.iter().copied()),
            scopes: (!self.scopes.is_empty()).then(|| self.scopes.clone()),
            expires_at: self.expires_in.map(|good| SystemClock.now() + good),
        }
    }
}

impl Changes {
    fn read(&self) -> Result<Change, Failure> {
        let until = self.expires_in.map(|good| SystemClock.now() + good);
        let change = Change {
            name: self.name.clone(),
            auth_method: self.auth_method,
            roles: (!self.roles.is_empty()).then(|| Roles::new(self.roles.iter().copied())),
            scopes: (!self.scopes.is_empty()).then(|| self.scopes.clone()),
            expires_at: until.map(Some).or(self.no_end.then_some(None)),
        };
        let says_nothing = change.name.is_none() && change.auth_method.is_none();
        match says_nothing && !change.is_of_rights() {
            true => Err(Failure::Usage(
                "say what changes: --name, --role, --scope, --auth-method, --expires-in or --no-end"
                    .to_owned(),
            )),
            false => Ok(change),
        }
    }

    /// Asks where rights are taken from it.
    fn agree(&self, one: &Value) -> Result<(), Failure> {
        let lost = self.taken(one, SystemClock.now());
        match lost.is_empty() {
            true => Ok(()),
            false => self.consent.ask(&format!(
                "Take from the API credential {}: {}?",
                one["name"],
                lost.join(", ")
            )),
        }
    }

    /// What is taken from it.
    fn taken(&self, one: &Value, now: Timestamp) -> Vec<String> {
        let roles: Vec<&str> = self.roles.iter().map(|role| role.as_str()).collect();
        let scopes: Vec<&str> = self.scopes.iter().map(String::as_str).collect();
        let mut lost = self::lost(&one["roles"], &roles);
        lost.extend(self::lost(&one["scopes"], &scopes));
        let end = self.expires_in.map(|good| now + good);
        // One that has no end, or none that can be read, could do everything later.
        let before = one["expires_at"].as_str().and_then(|end| end.parse().ok());
        if end.is_some_and(|end| before.is_none_or(|before: Timestamp| end < before)) {
            lost.push("what it could do later".to_owned());
        }
        lost
    }
}

impl Which {
    async fn find(&self, programs: &impl Programs) -> Result<Value, Failure> {
        let mut all = programs.list().await?.into_iter();
        let found = all.find(|one| one["id"] == *self.id || one["client_id"] == *self.id);
        found.ok_or_else(|| unknown(&self.id))
    }
}

/// What it has and is not among these; nothing where none is said.
fn lost(had: &Value, now: &[&str]) -> Vec<String> {
    let had = had.as_array().into_iter().flatten();
    let had = had.filter_map(Value::as_str).filter(|_| !now.is_empty());
    had.filter(|one| !now.contains(one))
        .map(str::to_owned)
        .collect()
}

/// What is asked before secrets end at once by a new one; nothing where none does.
fn question(one: &Value, overlap: Duration, now: Timestamp) -> Option<String> {
    let name = &one["name"];
    if overlap < AT_ONCE {
        return Some(format!(
            "End the secrets that the API credential {name} has, at once?"
        ));
    }
    let is_good = |secret: &&Value| match secret["expires_at"].as_str().map(str::parse::<Timestamp>)
    {
        Some(Ok(end)) => now < end,
        _ => true,
    };
    let secrets = one["secrets"].as_array().into_iter().flatten();
    let good = secrets.filter(is_good).count();
    (ending(good, overlap) > 0).then(|| {
        format!(
            "The API credential {name} has {good} secrets that are good, and has never more than \
             {MOST_SECRETS}: end the oldest at once?"
        )
    })
}

fn id(one: &Value) -> &str {
    one["id"].as_str().unwrap_or_default()
}

fn unknown(id: &str) -> Failure {
    Failure::Refused(format!("no API credential has the id {id}"))
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    match duration > Duration::from_secs(100 * 366 * 24 * 60 * 60) {
        true => Err("write a duration such as 90d".to_owned()),
        false => Ok(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(roles: &[Role], expires_in: Option<&str>, end: Option<&str>) -> Vec<String> {
        let changes = Changes {
            which: Which {
                id: "one".to_owned(),
            },
            name: None,
            roles: roles.to_vec(),
            scopes: Vec::new(),
            auth_method: None,
            expires_in: expires_in.map(|text| duration(text).unwrap()),
            no_end: expires_in.is_none(),
            consent: Consent { yes: false },
        };
        let one = json!({"roles": ["viewer"], "scopes": ["openid", "viewer"], "expires_at": end});
        changes.taken(&one, "2026-07-01T12:00:00Z".parse().unwrap())
    }

    /// HA-13: also where there are as many secrets as are ever good at once, of which the oldest then goes.
    #[test]
    fn a_secret_that_ends_at_once_is_asked_about() {
        let now = "2026-07-01T12:00:00Z".parse().unwrap();
        let asked = |good: usize, overlap: &str| {
            let ended = json!({"expires_at": "2026-07-01T12:00:00Z"});
            let newest = json!({"expires_at": null});
            let older = json!({"expires_at": "2026-07-01T12:00:01Z"});
            let secrets = [vec![newest], vec![older; good - 1], vec![ended]].concat();
            let one = json!({"name": "nightly", "secrets": secrets});
            question(&one, duration(overlap).unwrap(), now)
        };
        assert_eq!((asked(1, "24h"), asked(4, "1m")), (None, None));
        for (good, overlap, told) in [
            (1, "59s", "End the secrets"),
            (5, "24h", "the oldest"),
            (5, "0s", "End the secrets"),
        ] {
            let question = asked(good, overlap).unwrap();
            assert!(question.contains(told), "{good} {overlap}: {question}");
        }
    }

    /// HA-13: whoever gives more is not asked.
    #[test]
    fn only_an_end_that_comes_sooner_takes_something() {
        let later = ["what it could do later"];
        assert_eq!(taken(&[], Some("90d"), None), later);
        let end = Some("2026-07-31T12:00:00Z");
        assert_eq!(taken(&[], Some("29d"), end), later);
        for expires_in in ["30d", "31d"] {
            assert_eq!(taken(&[], Some(expires_in), end), [""; 0], "{expires_in}");
        }
        assert_eq!(taken(&[], None, end), [""; 0]);
        let both = [Role::Viewer, Role::Admin];
        assert_eq!(taken(&both, Some("1y"), end), [""; 0]);
        assert_eq!(taken(&[Role::Admin], Some("1y"), end), ["viewer"]);
    }
}
