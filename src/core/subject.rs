//! How the accounts of a provider are called, as far as that is known before one of them signs in. Judges
//! what somebody types; never asks a provider.

use uuid::Uuid;

use crate::link::is_subject;

/// What stands for the tenant in an issuer.
pub const TENANT: &str = "{tenantid}";

/// What a provider's accounts are called by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SubjectForm {
    /// Whatever the provider says.
    #[default]
    Any,
    /// The id of an object inside one tenant.
    Object,
    /// The ids of a tenant and of an object in it, `<tenant>.<object>`.
    TenantAndObject {
        /// The only tenants whose accounts may sign in; empty: all.
        tenants: Vec<String>,
        /// A tenant whose accounts may not, whichever others may.
        barred: Option<String>,
        /// A tenant's issuer with [`TENANT`] in it, where it is known.
        issuer: Option<String>,
    },
}

/// Why no sign-in can ever be of an account that is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Nothing is called so anywhere.
    #[error("no account has such a name")]
    None,
    /// It is no id of an object.
    #[error("accounts of this provider are called by their object id (oid), a GUID in lower case")]
    NoObject,
    /// It is not the ids of a tenant and of an object.
    #[error(
        "accounts of this provider are called <tid>.<oid> by the ids of their tenant and object, two GUIDs in \
         lower case"
    )]
    NoTenantAndObject,
    /// It is of a tenant whose accounts are not let in.
    #[error("accounts of this provider are called <tid>.<oid>, and tid is one of: {}", .0.join(", "))]
    OtherTenant(Vec<String>),
    /// It is of the one tenant whose accounts are kept out.
    #[error("accounts of the tenant {0} do not sign in through this provider")]
    BarredTenant(String),
    /// It is of another tenant than its issuer.
    #[error("accounts of this tenant have the issuer {0}")]
    OtherIssuer(String),
}

impl SubjectForm {
    /// Whether somebody who signs in at this issuer can be called so.
    pub fn judge(&self, subject: &str, issuer: &str) -> Result<(), SubjectError> {
        match self {
            _ if !is_subject(subject) => Err(SubjectError::None),
            Self::Any => Ok(()),
            Self::Object if is_guid(subject) => Ok(()),
            Self::Object => Err(SubjectError::NoObject),
            Self::TenantAndObject {
                tenants,
                barred,
                issuer: own,
            } => {
                let tenant = tenant(subject).ok_or(SubjectError::NoTenantAndObject)?;
                if barred.as_deref() == Some(tenant) {
                    return Err(SubjectError::BarredTenant(tenant.to_owned()));
                }
                if !tenants.is_empty() && !tenants.iter().any(|one| one == tenant) {
                    return Err(SubjectError::OtherTenant(tenants.clone()));
                }
                let own = own.as_ref().map(|own| own.replace(TENANT, tenant));
                match own.filter(|own| own != issuer) {
                    Some(own) => Err(SubjectError::OtherIssuer(own)),
                    None => Ok(()),
                }
            }
        }
    }
}

fn tenant(subject: &str) -> Option<&str> {
    let (tenant, object) = subject.split_once('.')?;
    (is_guid(tenant) && is_guid(object)).then_some(tenant)
}

/// Whether it is a GUID as tokens spell it, with hyphens and in lower case.
fn is_guid(text: &str) -> bool {
    let read = Uuid::try_parse(text);
    read.is_ok_and(|id| id.hyphenated().to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TID: &str = "11111111-aaaa-4bbb-8ccc-000000000001";
    const OID: &str = "22222222-aaaa-4bbb-8ccc-000000000002";

    fn at(tenant: &str) -> String {
        format!("https://ms.test/{tenant}/v2.0")
    }

    #[test]
    fn what_no_sign_in_can_match_is_refused() {
        let both = |tenants: &[&str]| SubjectForm::TenantAndObject {
            tenants: tenants.iter().map(|&one| one.to_owned()).collect(),
            barred: None,
            issuer: Some(at(TENANT)),
        };
        let (own, foreign) = (format!("{TID}.{OID}"), format!("{OID}.{TID}"));
        for form in [SubjectForm::Object, both(&[]), both(&[TID])] {
            for odd in [
                "zzz",
                "",
                "zzz.zzz",
                &TID.to_uppercase(),
                &own.to_uppercase(),
            ] {
                assert!(form.judge(odd, &at(TID)).is_err(), "{form:?}: {odd}");
            }
        }
        assert_eq!(SubjectForm::Any.judge("zzz", "x"), Ok(()));
        assert_eq!(SubjectForm::Any.judge(" ", "x"), Err(SubjectError::None));
        assert_eq!(SubjectForm::Object.judge(OID, &at(TID)), Ok(()));
        assert_eq!(both(&[TID]).judge(&own, &at(TID)), Ok(()));
        assert_eq!(both(&[]).judge(&foreign, &at(OID)), Ok(()));
        let other = SubjectError::OtherTenant(vec![TID.to_owned()]);
        assert_eq!(both(&[TID]).judge(&foreign, &at(TID)), Err(other));
        let other = SubjectError::OtherIssuer(at(OID));
        assert_eq!(both(&[]).judge(&foreign, &at(TID)), Err(other));
        let all_but = SubjectForm::TenantAndObject {
            tenants: vec![TID.to_owned()],
            barred: Some(TID.to_owned()),
            issuer: None,
        };
        let barred = SubjectError::BarredTenant(TID.to_owned());
        assert_eq!(all_but.judge(&own, &at(TID)), Err(barred));
    }
}
