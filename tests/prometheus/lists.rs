//! What may be empty, and what nobody draws: each with its reason.

/// Queries that give nothing in a tournament in which nothing is wrong: the panel or rule, and why.
pub(crate) const MAY_BE_EMPTY: &[(&str, &str)] = &[
    ("tournament: Alerts that fire", "no alert fires while all is well"),
    ("sandbox: Compiling a bot in WebAssembly", "no bot of this tournament is a component"),
];

/// Metrics in no panel and in no rule, and why.
pub(crate) const NOT_DRAWN: &[(&str, &str)] =
    &[("process_virtual_memory_max_bytes", "it is the size of the address space, on every machine")];
