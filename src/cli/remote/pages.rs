//! Lists that come in pages, whole.

use reqwest::{
    Method,
    header::{HeaderMap, LINK},
};
use serde_json::Value;

use super::{Remote, odd};
use crate::cli::Failure;

impl Remote {
    /// The members of a list on all of its pages.
    pub(in crate::cli) async fn all(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut members = Vec::new();
        let mut path = path.to_owned();
        loop {
            let answer = self.answer(Method::GET, &path, None).await?;
            let next = next(answer.headers());
            let Value::Array(part) = self.told(answer).await? else {
                return Err(odd());
            };
            // A page without anything leads nowhere, whatever it says.
            let is_last = part.is_empty();
            members.extend(part);
            match next {
                Some(next) if !is_last => path = next,
                _ => return Ok(members),
            }
        }
    }
}

/// The page behind this one (RFC 8288), as a path: the token goes to no other place.
fn next(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(LINK).into_iter();
    let links = links.filter_map(|value| value.to_str().ok());
    let mut links = links.flat_map(|line| line.split(','));
    let next = links.find(|link| {
        let mut parameters = link.split(';').skip(1).map(str::trim);
        parameters.any(|one| matches!(one, "rel=\"next\"" | "rel=next"))
    })?;
    let target = next.split(';').next()?.trim();
    let path = target.strip_prefix('<')?.strip_suffix('>')?;
    path.starts_with('/').then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use portcullis_core::secret::Secret;
    use reqwest::Client;
    use serde_json::json;
    use wiremock::{
        Mock, MockServer, ResponseTemplate,
        matchers::{path, query_param, query_param_is_missing},
    };

    use super::*;
    use crate::cli::remote::target::Target;

    #[tokio::test]
    async fn a_list_is_read_to_its_last_page() {
        let server = MockServer::start().await;
        let page = |members: Value| ResponseTemplate::new(200).set_body_json(members);
        let next = "</list?size=2>; rel=\"first\",</list?size=2&page_token=b>; rel=\"next\"";
        Mock::given(path("/list"))
            .and(query_param_is_missing("page_token"))
            .respond_with(page(json!([1, 2])).insert_header("link", next))
            .mount(&server)
            .await;
        Mock::given(path("/list"))
            .and(query_param("page_token", "b"))
            .respond_with(page(json!([3])).insert_header("link", "</list>; rel=\"first\""))
            .mount(&server)
            .await;
        let remote = Remote {
            target: Target::read(&server.uri()).unwrap(),
            client: Client::new(),
            token: Some(Secret::new("x")),
        };
        assert_eq!(remote.all("/list?size=2").await.unwrap(), [1, 2, 3]);
        assert!(remote.all("/missing").await.is_err());
    }

    #[test]
    fn the_next_page_is_found_by_its_link_and_on_the_same_gateway() {
        for (link, expected) in [
            ("</a?page_size=2>; rel=\"first\"", None),
            (
                "</a?page_size=2>; rel=\"first\",</a?page_token=0%2C1>; rel=\"next\"",
                Some("/a?page_token=0%2C1"),
            ),
            ("</a?page=1>; rel=next", Some("/a?page=1")),
            ("<https://evil.test/a>; rel=\"next\"", None),
            ("rel=\"next\"", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(LINK, link.parse().unwrap());
            assert_eq!(next(&headers).as_deref(), expected, "{link}");
        }
    }
}
