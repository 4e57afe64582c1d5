//! A million people, the same ones each time.

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
        let marks = json!({"credentials": {"password": {"identifier": true}},
            "verification": {"via": "email"}, "recovery": {"via": "email"}});
        let email = json!({"type": "string", "format": "email", "ory.sh/kratos": marks});
        let document = json!({"type": "object", "properties": {
            "email": email, "first": searched, "last": searched,
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

    /// The names of somebody, the more common the likelier.
    pub(crate) fn names(&self, chance: &mut Chance) -> (&str, &str) {
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

    /// A part of a name that nobody has, made of what many have.
    pub(crate) fn nobody(chance: &mut Chance) -> String {
        (0..5)
            .map(|_| SYLLABLES[chance.below(40) as usize])
            .collect()
    }

    /// Anybody.
    pub(crate) fn somebody(&self, chance: &mut Chance, many: u64) -> Identity {
        self.person(chance.below(many)).0
    }
}

fn capital(name: &str) -> String {
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}
