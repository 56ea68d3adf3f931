//! The coordinator: decides who plays whom, hands out matches, records results, computes standings.
//!
//! ```text
//!  config ─► plan (intake, python_wasm, schedule) ─► driver ─┬─ engine      decides, pure
//!                                                            ├─ rpc_server  workers' calls
//!                                                            ├─ store       results
//!                                                            ├─ local       child processes
//!                                                            ├─ http        who asks how it is
//!                                                            ├─ metrics     what is measured
//!                                                            └─ progress    people
//!                                                    outcome ─► standings ─► output
//! ```
//!
//! Never here: a bot that runs, or a rule of a game.
#![forbid(unsafe_code)]

pub mod again;
pub mod archive;
pub mod blobs;
pub mod bucket;
pub mod call;
pub mod caller;
pub mod config;
pub mod data_dir;
pub mod descriptors;
pub mod download;
pub mod driver;
pub mod engine;
pub mod entrances;
pub mod exit;
pub mod http;
pub mod interrupts;
pub mod local;
pub mod metrics;
pub mod output;
pub mod plan;
pub mod progress;
pub mod python_wasm;
pub mod replay;
pub mod results;
pub mod rpc_server;
pub mod run;
pub mod schedule;
pub mod scores;
pub mod stage;
pub mod standby;
pub mod standings;
pub mod store;
pub mod targets;
pub mod transcripts;
pub mod transfer;
pub mod verify;
