//! An identity and what it proves itself with, replaced in one step: nothing that fails leaves a half.

use portcullis_core::{
    credential::CredentialKind,
    identity::{Kept, Replaced, SessionsThen, Whole},
    secret::TokenHash,
    store::StoreError,
};

use super::{SqlIdentities, VERSION};
use crate::store::{
    credentials::row as credential_row,
    database::Transaction,
    sessions::{end_within, in_hands_of},
};

impl SqlIdentities {
    /// Replaces an identity with its credentials, unless the role would be left to nobody; which sessions
    /// ended.
    pub(in crate::store) async fn replace_all_of(
        &self,
        whole: &Whole<'_>,
        role: &str,
    ) -> Result<(Replaced, Vec<TokenHash>), StoreError> {
        let mut transaction = self.database.begin().await?;
        let nothing = |why| Ok((why, Vec::new()));
        let ended = match self.replace_all_within(&mut transaction, whole, role).await {
            Ok(Outcome::Ended(ended)) => ended,
            Ok(Outcome::Not(why)) => return nothing(why),
            Err(StoreError::Conflict { what }) if what == VERSION => {
                return nothing(Replaced::Overtaken);
            }
            Err(error) => return Err(error),
        };
        transaction.commit().await?;
        Ok((Replaced::Done(ended.len() as u64), ended))
    }

    async fn replace_all_within(
        &self,
        transaction: &mut Transaction,
        whole: &Whole<'_>,
        role: &str,
    ) -> Result<Outcome, StoreError> {
        let identity = whole.identity;
        if !identity.is_active_as(role) && self.is_last(transaction, identity.id, role).await? {
            return Ok(Outcome::Not(Replaced::Last));
        }
        // Its row is locked first, as by whoever removes one of its credentials.
        let mut ended = self.replace_within(transaction, identity).await?;
        for kept in whole.credentials {
            if self.keep_within(transaction, kept).await? == 0 {
                return Ok(Outcome::Not(Replaced::Overtaken));
            }
        }
        self.search.change(transaction, identity).await?;
        if whole.sessions == SessionsThen::End {
            let own = in_hands_of(identity.id);
            ended.extend(end_within((&self.database, transaction), own).await?);
        }
        Ok(Outcome::Ended(ended))
    }

    /// Keeps a credential; how many were, for one may have been changed since it was read. So has what was
    /// read where a first password is not the first any more.
    async fn keep_within(
        &self,
        transaction: &mut Transaction,
        kept: &Kept,
    ) -> Result<u64, StoreError> {
        let credential = &kept.credential;
        let keep = match &kept.before {
            None => credential_row::addition(&self.database, credential)?,
            Some(before) => credential_row::exchange(&self.database, before, credential)?,
        };
        match transaction.execute(keep).await {
            Err(StoreError::Conflict { .. }) if credential.kind == CredentialKind::Password => {
                Ok(0)
            }
            done => done,
        }
    }
}

/// What became of it before it is lasting.
enum Outcome {
    /// It is done, and these sessions ended.
    Ended(Vec<TokenHash>),
    /// It is not to be, for this reason.
    Not(Replaced),
}
