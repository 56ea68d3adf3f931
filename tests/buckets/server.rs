//! An S3 server in this process, over a folder, and whatever may happen to a request on its way
//! there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const KEY: &str = "arena-key";
pub(crate) const SECRET: &str = "arena-secret-of-the-test";

pub(crate) struct Server {
    root: TempDir,
    port: u16,
    _runtime: Runtime,
}

/// A request on its way to the server.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    /// The path, decoded no further than the client wrote it.
    pub(crate) path: String,
    /// The how-manieth this is, from 1.
    pub(crate) number: usize,
    /// The folder of the server.
    pub(crate) root: &'a Path,
    query: String,
}

impl Call<'_> {
    /// Whether it asks what there is.
    pub(crate) fn is_list(&self) -> bool {
        self.query.contains("list-type=2")
    }

    /// Whether it asks for an object.
    pub(crate) fn is_get(&self) -> bool {
        self.method == Method::GET && !self.is_list()
    }
}

/// What becomes of a request.
pub(crate) enum Act {
    /// The server answers it.
    Pass,
    /// It is answered with this status.
    Status(u16),
    /// The connection breaks.
    Reset,
    /// It is answered with a listing of such keys and sizes.
    Listing(Vec<(&'static str, u64)>),
}

type Layer = Arc<dyn Fn(&Call<'_>) -> Act + Send + Sync>;

impl Server {
    /// A server with one bucket.
    pub(crate) fn start(bucket: &str) -> Server {
        Server::start_behind(bucket, |_| Act::Pass)
    }

    /// The same, behind something that looks at every request first.
    pub(crate) fn start_behind(
        bucket: &str,
        layer: impl Fn(&Call<'_>) -> Act + Send + Sync + 'static,
    ) -> Server {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join(bucket)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(root.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let calls = AtomicUsize::new(0);
        let folder = root.path().to_owned();
        let layer: Layer = Arc::new(move |call| layer(&Call { root: &folder, ..call.numbered(&calls) }));
        runtime.spawn(serve(listener, service, layer));
        Server { root, port, _runtime: runtime }
    }

    /// The folder that is a bucket, or a place in one.
    pub(crate) fn folder(&self, place: &str) -> std::path::PathBuf {
        self.root.path().join(place)
    }

    /// How to reach it, as other S3 programs want to be told.
    pub(crate) fn variables(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
        ]
    }

    /// Puts the files of a folder there.
    pub(crate) fn put(&self, place: &str, folder: &Path) {
        let target = self.root.path().join(place);
        std::fs::create_dir_all(&target).unwrap();
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), target.join(entry.file_name())).unwrap();
        }
    }

    /// Puts an object of that size there, which takes no room.
    pub(crate) fn put_sparse(&self, place: &str, bytes: u64) {
        std::fs::File::create(self.root.path().join(place)).unwrap().set_len(bytes).unwrap();
    }

    /// How many transcripts are in that folder of a bucket.
    pub(crate) fn objects(&self, folder: &str) -> usize {
        count(&self.root.path().join(folder))
    }
}

impl Call<'_> {
    fn numbered(&self, calls: &AtomicUsize) -> Call<'static> {
        let (method, path, query) = (self.method.clone(), self.path.clone(), self.query.clone());
        let number = 1 + calls.fetch_add(1, Ordering::Relaxed);
        Call { method, path, number, root: Path::new(""), query }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn serve(listener: TcpListener, service: S3Service, layer: Layer) {
    while let Ok((socket, _)) = listener.accept().await {
        let (service, layer) = (service.clone(), layer.clone());
        let answer = service_fn(move |request| answer(service.clone(), layer.clone(), request));
        tokio::spawn(async move {
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), answer).await;
        });
    }
}

async fn answer(
    service: S3Service,
    layer: Layer,
    request: Request<Incoming>,
) -> Result<Response<Body>, Failure> {
    let uri = request.uri();
    let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
    let call = Call { method: request.method().clone(), path, number: 0, root: Path::new(""), query };
    match layer(&call) {
        Act::Pass => service.call(request.map(Body::from)).await.map_err(|error| format!("{error:?}").into()),
        Act::Reset => Err("the connection breaks".into()),
        Act::Status(status) => Ok(Response::builder().status(status).body(Body::from(String::new()))?),
        Act::Listing(objects) => Ok(Response::new(Body::from(listing(&objects.into_iter().collect())))),
    }
}

/// What a server says that has such objects.
fn listing(objects: &BTreeMap<&str, u64>) -> String {
    let row = |(key, size): (&&str, &u64)| {
        format!(
            "<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
        )
    };
    let rows: String = objects.iter().map(row).collect();
    format!(
        "<?xml version=\"1.0\"?><ListBucketResult><Name>arena</Name><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
    )
}

fn count(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| if path.is_dir() { count(&path) } else { usize::from(is_transcript(&path)) }).sum()
}

fn is_transcript(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "transcript")
}
