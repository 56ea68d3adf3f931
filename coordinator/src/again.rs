//! The exact command that goes on with an interrupted tournament.

use terms::Seed;

use crate::config::without_passwords;

/// The command line `arguments`, ready to be pasted into a shell, but for passwords, which are not
/// shown. `drawn` is the seed if it was drawn: the same tournament needs the same one.
pub fn command(arguments: &[String], drawn: Option<Seed>) -> String {
    let mut words: Vec<String> =
        without_token(arguments).iter().map(|word| without_passwords(word)).collect();
    if let Some(seed) = drawn {
        words = without_seed(words);
        words.extend(["--seed".to_owned(), seed.to_string()]);
    }
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A join token is not printed.
fn without_token(words: &[String]) -> Vec<String> {
    let mut is_value = false;
    let shown = |word: &String| {
        let is_token = std::mem::replace(&mut is_value, word == "--join-token");
        if is_token || word.starts_with("--join-token=") {
            return if is_token { "…".to_owned() } else { "--join-token=…".to_owned() };
        }
        word.clone()
    };
    words.iter().map(shown).collect()
}

fn without_seed(words: Vec<String>) -> Vec<String> {
    let mut skip_value = false;
    let mut kept = words;
    kept.retain(|word| {
        let is_value = std::mem::take(&mut skip_value);
        skip_value = word == "--seed";
        !(is_value || skip_value || word.starts_with("--seed="))
    });
    kept
}

/// Quoted for a POSIX shell where it must be.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(words: &[&str], drawn: Option<u64>) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        command(&words, drawn.map(Seed))
    }

    #[test]
    fn what_was_typed_comes_back_ready_for_a_shell() {
        assert_eq!(again(&["./coordinator", "--bots", "my bots"], None), "./coordinator --bots 'my bots'");
        assert_eq!(again(&["c", "--bots", "it's; rm"], None), r"c --bots 'it'\''s; rm'");
        assert_eq!(again(&["c", ""], None), "c ''");
    }

    #[test]
    fn a_password_is_not_repeated() {
        let shown = again(&["c", "--store", "postgres://me:secret@db/arena"], None);
        assert_eq!(shown, "c --store postgres://me:PASSWORD@db/arena");
    }

    #[test]
    fn a_join_token_is_not_shown() {
        let secret = "sixteen-letters-";
        let file = again(&["c", "--join-token-file", "f"], None);
        assert_eq!(file, "c --join-token-file f");
        for words in
            [&["c", "--join-token", secret, "-v"][..], &["c", &format!("--join-token={secret}"), "-v"]]
        {
            let line = again(words, Some(7));
            assert!(!line.contains(secret) && line.contains("-v --seed 7"), "{line}");
        }
    }

    #[test]
    fn a_drawn_seed_takes_the_place_of_random() {
        assert_eq!(again(&["c", "--seed", "random", "-v"], Some(7)), "c -v --seed 7");
        assert_eq!(again(&["c", "--seed=random"], Some(7)), "c --seed 7");
        assert_eq!(again(&["c"], Some(7)), "c --seed 7");
    }
}
