//! How bytes stand in a line of JSON.

/// What whoever hands over bytes knows of them, so that nobody has to parse them a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// They were parsed as JSON and found valid.
    Json,
    /// Anything.
    Unknown,
}

/// Bytes in the form in which a line holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// JSON that stands in the line as it is.
    Json(&'a str),
    /// Text, as a JSON string.
    Text(&'a str),
    /// No text: base64.
    Binary(&'a [u8]),
}

/// Deepest nesting of JSON that stands in a line as it is: common readers refuse what is deeper.
const DEPTH_MAX: usize = 100;

impl<'a> Form<'a> {
    /// The form of those bytes.
    pub fn of(bytes: &'a [u8], syntax: Syntax) -> Form<'a> {
        match std::str::from_utf8(bytes) {
            Ok(text) if syntax == Syntax::Json && is_embeddable(bytes) => Form::Json(text),
            Ok(text) => Form::Text(text),
            Err(_) => Form::Binary(bytes),
        }
    }

    /// The bytes.
    pub fn bytes(self) -> &'a [u8] {
        match self {
            Form::Json(text) | Form::Text(text) => text.as_bytes(),
            Form::Binary(bytes) => bytes,
        }
    }

    /// Bytes that this takes in a line, without its key.
    pub(crate) fn cost(self) -> usize {
        match self {
            Form::Json(text) => text.len(),
            Form::Text(text) => escaped_bytes(text.as_bytes()) + 2,
            Form::Binary(bytes) => bytes.len().div_ceil(3) * 4 + 2,
        }
    }
}

/// Bytes that text takes in a JSON string: each as it is, with a backslash, or as `\u` and four
/// digits. Counted without branches, because a hostile bot has 64 KiB of them in every turn.
fn escaped_bytes(text: &[u8]) -> usize {
    let quoted = count(text, |byte| matches!(byte, b'"' | b'\\'));
    let controls = count(text, |byte| byte < 32);
    let short_controls = count(text, |byte| matches!(byte, 8 | 9 | 10 | 12 | 13));
    text.len() + quoted + 5 * controls - 4 * short_controls
}

/// How many of the bytes are so. In pieces whose count fits a byte, which is what lets the compiler
/// look at many of them at once.
fn count(bytes: &[u8], is_so: impl Fn(u8) -> bool) -> usize {
    let in_piece = |piece: &[u8]| piece.iter().map(|byte| u8::from(is_so(*byte))).sum::<u8>();
    bytes.chunks(u8::MAX.into()).map(|piece| usize::from(in_piece(piece))).sum()
}

/// Whether valid JSON can stand in a line as it is and be cut out of it again: on one line, without
/// space around it, not nested too deeply, and no `null`, which readers take for nothing.
fn is_embeddable(json: &[u8]) -> bool {
    let is_one_line = !json.contains(&b'\n') && !json.contains(&b'\r');
    let is_bare = json.trim_ascii().len() == json.len() && !json.is_empty();
    is_one_line && is_bare && json != b"null" && (opened(json) <= DEPTH_MAX || depth(json) <= DEPTH_MAX)
}

/// How many brackets look like opening ones: never less than the depth, and quick to count.
fn opened(json: &[u8]) -> usize {
    count(json, |byte| matches!(byte, b'[' | b'{'))
}

/// How deeply valid JSON is nested.
fn depth(json: &[u8]) -> usize {
    let (mut now, mut deepest, mut in_string, mut is_escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => now += 1,
            b']' | b'}' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(now);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_is_what_it_takes() {
        let all: String = (0..0x180).filter_map(char::from_u32).collect();
        let written = serde_json::to_string(&all).unwrap();
        assert_eq!(Form::Text(&all).cost(), written.len());
        assert_eq!(Form::Binary(b"four").cost(), "\"Zm91cg==\"".len());
    }

    #[test]
    fn json_on_one_line_stands_as_it_is() {
        for json in ["{}", "[1, 2]", "\"a\"", "7", r#"{"a":"[[[\"\\"}"#] {
            assert_eq!(Form::of(json.as_bytes(), Syntax::Json), Form::Json(json));
            assert_eq!(Form::of(json.as_bytes(), Syntax::Unknown), Form::Text(json));
        }
    }

    #[test]
    fn json_that_could_not_be_cut_out_again_is_text() {
        for json in ["", " {}", "{}\n", "[\n]", "[\r]", "null"] {
            assert_eq!(Form::of(json.as_bytes(), Syntax::Json), Form::Text(json));
        }
    }

    #[test]
    fn what_is_no_text_is_binary_whatever_is_said_of_it() {
        assert_eq!(Form::of(b"\"\xff\"", Syntax::Json), Form::Binary(b"\"\xff\""));
    }

    #[test]
    fn only_true_nesting_counts() {
        let wide = format!("[{}0]", "[],".repeat(1_000));
        let quoted = format!("\"{}\\\"{}\"", "[".repeat(500), "{".repeat(500));
        let deep = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        for fine in [wide, quoted, deep(DEPTH_MAX)] {
            assert_eq!(Form::of(fine.as_bytes(), Syntax::Json), Form::Json(&fine));
        }
        let too_deep = deep(DEPTH_MAX + 1);
        assert_eq!(Form::of(too_deep.as_bytes(), Syntax::Json), Form::Text(&too_deep));
    }
}
