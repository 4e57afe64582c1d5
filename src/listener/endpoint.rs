//! Sockets to listen on, bound before anything starts, so that a taken port is an error and not a
//! surprise, and port 0 tells which port it became.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
};

use pingora::listeners::tls::TlsSettings;
use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    sign::{CertifiedKey, SingleCertAndKey},
};

/// A bound socket.
pub struct Endpoint {
    address: SocketAddr,
    pub(super) socket: TcpListener,
    pub(super) tls: Option<TlsSettings>,
}

/// A socket cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is taken or not ours.
    #[error("{address} cannot be listened on")]
    Address {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A certificate or key file cannot be read.
    #[error("{} cannot be read", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// Certificate and key do not belong together.
    #[error("the certificate and the key cannot be used together")]
    Certificate(#[source] rustls::Error),
    /// TLS cannot be set up.
    #[error("tls cannot be set up")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Endpoint {
    /// Binds `address`; port 0 is any free port.
    pub fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let failed = |source| ListenError::Address { address, source };
        let socket = TcpListener::bind(address).map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        Ok(Self {
            address: socket.local_addr().map_err(failed)?,
            socket,
            tls: None,
        })
    }

    /// Speaks TLS with these PEM files, and HTTP/2 with whoever prefers it.
    pub fn with_tls(mut self, certificate: &Path, key: &Path) -> Result<Self, ListenError> {
        let failed = |file: &Path| {
            let file = file.to_owned();
            move |source| ListenError::File { file, source }
        };
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect)
            .map_err(failed(certificate))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(failed(key))?;
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map_err(ListenError::Certificate)?;
        let mut settings =
            TlsSettings::intermediate("", "").map_err(|error| ListenError::Tls(error))?;
        settings.set_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        settings.enable_h2();
        self.tls = Some(settings);
        Ok(self)
    }

    /// The address it is bound to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("address", &self.address)
            .field("tls", &self.tls.is_some())
            .finish()
    }
}
