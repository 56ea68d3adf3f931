//! Clears up after a test, however the test ends.

use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// Waits for the end of its input, then ends the server and removes its folder.
const SCRIPT: &str = r#"
cat >/dev/null
pid=$(head -n 1 "$1/$2" 2>/dev/null)
[ -z "$pid" ] || kill -QUIT "$pid" 2>/dev/null
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
rm -rf "$1"
"#;

/// A process that outlives ours for a moment.
pub(crate) struct Keeper {
    child: Child,
    input: Option<ChildStdin>,
}

impl Keeper {
    /// Keeps the folder of a server, in which that file begins with the number of its process.
    pub(crate) fn of(folder: &Path, pid_file: &str) -> Keeper {
        let mut command = Command::new("setsid");
        command.args(["sh", "-c", SCRIPT, "keeper"]).arg(folder).arg(pid_file).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("setsid starts");
        let input = child.stdin.take();
        Keeper { child, input }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}
