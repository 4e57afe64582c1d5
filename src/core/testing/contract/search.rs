//! What a search promises: it finds what looking at every identity would find, in the same order.

mod coming;
mod links;

use std::{collections::BTreeSet, sync::Arc};

use jiff::ToSpan as _;
use serde_json::json;

use super::{identity, moment};
use crate::{
    credential::CredentialStore,
    entropy::Entropy,
    id::IdentityId,
    identity::{Identity, IdentityState, IdentityStore},
    schema::{Schema, Schemas},
    search::{Found, IdentityQuery, IdentitySearch, Page, Position},
    secret::Token,
    testing::{FrozenClock, MemoryStore},
};

/// The schemas of the identities of [`identity_search_contract`]: those of a store under test must be
/// these, or contain them.
pub fn searched_schemas() -> Arc<Schemas> {
    let text = json!({"type": "string", "x-profile": {"searchable": true, "index": "prefix"}});
    let document = json!({"type": "object", "properties": {
        "email": {"type": "string"},
        "name": {"type": "object", "properties": {"first": text, "last": text}},
        "secret": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}, "x-profile": {"searchable": true}},
    }});
    let schema = |id: &str| Arc::new(Schema::parse(id, document.clone()).unwrap());
    let schemas = vec![schema("default"), schema("searched")];
    Arc::new(Schemas::new(schemas, "default").unwrap())
}

/// The store that is checked, and one in memory that has the same.
struct Pair<'a> {
    identities: &'a dyn IdentityStore,
    credentials: &'a dyn CredentialStore,
    search: &'a dyn IdentitySearch,
    memory: MemoryStore,
    /// A role that only the identities of this run have.
    role: String,
}

/// Checks a search over these stores, which know [`searched_schemas`].
pub async fn identity_search_contract(
    (identities, credentials): (&dyn IdentityStore, &dyn CredentialStore),
    search: &dyn IdentitySearch,
    entropy: &dyn Entropy,
) {
    let clock = Arc::new(FrozenClock::new(moment("2026-07-01T12:00:00Z")));
    let pair = Pair {
        identities,
        credentials,
        search,
        memory: MemoryStore::new(clock).searching(searched_schemas()),
        role: format!("run-{}", Token::generate(entropy).expose()),
    };
    let people = people(&pair, entropy);
    for one in &people {
        pair.insert(one).await;
    }
    for search in SEARCHES {
        pair.answers_alike(search).await;
    }
    pair.combines(&people).await;
    pair.looks_up(&people).await;
    pair.stays_put(entropy).await;
    pair.pages_alike("").await;
    pair.pages_alike("*e*").await;
    pair.counts_days_alike().await;
    pair.follows_changes(&people, entropy).await;
}

/// What is looked for; the first letters of what is meant to be inert are those of LIKE and FTS.
const SEARCHES: [&str; 40] = [
    "",
    "ada",
    "ADA",
    "ad*",
    "*da*",
    "*d*",
    "a",
    "\"ada\"",
    "\"ad\"",
    "\"ada lovelace\"",
    "love",
    "ada love",
    "ada smith",
    "van",
    "berg",
    "\"van der berg\"",
    "name.last:van*",
    "name.last:berg*",
    "name.last:\"van der berg\"",
    "name.first:ada",
    "name.last:ada",
    "name.first:ad",
    "name.first:ad*",
    "tags:red",
    "*100%*",
    "*%*",
    "*_*",
    "*'*",
    "*\\*",
    "\"or\" and not",
    "*NEAR(*",
    "*\u{65e5}*",
    "\u{65e5}\u{672c}",
    "*\u{1f4a5}*",
    "stra\u{df}e",
    "\u{ff21}\u{ff44}\u{ff41}",
    "hidden",
    "verified:true",
    "state:inactive ada",
    "email:nobody@example.org",
];

/// Who signs in with a name, too.
const NAMED: usize = 1;

