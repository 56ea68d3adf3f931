//! The layers of the sandbox, in the order in which they are put on.
//!
//! One table for the zygote and one for its children, used to put them on as well as to report
//! them, so that a report cannot say something else than what is done.

use pipe::Layer;

use crate::harden::syscalls::{self, Allowed};
use crate::harden::{SealError, capabilities, descriptors, empty_root, namespaces, oom, process, rlimits};
use crate::shim::Seal;

/// Whether a zygote may do without namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespaces {
    /// Those that the system gives.
    Wanted,
    /// All of them, or it does not start.
    Required,
}

/// One layer.
pub(crate) struct Step {
    /// Its name in reports and metrics.
    pub(crate) name: &'static str,
    /// Whether nothing runs without it.
    pub(crate) mandatory: bool,
    /// Puts it on, for good.
    pub(crate) put_on: fn(&Seal) -> Result<(), SealError>,
    /// What it takes away.
    effect: fn(&Seal) -> String,
    /// What would turn it on where it is off.
    pub(crate) remedy: &'static str,
}

/// What would give ordinary users namespaces.
const ALLOW_NAMESPACES: &str = "allow unprivileged user namespaces (on some systems the settings \
    kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0; in a container, a seccomp \
    profile that lets unshare pass)";

const LANDLOCK: &str = "Linux 5.13 with landlock in the list of security modules (lsm=…)";
const SECCOMP: &str = "Linux 4.14 with seccomp filters";

/// Once, by the zygote, before it forks for the first time; its children inherit them.
pub(crate) const ZYGOTE: &[Step] = &[
    // While there is a `/proc`.
    Step {
        name: "out_of_memory",
        mandatory: false,
        put_on: |_| oom::go_first(),
        effect: |_| "ended before anybody else where the machine has no memory left".into(),
        remedy: "a /proc that can be written to",
    },
    namespace(
        "user_namespace",
        |_| namespaces::enter_user(),
        |_| "no rights over users of the machine".into(),
    ),
    namespace("network_namespace", |_| namespaces::enter_network(), |_| "no network interface".into()),
    namespace(
        "ipc_namespace",
        |_| namespaces::enter_ipc(),
        |_| "no shared memory or queues of others".into(),
    ),
    namespace("uts_namespace", |_| namespaces::enter_uts(), |_| "no host name to change".into()),
    namespace("cgroup_namespace", |_| namespaces::enter_cgroup(), |_| "no names of control groups".into()),
    namespace("mount_namespace", |_| empty_root::enter(), |_| "an empty directory for a file system".into()),
    mandatory(
        "zygote_no_new_privs",
        |_| process::no_new_privileges(),
        |_| "nothing that it executes gains privileges".into(),
        "Linux 3.5",
    ),
    // After the mounts, which a process under Landlock cannot change any more, and before the first
    // process of a namespace is made: its zygote can only kill who is under the same Landlock.
    mandatory("zygote_landlock", Seal::deny_everything, Seal::describe_landlock, LANDLOCK),
    namespace("pid_namespace", Seal::enter_pid_namespace, |_| "no process outside has a number".into()),
    mandatory(
        "capabilities",
        |_| capabilities::drop_all(),
        |_| "none is left, not even to root".into(),
        "nothing: please report this",
    ),
    mandatory(
        "not_dumpable",
        |_| process::not_dumpable(),
        |_| "no process attaches, no memory is written to disk".into(),
        "nothing: please report this",
    ),
    mandatory(
        "zygote_rlimits",
        |_| rlimits::limit_zygote(),
        |_| "no core dumps, no locked memory".into(),
        "nothing: please report this",
    ),
    mandatory(
        "zygote_seccomp",
        |seal| seal.zygote_filter.put_on(),
        |_| seccomp_effect(&[syscalls::ZYGOTE, syscalls::SEALED]),
        SECCOMP,
    ),
];

/// By each child, before the first byte of its bot is read.
pub(crate) const CHILD: &[Step] = &[
    mandatory(
        "descriptors",
        |_| descriptors::close_from(1),
        |_| "one socket and nothing else".into(),
        "Linux 5.9",
    ),
    mandatory(
        "no_new_privs",
        |_| process::no_new_privileges(),
        |_| "nothing that is executed gains privileges".into(),
        "Linux 3.5",
    ),
    // Before the limits, because a ruleset is a descriptor for a moment.
    mandatory("landlock", Seal::deny_everything, Seal::describe_landlock, LANDLOCK),
    mandatory(
        "rlimits",
        |_| rlimits::limit_sealed(),
        |_| "no new descriptors, processes, files or core dumps".into(),
        "nothing: please report this",
    ),
    mandatory("seccomp", |seal| seal.child_filter.put_on(), |_| seccomp_effect(&[syscalls::SEALED]), SECCOMP),
];

const fn namespace(
    name: &'static str,
    put_on: fn(&Seal) -> Result<(), SealError>,
    effect: fn(&Seal) -> String,
) -> Step {
    Step { name, mandatory: false, put_on, effect, remedy: ALLOW_NAMESPACES }
}

const fn mandatory(
    name: &'static str,
    put_on: fn(&Seal) -> Result<(), SealError>,
    effect: fn(&Seal) -> String,
    remedy: &'static str,
) -> Step {
    Step { name, mandatory: true, put_on, effect, remedy }
}

fn seccomp_effect(lists: &[&[Allowed]]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for entry in lists.iter().copied().flatten() {
        if !names.contains(&entry.name) {
            names.push(entry.name);
        }
    }
    format!("{} system calls are left, their arguments checked: {}", names.len(), names.join(", "))
}

impl Step {
    /// Puts it on and says how that went.
    pub(crate) fn report(&self, seal: &Seal) -> Layer {
        let (enabled, detail) = match (self.put_on)(seal) {
            Ok(()) => (true, (self.effect)(seal)),
            Err(error) => (false, error.to_string()),
        };
        Layer { name: self.name.to_owned(), enabled, detail }
    }

    /// As it is once it has been put on.
    fn on(&self, seal: &Seal) -> Layer {
        Layer { name: self.name.to_owned(), enabled: true, detail: (self.effect)(seal) }
    }
}

/// Takes from the zygote what it can do without, and reports what is on in its children: the probe
/// proves the rest before anybody is told.
///
/// # Errors
/// A layer that must be there is not.
pub(crate) fn restrict_zygote(seal: &Seal, namespaces: Namespaces) -> Result<Vec<Layer>, SealError> {
    let mut layers = Vec::new();
    for step in ZYGOTE {
        if step.mandatory {
            (step.put_on)(seal)?;
            layers.push(step.on(seal));
        } else {
            layers.push(step.report(seal));
        }
    }
    layers.extend(CHILD.iter().map(|step| step.on(seal)));
    match missing(&layers) {
        Some(missing) if namespaces == Namespaces::Required => {
            Err(SealError { layer: "namespaces", why: format!("required, but {missing}") })
        }
        _ => Ok(layers),
    }
}

/// Which namespaces are missing and why, or nothing if none is.
fn missing(layers: &[Layer]) -> Option<String> {
    let is_missing = |layer: &&Layer| layer.name.ends_with("_namespace") && !layer.enabled;
    let missing: Vec<&str> = layers.iter().filter(is_missing).map(|layer| layer.detail.as_str()).collect();
    if missing.is_empty() {
        return None;
    }
    Some(format!("{}; they need: {ALLOW_NAMESPACES}", missing.join(", ")))
}
