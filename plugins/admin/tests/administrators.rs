//! Administrators among people: who changes them, and that one stays.

use portcullis_core::{
    catalogue::Code,
    identity::{Identity, IdentityState, IdentityStore},
};

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
    let refused = may_change(&house.desk, &manager, (&boss, Some(&boss))).await;
    assert_eq!(refused.unwrap_err().code(), Code::InsufficientRole);
    may_change(&house.desk, &manager, (&ada, None))
        .await
        .unwrap();
    let raised = with(&ada, &[Role::UserManager]);
    let refused = may_change(&house.desk, &manager, (&ada, Some(&raised))).await;
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
    let refused = may_change(&house.desk, &own, (&boss, Some(&less))).await;
    assert_eq!(refused.unwrap_err().code(), Code::InsufficientRole);
    assert!(may_give(&own, &with(&boss, &[Role::Admin])).is_err());
    may_change(&house.desk, &own, (&boss, Some(&boss)))
        .await
        .unwrap();
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let anybody = caller(Actor::Anybody, &[Role::Admin]);
    let mut off = boss.clone();
    off.state = IdentityState::Inactive;
    let stripped = with(&boss, &[]);
    for after in [None, Some(&off), Some(&stripped)] {
        let refused = may_change(&house.desk, &anybody, (&boss, after)).await;
        assert_eq!(refused.unwrap_err().code(), Code::LastAdministrator);
    }
    let mut other = house
        .resident_with("other@example.org", &[Role::Admin])
        .await;
    for after in [None, Some(&off), Some(&stripped)] {
        may_change(&house.desk, &anybody, (&boss, after))
            .await
            .unwrap();
    }
    other.state = IdentityState::Inactive;
    IdentityStore::update(&*house.store, &other).await.unwrap();
    let refused = may_change(&house.desk, &anybody, (&boss, None)).await;
    assert_eq!(refused.unwrap_err().code(), Code::LastAdministrator);
}
