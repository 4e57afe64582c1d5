//! What people have and the configuration switches off: it is kept and counts for nothing.

use portcullis_core::{credential::CredentialStore, store::StoreError};

use crate::config::Config;

/// A line for each kind of credential that is switched off and that somebody has.
pub(super) async fn warnings(
    config: &Config,
    credentials: &dyn CredentialStore,
) -> Result<Vec<String>, StoreError> {
    let mut warnings = Vec::new();
    for (kind, by) in config.switched_off() {
        let holders = credentials.holders(kind).await?;
        let whose = match holders {
            0 => continue,
            1 => "1 identity has one".to_owned(),
            many => format!("{many} identities have one"),
        };
        warnings.push(format!(
            "credentials of type {} are switched off by {by}, and {whose}, which is not asked for and \
             lets nobody in",
            kind.as_str()
        ));
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portcullis_core::{
        credential::{Credential, CredentialKind},
        id::{CredentialId, IdentityId},
        identity::{Identity, IdentityStore},
        testing::{FrozenClock, MemoryStore, SeededEntropy},
    };
    use serde_json::json;

    use super::*;

    /// CU-22.
    #[tokio::test]
    async fn what_people_have_and_nobody_asks_for_is_told() {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let clock = Arc::new(FrozenClock::new(now));
        let store = MemoryStore::new(clock);
        let entropy = SeededEntropy::new(7);
        for kind in [
            CredentialKind::Totp,
            CredentialKind::Totp,
            CredentialKind::Webauthn,
        ] {
            let ada = Identity::blank(IdentityId::generate(&entropy), "default", now);
            let own = Credential {
                id: CredentialId::generate(&entropy),
                identity_id: ada.id,
                kind,
                identifier: None,
                config: json!({}),
                label: None,
                priority: 0,
                last_used_at: None,
                created_at: now,
                updated_at: now,
            };
            IdentityStore::insert(&store, &ada, &[own]).await.unwrap();
        }
        let mut config = Config {
            public_url: "https://gate.example.org".parse().unwrap(),
            ..Config::default()
        };
        assert_eq!(warnings(&config, &store).await.unwrap(), [""; 0]);
        config.identity.mfa.totp = false;
        config.identity.passkey.enabled = false;
        let told = warnings(&config, &store).await.unwrap();
        assert_eq!(told.len(), 1, "nobody has a passkey: {told:?}");
        for part in ["type totp", "identity.mfa.totp", "2 identities have one"] {
            assert!(told[0].contains(part), "{told:?}");
        }
        config.public_url = "https://192.0.2.1".parse().unwrap();
        let told = warnings(&config, &store).await.unwrap();
        assert!(told[1].contains("public_url, which has no host name, and 1 identity has one"));
    }
}
