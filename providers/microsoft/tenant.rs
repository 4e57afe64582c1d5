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
        Some(PLACEHOLDER) => Some(published.replace(PLACEHOLDER, id)),
        Some(own) if is_guid(own) && own != id => None,
        _ => Some(published.to_owned()),
    }
}

/// The tenant in an issuer of the form `<origin>/<tenant>/v2.0`, at the origin of `configured`.
fn tenant_of<'a>(configured: &str, claimed: &'a str) -> Option<&'a str> {
    let origin = Url::parse(configured).ok()?.origin().ascii_serialization();
    let tenant = claimed.strip_prefix(&origin)?.strip_prefix('/')?;
    tenant
        .strip_suffix("/v2.0")
        .filter(|tenant| !tenant.contains('/'))
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
