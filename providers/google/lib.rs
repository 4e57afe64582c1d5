//! Google on top of the generic OpenID provider.