fn people(pair: &Pair<'_>, entropy: &dyn Entropy) -> Vec<Identity> {
    let names = [
        ("Ada", "Lovelace", "red"),
        ("ada", "Smith", "100%"),
        ("Adam", "van der Berg", "a_b"),
        ("Mary Ada", "O'Brien", "or"),
        ("Eve", "ada", "back\\slash"),
        ("\u{65e5}\u{672c}", "Stra\u{df}e", "\u{1f4a5}"),
        ("Grace", "Hopper", "near(x)"),
        ("", "", "and"),
        ("Mandala", "Dada", "not"),
        ("Eve", "Lovelace", "axb"),
    ];
    let start = moment("2026-07-01T12:00:00Z");
    let people = names
        .into_iter()
        .enumerate()
        .map(|(index, (first, last, tag))| {
            let fresh = Token::generate(entropy).expose().to_lowercase();
            let mut one = identity(entropy, &format!("{fresh}-{index}@example.org"));
            let step = i64::try_from(index).unwrap();
            one.schema_id = if index % 3 == 0 {
                "searched"
            } else {
                "default"
            }
            .to_owned();
            one.roles = vec![pair.role.clone(), format!("{}-{}", pair.role, index % 2)];
            one.traits =
                json!({"name": {"first": first, "last": last}, "tags": [tag], "secret": "hidden"});
            // Not the order of their arrival, and some alike.
            one.created_at = start - (step / 2).hours();
            one.updated_at = start + ((step * 7) % 5).hours();
            if index % 4 == 0 {
                one.state = IdentityState::Inactive;
            }
            if index % 2 == 0 {
                one.addresses.clear();
            }
            if index == NAMED {
                one.identifiers.push(format!("{fresh}-name"));
            }
            one
        });
    people.collect()
}

