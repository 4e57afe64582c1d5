//! Work after answers: a graceful stop waits for it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use portcullis_core::afterwards::{self, Work};
use tokio::task::JoinSet;

/// What is being done after answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Afterwards(Arc<Mutex<JoinSet<()>>>);

impl afterwards::Afterwards for Afterwards {
    fn see_to(&self, work: Work) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What is done is let go.
        while all.try_join_next().is_some() {}
        all.spawn(work);
    }
}

impl Afterwards {
    /// Waits until all of it is done, at most as long as `most`.
    pub(crate) async fn done(&self, most: Duration) {
        let mut all = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *all)
        };
        let done = async { while all.join_next().await.is_some() {} };
        if tokio::time::timeout(most, done).await.is_err() {
            tracing::error!("what was to be done after answers is not done");
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_core::afterwards::Afterwards as _;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_stop_waits_for_what_is_left_to_do() {
        let (afterwards, (go, gone)) = (Afterwards::default(), oneshot::channel::<()>());
        let (tell, mut told) = oneshot::channel();
        afterwards.see_to(Box::pin(async move {
            gone.await.ok();
            tell.send(()).ok();
        }));
        assert!(told.try_recv().is_err(), "it waits");
        let stopping = tokio::spawn(async move { afterwards.done(Duration::from_secs(60)).await });
        go.send(()).unwrap();
        stopping.await.unwrap();
        told.try_recv().unwrap();
    }

    #[tokio::test]
    async fn it_does_not_wait_for_ever() {
        let afterwards = Afterwards::default();
        afterwards.see_to(Box::pin(std::future::pending()));
        afterwards.done(Duration::from_millis(1)).await;
    }
}
