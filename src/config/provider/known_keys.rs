//! Which kinds know which keys; a key that would do nothing is refused.

use super::{Authentication, Cloud, Preset, Protocol, Provider, ProviderKind, SubjectSource};
use crate::config::finding::Check;

/// A key that not every kind knows.
struct Key {
    name: &'static str,
    is_given: fn(&Provider) -> bool,
    is_known: fn(&Preset) -> bool,
}

const KEYS: [Key; 17] = [
    key("hosted_domains", |p| !p.hosted_domains.is_empty(), google),
    key("trust_workspace_email", |p| p.trust_workspace_email, google),
    key(
        "microsoft_tenant",
        |p| p.microsoft_tenant.is_some(),
        microsoft,
    ),
    key(
        "microsoft_tenant_id",
        |p| p.microsoft_tenant_id.is_some(),
        microsoft,
    ),
    key(
        "allowed_tenants",
        |p| !p.allowed_tenants.is_empty(),
        microsoft,
    ),
    key("cloud", |p| p.cloud != Cloud::default(), microsoft),
    key(
        "subject_source",
        |p| p.subject_source != SubjectSource::default(),
        microsoft,
    ),
    key("trust_tenant_email", |p| p.trust_tenant_email, microsoft),
    key("api_url", |p| p.api_url.is_some(), github),
    key("team_id", |p| p.team_id.is_some(), signs_its_secret),
    key("trust", |p| p.trust.is_some(), reads_rules),
    key(
        "private_key",
        |p| p.private_key.is_some(),
        Preset::is_openid,
    ),
    key("certificate", |p| p.certificate.is_some(), signs_assertions),
    key(
        "aal2_acr_values",
        |p| !p.aal2_acr_values.is_empty(),
        Preset::is_openid,
    ),
    key(
        "aal2_amr_values",
        |p| !p.aal2_amr_values.is_empty(),
        Preset::is_openid,
    ),
    key("asks_again", |p| !p.asks_again, Preset::is_openid),
    key("issuer_url", |p| p.issuer_url.is_some(), has_issuers),
];

const fn key(
    name: &'static str,
    is_given: fn(&Provider) -> bool,
    is_known: fn(&Preset) -> bool,
) -> Key {
    Key {
        name,
        is_given,
        is_known,
    }
}

fn google(preset: &Preset) -> bool {
    preset.protocol == Protocol::Google
}

fn microsoft(preset: &Preset) -> bool {
    preset.protocol == Protocol::Microsoft
}

fn github(preset: &Preset) -> bool {
    preset.protocol == Protocol::GitHub
}

fn signs_assertions(preset: &Preset) -> bool {
    preset.is_openid() && !signs_its_secret(preset)
}

fn signs_its_secret(preset: &Preset) -> bool {
    preset.authentication == Authentication::SignedSecret
}

/// Google's and Microsoft's rules follow from keys of their own.
fn reads_rules(preset: &Preset) -> bool {
    !google(preset) && !microsoft(preset)
}

fn has_issuers(preset: &Preset) -> bool {
    preset.protocol != Protocol::OAuth2
}

impl Provider {
    pub(super) fn refuse_keys_of_other_kinds(&self, check: &mut Check<'_>) {
        for key in &KEYS {
            if (key.is_given)(self) && !(key.is_known)(self.preset()) {
                let knows = |kind: &ProviderKind| (key.is_known)(kind.preset());
                let kinds: Vec<_> = ProviderKind::all()
                    .filter(knows)
                    .map(|kind| format!("{:?}", kind.as_str()))
                    .collect();
                let kinds = match kinds.as_slice() {
                    [one] => format!("only kind {one} knows"),
                    many if many.len() > 4 => {
                        format!("kind {:?} does not know", self.kind.as_str())
                    }
                    many => format!("only the kinds {} know", many.join(", ")),
                };
                check
                    .under(key.name)
                    .problem(format!("{kinds} this key; remove it or change kind"));
            }
        }
    }
}
