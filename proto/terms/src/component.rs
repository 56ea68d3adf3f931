//! What a WebAssembly component looks like from outside: enough to say early and clearly that a file
//! is something else. Whether it is a valid one, only a compiler can tell.

/// How every WebAssembly file begins.
const MAGIC: &[u8] = b"\0asm";
/// What follows in a component: version and layer.
const COMPONENT_LAYER: [u8; 4] = [0x0d, 0, 1, 0];
/// What follows in a core module.
const MODULE_LAYER: [u8; 4] = [1, 0, 0, 0];
/// How much of a file is looked at to tell text from other things, in bytes.
const LOOK_BYTES: usize = 256;

/// What the bytes are instead of a component, if their beginning gives it away: a sentence about
/// "it".
pub fn what_else(bytes: &[u8]) -> Option<&'static str> {
    if bytes.is_empty() {
        return Some("it is empty");
    }
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        let is_text = std::str::from_utf8(bytes.get(..LOOK_BYTES).unwrap_or(bytes)).is_ok();
        return Some(if is_text { "it is a text file" } else { "it does not begin like WebAssembly" });
    };
    match rest.first_chunk() {
        Some(&COMPONENT_LAYER) => None,
        Some(&MODULE_LAYER) => Some("it is a core module, not a component"),
        Some(_) => Some("it is of a version that is not known here"),
        None => Some("it ends after its first few bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::what_else;

    #[test]
    fn the_beginning_tells_what_a_file_is() {
        assert_eq!(what_else(b"\0asm\x0d\0\x01\0rest"), None);
        assert_eq!(what_else(b""), Some("it is empty"));
        assert_eq!(what_else(b"\0asm\x01\0\0\0rest"), Some("it is a core module, not a component"));
        assert_eq!(what_else(b"\0asm"), Some("it ends after its first few bytes"));
        assert_eq!(what_else(b"\0asm\x09\0\x01\0"), Some("it is of a version that is not known here"));
        assert_eq!(what_else(b"(component)"), Some("it is a text file"));
        assert_eq!(what_else(&[0xff; 40]), Some("it does not begin like WebAssembly"));
    }
}
