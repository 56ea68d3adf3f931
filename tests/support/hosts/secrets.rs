//! What a coordinator and its workers show each other: certificates of an authority of the test's
//! own, and a join token.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// The join token.
const TOKEN: &str = "a-token-of-this-test-which-is-long-enough-0123456789";

/// Files that programs are started with.
#[derive(Debug)]
pub(super) struct Secrets {
    folder: PathBuf,
}

impl Secrets {
    /// Writes them for a coordinator that has one of these addresses.
    pub(super) fn make(folder: PathBuf, addresses: Vec<String>) -> Secrets {
        fs::create_dir_all(&folder).expect("a temporary folder can be written");
        let mut params = params(Vec::new());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = key();
        let authority = params.self_signed(&key).expect("an authority can sign itself");
        write(&folder.join("ca.pem"), &authority.pem());
        let issuer = Issuer::new(params, key);
        let secrets = Secrets { folder };
        secrets.write_identity("coordinator", addresses, &issuer);
        secrets.write_identity("worker", vec!["worker.example".to_owned()], &issuer);
        write(&secrets.folder.join("token"), TOKEN);
        secrets
    }

    fn write_identity(&self, who: &str, names: Vec<String>, issuer: &Issuer<'_, KeyPair>) {
        let key = key();
        let certificate = params(names).signed_by(&key, issuer).expect("an authority signs");
        write(&self.folder.join(format!("{who}.pem")), &certificate.pem());
        write(&self.folder.join(format!("{who}.key")), &key.serialize_pem());
    }

    /// A coordinator that asks workers for certificates and for the token.
    pub(super) fn of_coordinator(&self) -> Vec<String> {
        self.arguments("coordinator", "--client-ca")
    }

    /// A worker that has them.
    pub(super) fn of_worker(&self) -> Vec<String> {
        self.arguments("worker", "--ca")
    }

    fn arguments(&self, who: &str, authority: &str) -> Vec<String> {
        let file = |name: String| self.folder.join(name).display().to_string();
        let pairs = [
            ("--tls-cert", file(format!("{who}.pem"))),
            ("--tls-key", file(format!("{who}.key"))),
            (authority, file("ca.pem".to_owned())),
            ("--join-token-file", file("token".to_owned())),
        ];
        pairs.into_iter().flat_map(|(flag, file)| [flag.to_owned(), file]).collect()
    }
}

fn params(names: Vec<String>) -> CertificateParams {
    CertificateParams::new(names).expect("names and addresses are ones")
}

fn key() -> KeyPair {
    KeyPair::generate().expect("there is randomness")
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("a temporary folder can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a file of ours");
}
