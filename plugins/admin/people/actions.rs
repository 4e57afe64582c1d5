//! What an administrator requires of somebody.

use portcullis_core::{
    action::{Action, Actions},
    identity::Identity,
};
use portcullis_kit::Failure;

use super::refusal::mistaken;

/// The action of the alias that stands here, as long as it can be required.
pub(super) fn known(actions: &Actions, (at, alias): (&str, &str)) -> Result<Action, Failure> {
    let action = alias.parse::<Action>().ok();
    // Nobody has to delete their account.
    let action = action.filter(|action| *action != Action::DeleteAccount);
    match action {
        Some(action) if actions.settings(action).is_some() => Ok(action),
        Some(_) => Err(mistaken(
            at,
            format!("{alias} is switched off here, see [required_actions.{alias}]."),
        )),
        None => Err(mistaken(
            at,
            "there is no such action, see /admin/x/required-actions.",
        )),
    }
}

/// Has an identity do some actions more and others no more, whether they are pending or not. The mark of
/// a first proof that is outstanding goes by its own name only.
pub(super) fn change(
    actions: &Actions,
    identity: &mut Identity,
    (added, removed): (&[String], &[String]),
) -> Result<(), Failure> {
    for (at, alias) in added.iter().enumerate() {
        known(actions, (&format!("add[{at}]"), alias))?;
    }
    let aliases = &mut identity.required_actions;
    aliases.retain(|alias| !removed.contains(alias));
    for alias in added {
        if !aliases.contains(alias) {
            aliases.push(alias.clone());
        }
    }
    Ok(())
}

/// What an identity has to do where an administrator wants it to be these. They have seen what is
/// pending: an alias that waits unseen for its day stays, unless they want nothing at all. The mark of a
/// first proof that is outstanding always does: they have not seen it, and who has nothing to do is
/// not thereby known to be who they say.
pub(super) fn required(
    actions: &Actions,
    identity: &Identity,
    wanted: &[String],
) -> Result<Vec<String>, Failure> {
    if wanted.is_empty() {
        let marks = identity.required_actions.iter();
        let marks = marks.filter(|alias| *alias == Identity::FIRST_PROOF);
        return Ok(marks.cloned().collect());
    }
    let shown = actions.pending(identity);
    let is_shown = |alias: &String| shown.iter().any(|action| action.alias() == alias);
    let mut required = identity.required_actions.clone();
    required.retain(|alias| wanted.contains(alias) || !is_shown(alias));
    for (at, alias) in wanted.iter().enumerate() {
        // What follows from how somebody is need not be asked for.
        if required.contains(alias) || is_shown(alias) {
            continue;
        }
        known(actions, (&format!("required_actions[{at}]"), alias))?;
        required.push(alias.clone());
    }
    Ok(required)
}
