//! Finding identities among a million: loads a database once and measures each kind of search.
//!
//! `search URL [HOW MANY]` loads what is missing, or prints a row for each kind where nothing is;
//! `search URL UP TO FROM` loads a part.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark that cannot stand up has no result"
)]

#[path = "search/kinds.rs"]
mod kinds;
#[path = "search/people.rs"]
mod people;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis::{
    observe::metrics::Metrics,
    store::{Store, Stores},
};
use portcullis_core::{
    action::Actions,
    clock::SystemClock,
    search::{IdentityQuery, Position},
    sessions::SessionLifetimes,
};

use self::people::{Chance, People};

const BATCH: u64 = 1000;
const RUNS: usize = 100;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut arguments = arguments.iter().filter(|text| !text.starts_with("--"));
    let Some(url) = arguments.next() else {
        println!("which database? make bench-search starts both");
        return;
    };
    let many = arguments
        .next()
        .map_or(1_000_000, |text| text.parse().expect("a number"));
    let from = arguments.next().map(|text| text.parse().expect("a number"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(url, many, from));
}

async fn measure(url: &str, many: u64, from: Option<u64>) {
    let store = Store::open(url, Arc::new(SystemClock)).await.unwrap();
    let people = People::new();
    let mut stores = stores(&store, &people);
    let all = IdentityQuery {
        total: true,
        ..IdentityQuery::default()
    };
    let found = stores.search.search(&all).await.unwrap();
    let here = found.total.unwrap_or_default();
    if from.is_some() || here < many {
        load(&store, &people, from.unwrap_or(here), many).await;
        println!("{many} are here; give the database time to settle, then run again");
        return;
    }
    // As beside a gateway.
    let counting = stores.counting.take().unwrap();
    counting.finish().await.unwrap();
    println!("| search | median ms | p95 ms | slowest ms | found on average |");
    println!("|---|---|---|---|---|");
    // Those whose name has this in it; all where nobody says.
    let wanted = std::env::var("BENCH_KIND").unwrap_or_default();
    for (name, make) in kinds::KINDS {
        if !name.contains(&wanted) {
            continue;
        }
        let mut chance = Chance::new(11);
        let mut times = Vec::new();
        let mut found = 0;
        for _ in 0..RUNS {
            let parameters = make(&people, &mut chance, many);
            let (time, count) = once(&stores, &people, &parameters).await;
            times.push(time);
            found += count;
        }
        times.sort();
        let ms = |at: usize| times[at].as_secs_f64() * 1000.0;
        let (median, late, last) = (ms(RUNS / 2), ms(RUNS * 95 / 100), ms(RUNS - 1));
        let found = found / RUNS;
        println!("| {name} | {median:.1} | {late:.1} | {last:.1} | {found} |");
    }
    from_part_to_part(&stores, &people).await;
    store.close().await;
}

async fn once(
    stores: &Stores,
    people: &People,
    parameters: &[(String, String)],
) -> (Duration, usize) {
    let pairs = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let query = IdentityQuery::read(pairs, &people.schemas.searched()).unwrap();
    let begun = Instant::now();
    let found = stores.search.search(&query).await.unwrap();
    (begun.elapsed(), found.identities.len())
}

/// From the beginning through hundred parts by their tokens.
async fn from_part_to_part(stores: &Stores, people: &People) {
    for (name, search, sort) in [
        ("page after page", "", "arrival"),
        ("page after page of a common word", "*an*", "arrival"),
        (
            "page after page of a common word by last change",
            "*an*",
            "updated_at",
        ),
    ] {
        let parameters = [("search", search), ("sort", sort)];
        let mut query = IdentityQuery::read(parameters, &people.schemas.searched()).unwrap();
        let mut times = Vec::new();
        while times.len() < RUNS {
            let begun = Instant::now();
            let found = stores.search.search(&query).await.unwrap();
            times.push(begun.elapsed());
            let Some(Position::Token(token)) = found.next else {
                break;
            };
            query.page = portcullis_core::search::Page::From {
                size: 250,
                token: Some(token),
            };
        }
        times.sort();
        let ms = |at: usize| times[at.min(times.len() - 1)].as_secs_f64() * 1000.0;
        println!(
            "| {name} | {:.1} | {:.1} | {:.1} | 250 |",
            ms(RUNS / 2),
            ms(RUNS * 95 / 100),
            ms(RUNS - 1)
        );
    }
}

async fn load(store: &Store, people: &People, here: u64, many: u64) {
    let begun = Instant::now();
    for first in (here..many).step_by(BATCH as usize) {
        let batch: Vec<_> = (first..many.min(first + BATCH))
            .map(|n| people.person(n))
            .collect();
        store.load(&people.schemas, &batch).await.unwrap();
        if first % 100_000 == 0 {
            println!("{first} after {:.0?}", begun.elapsed());
        }
    }
}

fn stores(store: &Store, people: &People) -> Stores {
    let lifetimes = SessionLifetimes {
        idle_timeout: Duration::from_secs(3600),
        lifespan: Duration::from_secs(3600),
    };
    let actions = Actions::new(Arc::clone(&people.schemas), BTreeMap::new(), None);
    store.cached(
        None,
        lifetimes,
        Arc::new(actions),
        Metrics::new().unwrap().session_cache,
    )
}
