//! A mount namespace whose only file system is an empty directory that nobody can write to.

use std::os::fd::AsFd;

use rustix::io;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags, UnmountFlags,
    fsconfig_create, fsconfig_set_string, fsmount, fsopen, mount_change, move_mount, unmount,
};
use rustix::process::{fchdir, pivot_root};
use rustix::thread::UnshareFlags;

use super::{SealError, namespaces};

const LAYER: &str = "mount_namespace";

/// Leaves the machine's files behind. What is open or mapped already stays so.
///
/// # Errors
/// The system does not give a mount namespace, or does not let us arrange it.
pub(crate) fn enter() -> Result<(), SealError> {
    namespaces::enter(LAYER, UnshareFlags::NEWNS)?;
    swap_root().map_err(|(doing, error)| SealError::new(LAYER, doing, error))
}

/// Puts an empty file system where the root was, and forgets the old one.
fn swap_root() -> Result<(), (&'static str, io::Errno)> {
    let step = |doing| move |error| (doing, error);
    // Nothing that is mounted here is to be seen outside, nor the other way round.
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .map_err(step("making mounts private"))?;
    let context = fsopen("tmpfs", FsOpenFlags::FSOPEN_CLOEXEC).map_err(step("opening a tmpfs"))?;
    for (key, value) in [("size", "4k"), ("nr_inodes", "1"), ("mode", "0555")] {
        fsconfig_set_string(context.as_fd(), key, value).map_err(step("bounding the tmpfs"))?;
    }
    fsconfig_create(context.as_fd()).map_err(step("making the tmpfs"))?;
    let harmless = MountAttrFlags::MOUNT_ATTR_RDONLY
        | MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    let root = fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, harmless)
        .map_err(step("mounting the tmpfs"))?;
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    move_mount(root.as_fd(), "", rustix::fs::CWD, "/", flags).map_err(step("attaching the tmpfs"))?;
    fchdir(root.as_fd()).map_err(step("entering the tmpfs"))?;
    // Both names mean the new root: the old one ends up on top of it, from where it is taken away.
    pivot_root(".", ".").map_err(step("pivot_root"))?;
    unmount(".", UnmountFlags::DETACH).map_err(step("unmounting the old root"))
}
