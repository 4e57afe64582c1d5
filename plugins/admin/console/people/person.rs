//! One person: what is known of them and all that is done for them, in parts that are pages of their
//! own. What is done is done in `people/`.

mod actions;
mod advanced;
mod call;
mod confirm;
mod credential;
mod credentials;
mod delete;
mod details;
mod head;
mod history;
mod impersonate;
mod link_form;
mod linking;
mod outreach;
mod part;
mod password;
mod recovery;
mod roles;
mod schema;
mod sessions;
mod standing;
mod traits;

use http::Method;

use crate::{console::pages::Pages, need::Need, role::Permission};

/// Adds the pages to the table.
pub(super) fn pages(table: Pages) -> Pages {
    table
        .with(of_details)
        .with(of_advanced)
        .with(of_sign_in)
        .with(of_sessions)
        .with(of_rest)
}

const READS: Need = Need::Permission(Permission::ReadIdentities);
const WRITES: Need = Need::Permission(Permission::WriteIdentities);

fn of_details(table: Pages) -> Pages {
    const ONE: &str = "/ui/identities/{id}";
    const STATE: &str = "/ui/identities/{id}/state";
    const ROLES: &str = "/ui/identities/{id}/roles";
    const ADDRESSES: &str = "/ui/identities/{id}/addresses";
    let manages = Need::Permission(Permission::ManageAccess);
    table
        .at((Method::GET, ONE), READS, details::page)
        .at((Method::POST, ONE), WRITES, details::save)
        .at((Method::GET, STATE), WRITES, standing::confirm)
        .at((Method::POST, STATE), WRITES, standing::set_state)
        .at((Method::POST, ROLES), manages, roles::set)
        .at((Method::POST, ADDRESSES), WRITES, standing::set_address)
}

fn of_advanced(table: Pages) -> Pages {
    const ADVANCED: &str = "/ui/identities/{id}/advanced";
    const SCHEMA: &str = "/ui/identities/{id}/schema";
    table
        .at((Method::POST, ADVANCED), WRITES, details::save_advanced)
        .at((Method::GET, SCHEMA), WRITES, schema::page)
        .at((Method::POST, SCHEMA), WRITES, schema::submit)
}

fn of_sign_in(table: Pages) -> Pages {
    const ALL: &str = "/ui/identities/{id}/sign-in";
    const PASSWORD: &str = "/ui/identities/{id}/password";
    const RECOVERY: &str = "/ui/identities/{id}/recovery";
    const LINKS: &str = "/ui/identities/{id}/links";
    const ONE: &str = "/ui/identities/{id}/credentials/{credential}";
    const LABEL: &str = "/ui/identities/{id}/credentials/{credential}/label";
    const MOVE: &str = "/ui/identities/{id}/credentials/{credential}/move";
    table
        .at((Method::GET, ALL), READS, credentials::page)
        .at((Method::GET, PASSWORD), WRITES, password::page)
        .at((Method::POST, PASSWORD), WRITES, password::set)
        .at((Method::POST, RECOVERY), WRITES, recovery::hand_out)
        .sent_from(ALL)
        .at((Method::POST, LINKS), WRITES, linking::link)
        .sent_from(ALL)
        .at((Method::GET, ONE), WRITES, credential::page)
        .at((Method::POST, ONE), WRITES, credential::delete)
        .at((Method::POST, LABEL), WRITES, credential::label)
        .at((Method::POST, MOVE), WRITES, credential::move_up)
        .sent_from(ALL)
}

fn of_sessions(table: Pages) -> Pages {
    const ALL: &str = "/ui/identities/{id}/sessions";
    const END_ALL: &str = "/ui/identities/{id}/sessions/end";
    const END: &str = "/ui/identities/{id}/sessions/{session}/end";
    let (reads, ends) = (
        Need::Permission(Permission::ReadSessions),
        Need::Permission(Permission::EndSessions),
    );
    table
        .at((Method::GET, ALL), reads, sessions::page)
        .at((Method::GET, END_ALL), ends, sessions::confirm)
        .at((Method::POST, END_ALL), ends, sessions::end_all)
        .at((Method::GET, END), ends, sessions::confirm_one)
        .at((Method::POST, END), ends, sessions::end)
}

fn of_rest(table: Pages) -> Pages {
    const ACTIONS: &str = "/ui/identities/{id}/actions";
    const LETTER: &str = "/ui/identities/{id}/actions-email";
    const HISTORY: &str = "/ui/identities/{id}/history";
    const ACT: &str = "/ui/identities/{id}/impersonate";
    const DELETE: &str = "/ui/identities/{id}/delete";
    let sees = Need::Permission(Permission::ReadAudit);
    let acts = Need::Permission(Permission::Impersonate);
    table
        .at((Method::GET, ACTIONS), READS, actions::page)
        .at((Method::POST, ACTIONS), WRITES, actions::require)
        .at((Method::POST, LETTER), WRITES, outreach::send)
        .sent_from(ACTIONS)
        .at((Method::GET, HISTORY), sees, history::page)
        .at((Method::GET, ACT), acts, impersonate::page)
        .at((Method::POST, ACT), acts, impersonate::begin)
        .at((Method::GET, DELETE), WRITES, delete::page)
        .at((Method::POST, DELETE), WRITES, delete::delete)
}
