//! A million people, the same ones each time, and what is searched among them.

use std::sync::Arc;

use jiff::Timestamp;
use portcullis_core::{
    credential::Credential,
    id::{AddressId, CredentialId, IdentityId},
    identity::{Address, AddressPurpose, Identity, IdentityState},
    link::LinkKey,
    schema::{Schema, Schemas},
    testing::SeededEntropy,
};
use serde_json::json;

const SYLLABLES: [&str; 40] = [
    "an", "be", "ca", "da", "el", "fi", "go", "ha", "in", "jo", "ka", "le", "ma", "no", "pe",
    "qui", "ra", "sa", "te", "ul", "vi", "wa", "xa", "yo", "za", "bro", "chi", "ste", "thi", "er",
    "on", "us", "ia", "ne", "ri", "den", "lund", "son", "ski", "ova",
];

/// Numbers that repeat for the same seed (SplitMix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Small numbers far more often than large ones, as names are.
    fn rank(&mut self, bound: u64) -> usize {
        let fraction = self.below(1 << 30) as f64 / f64::from(1 << 30);
        ((bound as f64).powf(fraction) - 1.0) as usize
    }
}

/// The people and their schemas.
pub(crate) struct People {
    pub(crate) schemas: Arc<Schemas>,
    first: Vec<String>,
    last: Vec<String>,
}

impl People {
    pub(crate) fn new() -> Self {
        let searched =
            json!({"type": "string", "x-profile": {"searchable": true, "index": "prefix"}});
        let document = json!({"type": "object", "properties": {
            "email": {"type": "string"}, "first": searched, "last": searched,
        }});
        let schema = |id: &str| Arc::new(Schema::parse(id, document.clone()).unwrap());
        let schemas = vec![schema("default"), schema("partner")];
        let mut chance = Chance::new(5);
        let mut names = |many: usize, longest: u64| -> Vec<String> {
            let syllables = |chance: &mut Chance| {
                let count = 2 + chance.below(longest - 1);
                let pick = |_| SYLLABLES[chance.below(40) as usize];
                (0..count).map(pick).collect()
            };
            (0..many).map(|_| syllables(&mut chance)).collect()
        };
        Self {
            schemas: Arc::new(Schemas::new(schemas, "default").unwrap()),
            first: names(4000, 3),
            last: names(60_000, 4),
        }
    }

    fn names(&self, chance: &mut Chance) -> (&str, &str) {
        (
            &self.first[chance.rank(4000)],
            &self.last[chance.rank(60_000)],
        )
    }

    /// The person of this number with its credentials.
    pub(crate) fn person(&self, number: u64) -> (Identity, Vec<Credential>) {
        let mut chance = Chance::new(number + 1000);
        let entropy = SeededEntropy::new(number << 20);
        let (first, last) = self.names(&mut chance);
        let domain =
            ["example.com", "example.org", "mail.test", "corp.example"][chance.below(4) as usize];
        let email = format!("{first}.{last}{number}@{domain}");
        let created = 1_600_000_000 + number as i64 * 150 + chance.below(5000) as i64;
        let created = Timestamp::from_second(created).unwrap();
        let schema = if chance.below(10) == 0 {
            "partner"
        } else {
            "default"
        };
        let mut person = Identity::blank(IdentityId::generate(&entropy), schema, created);
        person.updated_at += std::time::Duration::from_secs(chance.below(50_000_000));
        person.traits = json!({"email": email, "first": capital(first), "last": capital(last)});
        if chance.below(30) == 0 {
            person.state = IdentityState::Inactive;
        }
        if number.is_multiple_of(5000) {
            person.roles.push("viewer".to_owned());
        }
        person.identifiers = vec![email.clone()];
        person.addresses = vec![Address {
            id: AddressId::generate(&entropy),
            value: email,
            via: "email".to_owned(),
            purpose: AddressPurpose {
                verification: true,
                recovery: true,
            },
            verified_at: (chance.below(5) > 0).then_some(created),
            created_at: created,
            updated_at: created,
        }];
        let provider = match chance.below(100) {
            0..30 => "google",
            30 => "acme",
            _ => return (person, Vec::new()),
        };
        let key = LinkKey {
            provider: provider.parse().unwrap(),
            issuer: format!("https://{provider}.example"),
            subject: number.to_string(),
        };
        let link = key.credential(person.id, CredentialId::generate(&entropy), created);
        (person, vec![link])
    }

    fn somebody(&self, chance: &mut Chance, many: u64) -> Identity {
        self.person(chance.below(many)).0
    }
}

fn capital(name: &str) -> String {
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}

type Parameters = Vec<(String, String)>;

