//! Certificates and keys in PEM files: read, and checked as far as that can be done at home, so that
//! what is wrong is said when a program starts and not when nobody can connect.

use std::fmt;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, RootCertStore};

/// Largest file that is read, in bytes.
const BYTES_MAX: u64 = 1 << 20;
/// Permission bits of those who are neither the owner nor of the file's group.
const OTHERS_MAY_READ: u32 = 0o004;

/// Who one is: a certificate with what it was signed by, and its key. Both as PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificates, one's own first.
    pub certificate: Vec<u8>,
    /// The key. Secret.
    pub key: Vec<u8>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

/// Why a file of certificates or a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PemError {
    /// It is not there, or not ours to read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It has no certificate.
    #[error("{path} has no certificate: it must be a PEM file with -----BEGIN CERTIFICATE-----")]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// It has no key.
    #[error("{path} has no key: it must be a PEM file with -----BEGIN PRIVATE KEY-----")]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// Nobody is there to type a passphrase.
    #[error(
        "the key in {path} is encrypted; write it without a passphrase: `openssl pkey -in {path} -out KEY`"
    )]
    EncryptedKey {
        /// The file.
        path: PathBuf,
    },
    /// Something in it is broken.
    #[error("{path} is damaged: {why}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What.
        why: String,
    },
    /// Two files that do not belong together.
    #[error("the key in {key} does not belong to the certificate in {certificate}")]
    Mismatch {
        /// One file.
        certificate: PathBuf,
        /// The other.
        key: PathBuf,
    },
    /// Nobody would accept it any more.
    #[error("the certificate in {path} has expired{}; make a new one", since(*.seconds))]
    Expired {
        /// The file.
        path: PathBuf,
        /// How long ago, in seconds, if that is known.
        seconds: Option<u64>,
    },
    /// Nobody would accept it yet.
    #[error("the certificate in {path} is not valid yet; is this machine's clock right?")]
    NotYet {
        /// The file.
        path: PathBuf,
    },
}

fn since(seconds: Option<u64>) -> String {
    match seconds {
        None => String::new(),
        Some(seconds @ 0..120) => format!(" {seconds} seconds ago"),
        Some(seconds @ 120..7_200) => format!(" {} minutes ago", seconds / 60),
        Some(seconds @ 7_200..172_800) => format!(" {} hours ago", seconds / 3_600),
        Some(seconds) => format!(" {} days ago", seconds / 86_400),
    }
}

/// Reads a certificate and its key.
///
/// # Errors
/// One of the files cannot be used, they do not belong together, or the certificate's time is over.
pub fn read_identity(certificate: &Path, key: &Path) -> Result<Identity, PemError> {
    let (chain, certificate_pem) = read_certificates(certificate)?;
    let key_pem = read(key)?;
    check_pair(&chain, certificate, read_key(&key_pem, key)?, key)?;
    check_time(&chain, certificate, UnixTime::now())?;
    Ok(Identity { certificate: certificate_pem, key: key_pem })
}

/// Reads the certificates of those whose signature is trusted, as PEM.
///
/// # Errors
/// The file cannot be used.
pub fn read_authorities(path: &Path) -> Result<Vec<u8>, PemError> {
    let (authorities, pem) = read_certificates(path)?;
    let mut store = RootCertStore::empty();
    for authority in authorities {
        store.add(authority).map_err(|error| malformed(path, error))?;
    }
    Ok(pem)
}

/// Whether everybody on this machine can read a file. What cannot be looked at is not told.
pub fn is_open_to_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & OTHERS_MAY_READ != 0)
}

fn malformed(path: &Path, why: impl fmt::Display) -> PemError {
    PemError::Malformed { path: path.to_owned(), why: why.to_string() }
}

fn read(path: &Path) -> Result<Vec<u8>, PemError> {
    let unreadable = |source| PemError::Unreadable { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(malformed(path, "it is larger than 1 MiB"));
    }
    Ok(bytes)
}

fn read_certificates(path: &Path) -> Result<(Vec<CertificateDer<'static>>, Vec<u8>), PemError> {
    let pem = read(path)?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| malformed(path, error))?;
    if certificates.is_empty() {
        return Err(PemError::NoCertificate { path: path.to_owned() });
    }
    Ok((certificates, pem))
}

fn read_key(pem: &[u8], path: &Path) -> Result<PrivateKeyDer<'static>, PemError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
        pem::Error::NoItemsFound if is_encrypted(pem) => PemError::EncryptedKey { path: path.to_owned() },
        pem::Error::NoItemsFound => PemError::NoKey { path: path.to_owned() },
        error => malformed(path, error),
    })
}

fn is_encrypted(pem: &[u8]) -> bool {
    const MARK: &[u8] = b"-----BEGIN ENCRYPTED PRIVATE KEY-----";
    pem.windows(MARK.len()).any(|window| window == MARK)
}

