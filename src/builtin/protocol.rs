//! From what a kind is told to the code that speaks it.

use std::sync::Arc;

use portcullis_core::{
    clock::Clock, id::ProviderId, outbound::Way, provider::Provider, trust::TrustRules,
};
use portcullis_github::PlainOAuth;
use portcullis_oidc::{InvalidConfig, Oidc, Plain};

use crate::config::{self, Spoken};

/// What speaks with a provider, and which of its addresses count as verified.
pub(super) struct Speaker {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) trust: TrustRules,
}

/// What speaks with the provider that a table describes.
pub(super) fn speaker(
    id: ProviderId,
    table: &config::Provider,
    way: &Arc<Way>,
    clock: Arc<dyn Clock>,
) -> Result<Speaker, InvalidConfig> {
    Ok(match table.spoken().by(way) {
        Spoken::Oidc(config) => Speaker {
            provider: Arc::new(Oidc::new(id, config, Arc::new(Plain), clock)?),
            trust: table.rules(),
        },
        Spoken::Google(config) => Speaker {
            trust: config.trust(),
            provider: Arc::new(config.build(id, clock)?),
        },
        Spoken::Microsoft(config) => Speaker {
            trust: config.trust(),
            provider: Arc::new(config.build(id, clock)?),
        },
        Spoken::GitHub(config) => Speaker {
            provider: Arc::new(config.build(id, clock)?),
            trust: table.rules(),
        },
        Spoken::OAuth2(config) => Speaker {
            provider: Arc::new(PlainOAuth::new(id, config, clock)?),
            trust: table.rules(),
        },
    })
}
