//! Requests spelled out byte by byte, and the answers to them.

use serde_json::Value;

use super::{actor::exchange, gateway::TestGateway};

/// A request head under construction; it asks for the connection to be closed.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    head: String,
    body: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Raw {
    /// A request with a proper Host.
    pub(crate) fn get(gateway: &TestGateway, target: &str) -> Self {
        Self::request(gateway, "GET", target)
    }

    pub(crate) fn request(gateway: &TestGateway, method: &str, target: &str) -> Self {
        let line = format!("{method} {target} HTTP/1.1");
        Self::lines(&line).header("Host", &format!("localhost:{}", gateway.port()))
    }

    /// A request with this first line and no header yet.
    pub(crate) fn lines(first: &str) -> Self {
        Self {
            head: format!("{first}\r\n"),
            body: String::new(),
        }
    }

    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        self.line(&format!("{name}: {value}"))
    }

    /// Adds a line as it is.
    pub(crate) fn line(mut self, line: &str) -> Self {
        self.head.push_str(line);
        self.head.push_str("\r\n");
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// Sends it, and reads until the gateway closes the connection.
    pub(crate) async fn send(self, gateway: &TestGateway) -> Answer {
        let closing = self.header("Connection", "close");
        closing.send_open(gateway).await
    }

    /// Sends it without asking for the end: whoever does must know that the gateway will close.
    pub(crate) async fn send_open(self, gateway: &TestGateway) -> Answer {
        self.send_to(gateway.port()).await
    }

    /// Sends it to this port, whatever listens there.
    pub(crate) async fn send_to(self, port: u16) -> Answer {
        let text = format!("{}\r\n{}", self.head, self.body);
        Answer::parse(&exchange(port, text.as_bytes()).await)
    }
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let status = status.and_then(|status| status.parse().ok());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        Self {
            status: status.unwrap_or_else(|| panic!("an answer, not {text:?}")),
            headers: headers.collect(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON, from its first brace to its last: it may come in chunks.
    pub(crate) fn json(&self) -> Value {
        let body = &self.body;
        let text = match (body.find('{'), body.rfind('}')) {
            (Some(first), Some(last)) => &body[first..=last],
            _ => body,
        };
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
