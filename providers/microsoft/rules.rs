//! What is judged differently for Microsoft (its reference of ID token claims).

use portcullis_oidc::Rules;

use crate::{config::SubjectSource, tenant::Tenant};

/// The rules for Microsoft.
#[derive(Debug)]
pub(crate) struct MicrosoftRules {
    pub(crate) tenant: Tenant,
    pub(crate) allowed: Vec<String>,
    pub(crate) subject: SubjectSource,
}

impl Rules for MicrosoftRules {}
