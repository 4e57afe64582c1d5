//! What a process keeps at hand for a minute at most, made once however many ask for it at the same
//! time. Reading it takes no lock.

use std::{fmt, future::Future, hash::Hash, sync::Arc, time::Duration};

use moka::future::Cache;

/// What nobody asks for again is dropped after this time.
const MEMORY: Duration = Duration::from_secs(60);

const CAPACITY: u64 = 100_000;

/// Values by key, for a minute at most.
pub(crate) struct Recent<K, V> {
    cache: Cache<K, Arc<V>>,
}

impl<K, V> Recent<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        Self {
            cache: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(MEMORY)
                .build(),
        }
    }

    /// What is at hand.
    pub(crate) async fn find(&self, key: &K) -> Option<Arc<V>> {
        self.cache.get(key).await
    }

    /// What is at hand, else what `making` makes; whoever asks meanwhile waits for the same.
    pub(crate) async fn find_or_make<E: Send + Sync + 'static>(
        &self,
        key: &K,
        making: impl Future<Output = Result<Arc<V>, E>>,
    ) -> Result<Arc<V>, Arc<E>> {
        self.cache.try_get_with_by_ref(key, making).await
    }

    /// Drops what is at hand.
    pub(crate) async fn forget(&self, key: &K) {
        self.cache.invalidate(key).await;
    }
}

impl<K, V> fmt::Debug for Recent<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent").finish_non_exhaustive()
    }
}
