//! A cgroup for the sandboxes, where one is delegated to the worker: a bound on the memory and on
//! the number of processes of all of them together, behind the limits that each has by itself.
//!
//! ```text
//! the worker's cgroup, delegated      e.g. by systemd's Delegate=yes
//! ├── worker                          the worker itself: a cgroup that has children has no processes
//! └── sandboxes                       zygotes and sealed children; memory.max, pids.max
//! ```
//!
//! Claimed only where nobody else can mind: not the root, and no process in it but the worker.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;

use super::components::zygotes_max;

/// What a child may take besides the linear memory of its bot, in bytes.
const CHILD_EXTRA_BYTES: u64 = 32 << 20;
/// What the zygotes, two while one replaces the other, may take, in bytes.
const ZYGOTES_BYTES: u64 = 512 << 20;
/// Processes besides those of matches: zygotes that come, stay and go.
const ZYGOTES_MAX: u64 = 8;
/// What a zygote of a component may take, in bytes: its native code is in a file.
const COMPONENT_ZYGOTE_BYTES: u64 = 16 << 20;
/// Processes of a zygote of a component: itself, and the first one of its children's namespace.
const COMPONENT_ZYGOTE_PROCESSES: u64 = 2;
/// The controllers that are needed.
const CONTROLLERS: [&str; 2] = ["memory", "pids"];

/// The cgroup of the sandboxes.
#[derive(Debug)]
pub struct Group {
    folder: PathBuf,
    limits: Mutex<String>,
}

impl Group {
    /// Claims the cgroup that this process is in.
    ///
    /// # Errors
    /// Why there is none to claim, for operators.
    pub fn claim() -> Result<Group, String> {
        let read = |path: &str| fs::read_to_string(path).map_err(|error| format!("{path}: {error}"));
        let own = own_folder(&read("/proc/self/mountinfo")?, &read("/proc/self/cgroup")?)?;
        claim(&own, std::process::id())
    }

    /// Bounds what matches in that many slots, with bots of that much memory, may take.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn limit(&self, slots: usize, memory_bytes: u64) -> io::Result<()> {
        let children = 2 * slots as u64;
        let child_bytes = memory_bytes.saturating_add(CHILD_EXTRA_BYTES);
        let components = zygotes_max(slots) as u64;
        let zygotes = ZYGOTES_BYTES + components * COMPONENT_ZYGOTE_BYTES;
        let memory = child_bytes.saturating_mul(children).saturating_add(zygotes);
        // Every slot may keep a zygote that is old already.
        let pids = children + slots as u64 + ZYGOTES_MAX + components * COMPONENT_ZYGOTE_PROCESSES;
        fs::write(self.folder.join("memory.max"), memory.to_string())?;
        fs::write(self.folder.join("pids.max"), pids.to_string())?;
        let limits = format!("all sandboxes together: {} MiB, {pids} processes", memory >> 20);
        *self.limits.lock().unwrap_or_else(PoisonError::into_inner) = limits;
        Ok(())
    }

    /// What it bounds, for reports.
    pub(super) fn describe(&self) -> String {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a process into it.
    ///
    /// # Errors
    /// The kernel refuses.
    pub(super) fn add(&self, pid: u32) -> io::Result<()> {
        fs::write(self.folder.join("cgroup.procs"), pid.to_string())
    }
}

/// Where this process's cgroup is, by what `/proc/self` says.
fn own_folder(mountinfo: &str, cgroup: &str) -> Result<PathBuf, String> {
    let own = cgroup.lines().find_map(|line| line.strip_prefix("0::/")).ok_or("there is no cgroup v2")?;
    if own.split('/').any(|part| part == "..") {
        return Err("the worker's cgroup lies outside of what is mounted here".into());
    }
    // Fields before " - " end with the mount point as the fifth; after it comes the type.
    let mount = mountinfo.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        (after.split(' ').next() == Some("cgroup2")).then(|| before.split(' ').nth(4)).flatten()
    });
    Ok(Path::new(mount.ok_or("cgroup v2 is not mounted")?).join(own))
}

