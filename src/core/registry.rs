//! The providers of this moment: one snapshot that is swapped as a whole, so that no request ever
//! sees half of a change.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::{id::ProviderId, provider::ConfiguredProvider};

/// The providers of one moment, in the order of their buttons.
#[derive(Debug, Default)]
pub struct Providers(Vec<Arc<ConfiguredProvider>>);

impl Providers {
    /// These providers; equal places are ordered by id.
    pub fn new(providers: impl IntoIterator<Item = ConfiguredProvider>) -> Self {
        let mut providers: Vec<_> = providers.into_iter().map(Arc::new).collect();
        providers.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
        Self(providers)
    }

    /// All of them, disabled ones included.
    pub fn all(&self) -> &[Arc<ConfiguredProvider>] {
        &self.0
    }

    /// The provider of this name, disabled or not.
    pub fn find(&self, id: &ProviderId) -> Option<&Arc<ConfiguredProvider>> {
        self.0.iter().find(|provider| provider.id == *id)
    }

    /// Those that can be used now.
    pub fn enabled(&self) -> impl Iterator<Item = &Arc<ConfiguredProvider>> {
        self.0.iter().filter(|provider| provider.policy.enabled)
    }
}

/// Where the providers of this moment are found. Requests that hold an older snapshot finish with
/// it.
#[derive(Debug)]
pub struct Registry(ArcSwap<Providers>);

impl Registry {
    /// A registry that begins with these.
    pub fn new(providers: Providers) -> Self {
        Self(ArcSwap::from_pointee(providers))
    }

    /// The providers of this moment.
    pub fn current(&self) -> Arc<Providers> {
        self.0.load_full()
    }

    /// Puts others in their place.
    pub fn replace(&self, providers: Providers) {
        self.0.store(Arc::new(providers));
    }
}
