//! The overview.

use std::time::Duration;

use portcullis_core::{catalogue::Code, event::Event, id::SessionId};

use crate::{Role, tests::house::House};

const PAGE: &str = "/ui/overview";

#[tokio::test]
async fn the_console_begins_with_what_there_is_and_what_has_happened() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let announcer = &house.services.announcer;
    for _ in 0..3 {
        announcer.announce(&Event::SignedIn {
            identity: ada.id,
            session: SessionId::generate(&*house.services.entropy),
            method: "password",
            provider: None,
        });
    }
    announcer.refuse("password", Code::CredentialsInvalid);
    let browser = house.console(&[Role::Viewer]).await;
    let begin = browser.get("/ui").await;
    assert_eq!(begin.location(), PAGE);
    let page = browser.get(PAGE).await.page();
    for part in [
        "<a href=\"/ui/identities\">People</a></dt><dd><span class=\"value\">2</span>",
        "Sessions now</dt><dd><span class=\"value\">1</span>",
        "</span>Signed in: 3</span>",
        "</span>Refused: 1</span>",
        "</span>People: 1</span>",
        "</span>People: 2</span>",
        "class=\"gap unknown\"",
        "Heard by this node since",
        "Of everybody who is stored, on every node",
        "<span class=\"value\">0</span><span class=\"detail\">1 in all are switched on · 1 not asked yet",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(page.matches("<section class=\"chart\"").count(), 8);
    assert!(!page.contains(" style="), "the policy allows none: {page}");
    let (_, hours) = page.split_once("id=\"chart-1\"").unwrap();
    let (hours, _) = hours.split_once("</section>").unwrap();
    let rows = hours.matches("<th scope=\"row\">").count();
    assert_eq!(rows, 1, "only hours in which this node listened: {hours}");
    assert!(hours.contains("<td>3</td><td>1</td>"), "{hours}");
    let german = browser.with("accept-language", "de");
    let page = german.get(PAGE).await.page();
    for part in [
        "Überblick</a>",
        "Von diesem Knoten gehört seit",
        " · 1 noch nicht gefragt",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

/// The part of the page with this heading.
fn chart<'a>(page: &'a str, heading: &str) -> &'a str {
    let middle = page.find(&format!(">{heading}</h2>")).unwrap();
    let begin = page[..middle].rfind("<section").unwrap();
    let end = middle + page[middle..].find("</section>").unwrap();
    &page[begin..end]
}

/// The rows of its table, without markup.
fn rows(chart: &str) -> Vec<String> {
    let (_, body) = chart.split_once("<tbody>").unwrap();
    let (body, _) = body.split_once("</tbody>").unwrap();
    let cells = |row: &str| {
        let parts = row.split('<').filter_map(|part| part.split_once('>'));
        let texts = parts
            .map(|(_, text)| text.trim())
            .filter(|text| !text.is_empty());
        texts.collect::<Vec<_>>().join(" | ")
    };
    let rows = body.split("<tr>").map(cells);
    rows.filter(|row| !row.is_empty()).collect()
}

#[tokio::test]
async fn sessions_and_how_they_are_found_are_told_by_the_hour_and_a_gap_is_no_zero() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let read = async || {
        for gauge in &house.gauges {
            gauge.read().await;
        }
    };
    for _ in 0..2 {
        house.session(&ada).await;
    }
    house.look_ups.add(97, 3);
    read().await;
    house.clock.advance(Duration::from_secs(2 * 3600));
    let browser = house.console(&[Role::Viewer]).await;
    let page = browser.get(PAGE).await.page();
    let sessions = chart(&page, "Sessions by hour");
    assert_eq!(
        rows(sessions),
        [
            "22 November 2026, 12:00 UTC | 2",
            "22 November 2026, 13:00 UTC | Not known",
            "22 November 2026, 14:00 UTC | 1",
        ]
    );
    assert!(sessions.contains("Most at a time: 2"), "{sessions}");
    assert!(sessions.contains("counted every five minutes by this node since"));
    let found = chart(&page, "Sessions found in memory, by hour");
    assert_eq!(
        rows(found),
        [
            "22 November 2026, 12:00 UTC | 97\u{a0}% | 100",
            "22 November 2026, 13:00 UTC | Not known",
            "22 November 2026, 14:00 UTC | No look-ups",
        ]
    );
    for part in [
        ">100\u{a0}%</text>",
        ">50\u{a0}%</text>",
        ">0\u{a0}%</text>",
    ] {
        assert!(found.contains(part), "{part}: {found}");
    }
    assert!(found.contains("class=\"gap idle\""), "{found}");
    let by_day = chart(&page, "Sessions found in memory, by day");
    assert_eq!(rows(by_day), ["22 November 2026 | 97\u{a0}% | 100"]);
    let german = browser.with("accept-language", "de");
    let page = german.get(PAGE).await.page();
    let found = rows(chart(&page, "Im Speicher gefunden, nach Stunden"));
    assert_eq!(found[2], "22. November 2026, 14:00 UTC | Keine Abfragen");
    assert!(page.contains(">05.11.</text>"), "a day as Germans write it");
}
