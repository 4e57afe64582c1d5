//! What becomes of identities and their credentials in one step, in memory.

use super::{CREDENTIAL_TAKEN, Kept, sessions};
use crate::{
    administrators::reach::{SHARED, are_too_close, to_have_alone},
    credential::{Credential, untouched},
    id::{CredentialId, IdentityId},
    identity::{self, Identity, Removal, Replaced, SessionsThen, Whole},
    store::StoreError,
};

impl Kept {
    pub(super) fn replace_whole(
        &mut self,
        whole: &Whole<'_>,
        role: &str,
    ) -> Result<Replaced, StoreError> {
        let (identity, new) = (whole.identity, whole.credentials);
        let present = self.identities.iter().find(|one| one.id == identity.id);
        let is_read = present.is_some_and(|one| one.version == identity.version);
        if !is_read || !new.iter().all(|one| self.is_as_read(one)) {
            return Ok(Replaced::Overtaken);
        }
        if !identity.is_active_as(role) && self.is_last(identity.id, role) {
            return Ok(Replaced::Last);
        }
        if new
            .iter()
            .any(|one| self.is_credential_taken(&one.credential))
        {
            return Err(CREDENTIAL_TAKEN);
        }
        let before = self.sessions.len();
        self.update(identity)?;
        for one in new {
            self.credentials.retain(|old| old.id != one.credential.id);
            self.credentials.push(one.credential.clone());
        }
        if whole.sessions == SessionsThen::End {
            self.sessions
                .retain(|session| !sessions::is_in_hands_of(session, identity.id));
        }
        self.prune();
        Ok(Replaced::Done((before - self.sessions.len()) as u64))
    }

    pub(super) fn remove_unused(&mut self, read: &Identity) -> bool {
        let mut all = self.identities.iter();
        let is_as_read = all.any(|one| one.id == read.id && one.version == read.version);
        let own = self.credentials.iter();
        let own: Vec<_> = own
            .filter(|one| one.identity_id == read.id)
            .cloned()
            .collect();
        let mut sessions = self.sessions.iter();
        let is_in = sessions.any(|one| sessions::is_in_hands_of(one, read.id));
        is_as_read && untouched(&own) && !is_in && self.remove(read.id)
    }

    pub(super) fn remove_beside(
        &mut self,
        (identity, id): (IdentityId, CredentialId),
        others: &[CredentialId],
        role: &str,
    ) -> Removal {
        let is_it = |one: &Credential| one.id == id && one.identity_id == identity;
        if !self.credentials.iter().any(is_it) {
            return Removal::Missing;
        }
        let has_role = |id: IdentityId| self.holders(role).any(|one| one.id == id);
        let mut stay = self.credentials.iter();
        let stays =
            stay.any(|one| one.id != id && others.contains(&one.id) && has_role(one.identity_id));
        if has_role(identity) && !stays {
            return Removal::Last;
        }
        self.credentials.retain(|one| one.id != id);
        self.prune();
        Removal::Done
    }

    fn is_as_read(&self, new: &identity::Kept) -> bool {
        let mut present = self.credentials.iter();
        let present = present.find(|one| one.id == new.credential.id);
        !self.is_another_password(&new.credential)
            && present.map(|one| &one.config) == new.before.as_ref()
    }

    /// Refuses an administrator what somebody else is reached by, and anybody what an administrator is.
    pub(super) fn require_alone(&self, identity: &Identity) -> Result<(), StoreError> {
        let before = self.identities.iter().find(|one| one.id == identity.id);
        let names = to_have_alone(identity, before);
        let mut others = self.identities.iter().filter(|one| one.id != identity.id);
        match others.any(|other| are_too_close(identity, other, &names)) {
            true => Err(SHARED),
            false => Ok(()),
        }
    }

    fn is_last(&self, id: IdentityId, role: &str) -> bool {
        let holders: Vec<_> = self.holders(role).map(|one| one.id).collect();
        holders == [id]
    }

    fn holders(&self, role: &str) -> impl Iterator<Item = &Identity> {
        self.identities
            .iter()
            .filter(move |one| one.is_active_as(role))
    }
}
