//! Turns the list of system calls into a filter of the kernel's, and puts it on.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

use super::SealError;
use super::syscalls::{Allowed, Rule, Width};

const LAYER: &str = "seccomp";

/// A filter that is ready to be put on. Made once, before the first fork.
pub(crate) struct Filter(pub(super) BpfProgram);

impl Filter {
    /// A filter that allows what is on `lists`, and kills the process for everything else.
    ///
    /// # Errors
    /// There is no filter for this architecture.
    pub(crate) fn allowing(lists: &[&[Allowed]]) -> Result<Filter, SealError> {
        let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| wrong(&error))?;
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
        for entry in lists.iter().copied().flatten() {
            rules.entry(entry.call).or_default().extend(rule(entry)?);
        }
        SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, arch)
            .and_then(BpfProgram::try_from)
            .map(Filter)
            .map_err(|error| wrong(&error))
    }

    /// Puts it on, for good.
    ///
    /// # Errors
    /// The kernel refuses.
    pub(crate) fn put_on(&self) -> Result<(), SealError> {
        apply_filter(&self.0).map_err(|error| SealError::new(LAYER, "installing the filter", error))
    }
}

/// One rule with all conditions, or none, which allows the call whatever its arguments.
fn rule(entry: &Allowed) -> Result<Option<SeccompRule>, SealError> {
    if entry.rules.is_empty() {
        return Ok(None);
    }
    let conditions: Result<Vec<_>, _> = entry.rules.iter().map(condition).collect();
    conditions.and_then(SeccompRule::new).map(Some).map_err(|error| wrong(&error))
}

fn condition(rule: &Rule) -> Result<SeccompCondition, seccompiler::BackendError> {
    let width = match rule.width {
        Width::Int => SeccompCmpArgLen::Dword,
        Width::Long => SeccompCmpArgLen::Qword,
    };
    SeccompCondition::new(rule.argument, width, SeccompCmpOp::MaskedEq(rule.mask), rule.value)
}

fn wrong(error: &dyn std::fmt::Display) -> SealError {
    SealError::new(LAYER, "building the filter", error)
}
