//! The command line: what can be asked, and which file answers it.

mod actions_email;
mod api_credentials;
mod assignment;
mod audit;
pub mod check;
mod consent;
mod create_admin_account;
mod credentials;
mod demo;
mod desk;
mod export;
mod failure;
mod identities;
mod import;
mod lifespan;
mod links;
mod mfa;
mod openapi;
mod output;
mod password;
mod people;
mod proofs;
mod providers;
mod redirect_uri;
mod remote;
mod required_actions;
mod reset_password;
mod roles;
mod schema_check;
mod selector;
mod serve;
mod show_endpoints;
mod state;
mod throttles;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

pub use self::{
    consent::Consent, create_admin_account::CreateAdminAccount, failure::Failure, output::Output,
    password::PasswordSource, remote::Reach, selector::Selector,
};

/// A pluggable identity-broker gateway.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, about, subcommand_required = false)]
pub struct Cli {
    /// Validate the configuration and exit, like `check`.
    // Before the rest, which ends below the heading of what every command takes.
    #[arg(short = 't', long = "config-test", visible_alias = "test")]
    config_test: bool,
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What stands above the options of every command.
const SHARED: &str = "Options of every command";

/// What every command takes, which its help tells last and apart from what is its own.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = SHARED)]
pub struct Common {
    /// The configuration file; otherwise ./portcullis.toml or /etc/portcullis/portcullis.toml. Without one,
    /// everything is as built in, and the store is ./portcullis.db.
    #[arg(short, long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How answers are printed.
    #[arg(long, global = true, value_enum, default_value = "table")]
    pub output: Output,
    /// Which running gateway is asked instead of the store.
    #[command(flatten)]
    pub reach: Reach,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway.
    Serve,
    /// Run the gateway on embedded defaults before the echo application, with a first account.
    Demo,
    /// Validate the configuration: every mistake at once, nothing is contacted.
    Check {
        /// Also reach the stores and the providers.
        #[arg(long)]
        check_connectivity: bool,
    },
    /// Create an identity with the role `admin`.
    CreateAdminAccount(CreateAdminAccount),
    /// Show an identity.
    #[command(visible_alias = "get-user")]
    GetIdentity(Selector),
    /// Set an identity's password and end its sessions; without one, print a code and a link to get
    /// back in with.
    ResetPassword(reset_password::ResetPassword),
    /// Mail an identity a link that leads to what it has to do.
    SendActionsEmail(actions_email::SendActionsEmail),
    /// List an identity's credentials in the order in which they are offered.
    ListCredentials(credentials::List),
    /// Say what a credential is called.
    LabelCredential(credentials::Label),
    /// Delete one credential, or all of a type.
    DeleteCredential(credentials::Delete),
    /// Say where a credential is offered among the others of its identity.
    MoveCredential(credentials::Move),
    /// End all sessions of an identity.
    #[command(visible_alias = "invalidate-user-sessions")]
    InvalidateIdentitySessions {
        #[command(flatten)]
        selector: Selector,
        #[command(flatten)]
        consent: Consent,
    },
    /// Delete an identity with its credentials and sessions.
    #[command(visible_alias = "delete-user")]
    DeleteIdentity {
        #[command(flatten)]
        selector: Selector,
        /// Tell what would go, and delete nothing.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        consent: Consent,
    },
    /// Switch an identity on or off; the sessions of one that is off end.
    #[command(visible_alias = "set-user-state")]
    SetIdentityState(state::SetIdentityState),
    /// Say which roles an identity has, such as `delete-account`.
    #[command(visible_alias = "set-user-roles")]
    SetRoles(roles::SetRoles),
    /// Remove an identity's authenticator app, backup codes, security keys or passkeys.
    #[command(visible_alias = "reset-user-mfa")]
    ResetIdentityMfa(mfa::ResetMfa),
    /// List the accounts at providers that an identity is linked to.
    ListOidcAccounts(Selector),
    /// Link an account at a provider to an identity, by the account's subject.
    LinkOidcAccount(assignment::LinkAccount),
    /// Prepare a link: the first account of a provider with an address belongs to an identity.
    PrepareOidcLink(links::Prepare),
    /// Remove the link between an identity and an account at a provider.
    UnlinkOidcAccount {
        #[command(flatten)]
        selector: Selector,
        /// The account as `<provider>:<subject>`.
        #[arg(long, value_name = "ACCOUNT")]
        credential_id: String,
        #[command(flatten)]
        consent: Consent,
    },
    #[command(flatten)]
    Throttles(throttles::ThrottleCommand),
    /// Look at the actions that people may have to do.
    #[command(subcommand)]
    RequiredActions(required_actions::RequiredActions),
    /// Say what an identity has to do before it is let through.
    #[command(visible_alias = "set-user-required-actions")]
    SetRequiredActions(required_actions::SetRequiredActions),
    /// Look after the schemas.
    #[command(subcommand)]
    Schema(schema_check::SchemaCommand),
    /// Come from another system: its profile as a schema, its people as identities.
    #[command(subcommand)]
    Import(import::Import),
    /// Go to another system: a schema as its profile.
    #[command(subcommand)]
    Export(export::Export),
    /// Look after what programs prove themselves with to the admin API.
    #[command(subcommand)]
    ApiCredentials(api_credentials::ApiCredentialCommand),
    /// Look after the providers.
    #[command(subcommand)]
    Providers(providers::Providers),
    /// Print the URI to register at a provider.
    GetRedirectUri {
        /// The provider's id.
        #[arg(long, value_name = "ID")]
        provider: String,
    },
    /// Print the description of what a plugin answers (OpenAPI 3.1).
    #[command(name = "openapi")]
    OpenApi {
        /// Which plugin.
        #[arg(long, value_enum, default_value_t = openapi::Described::Admin)]
        plugin: openapi::Described,
    },
    /// Print the gateway's addresses and those to register at the providers.
    #[command(visible_alias = "show-proxied-endpoints")]
    ShowEndpoints,
}

impl Reach {
    /// Refuses what is said here where the command cannot obey it.
    fn check(&self, command: Option<&Command>, config_test: bool) -> Result<(), Failure> {
        let usage = |reason: &str| Err(Failure::Usage(reason.to_owned()));
        if self.is_aimless() {
            return usage(
                "--admin-token-file and the like need --admin-url, which names the gateway",
            );
        }
        let own = match command {
            Some(command) if !config_test => command.stays_here(),
            _ => Some(ONLY_HERE),
        };
        match own.filter(|_| self.target().is_some()) {
            None => Ok(()),
            Some(reason) => usage(&format!("--admin-url is not for this command: {reason}")),
        }
    }
}

/// Why running a gateway and checking its files ask none.
const ONLY_HERE: &str = "it works with the configuration on this machine itself";

impl Command {
    /// Why it asks no running gateway, and what does instead; nothing where it can ask one.
    fn stays_here(&self) -> Option<&'static str> {
        match self {
            Self::Serve | Self::Demo => Some(ONLY_HERE),
            Self::Check { .. } => Some(
                "it works with the configuration on this machine itself; how a running gateway is, say \
                 its /health/ready and providers status",
            ),
            Self::OpenApi { .. } => {
                Some("it describes this version; a gateway's own is at /openapi.json")
            }
            Self::Import(import::Import::KeycloakProfile(_)) => Some(
                "it only turns a file into another; PUT /admin/x/schemas/{id} writes what it makes",
            ),
            Self::Import(import::Import::OAuth2Proxy(_)) => {
                Some("it only turns a file into another; serve reads what it makes")
            }
            Self::CreateAdminAccount(_)
            | Self::GetIdentity(_)
            | Self::ResetPassword(_)
            | Self::SendActionsEmail(_)
            | Self::ListCredentials(_)
            | Self::LabelCredential(_)
            | Self::DeleteCredential(_)
            | Self::MoveCredential(_)
            | Self::InvalidateIdentitySessions { .. }
            | Self::DeleteIdentity { .. }
            | Self::SetIdentityState(_)
            | Self::SetRoles(_)
            | Self::ResetIdentityMfa(_)
            | Self::ListOidcAccounts(_)
            | Self::LinkOidcAccount(_)
            | Self::PrepareOidcLink(_)
            | Self::UnlinkOidcAccount { .. }
            | Self::Throttles(_)
            | Self::RequiredActions(_)
            | Self::SetRequiredActions(_)
            | Self::Schema(_)
            | Self::Import(_)
            | Self::Export(_)
            | Self::ApiCredentials(_)
            | Self::Providers(_)
            | Self::GetRedirectUri { .. }
            | Self::ShowEndpoints => None,
        }
    }
}

