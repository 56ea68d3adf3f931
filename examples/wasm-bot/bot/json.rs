//! As much of JSON as an observation needs: objects, lists, numbers, plain texts, null.

/// A value, and ways into it that cannot fail: what is missing is nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a whole text.
    pub fn read(text: &str) -> Option<Json> {
        let mut reader = Reader(text.as_bytes());
        let value = reader.value()?;
        reader.skip_space();
        reader.0.is_empty().then_some(value)
    }

    /// A member of an object, if it is there and not null.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
        .filter(|value| **value != Json::Null)
    }

    /// A member that is a number; 0 if it is not there.
    pub fn number(&self, name: &str) -> f64 {
        match self.get(name) {
            Some(Json::Number(number)) => *number,
            _ => 0.0,
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn value(&mut self) -> Option<Json> {
        self.skip_space();
        match self.0.first()? {
            b'{' => self.object(),
            b'[' => self.list(),
            b'"' => self.text().map(Json::Text),
            b'n' => self.word("null").then_some(Json::Null),
            b't' => self.word("true").then_some(Json::Number(1.0)),
            b'f' => self.word("false").then_some(Json::Number(0.0)),
            _ => self.number(),
        }
    }

    fn object(&mut self) -> Option<Json> {
        let mut members = Vec::new();
        self.take(b'{');
        while !self.take(b'}') {
            self.skip_space();
            let name = self.text()?;
            if !self.take(b':') {
                return None;
            }
            members.push((name, self.value()?));
            self.take(b',');
        }
        Some(Json::Object(members))
    }

    fn list(&mut self) -> Option<Json> {
        let mut items = Vec::new();
        self.take(b'[');
        while !self.take(b']') {
            items.push(self.value()?);
            self.take(b',');
        }
        Some(Json::List(items))
    }

    /// A text without escapes: there are none in an observation.
    fn text(&mut self) -> Option<String> {
        let rest = self.0.strip_prefix(b"\"")?;
        let end = rest.iter().position(|byte| *byte == b'"')?;
        self.0 = &rest[end + 1..];
        String::from_utf8(rest[..end].to_vec()).ok()
    }

    fn number(&mut self) -> Option<Json> {
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let end = self.0.iter().position(|byte| !is_part(byte)).unwrap_or(self.0.len());
        let text = std::str::from_utf8(&self.0[..end]).ok()?;
        self.0 = &self.0[end..];
        text.parse().ok().map(Json::Number)
    }

    fn word(&mut self, word: &str) -> bool {
        let rest = self.0.strip_prefix(word.as_bytes());
        rest.map(|rest| self.0 = rest).is_some()
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let rest = self.0.strip_prefix(&[byte]);
        rest.map(|rest| self.0 = rest).is_some()
    }

    fn skip_space(&mut self) {
        let start = self.0.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(self.0.len());
        self.0 = &self.0[start..];
    }
}