impl Pair<'_> {
    async fn insert(&self, one: &Identity) {
        self.identities.insert(one, &[]).await.unwrap();
        self.memory.insert(one, &[]).await.unwrap();
    }

    /// What the parameters ask for among the identities of this run.
    fn query(&self, parameters: &[(&str, &str)]) -> IdentityQuery {
        let paths = searched_schemas().searched();
        let own = [("role", self.role.as_str())];
        let all = parameters.iter().copied().chain(own);
        IdentityQuery::read(all, &paths).unwrap()
    }

    async fn alike(&self, query: &IdentityQuery) -> Found {
        let found = self.search.search(query).await.unwrap();
        let expected = self.memory.search(query).await.unwrap();
        assert_eq!(ids(&found), ids(&expected), "{query:?}");
        assert!(
            found
                .total
                .is_none_or(|total| Some(total) == expected.total),
            "{query:?}"
        );
        let ends = |found: &Found| (found.prev.is_some(), found.next.is_some());
        assert_eq!(ends(&found), ends(&expected), "{query:?}");
        found
    }

    async fn answers_alike(&self, search: &str) {
        let query = self.query(&[("search", search), ("total", "true")]);
        let found = self.alike(&query).await;
        // What is few is cheap to count.
        assert!(found.total.is_some(), "{search}");
    }

    /// KC-112.
    async fn combines(&self, people: &[Identity]) {
        let (first, second) = (people[0].id.to_string(), people[4].id.to_string());
        let identifier = people[3].identifiers[0].to_uppercase();
        let half = format!("{}-1", self.role);
        let queries: [&[(&str, &str)]; 12] = [
            &[("organization_id", "x")],
            &[("organization_id", ""), ("ids", &first)],
            &[("schema_id", "searched")],
            &[
                ("schema_id", "searched"),
                ("state", "active"),
                ("search", "*a*"),
            ],
            &[("role", &half), ("verified", "true")],
            &[("verified", "false"), ("sort", "-id")],
            &[("ids", &first), ("ids", &second), ("sort", "-created_at")],
            &[("ids", &first), ("state", "active")],
            &[("credentials_identifier", &identifier)],
            &[("credentials_identifier", ""), ("ids", &first)],
            &[
                ("created_after", "2026-07-01T09:00:00Z"),
                ("created_before", "2026-07-01T12:00:00Z"),
            ],
            &[("field:name.first", "Mary Ada")],
        ];
        for parameters in queries {
            self.alike(&self.query(parameters)).await;
        }
        let similar = &people[3].identifiers[0][3..20];
        let similar = [("preview_credentials_identifier_similar", similar)];
        assert_eq!(
            ids(&self.alike(&self.query(&similar)).await),
            [people[3].id]
        );
    }

    /// Goes through all parts in every order, forth and back, and by number. KC-113: searching adds nobody,
    /// so that each way finds the same people.
    async fn pages_alike(&self, search: &str) {
        for key in ["arrival", "created_at", "updated_at", "id"] {
            for sort in [key.to_owned(), format!("-{key}")] {
                let query = self.query(&[("search", search), ("sort", &sort)]);
                let whole = ids(&self.alike(&query).await);
                assert_eq!(self.forth_and_back(&query).await, whole, "{sort}");
                assert_eq!(self.by_number(&query).await, whole, "{sort}");
            }
        }
    }

    async fn forth_and_back(&self, query: &IdentityQuery) -> Vec<IdentityId> {
        let mut query = query.clone();
        query.page = Page::From {
            size: 3,
            token: None,
        };
        let mut parts = Vec::new();
        loop {
            let found = self.search.search(&query).await.unwrap();
            parts.push(ids(&found));
            let Some(Position::Token(token)) = found.next else {
                break;
            };
            query.page = Page::From {
                size: 3,
                token: Some(token),
            };
        }
        let whole = parts.concat();
        loop {
            let found = self.search.search(&query).await.unwrap();
            assert_eq!(Some(ids(&found)), parts.pop());
            let Some(Position::Token(token)) = found.prev else {
                break;
            };
            query.page = Page::From {
                size: 3,
                token: Some(token),
            };
        }
        assert!(parts.is_empty());
        whole
    }

    async fn by_number(&self, query: &IdentityQuery) -> Vec<IdentityId> {
        let mut query = query.clone();
        let mut whole = Vec::new();
        for number in 0.. {
            query.page = Page::Numbered { number, size: 3 };
            let found = self.alike(&query).await;
            whole.extend(ids(&found));
            match found.next {
                Some(next) => assert_eq!(next, Position::Page(number + 1)),
                None => break,
            }
        }
        query.page = Page::Numbered {
            number: u64::MAX,
            size: 3,
        };
        assert_eq!(ids(&self.search.search(&query).await.unwrap()), []);
        whole
    }

    async fn follows_changes(&self, people: &[Identity], entropy: &dyn Entropy) {
        let ada = self.changed(&people[0]).await;
        let ada = self.linked(ada, entropy).await;
        self.identities.delete(ada.id).await.unwrap();
        IdentityStore::delete(&self.memory, ada.id).await.unwrap();
        self.pages_alike("").await;
        let gone = self.query(&[("search", "augusta")]);
        assert_eq!(ids(&self.alike(&gone).await), []);
    }

    /// Somebody with another name is found by that one alone.
    async fn changed(&self, one: &Identity) -> Identity {
        let mut ada = one.clone();
        ada.traits = json!({"name": {"first": "Augusta", "last": "Byron"}});
        ada.state = IdentityState::Active;
        ada.updated_at += 1.hour();
        self.identities.update(&ada).await.unwrap();
        self.memory.update(&ada).await.unwrap();
        for search in ["ada", "lovelace", "augusta", "byr*"] {
            self.answers_alike(search).await;
        }
        ada.version += 1;
        ada
    }
}

impl Pair<'_> {
    async fn counts_days_alike(&self) {
        let since = moment("1970-01-01T00:00:00Z");
        let own = self.memory.created_by_day(since).await.unwrap();
        let all = self.search.created_by_day(since).await.unwrap();
        assert!(!own.is_empty());
        for (day, created) in own {
            // Others may have been there before.
            assert!(all[&day] >= created, "{day}: {all:?}");
        }
        let late = moment("2200-01-01T00:00:00Z");
        assert!(self.search.created_by_day(late).await.unwrap().is_empty());
    }
}

fn ids(found: &Found) -> Vec<IdentityId> {
    let ids: Vec<_> = found
        .identities
        .iter()
        .map(|identity| identity.id)
        .collect();
    let different: BTreeSet<_> = ids.iter().collect();
    assert_eq!(different.len(), ids.len(), "nobody is found twice");
    ids
}
