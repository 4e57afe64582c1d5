//! The id of a provider that was added without one: the same for the same client, so that adding it
//! again, on another node or after a restart, finds the links it had.

use std::fmt::Write as _;

use sha1::{Digest, Sha1};

use super::{Protocol, Provider};

impl Provider {
    /// The kind, and the digest of what tells two clients of that kind apart: the client's id, with
    /// the tenant for Microsoft and with the issuer for kinds that do not know theirs.
    pub fn generated_id(&self) -> String {
        let preset = self.preset();
        let issuer = self.issuer_url.as_deref().unwrap_or_default();
        let client = match preset.protocol {
            Protocol::Microsoft => format!("{}_{}", self.client_id, self.tenant()),
            _ if preset.needs_issuer() => format!("{}_{issuer}", self.client_id),
            _ => self.client_id.clone(),
        };
        let mut id = format!("{}_", self.kind);
        for byte in Sha1::digest(client.as_bytes()) {
            // Writing to a text never fails.
            let _ = write!(id, "{byte:02x}");
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use portcullis_core::id::ProviderId;

    use super::*;
    use crate::config::ProviderKind;

    fn id(kind: &str, configure: impl FnOnce(&mut Provider)) -> String {
        let mut provider = Provider {
            kind: ProviderKind::named(kind).unwrap(),
            client_id: "client".to_owned(),
            ..Provider::default()
        };
        configure(&mut provider);
        provider.generated_id()
    }

    /// XP-06. The digests were made with `printf %s … | sha1sum`.
    #[test]
    fn generated_ids_follow_from_the_client_alone() {
        let tenant = |p: &mut Provider| p.microsoft_tenant_id = Some("contoso.com".to_owned());
        let issuer = |p: &mut Provider| p.issuer_url = Some("https://id.example.org".to_owned());
        for (made, expected) in [
            (
                id("google", |_| {}),
                "google_d2a04d71301a8915217dd5faf81d12cffd6cd958",
            ),
            (
                id("github", issuer),
                "github_d2a04d71301a8915217dd5faf81d12cffd6cd958",
            ),
            (
                id("microsoft", |_| {}),
                "microsoft_748ae2b7c9c0f7527aa719e7d794108646e2f60c",
            ),
            (
                id("microsoft", tenant),
                "microsoft_60672e2e8418bf4a61ee8cf9c96075b6a9652d2d",
            ),
            (
                id("oidc", issuer),
                "oidc_624ab2362e0665a10e3601fddac3e331ba7cf83f",
            ),
            (
                id("auth0", issuer),
                "auth0_624ab2362e0665a10e3601fddac3e331ba7cf83f",
            ),
        ] {
            assert_eq!(made, expected);
            assert!(made.parse::<ProviderId>().is_ok());
        }
    }
}
