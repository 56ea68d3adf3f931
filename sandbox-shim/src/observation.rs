//! Observations as our own interpreter reads them fastest.
//!
//! Reading JSON takes Python longer than all else in a turn, most of it for turning digits into numbers and
//! back. So the text is read here, and written again as CPython's `marshal` does it: the same value, to the
//! bit and in the same order. What is unusual (an escape, an integer of more than 64 bits, deep nesting, or
//! no JSON at all) is left as text, which the interpreter reads as ever. Which of both happens, depends on the
//! text alone. Never here: anything from a bot.

/// How deep lists and objects may be in each other.
const DEPTH_MAX: u32 = 32;
/// How many different keys are remembered, so that each is made once per turn.
const KEYS_MAX: usize = 64;
/// In front of what can be referred to later.
const REMEMBER: u8 = 0x80;

/// Writes an observation for `marshal.loads` into `out`, replacing what was there. Nothing if it is unusual.
pub(crate) fn marshalled<'a>(text: &str, out: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    out.clear();
    let mut translation = Translation { rest: text.as_bytes(), out, keys: Vec::new() };
    translation.value(DEPTH_MAX)?;
    translation.skip_space();
    translation.rest.is_empty().then_some(())?;
    Some(out)
}

struct Translation<'t, 'o> {
    rest: &'t [u8],
    out: &'o mut Vec<u8>,
    keys: Vec<&'t [u8]>,
}

