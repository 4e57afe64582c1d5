//! What a search promises of links: by whichever name, it finds whom an account belongs to, and nobody by
//! one that is only prepared.

use super::{Pair, ids};
use crate::{
    credential::CredentialStore,
    entropy::Entropy,
    id::{CredentialId, IdentityId},
    identity::{Identity, IdentityStore},
    link::{LinkKey, PreparedLink},
    search::{Filter, Identifier},
    secret::Token,
};

impl Pair<'_> {
    /// Somebody is found by a link as long as it lasts, whatever else changes.
    pub(super) async fn linked(&self, mut ada: Identity, entropy: &dyn Entropy) -> Identity {
        let key = LinkKey {
            provider: "google".parse().unwrap(),
            issuer: "https://accounts.example.org".to_owned(),
            // Quotes, backslashes, percents and colons are parts of a name like all others.
            subject: format!("A:b\"c\\d%_{}", Token::generate(entropy).expose()),
        };
        let link = key.credential(ada.id, CredentialId::generate(entropy), ada.created_at);
        self.prepared(&ada, entropy).await;
        self.credentials.put(&link).await.unwrap();
        self.memory.put(&link).await.unwrap();
        self.answers_alike("provider:other").await;
        let of_google = self.query(&[("provider", "google")]);
        assert_eq!(ids(&self.alike(&of_google).await), [ada.id]);
        let mut by_link = self.query(&[]);
        let exactly = link.identifier.clone().map(|normal| Identifier {
            normal,
            account: None,
        });
        by_link.filters.extend(exactly.map(Filter::Identifier));
        assert_eq!(ids(&self.alike(&by_link).await), [ada.id]);
        self.found_by_account(&key, ada.id).await;
        self.identities.update(&ada).await.unwrap();
        self.memory.update(&ada).await.unwrap();
        ada.version += 1;
        assert_eq!(ids(&self.alike(&of_google).await), [ada.id]);
        self.credentials.delete(link.id).await.unwrap();
        CredentialStore::delete(&self.memory, link.id)
            .await
            .unwrap();
        assert_eq!(ids(&self.alike(&of_google).await), []);
        ada
    }

    /// A link that is only prepared is no account yet.
    async fn prepared(&self, ada: &Identity, entropy: &dyn Entropy) {
        let address = "augusta@example.org";
        let stub = PreparedLink::new("github".parse().unwrap(), address);
        let stub = stub.credential(ada.id, CredentialId::generate(entropy), ada.created_at);
        self.credentials.put(&stub).await.unwrap();
        self.memory.put(&stub).await.unwrap();
        for name in [format!("prepared:{address}"), format!("github:{address}")] {
            let named = self.query(&[("credentials_identifier", &name)]);
            assert_eq!(ids(&self.alike(&named).await), [], "{name}");
        }
        self.credentials.delete(stub.id).await.unwrap();
        let gone = CredentialStore::delete(&self.memory, stub.id).await;
        assert!(gone.unwrap());
    }

    /// KC-112: somebody is found by the account that they are linked to, as it is written.
    async fn found_by_account(&self, key: &LinkKey, id: IdentityId) {
        let account = format!("{}:{}", key.provider, key.subject);
        let padded = format!(" {account} ");
        let other = format!("{}:{}", key.provider, key.subject.to_lowercase());
        let elsewhere = format!("other:{}", key.subject);
        let found: &[IdentityId] = &[id];
        for (written, expected) in [
            (&account, found),
            (&padded, found),
            (&other, &[]),
            (&elsewhere, &[]),
            (&format!("{account}%"), &[]),
            (&key.subject, &[]),
        ] {
            let named = self.query(&[("credentials_identifier", written)]);
            assert_eq!(ids(&self.alike(&named).await), expected, "{written}");
        }
    }
}
