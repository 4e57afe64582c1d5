//! Which organisations may sign in, and the issuers they have.

use url::Url;

/// What stands in an issuer for the tenant of whoever signs in.
const PLACEHOLDER: &str = "{tenantid}";

/// The tenant of all personal accounts.
pub(crate) const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Whose accounts the application is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tenant {
    /// Everybody's.
    Common,
    /// Those of organisations, of whichever.
    Organizations,
    /// Personal accounts.
    Consumers,
    /// Those of the organisation with this GUID.
    Id(String),
    /// Those of the organisation that owns this domain.
    Domain(String),
}

impl Tenant {
    /// The tenant called `text`; `None` when nothing can be called so.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        Some(match &*text {
            "common" => Self::Common,
            "organizations" => Self::Organizations,
            "consumers" => Self::Consumers,
            _ if is_guid(&text) => Self::Id(text),
            _ if is_domain(&text) => Self::Domain(text),
            _ => return None,
        })
    }

    /// Its name in addresses.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Common => "common",
            Self::Organizations => "organizations",
            Self::Consumers => "consumers",
            Self::Id(text) | Self::Domain(text) => text,
        }
    }

    /// Whether accounts of the tenant `id` belong to it, as far as can be told from the id.
    pub(crate) fn contains(&self, id: &str) -> bool {
        match self {
            Self::Common | Self::Domain(_) => true,
            Self::Organizations => id != PERSONAL,
            Self::Consumers => id == PERSONAL,
            Self::Id(own) => id == own,
        }
    }

    /// Whether `claimed` can be the issuer of accounts that are signed in at `configured`.
    pub(crate) fn accepts_issuer(&self, configured: &str, claimed: &str) -> bool {
        if claimed == configured {
            return true;
        }
        match tenant_of(configured, claimed) {
            // Which organisation owns the domain is known only when the provider says so.
            Some(PLACEHOLDER) => !matches!(self, Self::Domain(_)),
            Some(id) => is_guid(id) && self.contains(id),
            None => false,
        }
    }
}

/// The issuer of the tenant `id`, where `published` is what the discovery document calls it; `None`
/// when that is the issuer of another tenant.
pub(crate) fn issuer_of(published: &str, id: &str) -> Option<String> {
    match tenant_of(published, published) {
        Some(own) if is_guid(own) && own != id => None,
        _ => Some(published.replace(PLACEHOLDER, id)),
    }
}

/// The tenant in an issuer of the form `<origin>/<tenant>/v2.0`, at the origin of `configured`.
pub(crate) fn tenant_of<'a>(configured: &str, claimed: &'a str) -> Option<&'a str> {
    let origin = Url::parse(configured).ok()?.origin().ascii_serialization();
    let tenant = claimed.strip_prefix(&origin)?.strip_prefix('/')?;
    tenant
        .strip_suffix("/v2.0")
        .filter(|tenant| !tenant.contains('/'))
}

/// Whether `text` names one tenant by its id: a GUID with its hyphens, in either case.
pub fn is_tenant_id(text: &str) -> bool {
    is_guid(&text.to_ascii_lowercase())
}

/// Whether `text` is a GUID as tokens spell it: 8-4-4-4-12 hexadecimal digits in lower case.
pub(crate) fn is_guid(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let lengths = text.split('-').map(|part| {
        let is_plain = part.chars().all(is_digit);
        if is_plain { part.len() } else { 0 }
    });
    lengths.eq([8, 4, 4, 4, 12])
}

/// Whether `text` can be a domain: labels of letters, digits and hyphens, with a dot between two.
fn is_domain(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut labels = text.split('.');
    text.contains('.') && labels.all(|label| !label.is_empty() && label.chars().all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "11111111-aaaa-4bbb-8ccc-000000000001";
    const OTHER: &str = "22222222-aaaa-4bbb-8ccc-000000000002";

    fn issuer(tenant: &str) -> String {
        format!("https://login.microsoftonline.com/{tenant}/v2.0")
    }

    #[test]
    fn a_tenant_is_a_word_a_guid_or_a_domain() {
        for text in [
            "common",
            "Organizations",
            "consumers",
            OWN,
            "contoso.example",
        ] {
            let tenant = Tenant::parse(text).unwrap();
            assert_eq!(tenant.as_str(), text.to_ascii_lowercase());
        }
        assert!(matches!(Tenant::parse(OWN), Some(Tenant::Id(_))));
        for nothing in ["", "contoso", "a/b.c", "..", "a..b", "{tenantid}", "a.b?c"] {
            assert_eq!(Tenant::parse(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_guid_is_spelled_in_one_way() {
        assert!(is_guid(OWN) && is_guid(PERSONAL));
        for other in [
            "",
            "11111111aaaa4bbb8ccc000000000001",
            "11111111-AAAA-4bbb-8ccc-000000000001",
            "11111111-aaaa-4bbb-8ccc-00000000000g",
            "11111111-aaaa-4bbb-8ccc-000000000001-",
            "{11111111-aaaa-4bbb-8ccc-000000000001}",
        ] {
            assert!(!is_guid(other), "{other}");
        }
    }

    #[test]
    fn a_document_names_an_issuer_of_the_tenant_it_was_asked_for() {
        let guess = "{tenantid}";
        for (tenant, claimed, accepted) in [
            ("common", guess, true),
            ("common", OWN, true),
            ("organizations", guess, true),
            ("organizations", PERSONAL, false),
            ("consumers", PERSONAL, true),
            ("consumers", OWN, false),
            (OWN, OWN, true),
            (OWN, OTHER, false),
            ("contoso.example", OWN, true),
            ("contoso.example", guess, false),
            ("common", "other.example", false),
            ("common", "a/b", false),
        ] {
            let parsed = Tenant::parse(tenant).unwrap();
            let outcome = parsed.accepts_issuer(&issuer(tenant), &issuer(claimed));
            assert_eq!(outcome, accepted, "{tenant}: {claimed}");
        }
        let elsewhere = format!("https://login.microsoftonline.com.evil.test/{OWN}/v2.0");
        assert!(!Tenant::Common.accepts_issuer(&issuer("common"), &elsewhere));
    }

    #[test]
    fn the_placeholder_stands_for_the_tokens_tenant() {
        assert_eq!(issuer_of(&issuer("{tenantid}"), OWN), Some(issuer(OWN)));
        assert_eq!(issuer_of(&issuer(OWN), OWN), Some(issuer(OWN)));
        assert_eq!(issuer_of(&issuer(OWN), OTHER), None);
        let private = "https://id.example.org";
        assert_eq!(issuer_of(private, OWN).as_deref(), Some(private));
    }
}
