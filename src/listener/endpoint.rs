//! Sockets to listen on, bound before anything starts, so that a taken port is an error and not a
//! surprise, and port 0 tells which port it became.

use std::{
    fs::Permissions,
    io,
    net::{SocketAddr, TcpListener},
    os::{fd::OwnedFd, unix::fs::PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use pingora::listeners::tls::TlsSettings;
use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    sign::{CertifiedKey, SingleCertAndKey},
};

pub use super::socket_file::SocketError;
use super::socket_file::SocketFile;

/// A bound socket.
pub struct Endpoint {
    pub(super) place: Place,
    pub(super) socket: OwnedFd,
    pub(super) tls: Option<TlsSettings>,
}

/// Where a socket is bound.
#[derive(Debug)]
pub(super) enum Place {
    /// On the network.
    Network(SocketAddr),
    /// In the file system, with the mode that says who may open it.
    File(SocketFile, Permissions),
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
    /// There is no Unix socket at this path.
    #[error("unix:{} cannot be listened on", path.display())]
    Socket {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: SocketError,
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
            place: Place::Network(socket.local_addr().map_err(failed)?),
            socket: socket.into(),
            tls: None,
        })
    }

    /// Binds a Unix socket at `path` that those may open whom `mode` lets in. It takes the place of one
    /// whose process is gone, and of nothing else; its folder has to be there.
    pub fn bind_unix(path: &Path, mode: u32) -> Result<Self, ListenError> {
        let failed = |source| ListenError::Socket {
            path: path.to_owned(),
            source,
        };
        let (file, socket) = SocketFile::listen(path, mode).map_err(failed)?;
        Ok(Self {
            place: Place::File(file, Permissions::from_mode(mode)),
            socket: socket.into(),
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

    /// The address on the network it is bound to, if it is.
    pub fn address(&self) -> Option<SocketAddr> {
        match self.place {
            Place::Network(address) => Some(address),
            Place::File(..) => None,
        }
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("place", &self.place)
            .field("tls", &self.tls.is_some())
            .finish()
    }
}
