//! Resource limits: the second line behind seccomp.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::SealError;

/// Stack of a host process beyond the guest's, in bytes: what the host's functions may use, and
/// what the program used before.
const STACK_SLACK_BYTES: u64 = 2 << 20;

/// Memory that a sealed process may have of its own, in bytes: the largest linear memory that a
/// tournament can ask for, and as much as an interpreter and the host around it ever take. The
/// tournament's own, lower limit holds inside WebAssembly; this one holds for whoever broke out.
///
/// `RLIMIT_DATA` and not `RLIMIT_AS`: the latter also counts the gigabytes of addresses that
/// wasmtime reserves without using them.
const DATA_BYTES: u64 = (2 << 30) + (256 << 20);

/// What a zygote can do without.
const ZYGOTE: &[Resource] = &[Resource::Core, Resource::Memlock, Resource::Msgqueue];

/// What a sealed child can do without: no new descriptors, no processes, no growing files.
const SEALED: &[Resource] = &[
    Resource::Nofile,
    Resource::Nproc,
    Resource::Fsize,
    Resource::Core,
    Resource::Memlock,
    Resource::Msgqueue,
    Resource::Sigpending,
];

/// Makes sure that the main thread's stack can hold the guest's.
///
/// # Errors
/// The hard limit is lower than that.
pub(crate) fn stack_for(guest_bytes: u32) -> Result<(), SealError> {
    let needed = u64::from(guest_bytes) + STACK_SLACK_BYTES;
    let limit = getrlimit(Resource::Stack);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Stack, raised).map_err(|error| {
        SealError::new("rlimits", &format!("a stack of {needed} bytes (`ulimit -Hs` is too low)"), error)
    })
}

/// Limits a zygote.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn limit_zygote() -> Result<(), SealError> {
    ZYGOTE.iter().try_for_each(|resource| zero(*resource))
}

/// Limits a child that is about to be sealed.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn limit_sealed() -> Result<(), SealError> {
    let data = getrlimit(Resource::Data).maximum.map_or(DATA_BYTES, |maximum| maximum.min(DATA_BYTES));
    limit(Resource::Data, data)?;
    SEALED.iter().try_for_each(|resource| zero(*resource))
}

fn zero(resource: Resource) -> Result<(), SealError> {
    limit(resource, 0)
}

/// Limits this process to `value`, for good.
fn limit(resource: Resource, value: u64) -> Result<(), SealError> {
    setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
        .map_err(|error| SealError::new("rlimits", &format!("{resource:?}"), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_linear_memory_fits() {
        let row = terms::limits::ROWS.iter().find(|row| row.name == "memory_bytes").unwrap();
        assert!(DATA_BYTES >= row.max + (128 << 20));
    }
}
