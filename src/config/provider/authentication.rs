//! How the gateway proves to a provider who it is: a secret, or a key with which it signs.

use portcullis_core::secret::Secret;

use super::{Authentication, Provider};
use crate::config::finding::Check;

impl Provider {
    pub(super) fn validate_authentication(&self, check: &mut Check<'_>) {
        let secret = is_given(
            self.client_secret.as_ref(),
            self.client_secret_file.is_some(),
        );
        let key = is_given(self.private_key.as_ref(), self.private_key_file.is_some());
        if let Some(pem) = &self.private_key
            && !pem.expose().contains("PRIVATE KEY-----")
        {
            check
                .under(self.written_key("private_key"))
                .problem("this is no private key in PEM; write private_key_file");
        }
        if self.certificate.is_some() && !key {
            check
                .under(self.written_key("certificate"))
                .problem("it is of a key that is not given; write private_key_file, or remove it");
        }
        match self.preset().authentication {
            Authentication::SignedSecret => self.validate_signed_secret((secret, key), check),
            Authentication::Secret => self.validate_secret((secret, key), check),
        }
    }

    fn validate_secret(&self, (secret, key): (bool, bool), check: &mut Check<'_>) {
        let preset = self.preset();
        if secret && key {
            check
                .under("private_key")
                .problem("`client_secret` and `private_key` are both given; keep one of them");
        }
        if self.key_id.is_some() && !key {
            check
                .under("key_id")
                .problem("it names a key that is not given; write private_key_file, or remove it");
        }
        // Anybody may run a public client of an OpenID provider; the others know none.
        if !secret && !key && self.kind.as_str() != "oidc" {
            let mut check = check.under("client_secret");
            let told = format!("{} expects one; write client_secret_file", preset.label);
            match preset.is_openid() {
                true => check.warn(told),
                false => check.problem(told),
            }
        }
    }

    fn validate_signed_secret(&self, (secret, key): (bool, bool), check: &mut Check<'_>) {
        let label = &self.preset().label;
        if secret {
            check.under("client_secret").problem(format!(
                "{label}'s secret is signed anew each time; write team_id, key_id and \
                 private_key_file instead"
            ));
        }
        let needed = [
            ("private_key", key),
            ("key_id", self.key_id.is_some()),
            ("team_id", self.team_id.is_some()),
        ];
        for (name, given) in needed {
            if !given {
                check.under(name).problem(format!(
                    "it is missing; kind {:?} needs team_id, key_id and private_key_file",
                    self.kind.as_str()
                ));
            }
        }
    }
}

fn is_given(value: Option<&Secret>, file: bool) -> bool {
    file || value.is_some_and(|value| !value.is_empty())
}
