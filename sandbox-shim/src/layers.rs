//! The layers of the sandbox: put on the zygote one by one, and reported as they are.

use std::os::fd::OwnedFd;

use pipe::{Ended, FRAME_BYTES_MAX, FromShim, Layer};
use rustix::net::RecvFlags;

use crate::harden::{SealError, capabilities, landlock, namespaces, process, rlimits, syscalls};

/// Takes from the zygote what it can do without, and reports what is on. Namespaces are only
/// reported when they are missing; everything else must work.
///
/// # Errors
/// A layer that must be there is not.
pub(crate) fn restrict_zygote(landlock: landlock::Abi) -> Result<Vec<Layer>, SealError> {
    let mut layers: Vec<Layer> = namespaces::ALL.iter().map(enter).collect();
    capabilities::drop_all()?;
    process::no_new_privileges()?;
    process::not_dumpable()?;
    rlimits::limit_zygote()?;
    landlock.deny_everything()?;
    layers.extend(of_children(landlock));
    Ok(layers)
}

fn enter(namespace: &namespaces::Namespace) -> Layer {
    match namespace.enter() {
        Ok(()) => on(namespace.name, namespace.effect),
        Err(error) => Layer {
            name: namespace.name.to_owned(),
            enabled: false,
            detail: format!("this system does not give it to us: {error}"),
        },
    }
}

/// What every sealed child has; the probe has proven it before this is reported.
fn of_children(landlock: landlock::Abi) -> Vec<Layer> {
    vec![
        on("capabilities", "none, not even for root"),
        on("no_new_privs", "nothing that is executed gains privileges"),
        on("not_dumpable", "no other process attaches, no memory is written to disk"),
        on("descriptors", "one socket and nothing else"),
        on("rlimits", "no new descriptors, processes, files or core dumps"),
        on("landlock", &landlock.describe()),
        on(
            "seccomp",
            &format!("{} system calls are left, each with fixed arguments", syscalls::SEALED.len()),
        ),
    ]
}

fn on(name: &str, detail: &str) -> Layer {
    Layer { name: name.to_owned(), enabled: true, detail: detail.to_owned() }
}

/// What a probe child said before it failed, or how it ended if it said nothing.
pub(crate) fn probe_failure(socket: &OwnedFd, ended: Ended) -> String {
    let mut frame = vec![0; FRAME_BYTES_MAX];
    let said = rustix::net::recv(socket, frame.as_mut_slice(), RecvFlags::DONTWAIT);
    let said = said.ok().and_then(|(_, count)| frame.get(..count));
    match said.map(FromShim::decode) {
        Some(Ok(FromShim::Broken(why))) => format!("a probe child cannot be sealed: {why}"),
        _ => format!("a probe child died while it was sealed: {ended:?}"),
    }
}
