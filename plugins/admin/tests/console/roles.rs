//! Every page by every role.

use http::Method;

use crate::{Need, Role, console, tests::house::House};

fn address(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.starts_with('{') {
        true => "00000000-0000-4000-8000-000000000000",
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_role_sees_what_it_permits_and_nothing_else() {
    let house = House::new();
    for role in Role::ALL {
        let browser = house.console(&[role]).await;
        for page in console::table().into_list() {
            let Need::Permission(permission) = page.need else {
                continue;
            };
            let path = address(page.path);
            let reply = match page.method {
                Method::GET => browser.get(&path).await,
                _ => browser.form(&path, &[]).await,
            };
            let text = reply.page();
            let is_refused = reply.status == 403 && text.contains("insufficient_role");
            let name = format!("{} {path} by {role}", page.method);
            assert_eq!(is_refused, !role.permits(permission), "{name}: {text}");
            assert!(!matches!(reply.status, 401 | 405 | 500..), "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn nobody_sees_a_page_without_signing_in() {
    let house = House::new();
    for page in console::table().into_list() {
        if page.need == Need::Anybody {
            continue;
        }
        let path = address(page.path);
        let own = house.stranger().with("origin", "https://admin.test");
        let reply = match page.method {
            Method::GET => own.get(&path).await,
            _ => own.form(&path, &[]).await,
        };
        let expected = if page.method == Method::GET { 303 } else { 401 };
        assert_eq!(reply.status, expected, "{} {path}", page.method);
    }
}
