//! Content negotiation: who gets a page and who gets JSON.

use http::{
    HeaderMap,
    header::{ACCEPT, CONTENT_TYPE},
};

/// What the sender of a request wants to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// A page.
    Html,
    /// JSON.
    Json,
}

/// How well an offer is liked: its quality in thousandths, then how exactly it was named.
type Liking = (u16, u8);

impl Wants {
    /// Reads `Accept` and `Content-Type`. Pages are the default, and `*/*` means a page: that is
    /// what the dialect's clients expect of a command-line tool that names nothing.
    pub fn of(headers: &HeaderMap) -> Self {
        if headers
            .get(CONTENT_TYPE)
            .is_some_and(|value| value == "application/json")
        {
            return Self::Json;
        }
        let json = liking(headers, |range| match range {
            "application/json" => Some(2),
            "application/*" => Some(1),
            _ => None,
        });
        let html = liking(headers, |range| match range {
            "text/html" => Some(2),
            "text/*" => Some(1),
            "*/*" => Some(0),
            _ => None,
        });
        if json > html { Self::Json } else { Self::Html }
    }
}

/// Whether `Accept` names `text/html` in so many words, as every browser's navigation does.
pub fn names_html(headers: &HeaderMap) -> bool {
    liking(headers, |range| (range == "text/html").then_some(2)).is_some()
}

/// The best liking among the ranges that `exactness` knows; `None` when none of them is accepted.
fn liking(headers: &HeaderMap, exactness: impl Fn(&str) -> Option<u8>) -> Option<Liking> {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|entry| {
            let (range, parameters) = entry.split_once(';').unwrap_or((entry, ""));
            let exactness = exactness(range.trim().to_ascii_lowercase().as_str())?;
            let quality = quality(parameters);
            (quality > 0).then_some((quality, exactness))
        })
        .max()
}

/// The `q` parameter in thousandths (RFC 9110, section 12.4.2); one when absent or unreadable.
pub(crate) fn quality(parameters: &str) -> u16 {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.trim().split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .and_then(|(_, value)| value.trim().parse::<f32>().ok())
        .map_or(1000, |q| (q.clamp(0.0, 1.0) * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &'static str) -> Wants {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, value.parse().unwrap());
        Wants::of(&headers)
    }

    /// B.8.
    #[test]
    fn pages_are_the_default() {
        assert_eq!(Wants::of(&HeaderMap::new()), Wants::Html);
        for value in [
            "*/*",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html, application/json",
            "application/json;q=0.5, text/html",
            "application/json;q=0",
            "text/*",
            "image/png",
        ] {
            assert_eq!(accept(value), Wants::Html, "{value}");
        }
    }

    /// B.8.
    #[test]
    fn whoever_names_json_gets_json() {
        for value in [
            "application/json",
            "application/json, text/plain, */*",
            "Application/JSON; charset=utf-8",
            "text/html;q=0.3, application/json;q=0.7",
        ] {
            assert_eq!(accept(value), Wants::Json, "{value}");
        }
    }

    /// B.8.
    #[test]
    fn only_the_bare_json_content_type_asks_for_json() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        assert_eq!(Wants::of(&headers), Wants::Json);
        headers.insert(
            CONTENT_TYPE,
            "application/json; charset=utf-8".parse().unwrap(),
        );
        assert_eq!(Wants::of(&headers), Wants::Html);
    }
}
