//! promtool, which comes with Prometheus and checks what is written for it.

use std::io::Write;
use std::process::{Command, Stdio};

/// What it says, given those arguments and that input.
///
/// # Errors
/// What it says is wrong.
pub fn promtool(arguments: &[&str], input: &str) -> Result<String, String> {
    let mut command = Command::new("promtool");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("promtool starts: run tests/servers/install");
    let mut stdin = child.stdin.take().expect("it is piped");
    // Whatever does not read its input says nothing before it ends, so nothing waits for anything here.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("a child of ours");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(said) } else { Err(format!("promtool {}:\n{said}", arguments.join(" "))) }
}