impl<'t> Translation<'t, '_> {
    fn value(&mut self, depth: u32) -> Option<()> {
        self.skip_space();
        match self.rest.first()? {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.list(depth.checked_sub(1)?),
            b'"' => {
                let text = self.text()?;
                self.write_text(text, 0)
            }
            b't' => self.word(b"true", b'T'),
            b'f' => self.word(b"false", b'F'),
            b'n' => self.word(b"null", b'N'),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: u32) -> Option<()> {
        self.take(b'{')?;
        self.out.push(b'{');
        if !self.comes(b'}') {
            loop {
                self.skip_space();
                self.key()?;
                self.skip_space();
                self.take(b':')?;
                self.value(depth)?;
                if self.comes(b'}') {
                    break;
                }
                self.take(b',')?;
            }
        }
        // There is no other key.
        self.out.push(b'0');
        Some(())
    }

    fn list(&mut self, depth: u32) -> Option<()> {
        self.take(b'[')?;
        self.out.push(b'[');
        let place = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        let mut count: u32 = 0;
        if !self.comes(b']') {
            loop {
                self.value(depth)?;
                count = count.checked_add(1)?;
                if self.comes(b']') {
                    break;
                }
                self.take(b',')?;
            }
        }
        self.out.get_mut(place..)?.first_chunk_mut::<4>()?.copy_from_slice(&count.to_le_bytes());
        Some(())
    }

    /// A key, or which of the earlier ones it is.
    fn key(&mut self) -> Option<()> {
        let key = self.text()?;
        if let Some(index) = self.keys.iter().position(|known| *known == key) {
            self.out.push(b'r');
            self.out.extend_from_slice(&u32::try_from(index).ok()?.to_le_bytes());
            return Some(());
        }
        if self.keys.len() == KEYS_MAX {
            return self.write_text(key, 0);
        }
        self.keys.push(key);
        self.write_text(key, REMEMBER)
    }

    /// A text without escapes.
    fn text(&mut self) -> Option<&'t [u8]> {
        self.take(b'"')?;
        let end = self.rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        let (text, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        self.take(b'"')?;
        Some(text)
    }

    fn write_text(&mut self, text: &[u8], flag: u8) -> Option<()> {
        match (u8::try_from(text.len()), text.is_ascii()) {
            (Ok(count), true) => self.out.extend_from_slice(&[b'z' | flag, count]),
            (_, is_ascii) => {
                self.out.push(if is_ascii { b'a' } else { b'u' } | flag);
                self.out.extend_from_slice(&i32::try_from(text.len()).ok()?.to_le_bytes());
            }
        }
        self.out.extend_from_slice(text);
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let start = self.rest;
        let _minus = self.accept(b'-');
        if !self.accept(b'0') {
            self.digits()?;
        }
        let mut is_integer = true;
        if self.accept(b'.') {
            is_integer = false;
            self.digits()?;
        }
        if self.accept(b'e') || self.accept(b'E') {
            is_integer = false;
            let _sign = self.accept(b'-') || self.accept(b'+');
            self.digits()?;
        }
        let number = std::str::from_utf8(start.get(..start.len() - self.rest.len())?).ok()?;
        if is_integer {
            self.write_integer(number.parse().ok()?)
        } else {
            // Rounded as Python does it: to the nearest, and if in doubt to the even one.
            let float: f64 = number.parse().ok()?;
            self.out.push(b'g');
            self.out.extend_from_slice(&float.to_le_bytes());
            Some(())
        }
    }

    fn write_integer(&mut self, integer: i64) -> Option<()> {
        if let Ok(small) = i32::try_from(integer) {
            self.out.push(b'i');
            self.out.extend_from_slice(&small.to_le_bytes());
            return Some(());
        }
        // Digits to the base of 2^15, the least first; their count bears the sign.
        let (mut rest, mut count) = (integer.unsigned_abs(), 0_i32);
        self.out.push(b'l');
        let place = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        while rest > 0 {
            self.out.extend_from_slice(&((rest & 0x7fff) as u16).to_le_bytes());
            rest >>= 15;
            count += 1;
        }
        let count = if integer < 0 { -count } else { count };
        self.out.get_mut(place..)?.first_chunk_mut::<4>()?.copy_from_slice(&count.to_le_bytes());
        Some(())
    }

    fn word(&mut self, word: &[u8], code: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        self.out.push(code);
        Some(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.rest = self.rest.get(count..)?;
        (count > 0).then_some(())
    }

    fn skip_space(&mut self) {
        while let Some((b' ' | b'\t' | b'\n' | b'\r', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
    }

    /// Whether that comes next, after space; takes it if so.
    fn comes(&mut self, byte: u8) -> bool {
        self.skip_space();
        self.accept(byte)
    }

    fn accept(&mut self, byte: u8) -> bool {
        self.take(byte).is_some()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.rest.split_first()?;
        (*first == byte).then(|| self.rest = rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[u8]) {
        let mut out = b"what was there".to_vec();
        assert_eq!(marshalled(text, &mut out), Some(expected), "{text}");
    }

    #[test]
    fn values_are_written_as_marshal_does() {
        check("null", b"N");
        check(" [ true , false ] ", b"[\x02\0\0\0TF");
        check("-7", b"i\xf9\xff\xff\xff");
        check("-0", b"i\0\0\0\0");
        check("-2147483649", b"l\xfd\xff\xff\xff\x01\0\0\0\x02\0");
        check("0.5e1", b"g\0\0\0\0\0\0\x14@");
        check("-0.0", b"g\0\0\0\0\0\0\0\x80");
        check("\"ab\"", b"z\x02ab");
        check("\"\u{e9}\"", b"u\x02\0\0\0\xc3\xa9");
        check("[{\"a\":1},{\"a\":{}}]", b"[\x02\0\0\0{\xfa\x01ai\x01\0\0\x000{r\0\0\0\0{00");
    }

    #[test]
    fn what_is_unusual_or_no_json_stays_text() {
        let deep = "[".repeat(40) + &"]".repeat(40);
        for text in [
            "",
            "1 2",
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{1:2}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "-",
            "nul",
            "NaN",
            "Infinity",
            "\"",
            "\"\\n\"",
            "\"\n\"",
            "9223372036854775808",
            &deep,
            "'a'",
            "[1 2]",
            "{\"\\u0061\":1}",
        ] {
            assert_eq!(marshalled(text, &mut Vec::new()), None, "{text}");
        }
    }

    #[test]
    fn many_keys_are_written_and_the_first_are_remembered() {
        let keys: Vec<String> = (0..100).map(|key| format!("\"k{key}\":0")).collect();
        let object = format!("{{{}}}", keys.join(","));
        let mut out = Vec::new();
        let text = format!("[{object},{object}]");
        let written = marshalled(&text, &mut out).unwrap();
        let remembered = written.iter().filter(|byte| **byte == b'z' | REMEMBER).count();
        assert_eq!(remembered, KEYS_MAX);
    }
}
