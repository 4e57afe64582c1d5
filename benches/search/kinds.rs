//! What is searched among the people: each kind of search, with other words each time.

use jiff::Timestamp;
use portcullis_core::search::{PageToken, Sort, SortKey};

use super::people::{Chance, People};

type Parameters = Vec<(String, String)>;

/// A kind of search: its name, and how one is made among so many people.
pub(crate) type Kind = (&'static str, fn(&People, &mut Chance, u64) -> Parameters);

/// Every kind of search.
pub(crate) const KINDS: [Kind; 61] = [
    ("first page", |_, _, _| of(&[])),
    ("first page of 500", |_, _, _| of(&[("page_size", "500")])),
    ("any page", |_, chance, many| paged(&[], chance, many)),
    ("any page of 1000", |_, chance, many| {
        let number = chance.below(many / 1000).to_string();
        of(&[("page", &number), ("per_page", "1000")])
    }),
    ("any place by token, 500", |people, chance, many| {
        let token = place(people, chance, (SortKey::Arrival, many));
        of(&[("page_token", &token), ("page_size", "500")])
    }),
    ("any page, newest first", |_, chance, many| {
        paged(&[("sort", "-created_at")], chance, many)
    }),
    ("any page by last change", |_, chance, many| {
        paged(&[("sort", "updated_at")], chance, many)
    }),
    ("any page by id", |_, chance, many| {
        paged(&[("sort", "id")], chance, many)
    }),
    (
        "any place by token, by last change, 500",
        |people, chance, many| {
            let token = place(people, chance, (SortKey::UpdatedAt, many));
            of(&[
                ("sort", "updated_at"),
                ("page_token", &token),
                ("page_size", "500"),
            ])
        },
    ),
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
    ("a first name by id", |people, chance, _| {
        let name = people.names(chance).0.to_owned();
        of(&[("search", &name), ("sort", "id")])
    }),
    ("a first name, 500", |people, chance, _| {
        let name = people.names(chance).0.to_owned();
        of(&[("search", &name), ("page_size", "500")])
    }),
    ("a first name by last change, 500", |people, chance, _| {
        let name = people.names(chance).0.to_owned();
        of(&[
            ("search", &name),
            ("sort", "-updated_at"),
            ("page_size", "500"),
        ])
    }),
    ("a first name, counted", |people, chance, _| {
        let name = people.names(chance).0.to_owned();
        of(&[("search", &name), ("total", "true")])
    }),
    ("infix, four letters, counted", |people, chance, _| {
        let part = format!("*{}*", middle(people, chance, 4));
        of(&[("search", &part), ("total", "true")])
    }),
    (
        "a first name by last change, counted",
        |people, chance, _| {
            let name = people.names(chance).0.to_owned();
            of(&[
                ("search", &name),
                ("sort", "-updated_at"),
                ("total", "true"),
            ])
        },
    ),
    (
        "a first name, deep inside by token",
        |people, chance, many| {
            let name = people.names(chance).0.to_owned();
            let token = place(people, chance, (SortKey::Arrival, many));
            of(&[("search", &name), ("page_token", &token)])
        },
    ),
    (
        "a first name, deep inside by token, by last change",
        |people, chance, many| {
            let name = people.names(chance).0.to_owned();
            let token = place(people, chance, (SortKey::UpdatedAt, many));
            of(&[
                ("search", &name),
                ("sort", "updated_at"),
                ("page_token", &token),
            ])
        },
    ),
    (
        "created before a day, last arrived first",
        |_, chance, many| of(&[("created_before", &day(chance, many)), ("sort", "-arrival")]),
    ),
    ("created after a day", |_, chance, many| {
        of(&[("created_after", &day(chance, many))])
    }),
    (
        "a first name, created after a day",
        |people, chance, many| {
            let name = people.names(chance).0.to_owned();
            of(&[("search", &name), ("created_after", &day(chance, many))])
        },
    ),
    (
        "a first name, created before a day, newest first",
        |people, chance, many| {
            let name = people.names(chance).0.to_owned();
            of(&[
                ("search", &name),
                ("created_before", &day(chance, many)),
                ("sort", "-created_at"),
            ])
        },
    ),
    (
        "any of the first 20 pages of a last name",
        |people, chance, _| {
            let number = chance.below(20).to_string();
            let name = people.names(chance).1.to_owned();
            of(&[("search", &name), ("page", &number), ("per_page", "50")])
        },
    ),
    ("nothing found, of common parts", |_, chance, _| {
        search(&format!("*{}*", People::nobody(chance)))
    }),
    (
        "nothing found, of common parts, by last change",
        |_, chance, _| {
            let part = format!("*{}*", People::nobody(chance));
            of(&[("search", &part), ("sort", "updated_at")])
        },
    ),
    ("a field's prefix", |people, chance, _| {
        search(&format!("last:{}*", beginning(people, chance, 3)))
    }),
    ("username:", |people, chance, many| {
        let name = &people.somebody(chance, many).identifiers[0];
        search(&format!("username:{name}"))
    }),
    ("credentials_identifier", |people, chance, many| {
        let name = &people.somebody(chance, many).identifiers[0];
        of(&[("credentials_identifier", name)])
    }),
    ("credentials_identifier, an account", |_, chance, many| {
        let account = format!("google:{}", chance.below(many));
        of(&[("credentials_identifier", &account)])
    }),
    ("ids, 100", |people, chance, many| {
        let ids: Vec<_> = (0..100)
            .map(|_| people.somebody(chance, many).id.to_string())
            .collect();
        let ids: Vec<_> = ids.iter().map(|id| ("ids", id.as_str())).collect();
        of(&ids)
    }),
    ("schema", |_, _, _| of(&[("schema_id", "partner")])),
    ("unverified", |_, _, _| of(&[("verified", "false")])),
    ("active, by last change", |_, _, _| {
        of(&[("state", "active"), ("sort", "-updated_at")])
    }),
    ("inactive, by id", |_, _, _| {
        of(&[("state", "inactive"), ("sort", "id")])
    }),
    ("created after a day, by last change", |_, chance, many| {
        let day = day(chance, many);
        of(&[("created_after", &day), ("sort", "-updated_at")])
    }),
    (
        "created after a day, by last change, oldest first",
        |_, chance, many| {
            let day = day(chance, many);
            of(&[("created_after", &day), ("sort", "updated_at")])
        },
    ),
    ("created before a day, by last change", |_, chance, many| {
        let day = day(chance, many);
        of(&[("created_before", &day), ("sort", "-updated_at")])
    }),
    ("any page of 1000, by last change", |_, chance, many| {
        let number = chance.below(many / 1000).to_string();
        of(&[
            ("page", &number),
            ("per_page", "1000"),
            ("sort", "-updated_at"),
        ])
    }),
    ("role, by last change", |_, _, _| {
        of(&[("role", "viewer"), ("sort", "-updated_at")])
    }),
    ("created before a day, by id", |_, chance, many| {
        let day = day(chance, many);
        of(&[("created_before", &day), ("sort", "id")])
    }),
    (
        "any of the first 4 pages of a first name by last change",
        |people, chance, _| {
            let number = chance.below(4).to_string();
            let name = people.names(chance).0.to_owned();
            of(&[
                ("search", &name),
                ("sort", "-updated_at"),
                ("page", &number),
                ("per_page", "250"),
            ])
        },
    ),
];

/// Searches of which part after part is read.
pub(crate) const FROM_PART_TO_PART: [(&str, &[(&str, &str)]); 3] = [
    ("page after page", &[]),
    ("page after page of a common word", &[("search", "*an*")]),
    (
        "page after page of a common word by last change",
        &[("search", "*an*"), ("sort", "updated_at")],
    ),
];

/// These parameters.
pub(crate) fn of(parameters: &[(&str, &str)]) -> Parameters {
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

/// A moment at which anybody may have arrived.
fn day(chance: &mut Chance, many: u64) -> String {
    let second = 1_600_000_000 + chance.below(many) as i64 * 150;
    Timestamp::from_second(second).unwrap().to_string()
}

fn beginning(people: &People, chance: &mut Chance, length: usize) -> String {
    people.names(chance).0.chars().take(length).collect()
}

fn middle(people: &People, chance: &mut Chance, length: usize) -> String {
    let name = people.names(chance).1;
    let first = chance.below((name.len().saturating_sub(length) + 1) as u64) as usize;
    name.chars().skip(first).take(length).collect()
}

/// A place that somebody has in an order; all arrived in the order of their numbers.
fn place(people: &People, chance: &mut Chance, (key, many): (SortKey, u64)) -> String {
    let number = chance.below(many);
    let arrival = number as i64 + 1;
    let changed = people.person(number).0.updated_at.as_nanosecond();
    let token = PageToken {
        sort: Sort {
            key,
            descending: false,
        },
        backwards: false,
        key: match key {
            SortKey::UpdatedAt => changed.to_string(),
            _ => arrival.to_string(),
        },
        arrival,
    };
    token.to_string()
}
