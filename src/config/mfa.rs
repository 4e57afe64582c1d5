//! `[identity.mfa]`, `[identity.passkey]` and `[identity.code]`: what proves people beside a password or
//! a provider, and without either.

use portcullis_core::{
    action::Action,
    assurance::Assurance,
    credential::{CredentialKind, Kinds},
};
use serde::{Deserialize, Serialize};

use super::{Config, finding::Check, session::RequiredAal};

/// Second factors.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mfa {
    /// Whether everybody has to have a second factor and to use it; default `false`.
    pub enforce: bool,
    /// Whether whoever signs in through a provider goes on with a security key; default `false`.
    pub webauthn_after_provider: bool,
    /// Whether applications that show codes can be set up; default `true`.
    pub totp: bool,
    /// Whether codes to write down can be had; default `true`.
    pub lookup_secret: bool,
    /// Whether security keys can be added; default `true`.
    pub webauthn: bool,
    /// What applications that show codes call this gateway; default: the host of `public_url`.
    pub issuer: Option<String>,
}

impl Default for Mfa {
    fn default() -> Self {
        Self {
            enforce: false,
            webauthn_after_provider: false,
            totp: true,
            lookup_secret: true,
            webauthn: true,
            issuer: None,
        }
    }
}

/// Passkeys.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Passkey {
    /// Whether people can add passkeys and sign in with them; default `true`.
    pub enabled: bool,
}

impl Default for Passkey {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// Codes by mail, to sign in with.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Code {
    /// Whether one can sign in with a code alone; default `false`.
    pub passwordless: bool,
    /// Whether a code is a second factor, for everybody with a proved address; default `false`.
    pub second_factor: bool,
}

impl Config {
    /// Whether mail reaches people.
    pub(super) fn sends_mail(&self) -> bool {
        self.mail.url.is_some() || self.mail.to_terminal
    }

    /// Codes that nobody mails let nobody in.
    pub(super) fn validate_codes(&self, check: &mut Check<'_>) {
        let code = &self.identity.code;
        let keys = [
            ("passwordless", code.passwordless),
            ("second_factor", code.second_factor),
        ];
        for (key, _) in keys
            .iter()
            .filter(|(_, is_on)| *is_on && !self.sends_mail())
        {
            let message = "no mail is sent here, so it is not offered; write [mail] url as well";
            check.under("code").under(key).warn(message);
        }
    }

    /// How strongly people have to be signed in.
    pub fn assurance(&self) -> Assurance {
        let mfa = &self.identity.mfa;
        let kinds = [
            (mfa.totp, CredentialKind::Totp),
            (mfa.webauthn && self.has_keys(), CredentialKind::Webauthn),
        ];
        Assurance {
            enforce: mfa.enforce,
            highest_available: self.session.whoami.required_aal == RequiredAal::HighestAvailable,
            key_after_provider: mfa.webauthn_after_provider,
            by_mail: self.identity.code.second_factor && self.sends_mail(),
            factors: Kinds::of(
                kinds
                    .into_iter()
                    .filter_map(|(is_on, kind)| is_on.then_some(kind)),
            ),
        }
    }

    /// The kinds of credentials that count for nothing here, and what switches them off.
    pub fn switched_off(&self) -> Vec<(CredentialKind, &'static str)> {
        let identity = &self.identity;
        let (mfa, passkey) = (&identity.mfa, &identity.passkey);
        let keyless = "public_url, which has no host name";
        let kinds = [
            (
                CredentialKind::Password,
                identity.local.enabled,
                "identity.local.enabled",
            ),
            (CredentialKind::Totp, mfa.totp, "identity.mfa.totp"),
            (
                CredentialKind::LookupSecret,
                mfa.lookup_secret,
                "identity.mfa.lookup_secret",
            ),
            (
                CredentialKind::Webauthn,
                mfa.webauthn,
                "identity.mfa.webauthn",
            ),
            (
                CredentialKind::Webauthn,
                !mfa.webauthn || self.has_keys(),
                keyless,
            ),
            (
                CredentialKind::Passkey,
                passkey.enabled,
                "identity.passkey.enabled",
            ),
            (
                CredentialKind::Passkey,
                !passkey.enabled || self.has_keys(),
                keyless,
            ),
        ];
        let off = kinds.into_iter().filter(|(_, is_on, _)| !is_on);
        off.map(|(kind, _, by)| (kind, by)).collect()
    }

    /// Nobody is asked for what they have no way to set up.
    pub(super) fn validate_factors(&self, check: &mut Check<'_>) {
        let settings = self.action_settings();
        let is_on = |action: &Action| settings.get(action).is_some_and(|one| one.enabled);
        let factors = [Action::ConfigureTotp, Action::WebauthnRegister];
        if self.identity.mfa.enforce && !factors.iter().any(is_on) {
            check.under("enforce").problem(
                "nobody could set up a second factor here; leave totp, or webauthn with a host name \
                 in public_url, and the action CONFIGURE_TOTP or webauthn-register on",
            );
        }
        let wants_key = self.identity.mfa.webauthn_after_provider;
        if wants_key && !is_on(&Action::WebauthnRegister) {
            check.under("webauthn_after_provider").problem(
                "nobody could add a security key here, so nobody would get in through a provider; leave \
                 webauthn with a host name in public_url, and the action webauthn-register on",
            );
        }
    }
}
