//! Hostile sources that no one would keep in a file: too large, too deep, or not text.

const IDLE: &str = "def bot_main(data):\n    return []\n";
/// The limit of a source, in bytes.
const SOURCE_BYTES_MAX: usize = 1 << 20;

/// Files of bots, each with its path in the folder of bots and its bytes.
pub(crate) fn files() -> Vec<(String, Vec<u8>)> {
    let single = deep().into_iter().chain(large()).chain(not_text());
    single.map(|(name, source)| (format!("{name}.py"), source)).chain(many_files()).collect()
}

/// Nested deeper than a parser's or a compiler's stack.
fn deep() -> Vec<(&'static str, Vec<u8>)> {
    let nested = |open: &str, middle: &str, close: &str, depth: usize| {
        format!("{IDLE}x = {}{middle}{}\n", open.repeat(depth), close.repeat(depth)).into_bytes()
    };
    let indented: String = (0..200).map(|depth| format!("{}if 1:\n", " ".repeat(depth))).collect();
    vec![
        ("deep_lambdas", nested("lambda:", "0", "", 140_000)),
        ("deep_parentheses", nested("(", "0", ")", 500_000)),
        ("deep_brackets", nested("[", "", "]", 150)),
        ("deep_minus", nested("-", "1", "", 900_000)),
        ("deep_not", nested("not ", "1", "", 200_000)),
        ("deep_attributes", nested("", "IDLE", ".a", 300_000)),
        ("deep_calls", nested("", "IDLE", "()", 300_000)),
        ("deep_powers", nested("1**", "1", "", 200_000)),
        ("deep_sums", nested("1+", "1", "", 400_000)),
        ("deep_conditions", nested("1 if 0 else ", "1", "", 80_000)),
        ("deep_f_strings", nested("f'{", "1", "}'", 140)),
        ("deep_elif", format!("{IDLE}if 0:\n  pass\n{}", "elif 0:\n  pass\n".repeat(60_000)).into_bytes()),
        ("deep_indents", format!("{IDLE}{indented}{}pass\n", " ".repeat(200)).into_bytes()),
        ("deep_decorators", format!("{}{IDLE}", "@print\n".repeat(100_000)).into_bytes()),
    ]
}

/// As large as a source may be, or as wide.
fn large() -> Vec<(&'static str, Vec<u8>)> {
    let comment = "x".repeat(SOURCE_BYTES_MAX - IDLE.len() - 1);
    let sum = "data + ".repeat(60_000 / 7);
    vec![
        ("large_list", format!("{IDLE}x = [{}]\n", "1,".repeat(500_000)).into_bytes()),
        ("large_dict", format!("{IDLE}x = {{{}}}\n", "1:2,".repeat(250_000)).into_bytes()),
        ("large_number", format!("{IDLE}x = {}\n", "9".repeat(1_000_000)).into_bytes()),
        ("large_hexadecimal", format!("{IDLE}x = 0x{}\n", "f".repeat(1_000_000)).into_bytes()),
        ("large_text", format!("{IDLE}x = '{}'\n", "y".repeat(1_000_000)).into_bytes()),
        ("large_name", format!("{IDLE}{} = 1\n", "n".repeat(1_000_000)).into_bytes()),
        ("many_functions", format!("{IDLE}{}", "def f(): pass\n".repeat(70_000)).into_bytes()),
        ("many_lines", format!("{IDLE}{}", "\n".repeat(200_000)).into_bytes()),
        ("many_parameters", format!("def f({}): pass\n{IDLE}", names(100_000)).into_bytes()),
        ("just_small_enough", format!("{IDLE}#{comment}").into_bytes()),
        ("wide_syntax_error", format!("x = [{}\n{IDLE}", "\u{1f680}\x1b[2J,".repeat(6_000)).into_bytes()),
        ("wide_exception", format!("def bot_main(data):\n    return {sum} 1\n").into_bytes()),
    ]
}

/// Bytes that editors and readers understand in different ways.
fn not_text() -> Vec<(&'static str, Vec<u8>)> {
    let with = |before: &[u8], after: &[u8]| [before, IDLE.as_bytes(), after].concat();
    let utf_16: Vec<u8> = IDLE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("bytes_of_every_value", (0..=255).cycle().take(4_096).collect()),
        ("nul_at_the_end", with(b"", b"\0")),
        ("nul_in_a_comment", with(b"# \0\n", b"")),
        ("mark_in_the_middle", with(b"x = 1\n\xef\xbb\xbf", b"")),
        ("two_marks", with(b"\xef\xbb\xbf\xef\xbb\xbf", b"")),
        ("mark_against_cookie", with(b"\xef\xbb\xbf# coding: latin-1\n", b"")),
        ("sixteen_bits", [b"\xff\xfe".to_vec(), utf_16].concat()),
        ("form_feeds", with(b"\x0c\n\x0c  \x0c\n", b"\x0c")),
        ("mixed_line_ends", with(b"x = 1\r\ny = 2\rz = 3\n\r", b"\x1a")),
        ("overlong_utf_8", with(b"# \xc0\x80\n", b"")),
        ("surrogate_in_utf_8", with(b"x = '\xed\xa0\x80'\n", b"")),
        // What a reader takes for a comment, Python runs.
        ("seven_bits", with(b"# coding: utf-7\n#+AAo-raise SystemExit(8)\n", b"")),
        ("escapes_in_source", with(b"# coding: unicode_escape\n#\\nraise SystemExit(8)\n", b"")),
        ("rotated", with(b"# coding: rot13\n", b"")),
        ("zipped_cookie", with(b"# coding: zlib\n", b"")),
        ("endless_cookie", with(format!("# coding: {}\n", "a".repeat(100_000)).as_bytes(), b"")),
    ]
}

/// Bots of many files, each of which imports the bot.
fn many_files() -> Vec<(String, Vec<u8>)> {
    let bot = |name: &str, modules: usize| {
        let imports: String = (0..modules).map(|number| format!("import m{number}\n")).collect();
        let module = |number| (format!("{name}/m{number}.py"), b"import bot\n".to_vec());
        let entry = (format!("{name}/bot.py"), format!("{imports}{IDLE}").into_bytes());
        (0..modules).map(module).chain([entry]).collect::<Vec<_>>()
    };
    [bot("sixty_four_files", 63), bot("hundreds_of_files", 300)].concat()
}

fn names(count: usize) -> String {
    (0..count).map(|number| format!("a{number},")).collect()
}
