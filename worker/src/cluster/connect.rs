//! The way to the coordinators: their addresses, TLS, the join token, and one call at a time to
//! whichever of them answers.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prost::Message;
use rand::Rng;
use rpc::pem::{self, Identity, PemError};
use rpc::v1;
use rpc::v1::blobs_client::BlobsClient;
use rpc::v1::cluster_client::ClusterClient;
use rpc::{BadToken, JoinToken};
use terms::printable::clean;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status};

use super::explain::{explain, setback};
use super::rota::{Rota, Setback};

/// How long it may take to reach an address, and then to agree on TLS.
const CONNECT_SECONDS_MAX: Duration = Duration::from_secs(5);
const HANDSHAKE_SECONDS_MAX: Duration = Duration::from_secs(10);
/// How often a connection is asked whether it is still there, and how long it may take to say so.
/// Together less than a coordinator's patience with the silent (15 s): who gets another address, or
/// whose router forgot the connection, is back before its work is given to others.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(7);
/// How long one call may take: this, and what the slowest line that is worth waiting for needs.
const CALL_SECONDS_MAX: Duration = Duration::from_secs(10);
const CALL_BYTES_PER_SECOND_MIN: usize = 256 << 10;
/// How long the goodbye of a worker that has delivered everything may take.
const GOODBYE_SECONDS_MAX: Duration = Duration::from_secs(1);
/// Most different reasons that are logged before a coordinator answers again.
const REASONS_MAX: usize = 16;
/// Most addresses.
const ADDRESSES_MAX: usize = 16;

/// What a worker shows, and whom it believes.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// A file with the certificates of those who may sign a coordinator's certificate; otherwise those
    /// that the system trusts.
    pub authorities: Option<PathBuf>,
    /// Files with the worker's own certificate and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// The join token.
    pub token: Option<JoinToken>,
}

/// Why there is no way to a coordinator.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Too many addresses.
    #[error("there are {0} addresses of coordinators, but at most {ADDRESSES_MAX} are tried")]
    TooMany(usize),
    /// A certificate or key.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// The join token.
    #[error(transparent)]
    Token(#[from] BadToken),
    /// TLS and an address without.
    #[error("--ca and --tls-cert are for https:// addresses, but {0} is not one")]
    NoTls(String),
    /// TLS cannot be had.
    #[error(
        "TLS cannot be used with {address}; if this system trusts no CA, name the coordinator's with --ca FILE"
    )]
    Tls {
        /// The address.
        address: String,
        /// Why.
        #[source]
        source: tonic::transport::Error,
    },
}

/// One address.
struct Way {
    address: String,
    with_tls: bool,
    channel: Channel,
}

/// All coordinators that a worker may call; it calls one of them.
pub struct Uplink {
    ways: Vec<Way>,
    token: Option<MetadataValue<Ascii>>,
    state: Mutex<State>,
}

struct State {
    rota: Rota,
    /// What was said since a coordinator answered: nothing is said twice.
    said: BTreeSet<String>,
}

impl Uplink {
    /// Ways to these addresses. Nothing is connected yet. Must be called within a runtime.
    ///
    /// # Errors
    /// A file of the credentials cannot be used, or they do not fit the addresses.
    pub fn open(addresses: &[Endpoint], credentials: &Credentials) -> Result<Uplink, ConnectError> {
        if addresses.len() > ADDRESSES_MAX {
            return Err(ConnectError::TooMany(addresses.len()));
        }
        let tls = Tls::read(credentials)?;
        let ways = addresses.iter().map(|address| way(address, &tls)).collect::<Result<Vec<_>, _>>()?;
        let token = credentials.token.as_ref().and_then(header);
        if token.is_some() {
            ways.iter().for_each(warn_of_plain_text);
        }
        let state = Mutex::new(State { rota: Rota::new(ways.len()), said: BTreeSet::new() });
        Ok(Uplink { ways, token, state })
    }

    /// Says everything to a coordinator. After a failure, which is logged unless it was before, says
    /// how long to wait.
    ///
    /// # Errors
    /// Nobody answered; the pause before the next call.
    pub async fn synchronize(
        &self,
        request: v1::SynchronizeRequest,
    ) -> Result<v1::SynchronizeResponse, Duration> {
        let at = self.state().rota.current();
        let seconds = request.encoded_len() / CALL_BYTES_PER_SECOND_MIN;
        let patience = CALL_SECONDS_MAX + Duration::from_secs(seconds as u64);
        match self.call(at, request, patience).await {
            Ok(response) => {
                self.answered();
                Ok(response)
            }
            Err(status) => Err(self.failed(at, &status)),
        }
    }

    /// Says goodbye. Whoever does not listen any more needs none.
    pub async fn goodbye(&self, request: v1::SynchronizeRequest) {
        let at = self.state().rota.current();
        let _ = self.call(at, request, GOODBYE_SECONDS_MAX).await;
    }

    /// Calls in a row that nobody answered.
    pub fn failures(&self) -> u32 {
        self.state().rota.failures()
    }

