//! The wires of a router while they are bad: see `wire.py`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::namespaces::Namespaces;

const WIRE: &str = include_str!("wire.py");
/// Which packets are lost depends on their order, but no more than that on luck.
const SEED: &str = "1";

/// Passes packets on instead of the kernel; ends with this.
#[derive(Debug)]
pub(super) struct Wire {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Wire {
    /// Takes over from the kernel. Of each wire: its interface, the card at its end, and what the
    /// addresses there begin with.
    pub(super) fn start(
        router: &Namespaces,
        percent_lost: u32,
        delay_ms: u32,
        wires: impl Iterator<Item = (String, String, String)>,
    ) -> Wire {
        let mut command = Command::new("python3");
        command.args(["-c", WIRE, &percent_lost.to_string(), &delay_ms.to_string(), SEED]);
        for (interface, mac, prefix) in wires {
            command.args([interface, mac, prefix]);
        }
        let mut child = router.spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe of ours"));
        let mut said = String::new();
        let _ = stdout.read_line(&mut said);
        assert_eq!(said, "there\n", "the bad wires cannot be laid");
        Wire { child, stdout }
    }

    /// Ends it. Says how many packets it lost and how many it passed on.
    pub(super) fn end(mut self) -> (u64, u64) {
        drop(self.child.stdin.take());
        let mut said = String::new();
        let _ = self.stdout.read_to_string(&mut said);
        let mut numbers = said.split_whitespace().filter_map(|word| word.parse().ok());
        let counts = numbers.next().zip(numbers.next());
        counts.unwrap_or_else(|| panic!("the bad wires do not count: {said:?}"))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
