//! The table of endpoints: documented as it is, and kept by every role.

use http::Method;
use serde_json::json;

use super::house::House;
use crate::{Endpoint, Need, Role, endpoints};

/// Where the table is documented.
const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/admin-api.md");
/// Says that the guide is to be written anew.
const WRITE: &str = "PORTCULLIS_WRITE_DOCS";
const HEAD: &str = "| endpoint | roles | what it does |\n|---|---|---|\n";

fn row(endpoint: &Endpoint) -> String {
    let roles = match endpoint.need {
        Need::Anybody => "–".to_owned(),
        Need::Permission(permission) => {
            let holders = Role::ALL
                .into_iter()
                .filter(|role| role.permits(permission));
            holders.map(Role::as_str).collect::<Vec<_>>().join(", ")
        }
    };
    let Endpoint {
        method,
        path,
        summary,
        ..
    } = endpoint;
    format!("| {method} `{path}` | {roles} | {summary} |\n")
}

#[test]
fn the_guide_lists_every_endpoint_with_its_roles() {
    let table: String = endpoints().iter().map(row).collect();
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    let start = guide.find(HEAD).unwrap() + HEAD.len();
    let rows = guide[start..]
        .lines()
        .take_while(|line| line.starts_with('|'));
    let end = start + rows.map(|line| line.len() + 1).sum::<usize>();
    if std::env::var_os(WRITE).is_some() {
        let guide = format!("{}{table}{}", &guide[..start], &guide[end..]);
        std::fs::write(GUIDE, guide).unwrap();
        return;
    }
    assert_eq!(
        &guide[start..end],
        table,
        "{WRITE}=1 cargo test -p portcullis-admin writes the guide anew"
    );
}

#[test]
fn no_endpoint_stands_in_the_table_twice_and_each_is_told_in_one_sentence() {
    let mut names: Vec<_> = endpoints()
        .iter()
        .inspect(|one| assert!(one.summary.ends_with('.'), "{}", one.summary))
        .map(|one| format!("{} {}", one.method, one.path))
        .collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

/// An address of the endpoint at which there is nothing.
fn address(endpoint: &Endpoint) -> String {
    let parts = endpoint
        .path
        .split('/')
        .map(|part| match part.starts_with('{') {
            true => "00000000-0000-4000-8000-000000000000",
            false => part,
        });
    parts.collect::<Vec<_>>().join("/")
}

/// Every endpoint by every role, and by nobody.
#[tokio::test]
async fn every_role_reaches_what_it_permits_and_nothing_else() {
    for endpoint in endpoints() {
        let Need::Permission(permission) = endpoint.need else {
            continue;
        };
        let house = House::new();
        let (path, name) = (
            address(&endpoint),
            format!("{} {}", endpoint.method, endpoint.path),
        );
        let body = json!({});
        let ask = async |program: &super::house::Program<'_>| {
            let method = Method::clone(&endpoint.method);
            program.send(method, &path, &body).await
        };
        assert_eq!(ask(&house.stranger()).await.status, 401, "{name} by nobody");
        assert_eq!(
            ask(&house.acting_as(&[]).await).await.status,
            403,
            "{name} without roles"
        );
        for role in Role::ALL {
            let reply = ask(&house.acting_as(&[role]).await).await;
            let refused = reply.error() == "insufficient_role";
            assert_eq!(
                refused,
                !role.permits(permission),
                "{name} by {role}: {reply:?}"
            );
            let unknown = reply.status == 401 || reply.error() == "not_found";
            assert!(!unknown, "{name} by {role}: {reply:?}");
            assert_ne!(reply.status, 405, "{name} by {role}");
        }
    }
}
