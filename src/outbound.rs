//! Clients for servers elsewhere that are asked at one address each, which go the configured way.

use portcullis_core::outbound::Way;
use reqwest::{Certificate, Client, ClientBuilder, Proxy, redirect::Policy};
use url::Url;

/// The beginnings of a client that asks this address, and follows nobody elsewhere.
pub(crate) fn client(way: &Way, url: &Url) -> Result<ClientBuilder, reqwest::Error> {
    let mut client = Client::builder()
        .user_agent(concat!("portcullis/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        // What is configured counts, and not the environment.
        .no_proxy();
    for authority in way.authorities() {
        client = client.add_root_certificate(Certificate::from_der(authority)?);
    }
    Ok(match way.proxy_for(url) {
        Some(proxy) => client.proxy(Proxy::all(proxy.clone())?),
        None => client,
    })
}
