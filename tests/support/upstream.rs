//! The application behind the gate, under the test's control.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use super::{
    http::{Answer, Received, Reply, Server},
    wait::wait_until,
};

/// An upstream that records every request it receives.
///
/// Without a wish of the test it shows the request as JSON, echoes WebSockets, and answers
/// `/zeros/<n>` with n zero bytes.
pub(crate) struct Upstream {
    server: Server,
    book: Arc<Book>,
}

struct Book {
    received: Mutex<Vec<Received>>,
    answer: Mutex<Answer>,
}

impl Upstream {
    pub(crate) async fn start() -> Self {
        let book = Arc::new(Book {
            received: Mutex::default(),
            answer: Mutex::new(Arc::new(show)),
        });
        Self {
            server: Server::start(0, book.as_answer()).await,
            book,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.server.port())
    }

    /// Answers with `answer` from now on.
    pub(crate) fn answer(&self, answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) {
        *self
            .book
            .answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(answer);
    }

    /// Everything received so far, oldest first.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.book
            .received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The newest request.
    pub(crate) fn last(&self) -> Received {
        self.received()
            .pop()
            .expect("the upstream received a request")
    }

    /// Waits until so many requests have arrived.
    pub(crate) async fn wait_for_requests(&self, count: usize) -> Vec<Received> {
        wait_until("requests to arrive at the upstream", async || {
            Some(self.received()).filter(|received| received.len() >= count)
        })
        .await
    }

    /// Refuses connections from now on and breaks the open ones.
    pub(crate) async fn stop(&self) {
        self.server.stop().await;
    }

    /// Serves again on the same port.
    pub(crate) async fn start_again(&mut self) {
        self.server = Server::start(self.server.port(), self.book.as_answer()).await;
    }
}

impl Book {
    fn as_answer(self: &Arc<Self>) -> Answer {
        let book = Arc::clone(self);
        Arc::new(move |request| {
            let received = &book.received;
            received
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(request.clone());
            let answer = Arc::clone(&book.answer.lock().unwrap_or_else(PoisonError::into_inner));
            answer(request)
        })
    }
}

fn show(request: &Received) -> Reply {
    let upgrade = request.header("Upgrade").unwrap_or_default();
    if upgrade.eq_ignore_ascii_case("websocket") {
        return Reply::WebSocketEcho;
    }
    if let Some(length) = request.path().strip_prefix("/zeros/") {
        return Reply::Zeros(length.parse().expect("a length"));
    }
    let shown = json!({
        "method": request.method,
        "target": request.target,
        "headers": request.headers,
        "body_length": request.body_length,
    });
    Reply::json(&shown)
}
