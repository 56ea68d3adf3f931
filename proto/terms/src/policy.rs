//! What an organiser forbids bots to import or to call: a courtesy, not a security boundary.
//!
//! The guest checks it, inside the sandbox, where a bot that wants to can get round it. What
//! protects the machine are the two layers of the sandbox; a policy only tells honest authors
//! early what a tournament does not want.

use std::collections::BTreeSet;

use crate::Digester;

/// Longest name in a policy, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Most names in one list of a policy.
pub const NAMES_MAX: usize = 256;
/// Longest text of [`Policy::lines`], in bytes: three full lists, each name with its word.
pub const LINES_BYTES_MAX: usize = "only\n".len() + 3 * NAMES_MAX * ("allow \n".len() + NAME_BYTES_MAX);

/// The modules that the preset `strict` allows.
const STRICT_IMPORTS: [&str; 11] = [
    "collections",
    "datetime",
    "functools",
    "itertools",
    "json",
    "math",
    "random",
    "re",
    "spacecode",
    "string",
    "time",
];
/// The calls that the preset `strict` blocks.
const STRICT_CALLS: [&str; 5] = ["__import__", "compile", "eval", "exec", "open"];

/// What bots may import and call. A name of a module stands for all its submodules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The only modules that may be imported, besides the bot's own; nothing: all of them.
    pub allowed_imports: Option<BTreeSet<String>>,
    /// Modules that may not be imported.
    pub blocked_imports: BTreeSet<String>,
    /// Built-in functions that may not be called.
    pub blocked_calls: BTreeSet<String>,
}

/// A policy that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// There is no preset of that name.
    #[error("there is no policy {0:?}; use open or strict")]
    Preset(String),
    /// Something is no name.
    #[error("{0:?} in the policy is no name: use letters, digits, _ and dots, up to {NAME_BYTES_MAX} bytes")]
    Name(String),
    /// A call that is no name of a built-in function.
    #[error("{0:?} in the policy is no built-in function; to forbid what is in a module, block its import")]
    Call(String),
    /// A list is too long.
    #[error("{0} names in one list of the policy, but at most {NAMES_MAX} are allowed")]
    TooMany(usize),
}

impl Policy {
    /// Everything that the interpreter has.
    pub fn open() -> Policy {
        Policy::default()
    }

    /// A handful of modules, and nothing that runs text or opens files.
    pub fn strict() -> Policy {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Policy {
            allowed_imports: Some(owned(&STRICT_IMPORTS)),
            blocked_imports: BTreeSet::new(),
            blocked_calls: owned(&STRICT_CALLS),
        }
    }

    /// The preset of that name.
    ///
    /// # Errors
    /// There is none.
    pub fn preset(name: &str) -> Result<Policy, BadPolicy> {
        match name {
            "open" => Ok(Policy::open()),
            "strict" => Ok(Policy::strict()),
            other => Err(BadPolicy::Preset(other.chars().take(80).collect())),
        }
    }

    /// The same policy, if every name in it is one.
    ///
    /// # Errors
    /// The first name that is none, or a list that is too long.
    pub fn check(self) -> Result<Policy, BadPolicy> {
        let lists = [self.allowed_imports.as_ref(), Some(&self.blocked_imports), Some(&self.blocked_calls)];
        for list in lists.into_iter().flatten() {
            if list.len() > NAMES_MAX {
                return Err(BadPolicy::TooMany(list.len()));
            }
            if let Some(bad) = list.iter().find(|name| !is_name(name)) {
                return Err(BadPolicy::Name(bad.chars().take(NAME_BYTES_MAX).collect()));
            }
        }
        if let Some(dotted) = self.blocked_calls.iter().find(|name| name.contains('.')) {
            return Err(BadPolicy::Call(dotted.clone()));
        }
        Ok(self)
    }

    /// `open`, `strict`, or `custom`: the name in reports.
    pub fn name(&self) -> &'static str {
        if *self == Policy::open() {
            "open"
        } else if *self == Policy::strict() {
            "strict"
        } else {
            "custom"
        }
    }

    /// The policy as the guest reads it: one line each, `only` if nothing but the allowed modules
    /// may be imported, then `allow NAME`, `block NAME`, `call NAME`. Empty for `open`.
    pub fn lines(&self) -> String {
        let only = self.allowed_imports.iter().map(|_| "only\n".to_owned());
        let allowed = self.allowed_imports.iter().flatten().map(|name| format!("allow {name}\n"));
        let blocked = self.blocked_imports.iter().map(|name| format!("block {name}\n"));
        let calls = self.blocked_calls.iter().map(|name| format!("call {name}\n"));
        only.chain(allowed).chain(blocked).chain(calls).collect()
    }

    /// Adds the policy to a digest.
    pub fn add_to(&self, digester: &mut Digester) {
        digester.bytes(self.lines().as_bytes());
    }
}

fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        let mut chars = part.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    text.len() <= NAME_BYTES_MAX && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_and_named() {
        for name in ["open", "strict"] {
            let policy = Policy::preset(name).unwrap().check().unwrap();
            assert_eq!(policy.name(), name);
        }
        let refused = Policy::preset("lax").unwrap_err().to_string();
        assert_eq!(refused, "there is no policy \"lax\"; use open or strict");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in ["", "a b", "1a", "a..b", ".a", "a\nallow os", "é", &"a".repeat(65)] {
            let policy = Policy { blocked_imports: BTreeSet::from([bad.to_owned()]), ..Policy::open() };
            assert!(matches!(policy.check(), Err(BadPolicy::Name(_))), "{bad:?} was accepted");
        }
        let many = (0..=NAMES_MAX).map(|number| format!("m{number}")).collect();
        let policy = Policy { allowed_imports: Some(many), ..Policy::open() };
        assert_eq!(policy.check(), Err(BadPolicy::TooMany(NAMES_MAX + 1)));
    }

    #[test]
    fn a_function_of_a_module_is_no_built_in_call() {
        let dotted = "os.system".to_owned();
        let policy = Policy { blocked_calls: BTreeSet::from([dotted.clone()]), ..Policy::open() };
        assert_eq!(policy.check(), Err(BadPolicy::Call(dotted)));
    }

    #[test]
    fn no_policy_is_longer_than_announced() {
        let longest = |first: char| (0..NAMES_MAX).map(|n| format!("{first}{n:0>63}")).collect();
        let policy = Policy {
            allowed_imports: Some(longest('a')),
            blocked_imports: longest('b'),
            blocked_calls: longest('c'),
        };
        let length = policy.check().unwrap().lines().len();
        assert!(length <= LINES_BYTES_MAX && LINES_BYTES_MAX - length < 2 * NAMES_MAX, "{length}");
    }

    #[test]
    fn the_guest_reads_one_line_per_rule() {
        let policy = Policy {
            allowed_imports: Some(BTreeSet::from(["math".to_owned()])),
            blocked_imports: BTreeSet::from(["os.path".to_owned()]),
            blocked_calls: BTreeSet::from(["eval".to_owned()]),
        };
        assert_eq!(policy.lines(), "only\nallow math\nblock os.path\ncall eval\n");
        assert_eq!(Policy::open().lines(), "");
        let nothing = Policy { allowed_imports: Some(BTreeSet::new()), ..Policy::open() };
        assert_eq!(nothing.lines(), "only\n");
    }
}
