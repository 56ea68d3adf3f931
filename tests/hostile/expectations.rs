//! What becomes of every hostile bot: a row for each, by its name and the folder it is in.

/// How a bot ends, if nobody else ends the match first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It plays on to the last tick, however odd its answers are.
    PlaysOn,
    /// It forfeits while loading, with a fault of that kind.
    AtLoad(&'static str),
    /// It forfeits in a turn, with a last fault of that kind.
    InTurn(&'static str),
    /// It runs the interpreter into undefined behaviour. What becomes of it depends on how this
    /// build of Python lies in memory; but it is the bot's own doing, and the same every time.
    Somehow,
}

/// One row of the table.
pub(crate) type Row = (&'static str, End);

const fn plays(name: &'static str) -> Row {
    (name, End::PlaysOn)
}

const fn at_load(name: &'static str, kind: &'static str) -> Row {
    (name, End::AtLoad(kind))
}

const fn in_turn(name: &'static str, kind: &'static str) -> Row {
    (name, End::InTurn(kind))
}

const fn somehow(name: &'static str) -> Row {
    (name, End::Somehow)
}

/// Computing without end.
pub(crate) const TIME: &[Row] = &[
    in_turn("asks_the_clock", "out_of_fuel"),
    in_turn("backtracks", "out_of_fuel"),
    in_turn("catches_everything", "out_of_fuel"),
    in_turn("chains_iterators", "out_of_fuel"),
    in_turn("chases_pointers", "out_of_fuel"),
    in_turn("collects_garbage", "out_of_fuel"),
    in_turn("collides_hashes", "out_of_fuel"),
    in_turn("copies_memory", "out_of_fuel"),
    in_turn("draws_randomness", "out_of_fuel"),
    in_turn("fills_memory", "out_of_fuel"),
    in_turn("loops_in_a_turn", "out_of_fuel"),
    at_load("loops_while_loading", "out_of_fuel"),
    in_turn("modular_power", "out_of_fuel"),
    in_turn("number_to_text", "out_of_fuel"),
    in_turn("powers", "out_of_fuel"),
    in_turn("searches_text", "out_of_fuel"),
    in_turn("sorts_forever", "out_of_fuel"),
    in_turn("sums_in_c", "out_of_fuel"),
    plays("waits_for_fuel"),
];

/// More memory than there is.
pub(crate) const MEMORY: &[Row] = &[
    in_turn("cycles_with_destructors", "out_of_fuel"),
    in_turn("fails_with_full_memory", "out_of_fuel"),
    in_turn("formats_wide", "out_of_memory"),
    in_turn("generator_chain", "out_of_fuel"),
    in_turn("grows_a_number", "out_of_fuel"),
    in_turn("grows_slowly", "out_of_memory"),
    at_load("grows_while_loading", "out_of_memory"),
    in_turn("lies_about_memory", "exception"),
    in_turn("many_small_objects", "out_of_fuel"),
    in_turn("one_huge_block", "out_of_memory"),
    in_turn("repeats_text", "out_of_memory"),
    in_turn("retries_for_ever", "out_of_fuel"),
    plays("survives_on_crumbs"),
    in_turn("unpacks_a_bomb", "out_of_fuel"),
];

/// Calls within calls.
pub(crate) const STACK: &[Row] = &[
    in_turn("deep_comparison", "out_of_fuel"),
    in_turn("deep_destruction", "out_of_fuel"),
    in_turn("deep_expression", "exception"),
    in_turn("deep_inheritance", "out_of_fuel"),
    in_turn("deep_isinstance", "out_of_fuel"),
    in_turn("deep_json", "stack_overflow"),
    in_turn("deep_pickle", "out_of_fuel"),
    in_turn("deep_regex", "out_of_fuel"),
    in_turn("deep_repr", "out_of_fuel"),
    in_turn("deep_source", "exception"),
    in_turn("deep_tree", "out_of_fuel"),
    in_turn("destructor_recursion", "stack_overflow"),
    in_turn("recurses", "exception"),
    in_turn("recurses_beyond", "out_of_fuel"),
    in_turn("recurses_in_c", "stack_overflow"),
];

/// Leaving in the middle.
pub(crate) const EXITS: &[Row] = &[
    in_turn("aborts", "trap"),
    plays("closes_everything"),
    in_turn("exit_code_object", "out_of_fuel"),
    in_turn("exits_at_exit", "exited"),
    in_turn("exits_in_a_comparison", "exited"),
    plays("exits_in_a_destructor"),
    at_load("exits_while_loading", "exited"),
    in_turn("os_exit", "exited"),
    in_turn("os_exit_large", "exited"),
    in_turn("quits", "exited"),
    in_turn("raises_a_signal", "trap"),
    in_turn("sys_exit", "exited"),
];

/// Abuse of the interpreter and of the harness in it.
pub(crate) const INTERPRETER: &[Row] = &[
    somehow("adds_text_to_itself"),
    in_turn("audits", "exception"),
    plays("breaks_into_a_debugger"),
    in_turn("calls_the_world", "exception"),
    in_turn("collects_callbacks", "out_of_fuel"),
    somehow("crafted_code"),
    in_turn("edits_frames", "exception"),
    in_turn("empties_every_dict", "exception"),
    at_load("event_loop", "load_error"),
    in_turn("faults_on_purpose", "trap"),
    plays("finds_the_harness"),
    in_turn("handles_signals", "exception"),
    in_turn("hooks_imports", "exception"),
    in_turn("jumps_in_frames", "out_of_fuel"),
    somehow("marshalled_code"),
    in_turn("monitors", "trap"),
    in_turn("pickled_code", "exception"),
    in_turn("profiles", "exception"),
    somehow("random_bytecode"),
    somehow("reads_out_of_bounds"),
    plays("replaces_builtins"),
    in_turn("replaces_everything", "bad_reply"),
    plays("replaces_json"),
    plays("rewrites_modules"),
    plays("slots_of_builtin_types"),
    in_turn("starts_raw_threads", "exception"),
    in_turn("starts_threads", "exception"),
    in_turn("subinterpreters", "exception"),
    somehow("uses_freed_memory"),
    in_turn("waits_for_input", "exception"),
    at_load("wants_ctypes", "load_error"),
    in_turn("wants_ctypes_inside", "exception"),
    plays("weak_callbacks"),
];

/// Answers that are none, or that are too much.
pub(crate) const REPLIES: &[Row] = &[
    in_turn("bytes", "bad_reply"),
    in_turn("changes_while_encoded", "out_of_fuel"),
    in_turn("contains_itself", "bad_reply"),
    in_turn("contains_itself_in_debug_info", "bad_reply"),
    in_turn("deep_actions", "bad_reply"),
    plays("deep_debug_info"),
    plays("dict_subclass"),
    in_turn("duplicate_debug_info", "bad_reply"),
    in_turn("duplicate_keys", "bad_reply"),
    in_turn("empty", "bad_reply"),
    in_turn("escape_sequences", "bad_reply"),
    in_turn("false_class", "bad_reply"),
    in_turn("hostile_metaclass", "exception"),
    in_turn("infinite_iterator", "bad_reply"),
    in_turn("int_subclass", "bad_reply"),
    plays("just_fits"),
    in_turn("just_too_long", "bad_reply"),
    in_turn("keys_of_objects", "exited"),
    in_turn("list_subclass", "out_of_fuel"),
    in_turn("lone_surrogate", "bad_reply"),
    in_turn("lone_surrogate_by_hand", "bad_reply"),
    in_turn("megabytes", "bad_reply"),
    in_turn("more_than_crosses", "bad_reply"),
    in_turn("nested_by_objects", "out_of_fuel"),
    in_turn("no_text", "trap"),
    in_turn("not_a_number", "bad_reply"),
    in_turn("not_a_number_by_hand", "bad_reply"),
    in_turn("number_of_a_megabyte", "out_of_fuel"),
    in_turn("number_too_large", "bad_reply"),
    in_turn("plausible_tuple", "bad_reply"),
    in_turn("str_subclass", "bad_reply"),
    in_turn("surrogate_as_text", "trap"),
    in_turn("ten_thousand_actions", "bad_reply"),
    in_turn("ten_thousand_short_actions", "bad_reply"),
    in_turn("trailing_garbage", "bad_reply"),
];

/// Exceptions that are hard to report.
pub(crate) const EXCEPTIONS: &[Row] = &[
    in_turn("base_exception", "exception"),
    in_turn("cycle", "exception"),
    in_turn("deep_traceback", "exception"),
    in_turn("edited_traceback", "exception"),
    in_turn("escape_sequences", "exception"),
    in_turn("escape_sequences_in_a_name", "exception"),
    in_turn("false_class", "exception"),
    in_turn("forged_rows", "exception"),
    in_turn("generator_exit", "exception"),
    in_turn("group", "out_of_fuel"),
    plays("in_a_destructor"),
    in_turn("keyboard_interrupt", "exception"),
    in_turn("long_chain", "out_of_fuel"),
    in_turn("raises_the_harness_own", "exception"),
    in_turn("stop_iteration", "exception"),
    at_load("stop_iteration_while_loading", "load_error"),
    in_turn("surrogates", "exception"),
    in_turn("text_loops", "out_of_fuel"),
    in_turn("text_of_megabytes", "out_of_fuel"),
    in_turn("text_raises", "exception"),
    in_turn("unraisable_hook", "out_of_fuel"),
    in_turn("warnings_as_errors", "exception"),
];

/// Floods and control sequences in the log.
pub(crate) const OUTPUT: &[Row] = &[
    plays("a_little_every_turn"),
    plays("binary"),
    in_turn("closed_streams", "exception"),
    plays("escape_sequences"),
    in_turn("floods_before_a_trap", "trap"),
    at_load("floods_before_an_exit", "exited"),
    in_turn("full_fault", "exception"),
    plays("full_frame"),
    in_turn("one_huge_line", "out_of_fuel"),
    in_turn("prints_for_ever", "out_of_fuel"),
    plays("replaced_streams"),
];

/// Ways out, and looks around.
pub(crate) const ENVIRONMENT: &[Row] = &[
    plays("calls_the_kernel"),
    plays("hunts_for_secrets"),
    plays("looks_around"),
    plays("looks_at_descriptors"),
    in_turn("makes_temporary_files", "exception"),
    in_turn("maps_memory", "exception"),
    in_turn("opens_raw_sockets", "exception"),
    in_turn("opens_sockets", "exception"),
    in_turn("reads_files", "exception"),
    plays("reads_the_environment"),
    in_turn("resolves_names", "exception"),
    plays("sleeps"),
    in_turn("sleeps_for_ever", "out_of_fuel"),
    in_turn("sleeps_past_the_end_of_time", "exception"),
    in_turn("starts_processes", "exception"),
    in_turn("waits_for_descriptors", "bad_reply"),
];

/// Whatever could differ between two machines or two runs.
pub(crate) const DETERMINISM: &[Row] = &[
    plays("addresses"),
    plays("clocks"),
    plays("draws_by_the_opponent"),
    plays("entropy"),
    plays("floating_point"),
    plays("fuel_left"),
    plays("memory_layout"),
    plays("stack_depth"),
    plays("uninitialised_memory"),
];

/// Speaking in the name of the harness or of the host.
pub(crate) const PRETENCE: &[Row] = &[
    in_turn("claims_a_host_fault", "exited"),
    in_turn("claims_another_fault", "policy"),
    in_turn("fails_to_load_in_a_turn", "load_error"),
    in_turn("faults_of_megabytes", "exited"),
    in_turn("faults_of_no_kind", "trap"),
    plays("forges_after_the_turn"),
    plays("frames_on_every_descriptor"),
    plays("frames_while_loading"),
    plays("old_answer"),
    plays("reads_the_socket"),
];

/// Sources that are hard to read.
pub(crate) const SOURCES: &[Row] = &[
    at_load("broken_cycle", "load_error"),
    at_load("defines_nothing", "load_error"),
    at_load("entry_by_getattr", "exited"),
    at_load("hostile_signature", "exited"),
    plays("import_cycle"),
    at_load("imports_itself", "load_error"),
    in_turn("module_of_its_own", "bad_reply"),
    plays("null_width_names"),
    at_load("own_harness", "load_error"),
    plays("own_json"),
];

/// Sources that are made when they are needed.
pub(crate) const GENERATED: &[Row] = &[
    at_load("deep_attributes", "out_of_fuel"),
    at_load("deep_calls", "out_of_fuel"),
    at_load("deep_sums", "out_of_fuel"),
    at_load("deep_indents", "load_error"),
    at_load("deep_decorators", "out_of_fuel"),
    at_load("large_list", "out_of_fuel"),
    at_load("large_dict", "out_of_fuel"),
    at_load("large_number", "load_error"),
    plays("large_hexadecimal"),
    plays("large_text"),
    plays("large_name"),
    at_load("many_functions", "out_of_fuel"),
    plays("many_lines"),
    at_load("many_parameters", "out_of_fuel"),
    plays("just_small_enough"),
    at_load("wide_syntax_error", "load_error"),
    at_load("wide_exception", "load_error"),
    at_load("bytes_of_every_value", "load_error"),
    at_load("nul_at_the_end", "load_error"),
    at_load("nul_in_a_comment", "load_error"),
    at_load("mark_in_the_middle", "load_error"),
    at_load("two_marks", "load_error"),
    at_load("mark_against_cookie", "load_error"),
    at_load("sixteen_bits", "load_error"),
    plays("form_feeds"),
    at_load("mixed_line_ends", "load_error"),
    plays("overlong_utf_8"),
    at_load("surrogate_in_utf_8", "load_error"),
    at_load("seven_bits", "exited"),
    at_load("escapes_in_source", "exited"),
    at_load("rotated", "load_error"),
    at_load("zipped_cookie", "load_error"),
    at_load("endless_cookie", "load_error"),
    plays("sixty_four_files"),
    plays("hundreds_of_files"),
];

/// Sources that Python's parser gives up on, which it says with a MemoryError.
pub(crate) const TOO_DEEP: &[Row] = &[
    at_load("deep_lambdas", "load_error"),
    at_load("deep_parentheses", "load_error"),
    at_load("deep_brackets", "load_error"),
    at_load("deep_minus", "load_error"),
    at_load("deep_not", "load_error"),
    at_load("deep_powers", "load_error"),
    at_load("deep_conditions", "load_error"),
    at_load("deep_f_strings", "load_error"),
    at_load("deep_elif", "load_error"),
];
