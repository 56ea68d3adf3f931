//! Who goes first when the machine is out of memory.

use super::SealError;

/// Where a process says how dear it is, and the least that it can say.
const FILE: &str = "/proc/self/oom_score_adj";
const LEAST: &str = "1000";

/// Offers this process and its children to the kernel before anybody else's. Whoever runs this may:
/// only becoming dearer takes a privilege.
///
/// # Errors
/// There is no `/proc` that can be written to.
pub(crate) fn go_first() -> Result<(), SealError> {
    std::fs::write(FILE, LEAST).map_err(|error| SealError::new("out_of_memory", FILE, error))
}
