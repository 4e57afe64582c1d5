//! Reading the audit log page by page, for the API and the console alike.

use std::{
    fmt::Write as _,
    net::{AddrParseError, IpAddr},
};

use jiff::Timestamp;
use portcullis_core::{
    audit::{AuditEntry, AuditFilter, AuditPlace},
    catalogue::Code,
    pages::Client,
    part::Part,
};
use portcullis_kit::Failure;

use crate::{
    api::pages::{Around, around, part_at},
    desk::Desk,
};

/// The media type of JSON lines.
pub(crate) const LINES: &str = "application/x-ndjson";
/// How many entries are taken along at once.
pub(crate) const EXPORT: u32 = 10_000;

/// The entries of one page, and the pages around it.
pub(crate) async fn page(
    desk: &Desk,
    filter: &AuditFilter,
    (part, size): (Part<AuditPlace>, u32),
) -> Result<(Vec<AuditEntry>, Around), Failure> {
    let log = &desk.services.audit;
    // One more than is shown tells whether there is another page.
    let entries = log.list(filter, part, size.saturating_add(1)).await?;
    let shown = usize::try_from(size).unwrap_or(usize::MAX);
    let name = |entry: &AuditEntry| token(entry.place());
    Ok(around(entries, (&part, shown), name))
}

/// The part of the log that a token asks for; `None` where it was not made here.
pub(crate) fn part(token: Option<&str>) -> Option<Part<AuditPlace>> {
    part_at(token, place)
}

/// The entry at this place.
pub(crate) async fn find(desk: &Desk, place: AuditPlace) -> Result<AuditEntry, Failure> {
    let behind = place.at.checked_add(jiff::Span::new().microseconds(1));
    let filter = AuditFilter {
        since: Some(place.at),
        until: Some(behind.map_err(|_| Code::RecordNotFound)?),
        ..AuditFilter::default()
    };
    let (entries, _) = page(desk, &filter, (Part::First, EXPORT)).await?;
    let mut entries = entries.into_iter();
    let found = entries.find(|entry| entry.id == place.id);
    found.ok_or_else(|| Code::RecordNotFound.into())
}

/// The entries as JSON lines.
pub(crate) fn lines(entries: &[AuditEntry]) -> Result<String, Failure> {
    let mut text = String::new();
    for entry in entries {
        let line = serde_json::to_string(entry);
        let line = line.map_err(|error| Failure::from(Code::Internal).caused_by(error))?;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{line}");
    }
    Ok(text)
}

/// Where something was done from, as entries call it: an address on the network however it is written, or
/// the Unix socket.
pub(crate) fn client(typed: &str) -> Result<String, AddrParseError> {
    let socket = Client::Socket.to_string();
    match typed == socket {
        true => Ok(socket),
        false => {
            let address: IpAddr = typed.parse()?;
            Ok(Client::from(address.to_canonical()).to_string())
        }
    }
}

/// A place as addresses carry it.
pub(crate) fn token(place: AuditPlace) -> String {
    format!("{}.{}", place.at.as_nanosecond(), place.id)
}

/// The place that was written like this.
pub(crate) fn place(token: &str) -> Option<AuditPlace> {
    let (at, id) = token.split_once('.')?;
    Some(AuditPlace {
        at: Timestamp::from_nanosecond(at.parse().ok()?).ok()?,
        id: id.parse().ok()?,
    })
}
