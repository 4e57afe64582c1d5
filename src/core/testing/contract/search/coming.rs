//! What a search promises of names that are looked up directly, and of pages while others come and go.

use super::{NAMED, Pair, identity, ids};
use crate::{
    entropy::Entropy,
    id::IdentityId,
    identity::{Identity, IdentityStore},
    search::{IdentityQuery, Page, PageToken, Position},
    secret::Token,
};

impl Pair<'_> {
    /// KC-112: `id:`, `username:` and `email:` find whom they name, and nobody else.
    pub(super) async fn looks_up(&self, people: &[Identity]) {
        let named = &people[NAMED];
        let (email, name) = (&named.identifiers[0], &named.identifiers[1]);
        for search in [
            format!("id:{}", named.id),
            format!("username:{name}"),
            format!("username:{}", name.to_uppercase()),
            format!("email:{email}"),
        ] {
            let found = self.alike(&self.query(&[("search", &search)])).await;
            assert_eq!(ids(&found), [named.id], "{search}");
        }
        let part = format!("username:{}", &name[1..]);
        let found = self.alike(&self.query(&[("search", &part)])).await;
        assert_eq!(ids(&found), [], "a part is none");
    }

    /// Whoever is there all along is passed once and in order, whoever comes and goes between two parts.
    pub(super) async fn stays_put(&self, entropy: &dyn Entropy) {
        for key in ["arrival", "created_at", "updated_at", "id"] {
            for sort in [key.to_owned(), format!("-{key}")] {
                let leaving = self.comes(entropy).await;
                let mut query = self.query(&[("search", "*e*"), ("sort", &sort)]);
                let mut whole = ids(&self.alike(&query).await);
                assert!(whole.contains(&leaving), "{sort}");
                whole.retain(|id| *id != leaving);
                let (mut seen, mut next) = self.part(&mut query, None).await;
                self.goes(leaving).await;
                let coming = self.comes(entropy).await;
                while next.is_some() {
                    let part = self.part(&mut query, next).await;
                    seen.extend(part.0);
                    next = part.1;
                }
                seen.retain(|id| whole.contains(id));
                assert_eq!(seen, whole, "{sort}");
                self.goes(coming).await;
            }
        }
    }

    /// A part, and where the next one begins.
    async fn part(
        &self,
        query: &mut IdentityQuery,
        token: Option<PageToken>,
    ) -> (Vec<IdentityId>, Option<PageToken>) {
        query.page = Page::From { size: 3, token };
        let found = self.search.search(query).await.unwrap();
        let next = match &found.next {
            Some(Position::Token(token)) => Some(token.clone()),
            _ => None,
        };
        (ids(&found), next)
    }

    async fn comes(&self, entropy: &dyn Entropy) -> IdentityId {
        let fresh = Token::generate(entropy).expose().to_lowercase();
        let mut one = identity(entropy, &format!("{fresh}@example.org"));
        one.schema_id = "default".to_owned();
        one.roles = vec![self.role.clone()];
        one.traits = serde_json::json!({"name": {"first": "Eve", "last": "Newcome"}});
        self.insert(&one).await;
        one.id
    }

    async fn goes(&self, id: IdentityId) {
        self.identities.delete(id).await.unwrap();
        IdentityStore::delete(&self.memory, id).await.unwrap();
    }
}
