//! Beside the front: own pages, stores and everything else that no proxied request waits for run on
//! threads of their own, which give way to those that proxy.

use std::{io, sync::Arc};

use async_trait::async_trait;
use http::{Request, Response, StatusCode};
use portcullis_core::pages::Pages;
use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::JoinHandle,
};
use tracing::Instrument;

/// How much these threads give way (the nice value of Linux): beside a front that wants the whole
/// processor they still get about a thirtieth of it.
const NICENESS: i32 = 15;

/// The runtime beside the front, and the handle of its own.
pub(crate) fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .thread_name("aside")
        .on_thread_start(give_way)
        .enable_all()
        .build()
}

/// On Linux a thread has a priority of its own (setpriority(2)), which the threads that it starts
/// inherit.
#[cfg(target_os = "linux")]
fn give_way() {
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "the threads beside the front keep their priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}

/// Pages that are answered beside the front, whoever asks.
#[derive(Debug)]
pub(crate) struct Aside {
    pages: Arc<dyn Pages>,
    runtime: Handle,
}

impl Aside {
    /// The same pages, answered on the runtime that this is called on.
    pub(crate) fn here(pages: Arc<dyn Pages>) -> Arc<dyn Pages> {
        Arc::new(Self {
            pages,
            runtime: Handle::current(),
        })
    }
}

#[async_trait]
impl Pages for Aside {
    async fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let pages = Arc::clone(&self.pages);
        let answer = async move { pages.respond(request).await }.in_current_span();
        let mut answer = Waited(self.runtime.spawn(answer));
        match (&mut answer.0).await {
            Ok(response) => response,
            Err(_) => {
                let mut response = Response::new(Vec::new());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        }
    }
}

/// Work that ends with whoever waits for it: a client that has gone is answered no further.
struct Waited(JoinHandle<Response<Vec<u8>>>);

impl Drop for Waited {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Named;

    #[async_trait]
    impl Pages for Named {
        async fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
            assert_ne!(request.uri().path(), "/broken", "on purpose");
            let thread = std::thread::current();
            Response::new(thread.name().unwrap_or_default().as_bytes().to_vec())
        }
    }

    fn ask(path: &str) -> Response<Vec<u8>> {
        let beside = runtime().unwrap();
        let pages = beside.block_on(async { Aside::here(Arc::new(Named)) });
        let front = Builder::new_current_thread().build().unwrap();
        let request = Request::get(path).body(Vec::new()).unwrap();
        front.block_on(pages.respond(request))
    }

    #[test]
    fn pages_are_answered_on_threads_that_proxy_nothing() {
        assert_eq!(ask("/").into_body(), b"aside");
    }

    #[test]
    fn a_page_that_breaks_off_is_an_error_and_no_hole() {
        assert_eq!(ask("/broken").status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_threads_beside_the_front_give_way_and_no_other() {
        let of_this = || rustix::process::getpriority_process(None).unwrap();
        let beside = runtime().unwrap();
        let there = beside.block_on(async { tokio::spawn(async move { of_this() }).await });
        assert_eq!(there.unwrap(), NICENESS);
        assert!(of_this() < NICENESS);
    }
}
