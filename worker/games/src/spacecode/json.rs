//! A writer for small JSON objects with numbers of few decimals: no allocation, no `-0`, no
//! exponents, and the same bytes everywhere.

/// Appends JSON to a buffer. Commas come by themselves.
pub(super) struct Json<'a>(pub(super) &'a mut Vec<u8>);

impl Json<'_> {
    /// Opens an object: as the value of `key`, or as the next value where there is no key.
    pub(super) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Json<'_>)) {
        self.nested(key, b'{', b'}', fill);
    }

    /// Opens a list.
    pub(super) fn list(&mut self, key: &str, fill: impl FnOnce(&mut Json<'_>)) {
        self.nested(key, b'[', b']', fill);
    }

    fn nested(&mut self, key: &str, open: u8, close: u8, fill: impl FnOnce(&mut Json<'_>)) {
        self.key(key);
        self.0.push(open);
        fill(self);
        self.0.push(close);
    }

    /// A text that needs no escapes.
    pub(super) fn text(&mut self, key: &str, value: &'static str) {
        self.key(key);
        self.0.push(b'"');
        self.0.extend_from_slice(value.as_bytes());
        self.0.push(b'"');
    }

    pub(super) fn null(&mut self, key: &str) {
        self.key(key);
        self.0.extend_from_slice(b"null");
    }

    pub(super) fn integer(&mut self, key: &str, value: u32) {
        self.key(key);
        self.digits(value.into());
    }

    /// A number rounded to so many decimals, half away from zero, so that opposite numbers stay
    /// opposite. Zeros at the end are left out.
    pub(super) fn number<const DECIMALS: u32>(&mut self, key: &str, value: f64) {
        self.key(key);
        let one = const { 10u64.pow(DECIMALS) };
        // The cast is exact for everything that fits into an arena, and saturates otherwise.
        let scaled = (value * one as f64).round() as i64;
        if scaled < 0 {
            self.0.push(b'-');
        }
        let scaled = scaled.unsigned_abs();
        self.digits(scaled / one);
        let mut rest = scaled % one;
        if rest > 0 {
            self.0.push(b'.');
        }
        let mut unit = one;
        while rest > 0 {
            unit /= 10;
            self.digit(rest / unit);
            rest %= unit;
        }
    }

    fn key(&mut self, key: &str) {
        if !matches!(self.0.last(), None | Some(b'{' | b'[')) {
            self.0.push(b',');
        }
        if !key.is_empty() {
            self.0.push(b'"');
            self.0.extend_from_slice(key.as_bytes());
            self.0.extend_from_slice(b"\":");
        }
    }

    fn digits(&mut self, value: u64) {
        let mut unit = 1;
        while value / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            self.digit(value / unit % 10);
            unit /= 10;
        }
    }

    fn digit(&mut self, digit: u64) {
        // Always below 10.
        self.0.push(b'0' + digit as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fill: impl FnOnce(&mut Json<'_>)) -> String {
        let mut out = Vec::new();
        Json(&mut out).object("", fill);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_short_and_never_minus_zero() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (-0.004, "0"),
            (0.005, "0.01"),
            (-0.005, "-0.01"),
            (12.0, "12"),
            (-487.5, "-487.5"),
            (3.1009, "3.1"),
            (1.01, "1.01"),
            (10.999, "11"),
            (f64::NAN, "0"),
            (f64::INFINITY, "92233720368547758.07"),
            (f64::NEG_INFINITY, "-92233720368547758.08"),
        ] {
            assert_eq!(written(|json| json.number::<2>("n", value)), format!("{{\"n\":{text}}}"));
        }
    }

    #[test]
    fn values_nest() {
        let text = written(|json| {
            json.object("a", |json| json.integer("b", 907));
            json.list("c", |json| {
                json.object("", |_| ());
                json.number::<1>("", 2.5);
            });
            json.text("d", "e");
            json.null("f");
        });
        assert_eq!(text, r#"{"a":{"b":907},"c":[{},2.5],"d":"e","f":null}"#);
    }
}
