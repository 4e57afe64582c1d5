//! Figures that stand alone: how much there is of something now.

use portcullis_core::{
    administration::AdministrationError,
    catalogue::Code,
    search::{IdentityQuery, Page},
};
use portcullis_kit::{Failure, Locale};
use serde::Serialize;

use super::share::{UNKNOWN, share, written};
use crate::{
    caller::Caller,
    console::{
        areas,
        providers::{Answer, answer},
    },
    desk::Desk,
    role::Permission,
};

/// A figure.
#[derive(Debug, Serialize)]
pub(super) struct Tile {
    label: &'static str,
    value: String,
    /// What has to be known to read it, in the reader's language.
    note: Option<String>,
    /// Whether somebody should look at it.
    is_bad: bool,
    /// Where there is more of it.
    href: Option<&'static str>,
}

/// Every figure that a caller may see.
pub(super) async fn tiles(
    desk: &Desk,
    caller: &Caller,
    locale: &Locale,
) -> Result<Vec<Tile>, Failure> {
    let may = |permission| caller.roles.permit(permission);
    let mut tiles = vec![people(desk).await?];
    if may(Permission::ReadSessions) {
        tiles.push(sessions(desk).await?);
        tiles.extend(cache(desk, locale));
    }
    if may(Permission::ReadThrottles) {
        tiles.push(throttled(desk).await?);
    }
    if may(Permission::ReadMails) {
        tiles.push(mail(desk, locale).await?);
    }
    if may(Permission::ReadProviders) {
        tiles.push(providers(desk, locale).await?);
    }
    for tile in &mut tiles {
        let mut seen = areas::ALL.iter().filter(|area| may(area.permission));
        tile.href = tile.href.filter(|href| seen.any(|area| area.path == *href));
    }
    Ok(tiles)
}

fn tile(label: &'static str, value: String) -> Tile {
    Tile {
        label,
        value,
        note: None,
        is_bad: false,
        href: None,
    }
}

async fn people(desk: &Desk) -> Result<Tile, Failure> {
    let query = IdentityQuery {
        page: Page::Numbered { number: 0, size: 1 },
        total: true,
        ..IdentityQuery::default()
    };
    let total = desk.services.search.search(&query).await?.total;
    let total = total.map_or_else(|| UNKNOWN.to_owned(), |total| total.to_string());
    Ok(Tile {
        href: Some(areas::PEOPLE.path),
        ..tile("People", total)
    })
}

async fn sessions(desk: &Desk) -> Result<Tile, Failure> {
    let count = desk.levels.count_sessions().await?;
    Ok(tile("Sessions now", count.to_string()))
}

fn cache(desk: &Desk, locale: &Locale) -> Option<Tile> {
    let reads = desk.levels.read_cache()?;
    let (hits, all) = (reads.hits, reads.all());
    let rate = share(reads);
    let since = locale.moment(desk.levels.since());
    Some(Tile {
        note: Some(locale.text(&format!(
            "{hits} of {all} look-ups on this node since {since}"
        ))),
        ..tile("Sessions found in memory", written(rate))
    })
}

async fn throttled(desk: &Desk) -> Result<Tile, Failure> {
    let services = &desk.services;
    let running = services.throttles.running(services.clock.now()).await?;
    Ok(Tile {
        href: Some("/ui/throttles"),
        ..tile("Throttled now", running.len().to_string())
    })
}

async fn mail(desk: &Desk, locale: &Locale) -> Result<Tile, Failure> {
    let waiting = desk.services.courier.waiting().await?;
    let failed = waiting.iter().filter(|mail| mail.tries > 0).count();
    let all = waiting.len();
    Ok(Tile {
        note: Some(locale.text(&format!("{all} in all wait to be sent"))),
        is_bad: failed > 0,
        href: Some("/ui/mail"),
        ..tile("Mail that failed and is tried again", failed.to_string())
    })
}

async fn providers(desk: &Desk, locale: &Locale) -> Result<Tile, Failure> {
    let administration = &desk.services.administration;
    let trouble = |error| Failure::from(Code::StoreUnavailable).caused_by(error);
    let all = administration.list().await.map_err(trouble)?;
    let (mut switched_on, mut unasked, mut silent) = (0, 0, Vec::new());
    for record in all {
        match administration.status(&record.id).await {
            Ok(report) if report.enabled => {
                switched_on += 1;
                match answer(&report.status) {
                    Answer::Heard => {}
                    Answer::Missing => silent.push(record.id.to_string()),
                    Answer::NotAsked => unasked += 1,
                }
            }
            // It is switched off, or has gone since.
            Ok(_) | Err(AdministrationError::Unknown) => {}
            Err(error) => return Err(trouble(error)),
        }
    }
    let mut note = match silent.is_empty() {
        true => locale.text(&format!("{switched_on} in all are switched on")),
        false => silent.join(", "),
    };
    if unasked > 0 {
        // Of those whom nobody asked, no answer is missing.
        note = [note, locale.text(&format!("{unasked} not asked yet"))].join(" · ");
    }
    Ok(Tile {
        note: Some(note),
        is_bad: !silent.is_empty(),
        href: Some("/ui/providers"),
        ..tile("Providers that do not answer", silent.len().to_string())
    })
}
