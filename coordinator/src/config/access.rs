//! Who may call: TLS, the join token, and what must be there before other machines can reach us.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use rpc::pem::{self, Identity, PemError};
use rpc::{BadToken, Hidden, JoinToken};

use super::ConfigError;
use super::file::RawFile;

/// What callers have to show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Access {
    /// TLS, if connections are encrypted.
    pub tls: Option<Tls>,
    /// The join token, if one is asked for.
    pub token: Option<JoinToken>,
    /// What an operator should hear.
    pub warnings: Vec<String>,
}

/// What TLS is made of, as PEM.
#[derive(Clone, Debug, PartialEq)]
pub struct Tls {
    /// Who we are.
    pub identity: Identity,
    /// Who signs the certificates that workers must show, if they must.
    pub client_authorities: Option<Vec<u8>>,
}

/// One flag for each part of it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Workers on other machines")]
pub struct AccessFlags {
    /// Encrypt connections with this certificate, in PEM: our own first, then what signed it
    #[arg(global = true, long, value_name = "FILE", env = "ARENA_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// The key of that certificate, in PEM
    #[arg(global = true, long, value_name = "FILE", env = "ARENA_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// Let in only workers that show a certificate signed by this CA, in PEM
    #[arg(global = true, long, value_name = "FILE", env = "ARENA_CLIENT_CA")]
    pub client_ca: Option<PathBuf>,
    /// Most workers of one address, and of one certificate where certificates are asked for: whoever
    /// has stolen a token cannot pretend to be a whole fleet [default: 1000]
    #[arg(global = true, long, value_name = "N", env = "ARENA_WORKERS_PER_ADDRESS")]
    pub workers_per_address: Option<String>,
    /// A file with the join token, which workers must have as well: 16 bytes or more
    #[arg(global = true, long, value_name = "FILE", env = "ARENA_JOIN_TOKEN_FILE")]
    pub join_token_file: Option<PathBuf>,
    /// The join token itself; everybody on this machine can see arguments, so better use the file or
    /// the variable
    #[arg(global = true, long, value_name = "TOKEN", env = "ARENA_JOIN_TOKEN", hide_env_values = true)]
    pub join_token: Option<Hidden>,
}

/// Credentials that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// A certificate or a key.
    #[error("{flag}: {source}")]
    Pem {
        /// The flag.
        flag: &'static str,
        /// What is wrong.
        #[source]
        source: PemError,
    },
    /// The join token.
    #[error(transparent)]
    Token(#[from] BadToken),
    /// One is nothing without the other.
    #[error("{given} is of no use without {missing}")]
    Half {
        /// The flag that was given.
        given: &'static str,
        /// The one that was not.
        missing: &'static str,
    },
    /// Anyone could play.
    #[error(
        "--listen is {listen}, which other machines can reach, but there is {missing}. To make them:\n{recipe}\n\
         Or listen on 127.0.0.1, or add --insecure if you trust everyone on that network"
    )]
    Exposed {
        /// The address.
        listen: SocketAddr,
        /// What is not there.
        missing: &'static str,
        /// How to make it.
        recipe: String,
    },
}

const CERTIFICATE_RECIPE: &str = "  \
    openssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj /CN=arena -addext basicConstraints=critical,CA:FALSE \
    -addext subjectAltName=DNS:HOST -keyout arena.key -out arena.pem   \
    (--tls-cert arena.pem --tls-key arena.key; for workers: --ca arena.pem)";
const TOKEN_RECIPE: &str = "  \
    (umask 077; head -c 32 /dev/urandom | base64 > token)   \
    (--join-token-file token, here and for workers)";

/// Reads what callers at `listen` have to show.
///
/// # Errors
/// A file cannot be used, or other machines could reach us without having to show anything.
pub(super) fn read_access(
    flags: &AccessFlags,
    file: &RawFile,
    listen: SocketAddr,
    is_insecure: bool,
) -> Result<Access, ConfigError> {
    let path = |flag: &Option<PathBuf>, key: &Option<PathBuf>| flag.clone().or_else(|| key.clone());
    let certificate = path(&flags.tls_cert, &file.tls_cert);
    let key = path(&flags.tls_key, &file.tls_key);
    let client_ca = path(&flags.client_ca, &file.client_ca);
    let token_file = match &flags.join_token {
        // A token given directly goes before a file that only the settings name.
        Some(_) => flags.join_token_file.clone(),
        None => path(&flags.join_token_file, &file.join_token_file),
    };
    let mut warnings = Vec::new();
    for secret in [&key, &token_file].into_iter().flatten().filter(|file| pem::is_open_to_others(file)) {
        warnings.push(format!("everybody on this machine can read {}: chmod 600", secret.display()));
    }
    let tls = read_tls(certificate, key, client_ca)?;
    let token =
        JoinToken::given(flags.join_token.as_ref(), token_file.as_deref()).map_err(AccessError::Token)?;
    if !listen.ip().is_loopback() && !is_insecure {
        check_exposure(listen, tls.is_some(), token.is_some())?;
    }
    Ok(Access { tls, token, warnings })
}

fn read_tls(
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    client_ca: Option<PathBuf>,
) -> Result<Option<Tls>, AccessError> {
    let half = |given, missing| Err(AccessError::Half { given, missing });
    let (certificate, key) = match (certificate, key) {
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) => return half("--tls-cert", "--tls-key"),
        (None, Some(_)) => return half("--tls-key", "--tls-cert"),
        (None, None) if client_ca.is_some() => return half("--client-ca", "--tls-cert and --tls-key"),
        (None, None) => return Ok(None),
    };
    let pem = |flag| move |source| AccessError::Pem { flag, source };
    let identity = pem::read_identity(&certificate, &key).map_err(pem("--tls-cert, --tls-key"))?;
    let client_authorities =
        client_ca.as_deref().map(pem::read_authorities).transpose().map_err(pem("--client-ca"))?;
    Ok(Some(Tls { identity, client_authorities }))
}

fn check_exposure(listen: SocketAddr, has_tls: bool, has_token: bool) -> Result<(), AccessError> {
    let (missing, recipes) = match (has_tls, has_token) {
        (true, true) => return Ok(()),
        (false, true) => ("no certificate (--tls-cert, --tls-key)", vec![CERTIFICATE_RECIPE]),
        (true, false) => ("no join token (--join-token-file)", vec![TOKEN_RECIPE]),
        (false, false) => (
            "neither a certificate (--tls-cert, --tls-key) nor a join token (--join-token-file)",
            vec![CERTIFICATE_RECIPE, TOKEN_RECIPE],
        ),
    };
    Err(AccessError::Exposed { listen, missing, recipe: recipes.join("\n") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_how_to_make_it_and_nothing_else() {
        let listen = "0.0.0.0:7070".parse().unwrap();
        let said = |tls, token| check_exposure(listen, tls, token).unwrap_err().to_string();
        let (both, certificate, token) = (said(false, false), said(false, true), said(true, false));
        assert!(both.contains("neither") && both.contains("openssl") && both.contains("urandom"), "{both}");
        assert!(certificate.contains("openssl") && !certificate.contains("urandom"), "{certificate}");
        assert!(!token.contains("openssl") && token.contains("urandom"), "{token}");
        assert!([&both, &certificate, &token].iter().all(|text| text.contains("--insecure")));
        assert!(check_exposure(listen, true, true).is_ok());
    }
}
