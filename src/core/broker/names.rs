//! Names that people sign in with and prove to nobody: who has one already, and who may in a moment.
//!
//! A name that is only kept for somebody must be refused as one that somebody has: otherwise it tells
//! whether they were new.

use std::fmt::Debug;

use async_trait::async_trait;

use super::{Broker, BrokerError};
use crate::{identity::Identity, store::StoreError};

/// Who keeps names for people who have registered and proved nothing yet.
#[async_trait]
pub trait Names: Debug + Send + Sync {
    /// Whether a name of this identity that it has not had `before` is somebody's, or may be in a
    /// moment.
    async fn are_taken(
        &self,
        identity: &Identity,
        before: Option<&Identity>,
    ) -> Result<bool, StoreError>;

    /// Removes those who have kept such a name for too long without a proof; `false` where nobody
    /// goes.
    async fn free(
        &self,
        identity: &Identity,
        before: Option<&Identity>,
    ) -> Result<bool, StoreError>;
}

impl Broker {
    /// Whether something that this identity has not had `before` is not to be had; who has kept a name
    /// of it for too long goes.
    pub(super) async fn is_out_of_reach(
        &self,
        identity: &Identity,
        before: Option<&Identity>,
    ) -> Result<bool, BrokerError> {
        let Some(names) = &self.names else {
            return self.is_taken(identity, before).await;
        };
        if names.are_taken(identity, before).await? {
            return Ok(true);
        }
        if !self.is_taken(identity, before).await? {
            return Ok(false);
        }
        Ok(!names.free(identity, before).await? || self.is_taken(identity, before).await?)
    }

    /// The names of a new identity that are not to be had, where there is nothing else that is not: an
    /// address of somebody is no name to choose another one for.
    pub(super) async fn names_out_of_reach(
        &self,
        identity: &Identity,
    ) -> Result<Vec<String>, BrokerError> {
        let is_address = |name: &String| identity.addresses.iter().any(|one| one.value == *name);
        let mut rest = identity.clone();
        let (mut taken, names) = (Vec::new(), identity.identifiers.iter());
        for name in names.filter(|name| !is_address(name)) {
            let only = Identity {
                identifiers: vec![name.clone()],
                addresses: Vec::new(),
                ..identity.clone()
            };
            if self.is_out_of_reach(&only, None).await? {
                rest.identifiers.retain(|one| one != name);
                taken.push(name.clone());
            }
        }
        Ok(match self.is_out_of_reach(&rest, None).await? {
            true => Vec::new(),
            false => taken,
        })
    }
}
