//! Lists that come in pages, whatever they are of: forwards, back again, and by tokens that nobody handed
//! out.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    api_credentials::made,
    courier::mail,
    house::{House, Program, Reply},
    throttles::pause,
};

const THROTTLES: &str = "/admin/x/throttles";
const LOG: &str = "/admin/x/audit";

impl Reply {
    /// Where the link of this relation leads.
    fn link(&self, relation: &str) -> Option<String> {
        self.header("link").split(',').find_map(|link| {
            let (address, rel) = link.split_once(">; rel=")?;
            (rel == format!("\"{relation}\"")).then(|| address.trim_start_matches('<').to_owned())
        })
    }
}

/// What the entries of a list are called.
fn names(page: &Reply, member: &str) -> Vec<String> {
    assert_eq!(page.status, 200, "{page:?}");
    let json = page.json();
    let entries = json.as_array().unwrap().iter();
    entries
        .map(|one| {
            one.pointer(member)
                .and_then(Value::as_str)
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// A house with five of everything that is listed in pages, and where.
async fn full(house: &House) -> [String; 5] {
    let ada = house.resident("ada@example.org").await;
    let admin = house.admin().await;
    for number in 0..5 {
        house.session(&ada).await;
        made(&admin, &json!({"name": format!("n{number}")})).await;
        pause(house, (&format!("k{number}"), None), 10 * number + 10).await;
        mail(house, "ada@example.org", 0).await;
        house.clock.advance(Duration::from_secs(1));
    }
    [
        "/admin/sessions?active=true".to_owned(),
        format!("/admin/identities/{}/sessions?active=true", ada.id),
        format!("{THROTTLES}?network=192.0.2.7"),
        "/admin/courier/messages?status=queued".to_owned(),
        format!("{LOG}?verb=api-credential.create"),
    ]
}

/// The pages from this one on, as far as links of this relation lead.
async fn pages(admin: &Program<'_>, first: &str, relation: &str) -> (Vec<Vec<String>>, Reply) {
    let mut page = admin.get(first).await;
    let mut seen = vec![names(&page, "/id")];
    while let Some(path) = page.link(relation) {
        page = admin.get(&path).await;
        seen.push(names(&page, "/id"));
        assert!(seen.len() < 10, "{relation} of {first} comes to no end");
    }
    (seen, page)
}

/// B.8, HA-21: by token a list leads forward to its end and back to its beginning, narrowed down likewise.
#[tokio::test]
async fn each_list_leads_to_its_end_and_back_to_its_beginning() {
    let house = House::new();
    let lists = full(&house).await;
    let admin = house.admin().await;
    for list in lists {
        let whole = names(&admin.get(&list).await, "/id");
        assert!(whole.len() >= 5, "{list}: {whole:?}");
        let first = format!("{list}&page_size=2");
        let (forwards, last) = pages(&admin, &first, "next").await;
        assert_eq!(forwards.concat(), whole, "{list}");
        assert!(forwards.iter().all(|page| page.len() <= 2), "{forwards:?}");
        let before = last.link("prev").unwrap();
        assert!(
            before.contains(list.split(['?']).nth(1).unwrap()),
            "{before}"
        );
        let (mut back, beginning) = pages(&admin, &before, "prev").await;
        back.reverse();
        assert_eq!(back, forwards[..forwards.len() - 1], "{list}");
        let again = admin.get(&beginning.link("next").unwrap()).await;
        assert_eq!(names(&again, "/id"), forwards[1], "{list}");
        let first = admin.get(&last.link("first").unwrap()).await;
        assert_eq!(names(&first, "/id"), forwards[0], "{list}");
        assert_eq!(first.link("prev"), None, "{list}");
    }
}

/// B.8: who counts pages is told which is the last, and both ways how many there are.
#[tokio::test]
async fn numbered_pages_tell_which_is_the_last() {
    let house = House::new();
    let [_, of_one, throttles, mails, _] = full(&house).await;
    let admin = house.admin().await;
    for list in [of_one, throttles, mails] {
        let page = admin.get(&format!("{list}&per_page=2&page=0")).await;
        let by_token = admin.get(&format!("{list}&page_size=2")).await;
        for one in [&page, &by_token] {
            assert_eq!(one.header("x-total-count"), "5", "{list}");
        }
        let last = page.link("last").unwrap();
        assert!(last.ends_with("per_page=2&page=2"), "{last}");
        assert_eq!(names(&admin.get(&last).await, "/id").len(), 1, "{list}");
    }
    let none = format!("{THROTTLES}?kind=flows&per_page=2&page=0");
    let none = admin.get(&none).await;
    assert_eq!(none.header("x-total-count"), "0");
    assert!(none.link("last").unwrap().ends_with("page=0"));
}

/// What comes and goes meanwhile moves nothing that somebody looks at.
#[tokio::test]
async fn what_comes_meanwhile_breaks_no_way_back() {
    let house = House::new();
    full(&house).await;
    let admin = house.admin().await;
    let first = admin.get(&format!("{THROTTLES}?page_size=2")).await;
    let second = admin.get(&first.link("next").unwrap()).await;
    assert_eq!(names(&second, "/kind"), ["k2", "k3"]);
    pause(&house, ("new0", None), 5).await;
    pause(&house, ("new1", None), 15).await;
    // Both what the way leads from and what it led to before are gone.
    let (shown, before) = (second.json(), first.json());
    for gone in [&shown[0]["id"], &before[1]["id"]] {
        let path = format!("{THROTTLES}/{}", gone.as_str().unwrap());
        assert_eq!(admin.delete(&path).await.status, 204);
    }
    let back = admin.get(&second.link("prev").unwrap()).await;
    assert_eq!(names(&back, "/kind"), ["k0", "new1"]);
    let rest = admin.get(&back.link("prev").unwrap()).await;
    assert_eq!(
        (names(&rest, "/kind"), rest.link("prev")),
        (vec!["new0".to_owned()], None)
    );
    let forth = admin.get(&back.link("next").unwrap()).await;
    assert_eq!(names(&forth, "/kind"), ["k3", "k4"]);

    let verb = "verb=api-credential.create";
    let first = admin.get(&format!("{LOG}?{verb}&page_size=2")).await;
    let second = admin.get(&first.link("next").unwrap()).await;
    made(&admin, &json!({"name": "late"})).await;
    let back = admin.get(&second.link("prev").unwrap()).await;
    assert_eq!(back.json(), first.json());
    let newer = admin.get(&back.link("prev").unwrap()).await;
    assert_eq!(names(&newer, "/after/name"), ["late"]);
}

/// B.8: a token that was not handed out is refused in each list as in that of identities; an empty one is none.
#[tokio::test]
async fn a_token_that_nobody_handed_out_is_refused() {
    let house = House::new();
    let lists = full(&house).await;
    let admin = house.admin().await;
    let identities = "/admin/identities?page_size=2".to_owned();
    for list in lists.iter().chain([&identities]) {
        for odd in ["x", "-", "-x", "--1", "1.x", "-1.x", "0", "%00"] {
            let refused = admin.get(&format!("{list}&page_token={odd}")).await;
            assert_eq!(refused.error(), "bad_request", "{list} {odd}: {refused:?}");
            let reason = refused.json()["error"]["reason"].clone();
            let told = "page_token: it is none that was handed out here.";
            assert_eq!(reason, told, "{list} {odd}");
        }
        let whole = admin.get(list).await;
        let empty = admin.get(&format!("{list}&page_token=")).await;
        assert_eq!(names(&empty, "/id"), names(&whole, "/id"), "{list}");
    }
}
