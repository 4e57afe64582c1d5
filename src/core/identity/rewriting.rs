//! Changing an identity over what others change of it meanwhile, and never undoing that.

use super::{record::Identity, store::IdentityStore};
use crate::{id::IdentityId, store::StoreError};

/// How often an identity is changed over what others change meanwhile.
pub(crate) const TRIES: usize = 8;

/// Changes an identity, over what others change of it meanwhile: as it is stored then, or `None`
/// when there is no such identity. It stays as it is where `change` has nothing in its place.
pub async fn rewrite<E, F>(
    identities: &dyn IdentityStore,
    id: IdentityId,
    mut change: impl FnMut(Identity) -> F,
) -> Result<Option<Identity>, E>
where
    E: From<StoreError>,
    F: Future<Output = Result<Option<Identity>, E>>,
{
    let mut tries = 1;
    loop {
        let Some(identity) = identities.find(id).await? else {
            return Ok(None);
        };
        let Some(mut changed) = change(identity.clone()).await? else {
            return Ok(Some(identity));
        };
        match identities.update(&changed).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
            Ok(()) => {
                changed.version += 1;
                return Ok(Some(changed));
            }
        }
    }
}
