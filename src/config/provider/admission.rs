//! Whom a provider lets in, as far as configuration tells.

use portcullis_core::provider::{Admission, ClaimFilter, Creation, Linking, UnverifiedLocal};
use url::{Host, Url};

use super::{Protocol, Provider, ProviderKind};
use crate::config::{finding::Check, host, is_loopback};

/// Stands for every Workspace domain.
const ANY_DOMAIN: &str = "*";

impl Provider {
    /// Whether whoever has an account anywhere may get an identity here.
    pub(in crate::config) fn is_open_to_the_world(&self) -> bool {
        let narrowed = self.link_only
            || !self.enabled
            || self.create == Creation::Never
            || !self.allow_domains.is_empty()
            || !self.require_claims.is_empty();
        let members_only = match self.preset().protocol {
            // `*` stands for every Workspace, and anybody can have one.
            Protocol::Google => {
                let mut domains = self.hosted_domains.iter();
                !self.hosted_domains.is_empty() && domains.all(|domain| domain != ANY_DOMAIN)
            }
            Protocol::Microsoft => !self.allowed_tenants.is_empty() || !self.is_shared_tenant(),
            _ => false,
        };
        self.is_public_place() && !narrowed && !members_only
    }

    /// Whether anybody on earth can get an account where this provider is.
    fn is_public_place(&self) -> bool {
        match &self.issuer_url {
            None => self.preset().is_open,
            // Its tokens are still Google's or Microsoft's, unless a stand-in on this network gives
            // them.
            Some(url)
                if matches!(
                    self.preset().protocol,
                    Protocol::Google | Protocol::Microsoft
                ) =>
            {
                !Url::parse(url).is_ok_and(|url| is_private(&url))
            }
            Some(url) => host_of(url).is_some_and(|host| {
                let mut open = ProviderKind::all()
                    .map(ProviderKind::preset)
                    .filter(|preset| preset.is_open);
                open.any(|preset| preset.issuer.as_deref().and_then(host_of) == Some(host.clone()))
            }),
        }
    }

    /// Which accounts are admitted; a pattern that is none has been refused before.
    pub fn admission(&self) -> Result<Admission, String> {
        let filter = |(name, pattern): (&String, &String)| {
            ClaimFilter::new(name, pattern).map_err(|error| unreadable(&error.to_string()))
        };
        let claims: Result<Vec<_>, _> = self.require_claims.iter().map(filter).collect();
        Ok(Admission {
            allow_domains: self.allow_domains.clone(),
            deny_domains: self.deny_domains.clone(),
            claims: claims?,
        })
    }

    pub(super) fn validate_admission(&self, check: &mut Check<'_>) {
        let lists = [
            ("allow_domains", &self.allow_domains),
            ("deny_domains", &self.deny_domains),
            ("hosted_domains", &self.hosted_domains),
            ("allowed_hosts", &self.allowed_hosts),
        ];
        for (key, names) in lists {
            for (index, name) in names.iter().enumerate() {
                let is_any = key == "hosted_domains" && name == ANY_DOMAIN;
                if let Err(reason) = host::validate_name(name)
                    && !is_any
                {
                    check.under(key).item(index).problem(reason);
                }
            }
        }
        for (name, pattern) in &self.require_claims {
            let mut check = check.under("require_claims");
            let mut check = check.under(name);
            if name.is_empty() || name.split('.').any(str::is_empty) {
                check.problem("this is no claim path; write one such as \"realm.roles\"");
            }
            if let Err(error) = ClaimFilter::new(name, pattern) {
                check.problem(unreadable(&error.to_string()));
            }
        }
        self.warn_of_weak_links(check);
    }

    fn warn_of_weak_links(&self, check: &mut Check<'_>) {
        let automatic = self.link == Linking::Auto;
        let reclaims = self.unverified_local == UnverifiedLocal::Reclaim;
        if self.trusts_nothing() {
            let label = &self.preset().label;
            if automatic || reclaims {
                let key = if automatic {
                    "link"
                } else {
                    "unverified_local"
                };
                check.under(key).warn(format!(
                    "none of {label}'s addresses counts as verified, so this never happens; see \
                     trust"
                ));
            }
            if !self.allow_domains.is_empty() {
                check.under("allow_domains").warn(format!(
                    "none of {label}'s addresses counts as verified, so nobody is admitted; see \
                     trust"
                ));
            }
            return;
        }
        if automatic {
            check.under("link").warn(
                "whoever takes over an address at this provider takes over its identity here; \
                 \"confirm\" asks for a proof",
            );
        }
        if reclaims {
            check.under("unverified_local").warn(
                "whoever has an address here unproved loses passwords and links to whoever \
                 proves it at this provider; \"confirm\" asks for a proof",
            );
        }
    }

    fn trusts_nothing(&self) -> bool {
        let preset = self.preset();
        let decided_by_code = matches!(preset.protocol, Protocol::Google | Protocol::Microsoft);
        let rules = self.trust.as_ref().unwrap_or(&preset.trust);
        !decided_by_code && rules.is_empty()
    }

    pub(super) fn validate_trust(&self, check: &mut Check<'_>) {
        for (index, rule) in self.trust.iter().flatten().enumerate() {
            let mut check = check.under("trust");
            let mut check = check.item(index);
            if rule.why.is_empty() {
                check
                    .under("why")
                    .problem("it is missing; say why the address can be trusted");
            }
            let says_verified = rule.email_verified || rule.true_claim.is_some();
            let narrows =
                !rule.domains.is_empty() || rule.domain_claim.is_some() || rule.claim_is.is_some();
            match (says_verified, narrows) {
                (true, _) => {}
                (false, true) => check.warn(
                    "the rule trusts addresses that the provider does not call verified; add \
                     email_verified = true",
                ),
                (false, false) => check.problem(
                    "a rule without conditions trusts nothing; write one, such as email_verified \
                     = true",
                ),
            }
        }
    }
}

fn host_of(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

/// Whether the host is on this machine or on a private network, as far as its name tells.
fn is_private(url: &Url) -> bool {
    let is_near = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => ip.is_unique_local(),
        _ => false,
    };
    is_near || is_loopback(url)
}

fn unreadable(reason: &str) -> String {
    // The library draws a picture over several lines; its last one says what is wrong.
    let reason = reason.lines().last().unwrap_or_default();
    let reason = reason.trim_start_matches("error: ");
    format!("this is no pattern: {reason}")
}
