//! Reads certificate and key files as the listener will, so that `check` finds what start would.

use std::path::Path;

use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};

use super::finding::Check;

/// Checks that both files are PEM and belong together.
pub(super) fn validate(certificate: &Path, key: &Path, check: &mut Check<'_>) {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(|found| found.collect::<Result<Vec<_>, _>>())
        .map_err(|error| error.to_string())
        .and_then(|chain| match chain.is_empty() {
            true => Err("it holds no certificate".to_owned()),
            false => Ok(chain),
        });
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| error.to_string());
    if let Err(error) = &chain {
        let name = certificate.display();
        check
            .under("certificate_file")
            .problem(format!("{name} is no usable PEM file: {error}"));
    }
    if let Err(error) = &private {
        let name = key.display();
        check
            .under("key_file")
            .problem(format!("{name} is no usable PEM file: {error}"));
    }
    let (Ok(chain), Ok(private)) = (chain, private) else {
        return;
    };
    let pair = CertifiedKey::from_der(chain, private, &ring::default_provider());
    if let Err(error) = pair {
        check
            .under("key_file")
            .problem(format!("key and certificate do not go together: {error}"));
    }
}
