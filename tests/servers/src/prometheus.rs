//! A server of Prometheus that scrapes what a test runs, with files like those that are shipped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::http::{free_port, get};
use crate::keeper::Keeper;

/// Longest wait for it to start, and how often it is asked until then.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// A server that runs until this is dropped, or the test's process is gone.
pub struct Prometheus {
    folder: PathBuf,
    address: SocketAddr,
    child: Child,
    _keeper: Keeper,
}

/// One series and its value.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its labels, `__name__` among them.
    pub labels: Value,
    /// Its last value.
    pub value: f64,
}

impl Prometheus {
    /// A server with the `prometheus.yml` of that folder, changed like this, and with its rules.
    pub fn start(shipped: &Path, change: impl FnOnce(String) -> String) -> Prometheus {
        let folder =
            tempfile::Builder::new().prefix("arena-prom-").tempdir().expect("a temporary folder").keep();
        let keeper = Keeper::of(&folder, "pid");
        let config =
            fs::read_to_string(shipped.join("prometheus.yml")).expect("the folder has a prometheus.yml");
        fs::write(folder.join("prometheus.yml"), change(config)).expect("a folder of ours");
        let rules = shipped.join("rules").canonicalize().expect("the folder has rules");
        std::os::unix::fs::symlink(rules, folder.join("rules")).expect("a folder of ours");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let child = launch(&folder, address);
        fs::write(folder.join("pid"), child.id().to_string()).expect("a folder of ours");
        let mut server = Prometheus { folder, address, child, _keeper: keeper };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&mut self) {
        let began = Instant::now();
        while get(self.address, "/-/ready").is_none_or(|(status, _)| status != 200) {
            let is_there = self.child.try_wait().expect("a child of ours").is_none();
            assert!(is_there && began.elapsed() < PATIENCE, "Prometheus does not start:\n{}", self.log());
            std::thread::sleep(POLL);
        }
    }

    /// The file that it runs with.
    pub fn config(&self) -> PathBuf {
        self.folder.join("prometheus.yml")
    }

    /// Everything that it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// What its API answers, without the envelope.
    ///
    /// # Errors
    /// What it says is wrong with the request.
    pub fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
        let query = Serializer::new(String::new()).extend_pairs(parameters).finish();
        let answer = get(self.address, &format!("/api/v1/{path}?{query}"));
        let (_, body) = answer.ok_or_else(|| format!("Prometheus does not answer:\n{}", self.log()))?;
        let mut answer: Value = serde_json::from_str(&body).map_err(|error| format!("{error}: {body}"))?;
        match answer.get("error") {
            Some(error) => Err(error.to_string()),
            None => Ok(answer.get_mut("data").map(Value::take).unwrap_or_default()),
        }
    }

    /// What an expression gives now.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn query(&self, expression: &str) -> Result<Vec<Sample>, String> {
        let data = self.ask("query", &[("query", expression)])?;
        let kind = data.get("resultType").and_then(Value::as_str);
        let rows = data.get("result").and_then(Value::as_array).filter(|_| kind == Some("vector"));
        let rows = rows.ok_or_else(|| format!("{expression} is no vector: {data}"))?;
        Ok(rows.iter().filter_map(sample).collect())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn launch(folder: &Path, address: SocketAddr) -> Child {
    let log = File::create(folder.join("log")).expect("a folder of ours");
    let mut command = Command::new("prometheus");
    command
        .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
        .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
        .arg(format!("--web.listen-address={address}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    command.spawn().expect("prometheus starts: run tests/servers/install")
}

/// A row of the API's answer: `{"metric": {…}, "value": [time, "1.5"]}`.
fn sample(row: &Value) -> Option<Sample> {
    let value = row.get("value")?.get(1)?.as_str()?.parse().ok()?;
    Some(Sample { labels: row.get("metric")?.clone(), value })
}
