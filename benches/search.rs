//! Finding identities among a million: loads a database once and measures each kind of search at a
//! gateway in front of it.
//!
//! `search URL [HOW MANY]` loads what is missing, or prints a row for each kind where nothing is;
//! `search URL UP TO FROM` loads a part.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a benchmark that cannot stand up has no result"
)]

#[path = "search/gateway.rs"]
mod gateway;
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
    store::{Following, FollowingParts, Store, Stores},
};
use portcullis_core::{
    action::Actions, clock::SystemClock, search::IdentityQuery, sessions::SessionLifetimes,
    testing::SeededEntropy,
};

use self::{
    gateway::Gateway,
    people::{Chance, People},
};

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
    runtime.block_on(load_or_measure(url, many, from));
}

async fn load_or_measure(url: &str, many: u64, from: Option<u64>) {
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
        // As beside a gateway that has been there from the beginning.
        stores.indexing.take().unwrap().finish().await.unwrap();
        following(&store, &stores, &people).finish().await.unwrap();
        load(&store, &people, from.unwrap_or(here), many).await;
        stores.counting.take().unwrap().finish().await.unwrap();
        println!("{many} are here; give the database time to settle, then run again");
        return;
    }
    store.close().await;
    let gateway = Gateway::start(url, &people).await;
    measure(&gateway, &people, many).await;
}

/// Prints a row for each kind of search.
async fn measure(gateway: &Gateway, people: &People, many: u64) {
    println!("| search | median ms | p95 ms | slowest ms | found on average |");
    println!("|---|---|---|---|---|");
    // Those whose name has this in it; all where nobody says.
    let wanted = std::env::var("BENCH_KIND").unwrap_or_default();
    for (name, make) in kinds::KINDS {
        if !name.contains(&wanted) {
            continue;
        }
        let mut chance = Chance::new(11);
        let mut taken = Taken::default();
        for _ in 0..RUNS {
            let parameters = make(people, &mut chance, many);
            let answer = gateway.ask(gateway.address(&parameters)).await;
            taken.note(answer.time, answer.found);
        }
        taken.print(name);
    }
    for (name, parameters) in kinds::FROM_PART_TO_PART {
        if name.contains(&wanted) {
            from_part_to_part(gateway, parameters).await.print(name);
        }
    }
}

/// From the beginning through hundred parts, each by the link of the one before.
async fn from_part_to_part(gateway: &Gateway, parameters: &[(&str, &str)]) -> Taken {
    let mut next = Some(gateway.address(&kinds::of(parameters)));
    let mut taken = Taken::default();
    while let Some(address) = next.take_if(|_| taken.times.len() < RUNS) {
        let answer = gateway.ask(address).await;
        taken.note(answer.time, answer.found);
        next = answer.next;
    }
    taken
}

/// What searches of one kind have taken.
#[derive(Default)]
struct Taken {
    times: Vec<Duration>,
    found: usize,
}

impl Taken {
    fn note(&mut self, time: Duration, found: usize) {
        self.times.push(time);
        self.found += found;
    }

    fn print(mut self, name: &str) {
        self.times.sort();
        let runs = self.times.len();
        let ms = |at: usize| self.times[at.min(runs - 1)].as_secs_f64() * 1000.0;
        let (median, late, last) = (ms(runs / 2), ms(runs * 95 / 100), ms(runs - 1));
        let found = self.found / runs;
        println!("| {name} | {median:.1} | {late:.1} | {last:.1} | {found} |");
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

/// Has everybody follow the schemas: nobody has to who is loaded afterwards.
fn following(store: &Store, stores: &Stores, people: &People) -> Following {
    Following::new(FollowingParts {
        schemas: Arc::clone(&people.schemas),
        identities: Arc::clone(&stores.identities),
        audit: Arc::clone(&stores.audit),
        walk: store.following(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SeededEntropy::new(0)),
    })
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