/// A kind of search: its name, and how one is made among so many people.
pub(crate) type Kind = (&'static str, fn(&People, &mut Chance, u64) -> Parameters);

/// Every kind of search.
pub(crate) const KINDS: [Kind; 27] = [
    ("first page", |_, _, _| of(&[])),
    ("any page", |_, chance, many| paged(&[], chance, many)),
    ("any page, newest first", |_, chance, many| {
        paged(&[("sort", "-created_at")], chance, many)
    }),
    ("any page by last change", |_, chance, many| {
        paged(&[("sort", "updated_at")], chance, many)
    }),
    ("any page by id", |_, chance, many| {
        paged(&[("sort", "id")], chance, many)
    }),
    ("prefix, one letter", |people, chance, _| {
        search(&beginning(people, chance, 1))
    }),
    ("prefix, three letters", |people, chance, _| {
        search(&beginning(people, chance, 3))
    }),
    ("prefix, a first name", |people, chance, _| {
        search(people.names(chance).0)
    }),
    ("prefix, a last name", |people, chance, _| {
        search(people.names(chance).1)
    }),
    ("infix, one letter", |people, chance, _| {
        search(&format!("*{}*", middle(people, chance, 1)))
    }),
    ("infix, two letters", |people, chance, _| {
        search(&format!("*{}*", middle(people, chance, 2)))
    }),
    ("infix, four letters", |people, chance, _| {
        search(&format!("*{}*", middle(people, chance, 4)))
    }),
    ("infix, digits", |_, chance, many| {
        search(&format!("*{}@*", chance.below(many)))
    }),
    ("exact, a last name", |people, chance, _| {
        search(&format!("\"{}\"", people.names(chance).1))
    }),
    ("exact, an address", |people, chance, many| {
        search(&format!(
            "\"{}\"",
            people.somebody(chance, many).identifiers[0]
        ))
    }),
    ("email:", |people, chance, many| {
        search(&format!(
            "email:{}",
            people.somebody(chance, many).identifiers[0]
        ))
    }),
    ("id:", |people, chance, many| {
        search(&format!("id:{}", people.somebody(chance, many).id))
    }),
    ("a field", |people, chance, _| {
        search(&format!("last:{}", people.names(chance).1))
    }),
    ("first and last name", |people, chance, _| {
        let (first, last) = people.names(chance);
        search(&format!("{first} {last}"))
    }),
    ("nothing found", |_, chance, _| {
        search(&format!("*zq{}x*", chance.below(1000)))
    }),
    ("state and provider", |_, _, _| {
        of(&[("state", "inactive"), ("provider", "acme")])
    }),
    ("role", |_, _, _| of(&[("role", "viewer")])),
    ("unverified partners named so", |people, chance, _| {
        let name = people.names(chance).0.to_owned();
        of(&[
            ("verified", "false"),
            ("schema_id", "partner"),
            ("search", &name),
        ])
    }),
    ("created within an hour", |_, chance, many| {
        let after =
            Timestamp::from_second(1_600_000_000 + chance.below(many) as i64 * 150).unwrap();
        let before = after + std::time::Duration::from_secs(3600);
        of(&[
            ("created_after", &after.to_string()),
            ("created_before", &before.to_string()),
        ])
    }),
    ("a first name, newest first", |people, chance, _| {
        let name = people.names(chance).0.to_owned();
        of(&[("search", &name), ("sort", "-created_at")])
    }),
    ("a first name by last change", |people, chance, _| {
        let name = people.names(chance).0.to_owned();
        of(&[("search", &name), ("sort", "-updated_at")])
    }),
    (
        "any of the first 20 pages of a last name",
        |people, chance, _| {
            let number = chance.below(20).to_string();
            let name = people.names(chance).1.to_owned();
            of(&[("search", &name), ("page", &number), ("per_page", "50")])
        },
    ),
];

fn of(parameters: &[(&str, &str)]) -> Parameters {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    parameters.iter().map(owned).collect()
}

fn search(text: &str) -> Parameters {
    of(&[("search", text)])
}

fn paged(parameters: &[(&str, &str)], chance: &mut Chance, many: u64) -> Parameters {
    let number = chance.below(many / 250).to_string();
    let page = of(&[("page", &number), ("per_page", "250")]);
    of(parameters).into_iter().chain(page).collect()
}

fn beginning(people: &People, chance: &mut Chance, length: usize) -> String {
    people.names(chance).0.chars().take(length).collect()
}

fn middle(people: &People, chance: &mut Chance, length: usize) -> String {
    let name = people.names(chance).1;
    let first = chance.below((name.len().saturating_sub(length) + 1) as u64) as usize;
    name.chars().skip(first).take(length).collect()
}
