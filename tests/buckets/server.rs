//! An S3 server in this process, over a folder.

use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
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

impl Server {
    /// A server with one bucket.
    pub(crate) fn start(bucket: &str) -> Server {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join(bucket)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(root.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(serve(listener, service));
        Server { root, port, _runtime: runtime }
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

async fn serve(listener: TcpListener, service: S3Service) {
    while let Ok((socket, _)) = listener.accept().await {
        let service = service.clone();
        tokio::spawn(async move {
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

fn count(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| if path.is_dir() { count(&path) } else { usize::from(is_transcript(&path)) }).sum()
}

fn is_transcript(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "transcript")
}