    /// Where blobs are fetched now.
    pub(super) fn blobs(&self) -> Option<BlobsClient<Channel>> {
        let way = self.ways.get(self.state().rota.current())?;
        Some(BlobsClient::new(way.channel.clone()).max_decoding_message_size(rpc::MESSAGE_BYTES_MAX))
    }

    /// What is sent, with what shows who we are and how long the answer is waited for.
    pub(super) fn request<T>(&self, message: T, patience: Duration) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(patience);
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", token.clone());
        }
        request
    }

    async fn call(
        &self,
        at: usize,
        request: v1::SynchronizeRequest,
        patience: Duration,
    ) -> Result<v1::SynchronizeResponse, Status> {
        let Some(way) = self.ways.get(at) else { return Err(Status::unavailable("there is no address")) };
        let mut client = ClusterClient::new(way.channel.clone())
            .max_decoding_message_size(rpc::MESSAGE_BYTES_MAX)
            .max_encoding_message_size(rpc::MESSAGE_BYTES_MAX);
        let answer = client.synchronize(self.request(request, patience));
        let late = |_| Status::deadline_exceeded(format!("no answer within {} s", patience.as_secs()));
        Ok(tokio::time::timeout(patience, answer).await.map_err(late)??.into_inner())
    }

    fn answered(&self) {
        let mut state = self.state();
        state.said.clear();
        if state.rota.answered() {
            tracing::info!("the coordinator answers again");
        }
    }

    fn failed(&self, at: usize, status: &Status) -> Duration {
        let mut state = self.state();
        let setback = setback(status);
        let pause = state.rota.failed(setback);
        let (address, with_tls) = self.ways.get(at).map_or(("", false), |way| (&way.address, way.with_tls));
        if setback != Setback::Busy(None) && !matches!(setback, Setback::Busy(Some(_))) {
            let reason = clean(&format!("{address}: {}", explain(status, with_tls)));
            let is_new = state.said.len() < REASONS_MAX && state.said.insert(reason.clone());
            match setback {
                _ if !is_new => {}
                Setback::Denied => tracing::warn!("the coordinator does not let this worker in: {reason}"),
                _ => tracing::warn!("the coordinator does not answer, trying again: {reason}"),
            }
        } else {
            tracing::debug!("the coordinator is busy");
        }
        rand::rng().random_range(pause)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What TLS is made of.
struct Tls {
    authorities: Option<Vec<u8>>,
    identity: Option<Identity>,
}

impl Tls {
    fn read(credentials: &Credentials) -> Result<Tls, PemError> {
        let authorities = credentials.authorities.as_deref().map(pem::read_authorities).transpose()?;
        let identity = match &credentials.identity {
            Some((certificate, key)) => {
                if pem::is_open_to_others(key) {
                    tracing::warn!(
                        "everybody on this machine can read the key in {}: chmod 600",
                        key.display()
                    );
                }
                Some(pem::read_identity(certificate, key)?)
            }
            None => None,
        };
        Ok(Tls { authorities, identity })
    }

    fn is_asked_for(&self) -> bool {
        self.authorities.is_some() || self.identity.is_some()
    }

    fn config(&self) -> ClientTlsConfig {
        let config = ClientTlsConfig::new().timeout(HANDSHAKE_SECONDS_MAX);
        let config = match &self.authorities {
            Some(pem) => config.ca_certificate(Certificate::from_pem(pem)),
            None => config.with_native_roots(),
        };
        match &self.identity {
            Some(Identity { certificate, key }) => {
                config.identity(tonic::transport::Identity::from_pem(certificate, key))
            }
            None => config,
        }
    }
}

fn way(endpoint: &Endpoint, tls: &Tls) -> Result<Way, ConnectError> {
    let address = endpoint.uri().to_string().trim_end_matches('/').to_owned();
    let with_tls = endpoint.uri().scheme_str() == Some("https");
    let endpoint = endpoint
        .clone()
        .connect_timeout(CONNECT_SECONDS_MAX)
        .http2_keep_alive_interval(KEEPALIVE_INTERVAL)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .keep_alive_while_idle(true);
    let endpoint = match (with_tls, tls.is_asked_for()) {
        (true, _) => endpoint
            .tls_config(tls.config())
            .map_err(|source| ConnectError::Tls { address: address.clone(), source })?,
        (false, false) => endpoint,
        (false, true) => return Err(ConnectError::NoTls(address)),
    };
    Ok(Way { address, with_tls, channel: endpoint.connect_lazy() })
}

/// As a header that no log shows.
fn header(token: &JoinToken) -> Option<MetadataValue<Ascii>> {
    // A join token has no character that a header cannot have.
    let mut value: MetadataValue<Ascii> = token.bearer().parse().ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn warn_of_plain_text(way: &Way) {
    let host = way.address.strip_prefix("http://").unwrap_or_default();
    let is_near = ["127.", "localhost:", "[::1]:"].iter().any(|near| host.starts_with(near));
    if !way.with_tls && !is_near {
        tracing::warn!("the join token is sent to {} unencrypted: use https://", way.address);
    }
}
