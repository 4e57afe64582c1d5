//! The contract: nouns, traits and the broker. No IO, no framework.
