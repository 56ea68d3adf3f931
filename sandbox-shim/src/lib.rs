//! sandbox-shim
