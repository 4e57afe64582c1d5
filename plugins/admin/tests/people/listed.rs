//! The list of identities.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::tests::house::{House, Reply};

fn ids(reply: &Reply) -> Vec<String> {
    let list = reply.json();
    let list = list.as_array().unwrap_or_else(|| panic!("{reply:?}"));
    list.iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Where a link of this relation leads.
fn link(reply: &Reply, relation: &str) -> Option<String> {
    let links = reply.header("link").split(",<").map(str::to_owned);
    let mut links = links.filter(|link| link.ends_with(&format!("rel=\"{relation}\"")));
    let link = links.next()?;
    let (target, _) = link.split_once('>')?;
    Some(target.trim_start_matches('<').to_owned())
}

/// HA-21.
#[tokio::test]
async fn both_ways_through_the_pages_pass_everybody_once() {
    let house = House::new();
    let admin = house.admin().await;
    for n in 0..6 {
        house.resident(&format!("{n}@example.org")).await;
    }
    for first in [
        "/admin/identities?page_size=3&page_token=",
        "/admin/identities?per_page=3&page=0",
    ] {
        let mut seen = Vec::new();
        let mut next = Some(first.to_owned());
        while let Some(path) = next {
            let page = admin.get(&path).await;
            assert_eq!(page.status, 200, "{page:?}");
            assert!(link(&page, "first").is_some());
            seen.extend(ids(&page));
            next = link(&page, "next");
        }
        assert_eq!(seen.len(), 7, "{first}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 7);
    }
    let last = admin.get("/admin/identities?per_page=3&page=2").await;
    assert_eq!(ids(&last).len(), 1);
    assert!(link(&last, "prev").unwrap().contains("page=1"));
    assert!(ids(&admin.get("/admin/identities?per_page=3&page=9").await).is_empty());
    for odd in ["page_size=many", "page=-1", "page_token=x"] {
        assert_eq!(
            admin.get(&format!("/admin/identities?{odd}")).await.status,
            400,
            "{odd}"
        );
    }
}

/// CU-12.
#[tokio::test]
async fn somebody_is_found_by_what_they_sign_in_with() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let bob = house.resident("bob@example.org").await;
    let found = admin
        .get("/admin/identities?credentials_identifier=ADA%40example.org")
        .await;
    assert_eq!(ids(&found), [ada.id.to_string()]);
    assert_eq!(found.json()[0].get("credentials"), None::<&Value>);
    let nobody = admin
        .get("/admin/identities?credentials_identifier=ada")
        .await;
    assert!(ids(&nobody).is_empty(), "no part of it is enough");
    let path = format!(
        "/admin/identities?ids={}&ids={}&ids={}",
        bob.id, ada.id, bob.id
    );
    assert_eq!(
        ids(&admin.get(&path).await),
        [ada.id.to_string(), bob.id.to_string()],
        "once each, in the order of the list"
    );
}

/// HA-21: the list has no end that is not its own; what is searched goes on by token where numbers end.
#[tokio::test]
async fn far_back_in_what_is_searched_links_go_on_by_token() {
    let house = House::new();
    let admin = house.admin().await;
    for n in 0..510 {
        house.resident(&format!("{n}@example.org")).await;
    }
    let list = "/admin/identities?sort=id&per_page=501";
    assert_eq!(admin.get(&format!("{list}&page=1")).await.status, 200);
    assert_eq!(admin.get(&format!("{list}&page=99999")).await.status, 200);
    let searched = format!("{list}&search=*example*");
    let first = admin.get(&format!("{searched}&page=0")).await;
    assert_eq!(link(&first, "last"), None, "it would be refused");
    let near = "/admin/identities?search=*example*&per_page=400&page=0";
    let near = admin.get(near).await;
    let last = link(&near, "last").unwrap();
    assert_eq!(ids(&admin.get(&last).await).len(), 111);
    let next = link(&first, "next").unwrap();
    assert!(next.contains("page_size=500&page_token="), "{next}");
    let rest = admin.get(&next).await;
    let seen: BTreeSet<_> = ids(&first).into_iter().chain(ids(&rest)).collect();
    assert_eq!((seen.len(), link(&rest, "next")), (511, None));
    for far in ["1", "99999999999999999999"] {
        let refused = admin.get(&format!("{searched}&page={far}")).await;
        assert_eq!(
            (refused.status, refused.error()),
            (400, "page_too_far".to_owned())
        );
        assert!(
            refused.json().to_string().contains("page_token"),
            "{refused:?}"
        );
    }
}

/// HA-21: by token the way back is the way forth, and how many there are is told to who asks.
#[tokio::test]
async fn tokens_lead_back_as_well_and_the_total_is_told() {
    let house = House::new();
    let admin = house.admin().await;
    for n in 0..6 {
        house.resident(&format!("{n}@example.org")).await;
    }
    let first = admin
        .get("/admin/identities?page_size=3&page_token=&total=true")
        .await;
    assert_eq!(first.header("x-total-count"), "7");
    assert_eq!(link(&first, "prev"), None);
    let second = admin.get(&link(&first, "next").unwrap()).await;
    let third = admin.get(&link(&second, "next").unwrap()).await;
    let way_back = link(&third, "prev").unwrap();
    assert!(way_back.contains("page_token="), "{way_back}");
    let back = admin.get(&way_back).await;
    assert_eq!(ids(&back), ids(&second));
    let begin = admin.get(&link(&back, "prev").unwrap()).await;
    assert_eq!(ids(&begin), ids(&first));
    assert_eq!(link(&begin, "prev"), None);
}

/// B.6: how many there are in all is told unasked where that is cheap, as it is of everybody.
#[tokio::test]
async fn everybody_is_counted_without_being_asked() {
    let house = House::new();
    let admin = house.admin().await;
    for n in 0..6 {
        house.resident(&format!("{n}@example.org")).await;
    }
    let total = async |query: &str| {
        let page = admin.get(&format!("/admin/identities?{query}")).await;
        assert_eq!(page.status, 200, "{query}: {page:?}");
        page.header("x-total-count").to_owned()
    };
    for all in ["", "page_size=3", "page_size=3&sort=-created_at"] {
        assert_eq!(total(all).await, "7", "{all}");
    }
    for part in ["search=example", "state=active", "total=false"] {
        assert_eq!(total(part).await, "", "{part}");
    }
    assert_eq!(total("search=*example*&total=true").await, "7");
}

/// CU-12, KC-112: an identifier that is sent empty is none that is asked for, and names are looked up
/// directly.
#[tokio::test]
async fn an_empty_identifier_counts_as_none_and_names_are_looked_up() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    house.resident("bob@example.org").await;
    let all = admin.get("/admin/identities?credentials_identifier=").await;
    assert_eq!(ids(&all).len(), 3, "{all:?}");
    for search in [
        format!("id:{}", ada.id),
        "username:ada%40example.org".to_owned(),
        "email:ada%40example.org".to_owned(),
    ] {
        let found = admin
            .get(&format!("/admin/identities?search={search}"))
            .await;
        assert_eq!(ids(&found), [ada.id.to_string()], "{search}");
    }
}
