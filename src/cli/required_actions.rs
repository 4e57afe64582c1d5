//! The commands about required actions: which there are, and what one identity has to do.

use clap::{Args, Subcommand};
use portcullis_core::action::Action;
use serde_json::{Value, json};

use super::{
    Common, Failure, Selector, desk,
    people::People,
    remote::{Remote, either},
};

/// What can be asked of the actions as such.
#[derive(Debug, Subcommand)]
pub(super) enum RequiredActions {
    /// List all actions with their settings, in the order in which they are asked for.
    List,
}

/// What one identity has to do.
#[derive(Debug, Args)]
pub(super) struct SetRequiredActions {
    #[command(flatten)]
    selector: Selector,
    /// An action that it has to do at once, by alias; several times for several.
    #[arg(long, value_name = "ALIAS")]
    add: Vec<String>,
    /// An action that it has to do no more.
    #[arg(long, value_name = "ALIAS")]
    remove: Vec<String>,
}

/// Answers what is asked of the actions.
pub(super) fn run(common: &Common, asked: &RequiredActions) -> Result<(), Failure> {
    let RequiredActions::List = asked;
    let columns = ["alias", "enabled", "default", "priority", "max_auth_age"];
    let remote = Remote::run(&common.reach, async |remote| {
        let rows = remote.list("/admin/x/required-actions").await?;
        common.output.print_rows(&rows, &columns)
    });
    if let Some(done) = remote {
        return done;
    }
    let config = desk::configuration_past_drop_ins(common)?;
    let mut settings: Vec<_> = config.action_settings().into_iter().collect();
    settings.sort_by_key(|(action, settings)| (settings.priority, *action));
    let rows: Vec<Value> = settings
        .iter()
        .map(|(action, settings)| {
            json!({
                "alias": action.alias(),
                "enabled": settings.enabled,
                "default": settings.default,
                "priority": settings.priority,
                "max_auth_age": humantime::format_duration(settings.max_auth_age).to_string(),
            })
        })
        .collect();
    common.output.print_rows(&rows, &columns)
}

/// Changes what an identity has to do; its sessions obey at once.
pub(super) fn set(common: &Common, asked: &SetRequiredActions) -> Result<(), Failure> {
    if asked.add.is_empty() && asked.remove.is_empty() {
        let message = "provide --add or --remove with the alias of an action";
        return Err(Failure::Usage(message.to_owned()));
    }
    if let Some(both) = asked.add.iter().find(|alias| asked.remove.contains(alias)) {
        let message = format!("{both} stands in --add and in --remove");
        return Err(Failure::Usage(message));
    }
    let added: Result<Vec<Action>, Failure> = asked.add.iter().map(|alias| known(alias)).collect();
    let added = added?;
    let change = (&added[..], &asked.remove[..]);
    either(
        common,
        async |remote| set_at(common, (asked, change), remote).await,
        async |desk| set_at(common, (asked, change), desk).await,
    )
}

async fn set_at<P: People>(
    common: &Common,
    (asked, change): (&SetRequiredActions, (&[Action], &[String])),
    people: &P,
) -> Result<(), Failure> {
    let person = people.find(&asked.selector).await?;
    let id = P::id(&person).to_string();
    let required = people.require(person, change).await?;
    let told = json!({"identity_id": id, "required_actions": required});
    common.output.print(&told)
}

/// The action of this alias, which can be required.
pub(super) fn known(alias: &str) -> Result<Action, Failure> {
    let action = alias.parse::<Action>().ok();
    // Nobody has to delete their account.
    let action = action.filter(|action| *action != Action::DeleteAccount);
    action.ok_or_else(|| {
        let all = Action::ALL.iter().map(|action| action.alias());
        let all: Vec<_> = all
            .filter(|alias| *alias != Action::DeleteAccount.alias())
            .collect();
        Failure::Usage(format!(
            "{alias:?} is no action that can be required; write one of {}",
            all.join(", ")
        ))
    })
}
