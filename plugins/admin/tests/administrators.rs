//! Administrators among people: who changes them.

use portcullis_core::{catalogue::Code, identity::Identity};

use super::house::House;
use crate::{
    Role, Roles,
    administrators::{may_change, may_give},
    caller::{Actor, Caller},
};

fn caller(actor: Actor, roles: &[Role]) -> Caller {
    Caller {
        actor,
        roles: Roles::new(roles.iter().copied()),
        ..Caller::anybody([192, 0, 2, 1].into(), "r1")
    }
}

fn with(identity: &Identity, roles: &[Role]) -> Identity {
    Identity {
        roles: roles.iter().map(Role::to_string).collect(),
        ..identity.clone()
    }
}

#[tokio::test]
async fn whoever_may_more_is_out_of_reach() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let ada = house.resident("ada@example.org").await;
    let manager = caller(Actor::Anybody, &[Role::UserManager]);
    let refused = may_change(&manager, (&boss, Some(&boss)));
    assert_eq!(refused.unwrap_err().code(), Code::InsufficientRole);
    may_change(&manager, (&ada, None)).unwrap();
    let raised = with(&ada, &[Role::UserManager]);
    let refused = may_change(&manager, (&ada, Some(&raised)));
    assert_eq!(refused.unwrap_err().code(), Code::InsufficientRole);
}

#[tokio::test]
async fn nobody_changes_their_own_roles() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    house
        .resident_with("other@example.org", &[Role::Admin])
        .await;
    let own = caller(Actor::Identity(boss.id), &[Role::Admin]);
    let less = with(&boss, &[Role::Viewer]);
    let refused = may_change(&own, (&boss, Some(&less)));
    assert_eq!(refused.unwrap_err().code(), Code::InsufficientRole);
    assert!(may_give(&own, &with(&boss, &[Role::Admin])).is_err());
    may_change(&own, (&boss, Some(&boss))).unwrap();
}