fn claim(own: &Path, pid: u32) -> Result<Group, String> {
    let read = |name: &str| {
        fs::read_to_string(own.join(name)).map_err(|error| format!("{}/{name}: {error}", own.display()))
    };
    // Only the root has no type.
    if !own.join("cgroup.type").exists() {
        return Err("the worker is in the root cgroup; start it in one that is delegated to it \
                    (systemd: Delegate=yes)"
            .into());
    }
    let available = read("cgroup.controllers")?;
    let is_missing = |name: &&&str| !available.split_whitespace().any(|other| other == **name);
    if let Some(missing) = CONTROLLERS.iter().find(is_missing) {
        return Err(format!("the controller `{missing}` is not available in the worker's cgroup"));
    }
    if read("cgroup.procs")?.split_whitespace().any(|other| other != pid.to_string()) {
        return Err("the worker's cgroup has other processes, too; start it in one of its own".into());
    }
    divide(own, pid).map_err(|error| {
        // Back to where it was: being in a cgroup that nobody knows of would surprise operators.
        let _ = fs::write(own.join("cgroup.procs"), pid.to_string());
        format!("the worker's cgroup is not delegated to it: {error}")
    })
}

fn divide(own: &Path, pid: u32) -> io::Result<Group> {
    let make = |name: &str| {
        let folder = own.join(name);
        fs::create_dir(&folder).or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Ok(()),
            _ => Err(error),
        })?;
        Ok::<PathBuf, io::Error>(folder)
    };
    fs::write(make("worker")?.join("cgroup.procs"), pid.to_string())?;
    fs::write(own.join("cgroup.subtree_control"), "+memory +pids")?;
    Ok(Group { folder: make("sandboxes")?, limits: Mutex::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that looks like a cgroup with that process in it.
    fn cgroup(controllers: &str, procs: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            ("cgroup.type", "domain\n"),
            ("cgroup.controllers", controllers),
            ("cgroup.procs", procs),
            ("cgroup.subtree_control", ""),
        ];
        files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
        folder
    }

    #[test]
    fn a_delegated_cgroup_is_divided_and_bounded() {
        let own = cgroup("cpu memory pids\n", "7\n");
        let read = |name: &str| fs::read_to_string(own.path().join(name)).unwrap();
        let group = claim(own.path(), 7).unwrap();
        assert_eq!(read("worker/cgroup.procs"), "7");
        assert_eq!(read("cgroup.subtree_control"), "+memory +pids");
        group.limit(2, 64 << 20).unwrap();
        group.add(8).unwrap();
        assert_eq!(read("sandboxes/cgroup.procs"), "8");
        assert_eq!(read("sandboxes/memory.max"), ((4 * 96 + 512 + 12 * 16) << 20).to_string());
        assert_eq!(read("sandboxes/pids.max"), "38");
        assert_eq!(group.describe(), "all sandboxes together: 1088 MiB, 38 processes");
        // A worker that was killed leaves the folders to the next one.
        fs::write(own.path().join("cgroup.procs"), "9\n").unwrap();
        claim(own.path(), 9).unwrap();
    }

    #[test]
    fn what_is_not_ours_to_divide_is_left_alone_and_says_why() {
        let root = tempfile::tempdir().unwrap();
        let cases = [
            (root, "root cgroup"),
            (cgroup("hugetlb\n", "7\n"), "controller `memory`"),
            (cgroup("memory\n", "7\n"), "controller `pids`"),
            (cgroup("memory pids\n", "6\n7\n"), "other processes"),
        ];
        for (own, why) in cases {
            let refused = claim(own.path(), 7).unwrap_err();
            assert!(refused.contains(why), "{refused:?} does not contain {why:?}");
            assert!(!own.path().join("worker").exists());
        }
    }

    #[test]
    fn the_folder_is_found_by_what_the_kernel_says() {
        let mounts = "25 1 0:22 / /sys/fs/cgroup/memory rw shared:1 - cgroup cgroup rw,memory\n\
                      30 1 0:26 / /sys/fs/cgroup/unified rw,relatime shared:4 - cgroup2 cgroup2 rw\n";
        let found = |cgroup| own_folder(mounts, cgroup);
        assert_eq!(found("4:memory:/x\n0::/a/b\n"), Ok("/sys/fs/cgroup/unified/a/b".into()));
        assert_eq!(found("0::/\n"), Ok("/sys/fs/cgroup/unified/".into()));
        assert!(found("4:memory:/x\n").unwrap_err().contains("no cgroup v2"));
        assert!(found("0::/../x\n").unwrap_err().contains("outside"));
        assert!(own_folder("", "0::/a\n").unwrap_err().contains("not mounted"));
    }
}
