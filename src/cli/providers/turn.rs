//! `providers enable` and `providers disable`: asks before links or sessions go with a provider.

use portcullis_core::{
    administration::{
        Attached, Change, Leave, LinkFate, ProviderAdministration, ProviderRecord, ProviderSource,
        SessionFate,
    },
    id::ProviderId,
};
use serde_json::{Value, json};

use super::{act, as_json, errand::Errand, is_of_store, named, show};
use crate::{
    cli::{Common, Consent, Failure, remote::Remote},
    config::OnDisable,
};

/// Which way a provider is switched.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turn<'a> {
    /// It serves from now on.
    On,
    /// It does not, and what is said becomes of what it leaves behind.
    Off(Leave, &'a Consent),
}

/// Switches a provider of the store on or off.
pub(super) fn run(common: &Common, id: &str, turn: Turn<'_>) -> Result<(), Failure> {
    let id = named(id)?;
    let remote = Remote::run(&common.reach, async |remote| {
        if let Turn::Off(leave, consent) = turn {
            let table = remote.provider(&id).await?;
            let goes = Goes::with(leave, &table["on_disable"]);
            if let Some(goes) = goes.filter(|_| is_of_store(&table["source"])) {
                goes.ask(consent, &id, remote.attached(&id).await?)?;
            }
        }
        let told = remote.switch(&id, (turn.is_on(), turn.leave())).await?;
        show(common.output, told)
    });
    if let Some(done) = remote {
        return done;
    }
    Errand::run(common, async |errand| {
        let before = errand.administration().find(&id).await.ok();
        if let (Turn::Off(leave, consent), Some(before)) = (turn, &before) {
            agree(errand, before, (leave, consent)).await?;
        }
        let change = Change::enabled(turn.is_on());
        let changed = errand.administration().change(&id, change, turn.leave());
        let changed = changed.await?;
        let is_on = |record: &ProviderRecord| json!({"enabled": record.table.get("enabled")});
        let mut act = act(turn.command(), "provider.update", &id).to(is_on(&changed));
        if let Some(before) = &before {
            act = act.from(is_on(before));
        }
        act.note(errand.foundation()).await;
        if turn.is_on() {
            errand.mention_weakness(&changed).await;
        }
        show(common.output, as_json(&changed)?)
    })
}

/// Asks where links or sessions go with a provider of the store.
async fn agree(
    errand: &Errand,
    before: &ProviderRecord,
    (leave, consent): (Leave, &Consent),
) -> Result<(), Failure> {
    let own = before.table.get("on_disable").unwrap_or(&Value::Null);
    let goes = Goes::with(leave, own);
    let Some(goes) = goes.filter(|_| before.source == ProviderSource::Runtime) else {
        return Ok(());
    };
    let Attached { links, sessions } = errand.administration().attached(&before.id).await?;
    goes.ask(consent, &before.id, (links, sessions))
}

impl Turn<'_> {
    fn is_on(self) -> bool {
        matches!(self, Self::On)
    }

    fn leave(self) -> Leave {
        match self {
            Self::On => Leave::default(),
            Self::Off(leave, _) => leave,
        }
    }

    fn command(self) -> &'static str {
        match self {
            Self::On => "providers enable",
            Self::Off(..) => "providers disable",
        }
    }
}

/// What goes with a provider that is switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goes {
    Links,
    Sessions,
    Both,
}

impl Goes {
    /// By what is asked for, and by what the provider's own table says of the rest; nothing where all
    /// of it stays.
    fn with(leave: Leave, on_disable: &Value) -> Option<Self> {
        let own = match on_disable {
            Value::Null => OnDisable::default(),
            // What cannot be read may take anything away.
            own => serde_json::from_value(own.clone()).unwrap_or(OnDisable {
                links: LinkFate::Unlink,
                sessions: SessionFate::Revoke,
            }),
        };
        let links = leave.links.unwrap_or(own.links) == LinkFate::Unlink;
        let sessions = leave.sessions.unwrap_or(own.sessions) == SessionFate::Revoke;
        match (links, sessions) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Links),
            (false, true) => Some(Self::Sessions),
            (false, false) => None,
        }
    }

    /// Asks, unless there is nothing of what would go.
    fn ask(self, consent: &Consent, id: &ProviderId, attached: (u64, u64)) -> Result<(), Failure> {
        match self.count(attached) {
            0 => Ok(()),
            _ => consent.ask(&self.question(id, attached)),
        }
    }

    fn count(self, (links, sessions): (u64, u64)) -> u64 {
        match self {
            Self::Links => links,
            Self::Sessions => sessions,
            Self::Both => links + sessions,
        }
    }

    fn question(self, id: &ProviderId, (links, sessions): (u64, u64)) -> String {
        let links = format!("remove its links ({links})");
        let sessions = format!("end the sessions that began at it ({sessions})");
        match self {
            Self::Links => format!("Switch provider {id} off and {links}?"),
            Self::Sessions => format!("Switch provider {id} off and {sessions}?"),
            Self::Both => format!("Switch provider {id} off, {links} and {sessions}?"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// XP-15: what is said counts before what the table says.
    #[test]
    fn what_takes_something_away_is_asked_about() {
        let all = json!({"links": "unlink", "sessions": "revoke"});
        let keep = Leave {
            links: Some(LinkFate::Keep),
            sessions: Some(SessionFate::Keep),
        };
        let unlink = Leave {
            links: Some(LinkFate::Unlink),
            ..Leave::default()
        };
        let refuse = Leave {
            links: Some(LinkFate::Refuse),
            ..Leave::default()
        };
        for (leave, table, goes) in [
            (Leave::default(), &Value::Null, None),
            (Leave::default(), &all, Some(Goes::Both)),
            (keep, &all, None),
            (refuse, &all, Some(Goes::Sessions)),
            (unlink, &Value::Null, Some(Goes::Links)),
            (
                Leave::default(),
                &json!({"links": "else"}),
                Some(Goes::Both),
            ),
        ] {
            assert_eq!(Goes::with(leave, table), goes, "{leave:?} {table}");
        }
        let question = Goes::Both.question(&"acme".parse().unwrap(), (3, 2));
        assert!(
            question.contains("(3)") && question.contains("(2)"),
            "{question}"
        );
        let counts = [Goes::Links, Goes::Sessions, Goes::Both].map(|goes| goes.count((3, 0)));
        assert_eq!(counts, [3, 0, 3], "nothing is asked about nothing");
    }
}
