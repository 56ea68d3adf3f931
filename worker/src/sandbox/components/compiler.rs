//! One compilation of a stranger's component: `precompile --untrusted`, fed, read and judged.
//!
//! The process seals itself before it reads the first byte, and the kernel bounds its memory and its
//! time. Here it is bounded once more, and what it says is bounded and made harmless.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use terms::HostFault;
use terms::printable::clean;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::sandbox::HostTrouble;

/// The exit code of a rejection.
const REJECTED: i32 = 3;
/// Longest that a compilation may take, on a machine that is busy with others. The kernel ends one
/// that has computed for two minutes.
const WALL_MAX: Duration = Duration::from_secs(900);
/// Most native code of one component, in bytes.
const NATIVE_BYTES_MAX: usize = 128 << 20;
/// Most of a compiler's last words that are passed on, in bytes.
const WORDS_BYTES_MAX: usize = 2_000;

/// What the compiler made of a component: the same on every machine.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Compiled {
    /// Native code.
    Native(Vec<u8>),
    /// Why there is none, as a sentence about "it".
    Rejected(String),
}

/// Compiles a component for a stack of `stack_bytes`. Dropped in the middle, it kills the compiler.
///
/// # Errors
/// The compiler does not start, is killed, fails, or takes too long: no doing of the component's.
pub(super) async fn compile(
    precompile: &PathBuf,
    component: &[u8],
    stack_bytes: u32,
) -> Result<Compiled, HostTrouble> {
    let child = Command::new(precompile)
        .arg("--untrusted")
        .args(["--stack-bytes", &stack_bytes.to_string()])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| trouble(format!("{} does not start: {error}", precompile.display())))?;
    let late = |_| trouble(format!("the compiler of a component was not done after {WALL_MAX:?}"));
    tokio::time::timeout(WALL_MAX, converse(child, component)).await.map_err(late)?
}

async fn converse(mut child: Child, component: &[u8]) -> Result<Compiled, HostTrouble> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // One that ends before it has read everything says why in another way.
            let _ = stdin.write_all(component).await;
        }
    };
    let (said, words, ()) = tokio::join!(read(stdout, NATIVE_BYTES_MAX), read(stderr, WORDS_BYTES_MAX), feed);
    let status = child.wait().await.map_err(|error| trouble(format!("the compiler is lost: {error}")))?;
    judge(status, said, &words)
}

/// Reads to the end, but at most one byte more than `bytes_max`. Whoever says more than that finds
/// that nobody listens.
async fn read(from: Option<impl AsyncRead + Unpin>, bytes_max: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        // A pipe that breaks ends early, and the exit status tells more.
        let _ = from.take(bytes_max as u64 + 1).read_to_end(&mut bytes).await;
    }
    bytes
}

fn judge(status: ExitStatus, said: Vec<u8>, words: &[u8]) -> Result<Compiled, HostTrouble> {
    if said.len() > NATIVE_BYTES_MAX {
        // How long native code is depends on the component alone.
        let why = format!("it is more than {NATIVE_BYTES_MAX} bytes long once it is compiled");
        return Ok(Compiled::Rejected(why));
    }
    match status.code() {
        Some(0) if !said.is_empty() => Ok(Compiled::Native(said)),
        Some(REJECTED) => Ok(Compiled::Rejected(clean(&String::from_utf8_lossy(&said)))),
        _ => {
            let words = clean(String::from_utf8_lossy(words).trim_end());
            Err(trouble(format!("the compiler of a component failed, {status}: {words}")))
        }
    }
}

fn trouble(why: String) -> HostTrouble {
    HostTrouble::new(HostFault::SpawnFailed, why)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn only_a_rejection_is_the_components_fault() {
        let judged = |status: i32, said: &[u8]| judge(ExitStatus::from_raw(status), said.to_vec(), b"ouch\n");
        assert_eq!(judged(0, b"code").unwrap(), Compiled::Native(b"code".to_vec()));
        assert_eq!(judged(3 << 8, b"it is\x1b odd").unwrap(), Compiled::Rejected(clean("it is\x1b odd")));
        for ours in [0, 1 << 8, 101 << 8, 9, 24, 31] {
            let trouble = judged(ours, b"").unwrap_err();
            assert!(
                trouble.fault == HostFault::SpawnFailed && trouble.message.ends_with("ouch"),
                "{trouble}"
            );
        }
    }

    #[test]
    fn endless_native_code_is_rejected_everywhere() {
        let endless = judge(ExitStatus::from_raw(1 << 8), vec![0; NATIVE_BYTES_MAX + 1], b"").unwrap();
        assert!(matches!(endless, Compiled::Rejected(_)));
    }
}
