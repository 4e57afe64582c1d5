//! Reads certificate and key files as those who use them will, so that `check` finds what start would.

use std::path::Path;

use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};

use super::finding::Check;

/// Checks that both files are PEM and belong together.
pub(super) fn validate(certificate: &Path, key: &Path, check: &mut Check<'_>) {
    let chain = certificates(certificate);
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

/// Checks that the file holds certificates.
pub(super) fn validate_authorities(file: &Path, check: &mut Check<'_>) {
    if let Err(error) = certificates(file) {
        let name = file.display();
        check.problem(format!("{name} is no usable PEM file: {error}"));
    }
}

pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_file_iter(file);
    let found = found.and_then(|found| found.collect::<Result<Vec<_>, _>>());
    match found {
        Ok(found) if found.is_empty() => Err("it holds no certificate".to_owned()),
        found => found.map_err(|error| error.to_string()),
    }
}