/// Does what the command line asks.
pub fn run(cli: Cli) -> ExitCode {
    let Cli {
        common,
        config_test,
        command,
    } = cli;
    if let Err(failure) = common.reach.check(command.as_ref(), config_test) {
        return failure.report();
    }
    let done = match command {
        _ if config_test => return check::run(common.config.as_deref(), false),
        None | Some(Command::Serve) => serve::run(&common),
        Some(Command::Demo) => demo::run(common.config.as_deref()),
        Some(Command::Check { check_connectivity }) => {
            return check::run(common.config.as_deref(), check_connectivity);
        }
        Some(Command::CreateAdminAccount(account)) => create_admin_account::run(&common, account),
        Some(Command::GetIdentity(selector)) => identities::get(&common, &selector),
        Some(Command::ResetPassword(asked)) => reset_password::run(&common, &asked),
        Some(Command::SendActionsEmail(asked)) => actions_email::run(&common, &asked),
        Some(Command::ListCredentials(asked)) => credentials::list(&common, &asked),
        Some(Command::LabelCredential(asked)) => credentials::label(&common, &asked),
        Some(Command::DeleteCredential(asked)) => credentials::delete(&common, &asked),
        Some(Command::MoveCredential(asked)) => credentials::move_to(&common, &asked),
        Some(Command::InvalidateIdentitySessions { selector, consent }) => {
            identities::invalidate_sessions(&common, &selector, &consent)
        }
        Some(Command::DeleteIdentity {
            selector,
            dry_run,
            consent,
        }) => identities::delete(&common, &selector, (!dry_run).then_some(&consent)),
        Some(Command::SetIdentityState(asked)) => state::set(&common, &asked),
        Some(Command::SetRoles(asked)) => roles::set(&common, &asked),
        Some(Command::ResetIdentityMfa(asked)) => mfa::reset(&common, &asked),
        Some(Command::ListOidcAccounts(selector)) => links::list(&common, &selector),
        Some(Command::UnlinkOidcAccount {
            selector,
            credential_id,
            consent,
        }) => links::unlink(&common, &selector, &credential_id, &consent),
        Some(Command::LinkOidcAccount(asked)) => assignment::run(&common, &asked),
        Some(Command::PrepareOidcLink(asked)) => links::prepare(&common, &asked),
        Some(Command::Schema(asked)) => schema_check::run(&common, &asked),
        Some(Command::Import(asked)) => import::run(&common, &asked),
        Some(Command::Export(asked)) => export::run(&common, &asked),
        Some(Command::Throttles(asked)) => throttles::run(&common, &asked),
        Some(Command::OpenApi { plugin }) => openapi::run(plugin),
        Some(Command::ShowEndpoints) => show_endpoints::run(&common),
        Some(Command::RequiredActions(asked)) => required_actions::run(&common, &asked),
        Some(Command::SetRequiredActions(asked)) => required_actions::set(&common, &asked),
        Some(Command::ApiCredentials(asked)) => api_credentials::run(&common, &asked),
        Some(Command::Providers(asked)) => providers::run(&common, &asked),
        Some(Command::GetRedirectUri { provider }) => redirect_uri::run(&common, &provider),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Every command, however deep.
    fn each<'a>(command: &'a clap::Command, all: &mut Vec<&'a clap::Command>) {
        all.push(command);
        for one in command.get_subcommands() {
            each(one, all);
        }
    }

    #[test]
    fn help_tells_a_commands_own_options_before_those_of_every_command() {
        let mut root = Cli::command();
        root.build();
        let mut all = Vec::new();
        each(&root, &mut all);
        assert!(all.len() > 40, "{}", all.len());
        for command in all {
            let name = command.get_name().to_owned();
            let is_shared = |argument: &&clap::Arg| argument.is_global_set();
            for argument in command.get_arguments().filter(is_shared) {
                let heading = argument.get_help_heading();
                assert_eq!(heading, Some(SHARED), "{name}: {}", argument.get_id());
            }
            let help = command.clone().render_long_help().to_string();
            let own = help.split(SHARED).next().unwrap();
            for shared in ["--config <", "--output <", "--admin-url <"] {
                assert!(!own.contains(shared), "{name}: {help}");
            }
        }
    }
}
