//! From a preset and lists of names to a policy that cannot be wrong.

use std::collections::BTreeSet;

use clap::Args;
use serde::Deserialize;
use terms::Policy;
use terms::policy::BadPolicy;

/// What bots may import and call: a preset, and lists that change it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Policy: a courtesy, no security boundary (names with commas between them)")]
pub struct PolicyFlags {
    /// What bots may import and call: `open`, everything; `strict`, a handful of modules, and
    /// nothing that runs text or opens files [default: open]
    #[arg(long, value_name = "NAME", env = "ARENA_POLICY")]
    pub policy: Option<String>,
    /// Modules that bots may import: with `open`, only these; with `strict`, these too
    #[arg(long, value_name = "LIST", env = "ARENA_ALLOW_IMPORTS")]
    pub allow_imports: Option<String>,
    /// Modules that bots may not import
    #[arg(long, value_name = "LIST", env = "ARENA_BLOCK_IMPORTS")]
    pub block_imports: Option<String>,
    /// Built-in functions that bots may not call, such as `eval`
    #[arg(long, value_name = "LIST", env = "ARENA_BLOCK_CALLS")]
    pub block_calls: Option<String>,
}

/// A list of names in `arena.toml`: `["os", "sys"]` or `"os, sys"`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a list of names, such as [\"os\", \"sys\"]")]
pub(super) enum Names {
    List(Vec<String>),
    Text(String),
}

impl Names {
    /// The list as a flag would give it.
    pub(super) fn into_text(self) -> String {
        match self {
            Names::List(names) => names.join(","),
            Names::Text(text) => text,
        }
    }
}

impl PolicyFlags {
    /// The policy that was asked for.
    ///
    /// # Errors
    /// The flag that makes no sense, and why.
    pub(super) fn resolve(self) -> Result<Policy, (&'static str, BadPolicy)> {
        let preset = self.policy.as_deref().unwrap_or("open");
        let mut policy = Policy::preset(preset).map_err(|bad| ("--policy", bad))?;
        if let Some(list) = self.allow_imports {
            policy.allowed_imports.get_or_insert_default().append(&mut names(&list));
            policy = policy.check().map_err(|bad| ("--allow-imports", bad))?;
        }
        if let Some(list) = self.block_imports {
            policy.blocked_imports.append(&mut names(&list));
            policy = policy.check().map_err(|bad| ("--block-imports", bad))?;
        }
        if let Some(list) = self.block_calls {
            policy.blocked_calls.append(&mut names(&list));
            policy = policy.check().map_err(|bad| ("--block-calls", bad))?;
        }
        Ok(policy)
    }
}

/// The names in a list; nothing between two commas is nothing.
fn names(list: &str) -> BTreeSet<String> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn policy(preset: Option<&str>, [allow, block, calls]: [Option<&str>; 3]) -> Policy {
        let flags = PolicyFlags {
            policy: preset.map(str::to_owned),
            allow_imports: allow.map(str::to_owned),
            block_imports: block.map(str::to_owned),
            block_calls: calls.map(str::to_owned),
        };
        flags.resolve().unwrap()
    }

    #[test]
    fn lists_change_the_preset() {
        assert_eq!(policy(None, [None; 3]), Policy::open());
        assert_eq!(policy(Some("strict"), [None; 3]), Policy::strict());
        let blocked = policy(None, [None, Some("os, sys,os.path,"), Some("eval")]);
        assert_eq!(blocked.allowed_imports, None);
        assert_eq!(blocked.blocked_imports, set(&["os", "os.path", "sys"]));
        assert_eq!(blocked.blocked_calls, set(&["eval"]));
        let only = policy(Some("open"), [Some("math"), None, None]);
        assert_eq!(only.allowed_imports, Some(set(&["math"])));
        assert_eq!(policy(None, [Some(""), None, None]).allowed_imports, Some(BTreeSet::new()));
        let more = policy(Some("strict"), [Some("heapq"), None, Some("getattr")]);
        assert!(more.allowed_imports.unwrap().is_superset(&set(&["heapq", "math"])));
        assert!(more.blocked_calls.is_superset(&set(&["getattr", "eval"])));
    }

    #[test]
    fn what_changes_nothing_keeps_the_name() {
        assert_eq!(policy(Some("strict"), [Some("math"), Some(""), Some("eval")]).name(), "strict");
        assert_eq!(policy(None, [Some("math"), None, None]).name(), "custom");
    }
}
