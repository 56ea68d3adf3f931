//! Where two documents differ.

use serde_json::Value;

/// The first place at which two documents differ, with both values; nothing if they are equal.
pub fn first_difference(ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys());
            keys.into_iter().find_map(|key| below(key, &ours[key], &theirs[key]))
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let items = one.iter().zip(other).enumerate();
            items.into_iter().find_map(|(at, (one, other))| below(&at.to_string(), one, other))
        }
        _ => (ours != theirs).then(|| format!(":\n  {ours}\n  {theirs}")),
    }
}

fn below(name: &str, ours: &Value, theirs: &Value) -> Option<String> {
    first_difference(ours, theirs).map(|found| format!("/{name}{found}"))
}
