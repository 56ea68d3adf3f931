//! Certificates, keys and tokens in files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};

pub(crate) const TOKEN: &str = "a-token-that-is-long-enough";

/// A folder of papers. Everything in it is named by what it is.
pub(crate) struct Papers {
    folder: tempfile::TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Papers {
    /// With a CA, a server's and a worker's certificate signed by it, and a token.
    pub(crate) fn new() -> Papers {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let papers = Papers { folder: tempfile::tempdir().unwrap(), authority };
        papers.write("ca", &papers.authority.pem());
        papers.write("token", &format!("{TOKEN}\n"));
        papers.issue("server", &["localhost", "127.0.0.1"], ExtendedKeyUsagePurpose::ServerAuth, 3000);
        papers.issue("worker", &["worker"], ExtendedKeyUsagePurpose::ClientAuth, 3000);
        papers
    }

    /// A certificate for those names until that year.
    pub(crate) fn issue(&self, name: &str, names: &[&str], usage: ExtendedKeyUsagePurpose, until: i32) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        self.write(name, &params.signed_by(&key, &self.authority).unwrap().pem());
        self.write(&format!("{name}.key"), &key.serialize_pem());
    }

    /// A certificate that nobody else signed, as the one that `openssl req -x509` of the README makes.
    pub(crate) fn issue_alone(&self, name: &str) {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::ExplicitNoCa;
        let key = KeyPair::generate().unwrap();
        self.write(name, &params.self_signed(&key).unwrap().pem());
        self.write(&format!("{name}.key"), &key.serialize_pem());
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Arguments in which `@NAME` stands for a file of this folder.
    pub(crate) fn fill(&self, line: &str) -> Vec<String> {
        let word = |word: &str| match word.strip_prefix('@') {
            Some(name) => self.path(name).to_str().unwrap().to_owned(),
            None => word.to_owned(),
        };
        line.split_whitespace().map(word).collect()
    }
}
