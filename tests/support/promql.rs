//! Finds what a query of Prometheus asks for, without knowing all of its language.

/// Words that stand where a metric could stand.
const WORDS: [&str; 7] = ["and", "or", "unless", "bool", "offset", "group_left", "group_right"];
/// Words before a list of labels.
const GROUPINGS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// What chooses series, such as `up{job="arena-worker"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The name of the metric; empty if only what is between the braces says it.
    pub name: String,
    /// What stands between the braces, if there are any.
    pub matchers: String,
}

impl Selector {
    fn of(name: &str, braces: &str) -> Selector {
        let matchers = braces.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or_default();
        Selector { name: name.to_owned(), matchers: matchers.trim().to_owned() }
    }

    /// The names that it may stand for.
    pub fn names(&self) -> Vec<&str> {
        let named = self.matchers.split_once("__name__=~\"").and_then(|(_, behind)| behind.split('"').next());
        if self.name.is_empty() { named.unwrap_or_default().split('|').collect() } else { vec![&self.name] }
    }

    /// As it is written in a query.
    pub fn text(&self) -> String {
        if self.matchers.is_empty() {
            self.name.clone()
        } else {
            format!("{}{{{}}}", self.name, self.matchers)
        }
    }
}

/// Everything in an expression that chooses series, in order.
pub fn selectors(expression: &str) -> Vec<Selector> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            rest = after(rest, quoted(rest));
        } else if first == '[' {
            rest = after(rest, rest.find(']').map_or(rest.len(), |end| end + 1));
        } else if first == '{' {
            let (matchers, behind) = rest.split_at(braced(rest));
            found.push(Selector::of("", matchers));
            rest = behind;
        } else if first.is_ascii_digit() {
            rest = after(rest, word(rest));
        } else if first.is_ascii_alphabetic() || first == '_' || first == ':' {
            let (name, behind) = rest.split_at(word(rest));
            rest = behind.trim_start();
            if GROUPINGS.contains(&name) && rest.starts_with('(') {
                rest = after(rest, rest.find(')').map_or(rest.len(), |end| end + 1));
            } else if is_metric(name, rest) {
                let braces = if rest.starts_with('{') { braced(rest) } else { 0 };
                let (matchers, behind) = rest.split_at(braces);
                found.push(Selector::of(name, matchers));
                rest = behind;
            }
        } else {
            rest = after(rest, first.len_utf8());
        }
    }
    found
}

/// Whether a word before that is no function, no aggregation and no operator.
fn is_metric(name: &str, behind: &str) -> bool {
    let next = &behind[..word(behind)];
    !WORDS.contains(&name) && !behind.starts_with('(') && !["by", "without"].contains(&next)
}

fn after(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or_default()
}

/// The length of the word that the text begins with.
fn word(text: &str) -> usize {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':';
    text.find(|letter| !is_part(letter)).unwrap_or(text.len())
}

/// The length of the text in quotation marks that the text begins with, with them.
fn quoted(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of what is in braces at the beginning of the text, with them.
fn braced(text: &str) -> usize {
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        match letter {
            '"' => at += quoted(&text[at..]),
            '}' => return at + 1,
            _ => at += letter.len_utf8(),
        }
    }
    text.len()
}
