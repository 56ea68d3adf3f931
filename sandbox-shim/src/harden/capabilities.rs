//! Giving up every capability, for good.

use rustix::io::Errno;
use rustix::thread::{
    CapabilitySet, CapabilitySets, clear_ambient_capability_set, remove_capability_from_bounding_set,
    set_capabilities,
};

use super::SealError;

/// Empties every capability set of this process, so that not even root can do more than others.
///
/// # Errors
/// The kernel refuses to give up what we have.
pub(crate) fn drop_all() -> Result<(), SealError> {
    for capability in CapabilitySet::all().iter() {
        match remove_capability_from_bounding_set(capability) {
            // Not ours to remove, which means that we have none; or unknown to this kernel.
            Ok(()) | Err(Errno::PERM | Errno::INVAL) => {}
            Err(error) => return Err(SealError::new("capabilities", "PR_CAPBSET_DROP", error)),
        }
    }
    let failed = |error| SealError::new("capabilities", "capset", error);
    let none = CapabilitySet::empty();
    match clear_ambient_capability_set() {
        Ok(()) | Err(Errno::INVAL) => {}
        Err(error) => return Err(failed(error)),
    }
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
        .map_err(failed)
}
