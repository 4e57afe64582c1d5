//! What is judged differently for Microsoft (its reference of ID token claims).

use portcullis_oidc::Rules;
use serde_json::{Map, Value};

use crate::tenant::{Tenant, is_guid, issuer_of, tenant_of};

/// What an account is known by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SubjectSource {
    /// Tenant and object, `<tid>.<oid>`: the same for every application, and unique everywhere.
    #[default]
    TidOid,
    /// `sub`: another one for each application, so it is lost with the application.
    Sub,
    /// `oid`: unique only inside a tenant. The id that Microsoft Graph gives to somebody at `/me` is
    /// this claim, so `me` is another spelling of it.
    Oid,
    /// `sub` of the userinfo endpoint, which must be that of the ID token.
    UserInfo,
}

/// The rules for Microsoft.
#[derive(Debug)]
pub(crate) struct MicrosoftRules {
    pub(crate) tenant: Tenant,
    /// The GUIDs of the tenants that are admitted; empty: all.
    pub(crate) allowed: Vec<String>,
    pub(crate) subject: SubjectSource,
}

impl Rules for MicrosoftRules {
    fn accepts_issuer(&self, expected: &str, claimed: &str) -> bool {
        self.tenant.accepts_issuer(expected, claimed)
    }

    /// Where tenants share an address, its document names `{tenantid}` or the tenant's GUID.
    fn accepts_document(&self, configured: &str, claimed: &str) -> bool {
        self.tenant.accepts_issuer(configured, claimed)
    }

    /// The issuer of the token's own tenant, so that one tenant cannot speak for another's accounts.
    fn issuer(&self, published: &str, claims: &Map<String, Value>) -> Option<String> {
        let issuer = issuer_of(published, guid(claims, "tid")?)?;
        (text(claims, "iss")? == issuer).then_some(issuer)
    }

    /// Where tenants share an address they share a key set, too, but not every key in it.
    fn accepts_key(&self, key_issuer: &str, claims: &Map<String, Value>) -> bool {
        let issuer = guid(claims, "tid").and_then(|id| issuer_of(key_issuer, id));
        issuer.is_some() && issuer.as_deref() == text(claims, "iss")
    }

    /// Without `tid` the issuer itself says which tenant's it is.
    fn logout_issuer(&self, published: &str, claims: &Map<String, Value>) -> Option<String> {
        if claims.contains_key("tid") {
            return self.issuer(published, claims);
        }
        let claimed = text(claims, "iss")?;
        let tenant = tenant_of(published, claimed).filter(|id| is_guid(id))?;
        let issuer = issuer_of(published, tenant)?;
        (claimed == issuer).then_some(issuer)
    }

    fn subject(&self, claims: &Map<String, Value>) -> Option<String> {
        match self.subject {
            SubjectSource::TidOid => {
                let (tenant, object) = (guid(claims, "tid")?, guid(claims, "oid")?);
                Some(format!("{tenant}.{object}"))
            }
            SubjectSource::Oid => guid(claims, "oid").map(str::to_owned),
            SubjectSource::Sub | SubjectSource::UserInfo => text(claims, "sub").map(str::to_owned),
        }
    }

    fn admits(&self, id_token: &Map<String, Value>) -> Result<(), &'static str> {
        let tenant = guid(id_token, "tid").ok_or("it belongs to no tenant")?;
        if !self.tenant.contains(tenant) {
            return Err("it belongs to another tenant");
        }
        match self.allowed.is_empty() || self.allowed.iter().any(|id| id == tenant) {
            true => Ok(()),
            false => Err("it belongs to a tenant that is not allowed"),
        }
    }

    /// With more than 200 groups a token names only where they could be asked for.
    fn withheld(&self, claims: &Map<String, Value>) -> Vec<String> {
        let elsewhere = claims.get("_claim_names");
        let is_elsewhere = elsewhere.is_some_and(|names| names.get("groups").is_some());
        let says_so = match claims.get("hasgroups") {
            Some(Value::Bool(says)) => *says,
            Some(Value::String(says)) => says.eq_ignore_ascii_case("true"),
            _ => false,
        };
        let withheld = (is_elsewhere || says_so).then(|| "groups".to_owned());
        withheld.into_iter().collect()
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

fn guid<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    text(claims, name).filter(|id| is_guid(id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn withheld(claims: Value) -> Vec<String> {
        let rules = MicrosoftRules {
            tenant: Tenant::Common,
            allowed: Vec::new(),
            subject: SubjectSource::TidOid,
        };
        rules.withheld(&serde_json::from_value(claims).unwrap())
    }

    #[test]
    fn a_logout_token_is_of_the_tenant_that_its_issuer_names() {
        let rules = MicrosoftRules {
            tenant: Tenant::Common,
            allowed: Vec::new(),
            subject: SubjectSource::TidOid,
        };
        let own = "11111111-aaaa-4bbb-8ccc-000000000001";
        let issuer = |tenant: &str| format!("https://login.microsoftonline.com/{tenant}/v2.0");
        let of = |published: &str, claims: Value| {
            let claims = serde_json::from_value(claims).unwrap();
            rules.logout_issuer(&issuer(published), &claims)
        };
        let other = own.replace('1', "2");
        for published in ["{tenantid}", own] {
            let said = json!({"iss": issuer(own), "sub": "x"});
            assert_eq!(of(published, said), Some(issuer(own)));
            for lie in [
                json!({"iss": issuer("{tenantid}")}),
                json!({"iss": issuer("common")}),
                json!({"iss": issuer(own), "tid": other}),
                json!({"iss": format!("https://elsewhere.example/{own}/v2.0")}),
                json!({}),
            ] {
                assert_eq!(of(published, lie.clone()), None, "{lie}");
            }
        }
        assert_eq!(of(own, json!({"iss": issuer(&other)})), None);
    }

    #[test]
    fn groups_that_are_elsewhere_are_withheld() {
        for overage in [
            json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}}),
            json!({"hasgroups": true}),
            json!({"hasgroups": "true"}),
        ] {
            assert_eq!(withheld(overage.clone()), ["groups"], "{overage}");
        }
        for complete in [
            json!({}),
            json!({"groups": ["a"]}),
            json!({"hasgroups": false}),
            json!({"_claim_names": {"address": "src1"}}),
        ] {
            assert!(withheld(complete.clone()).is_empty(), "{complete}");
        }
    }
}
