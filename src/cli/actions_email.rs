//! `send-actions-email`: having somebody do something, by a letter whose link leads there.

use std::fmt::Display;

use clap::Args;
use portcullis_core::{action::Action, errand::Errand as Asked};
use reqwest::Method;
use serde_json::json;

use super::{
    Common, Consent, Failure, Selector, audit::Act, lifespan::Lifespan, providers::errand::Errand,
    remote::Remote,
};

/// Who has to do what.
#[derive(Debug, Args)]
pub(super) struct SendActionsEmail {
    #[command(flatten)]
    selector: Selector,
    /// What has to be done, by alias, such as `UPDATE_PASSWORD,CONFIGURE_TOTP`.
    #[arg(long, value_name = "ALIAS", value_delimiter = ',', required = true)]
    actions: Vec<String>,
    #[command(flatten)]
    lifespan: Lifespan,
    /// Where to go on when all is done; an address of the gateway or of `allowed_return_urls`.
    #[arg(long, value_name = "URL")]
    return_to: Option<String>,
    #[command(flatten)]
    consent: Consent,
}

/// Requires the actions and mails the link.
pub(super) fn run(common: &Common, asked: &SendActionsEmail) -> Result<(), Failure> {
    let actions: Result<Vec<Action>, Failure> =
        asked.actions.iter().map(|alias| known(alias)).collect();
    let actions = actions?;
    let remote = Remote::run(&common.reach, async |remote| {
        remotely(common, (asked, &actions), remote).await
    });
    if let Some(done) = remote {
        return done;
    }
    Errand::run_past_drop_ins(common, async |errand| {
        let (foundation, config) = (errand.foundation(), errand.config());
        let identities = &*foundation.stores.identities;
        let identity = asked.selector.resolve(identities).await?;
        asked.ask(&identity.id)?;
        let errands = foundation.errands(config, errand.announcer().clone());
        let errands = errands.await.map_err(|error| Failure::refused(&error))?;
        let sent = errands.send(
            identity.id,
            Asked {
                actions: actions.clone(),
                lifespan: Some(asked.lifespan.or(config.mail.actions_lifespan)),
                return_to: asked.return_to.clone(),
            },
        );
        let sent = sent.await.map_err(|error| Failure::refused(&error))?;
        let act = Act::new("send-actions-email", "identity.actions_email").on_identity(identity.id);
        let act = act.to(json!({"actions": actions, "expires_at": sent.expires_at}));
        act.note(foundation).await;
        common.output.print(&json!({
            "identity_id": identity.id, "sent_to": sent.to,
            "required_actions": sent.required_actions, "expires_at": sent.expires_at,
        }))
    })
}

/// The same through a running gateway.
async fn remotely(
    common: &Common,
    (asked, actions): (&SendActionsEmail, &[Action]),
    remote: &Remote,
) -> Result<(), Failure> {
    let id = remote.id(&asked.selector).await?;
    asked.ask(&id)?;
    let actions: Vec<&str> = actions.iter().map(|action| action.alias()).collect();
    let mut wish = json!({"actions": actions, "return_to": asked.return_to});
    if let Some(lifespan) = asked.lifespan.given() {
        wish["lifespan"] = json!(lifespan.as_secs());
    }
    let path = format!("/admin/identities/{id}/actions-email");
    let sent = remote.ask(Method::POST, &path, Some(&wish)).await?;
    common.output.print(&sent)
}

impl SendActionsEmail {
    fn ask(&self, identity: &dyn Display) -> Result<(), Failure> {
        let actions = self.actions.join(", ");
        let question = format!("Have identity {identity} do {actions} before it goes on?");
        self.consent.ask_people(&question)
    }
}

fn known(alias: &str) -> Result<Action, Failure> {
    super::required_actions::known(alias.trim())
}
