//! How long it takes to find a route among 10, 1,000 and 10,000: the three should not differ.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot begin should say so"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use http::Method;
use portcullis::route::{HostPattern, Route, RouteTable};

mod support;

const SIZES: [usize; 3] = [10, 1_000, 10_000];

/// As many hosts as routes.
fn by_host(count: usize) -> RouteTable {
    let host = |n| HostPattern::Exact(format!("app-{n}.example.org"));
    table((0..count).map(|n| support::route(&format!("r{n}"), host(n), "/")))
}

/// As many wildcards as routes.
fn by_wildcard(count: usize) -> RouteTable {
    let host = |n| HostPattern::Below(format!("app-{n}.example.org"));
    table((0..count).map(|n| support::route(&format!("r{n}"), host(n), "/")))
}

/// As many paths as routes, on one host.
fn by_path(count: usize) -> RouteTable {
    let path = |n| format!("/team-{}/app-{n}", n % 7);
    table((0..count).map(|n| support::route(&format!("r{n}"), HostPattern::Any, &path(n))))
}

fn table(routes: impl Iterator<Item = Route>) -> RouteTable {
    RouteTable::build(routes.collect()).expect("every route is another")
}

fn find(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("route");
    for count in SIZES {
        let last = count - 1;
        let path = format!("/team-{}/app-{last}/some/page", last % 7);
        for (kind, table, host) in [
            ("host", by_host(count), format!("app-{last}.example.org")),
            (
                "wildcard",
                by_wildcard(count),
                format!("x.app-{last}.example.org"),
            ),
            ("path", by_path(count), "app.example.org".to_owned()),
        ] {
            group.bench_function(BenchmarkId::new(kind, count), |bencher| {
                bencher.iter(|| {
                    black_box(table.find(black_box(&host), black_box(&path), &Method::GET));
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, find);
criterion_main!(benches);