fn check_pair(
    chain: &[CertificateDer<'static>],
    certificate: &Path,
    key: PrivateKeyDer<'static>,
    key_path: &Path,
) -> Result<(), PemError> {
    match CertifiedKey::from_der(chain.to_vec(), key, &default_provider()) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => {
            Err(PemError::Mismatch { certificate: certificate.to_owned(), key: key_path.to_owned() })
        }
        Err(error @ rustls::Error::InvalidCertificate(_)) => Err(malformed(certificate, error)),
        Err(error) => Err(malformed(key_path, error)),
    }
}

/// Whether a certificate's time has come and is not over: the first thing that whoever verifies it looks
/// at. All else that a verifier may say here is about names and signatures that nobody asked for.
fn check_time(chain: &[CertificateDer<'static>], path: &Path, now: UnixTime) -> Result<(), PemError> {
    let Some((own, others)) = chain.split_first() else { return Ok(()) };
    let mut store = RootCertStore::empty();
    store.add(own.clone()).map_err(|error| malformed(path, error))?;
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::new(default_provider()))
        .build()
        .map_err(|error| malformed(path, error))?;
    let Ok(name) = ServerName::try_from("arena") else { return Ok(()) };
    let path = path.to_owned();
    match verifier.verify_server_cert(own, others, &name, &[], now) {
        Err(rustls::Error::InvalidCertificate(CertificateError::Expired)) => {
            Err(PemError::Expired { path, seconds: None })
        }
        Err(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { time, not_after })) => {
            let seconds = Some(time.as_secs().saturating_sub(not_after.as_secs()));
            Err(PemError::Expired { path, seconds })
        }
        Err(rustls::Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        )) => Err(PemError::NotYet { path }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    struct Files(tempfile::TempDir);

    impl Files {
        fn new() -> Files {
            Files(tempfile::tempdir().unwrap())
        }

        fn write(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        }

        /// A self-signed certificate valid in those years, and its key.
        fn identity(&self, name: &str, from: i32, to: i32) -> (PathBuf, PathBuf) {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(["arena.example".to_owned()]).unwrap();
            (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
            let certificate = params.self_signed(&key).unwrap().pem();
            (self.write(&format!("{name}.pem"), &certificate), self.write(name, &key.serialize_pem()))
        }
    }

    #[test]
    fn what_is_right_is_read() {
        let files = Files::new();
        let (certificate, key) = files.identity("good", 2000, 3000);
        let identity = read_identity(&certificate, &key).unwrap();
        assert_eq!(identity.certificate, std::fs::read(&certificate).unwrap());
        assert!(!format!("{identity:?}").contains("PRIVATE"));
        read_authorities(&certificate).unwrap();
    }

    #[test]
    fn what_is_wrong_names_the_file_and_the_reason() {
        let files = Files::new();
        let (certificate, key) = files.identity("good", 2000, 3000);
        let (_, other_key) = files.identity("other", 2000, 3000);
        let (expired, its_key) = files.identity("expired", 2000, 2001);
        let (future, future_key) = files.identity("future", 2999, 3000);
        let missing = files.0.path().join("missing");
        let text = files.write("text", "nothing of the kind");
        let empty = files.write("empty", "");
        let broken = files.write("broken", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        let cut = files.write("cut", "-----BEGIN CERTIFICATE-----\nAAAA\n");
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        let encrypted = files.write("encrypted", encrypted);
        let junk_key =
            files.write("junk-key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        let huge = files.write("huge", &"x".repeat(2 << 20));
        for (certificate, key, says) in [
            (&missing, &key, "/missing cannot be read"),
            (&certificate, &missing, "/missing cannot be read"),
            (&text, &key, "/text has no certificate"),
            (&empty, &key, "/empty has no certificate"),
            (&key, &key, "/good has no certificate"),
            (&broken, &key, "/broken is damaged"),
            (&cut, &key, "/cut is damaged"),
            (&huge, &key, "/huge is damaged: it is larger"),
            (&certificate, &text, "/text has no key"),
            (&certificate, &certificate, "/good.pem has no key"),
            (&certificate, &encrypted, "/encrypted is encrypted"),
            (&certificate, &junk_key, "/junk-key is damaged"),
            (&certificate, &other_key, "/other does not belong to"),
            (&expired, &its_key, "/expired.pem has expired"),
            (&expired, &its_key, "days ago"),
            (&future, &future_key, "/future.pem is not valid yet"),
        ] {
            let error = read_identity(certificate, key).unwrap_err().to_string();
            assert!(error.contains(says), "{error:?} does not contain {says:?}");
        }
        for (file, says) in
            [(&key, "has no certificate"), (&broken, "is damaged"), (&missing, "cannot be read")]
        {
            let error = read_authorities(file).unwrap_err().to_string();
            assert!(error.contains(says), "{error:?} does not contain {says:?}");
        }
    }

    #[test]
    fn a_key_that_everybody_can_read_is_noticed() {
        let files = Files::new();
        let key = files.write("key", "");
        for (mode, is_open) in [(0o600, false), (0o640, false), (0o644, true)] {
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(is_open_to_others(&key), is_open, "{mode:o}");
        }
        assert!(!is_open_to_others(&files.0.path().join("missing")));
    }
}
