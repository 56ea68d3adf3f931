//! Whole reports: the document's form, the counts, the ranks, and what people get to read.

use proptest::prelude::*;
use serde_json::{Value, json};
use terms::{BySeat, Fault, FaultKind, Policy, Scores, Seat, Verdict};

use super::fixtures::{bots, ended, tournament, unloadable, void, win, workers};
use super::*;

fn of(names: &[&str], matches: &[MatchResult]) -> Report {
    report(&tournament(), &bots(names), matches, &workers()).unwrap()
}

fn draw(zero: usize, one: usize, seed: u64) -> MatchResult {
    ended(zero, one, seed, Verdict::Played(Scores::DRAW))
}

fn ranks(report: &Report) -> Vec<(usize, &str)> {
    report.document.bots.iter().map(|bot| (bot.rank, bot.name.as_str())).collect()
}

/// Programs of other people read this: when it fails, the document has changed for them.
#[test]
fn the_document_has_the_promised_fields_in_the_promised_order() {
    let report = of(&["spinner", "hunter"], &[win(1, 0, 7), unloadable(1, 0, 8), void(0, 1, 9)]);
    let text = serde_json::to_string(&report.document).unwrap();
    let [spinner, hunter, runtime] =
        ["spinner", "hunter", "runtime"].map(|t| terms::Digest::of(t.as_bytes()));
    let [zero, transcript, fuel] = ["1 0 7", "transcript", "fuel"].map(|t| terms::Digest::of(t.as_bytes()));
    let short = zero.short();
    let start = format!(
        "{{\"version\":1,\"tournament\":{{\"id\":\"t1\",\"game\":\"spacecode\",\"game_version\":1,\"seed\":7,\
         \"rounds\":1,\"runtime\":\"{runtime}\",\"python\":\"3.14.0\",\"limits\":{{\"source_bytes\":1048576,\
         \"source_files\":64,\"load_fuel\":2000000000,\"turn_fuel\":50000000,\"memory_bytes\":67108864,\
         \"stack_bytes\":2097152,\"reply_bytes\":65536,\"log_bytes\":65536,\"strikes\":10,\"ticks\":1000,\
         \"turn_wall_ms\":2000,\"load_wall_ms\":10000}},\"matches\":3,\"played\":1,\"forfeits\":1,\"void\":1,\
         \"cached\":0,\"wall_seconds\":3.2,\"policy\":{{\"name\":\"open\"}}}},\"bots\":[{{\"name\":\"hunter\",\"digest\":\"{hunter}\",\"rank\":1,\
         \"points\":2.0,\"played\":2,\"wins\":2,\"draws\":0,\"losses\":0,\"forfeits\":0,\"rating\":"
    );
    assert!(text.starts_with(&start), "{text}");
    let middle = format!(
        ",\"fuel_per_turn_p50\":20,\"fuel_per_turn_p99\":20,\"memory_peak_bytes\":1048576}}],\
         \"crosstable\":[[null,2.0],[0.0,null]],\"matches\":[{{\"id\":\"{zero}\",\"seed\":7,\
         \"bots\":[\"hunter\",\"spinner\"],\"outcome\":\"played\",\"scores\":[1.0,0.0],\"faults\":[],\"ticks\":412,\
         \"digest\":\"{transcript}\",\"fuel_digest\":\"{fuel}\",\"fuel\":[1030,1020],\"worker\":\"local-1\",\
         \"attempt\":1,\"cached\":false,\"replay\":\"coordinator replay {short}\"}},"
    );
    assert!(text.contains(&middle), "{text}");
    assert!(text.contains(&spinner.to_string()));
    let keys =
        ["\"forfeits\":0,\"rating\":", ",\"rating_low\":", ",\"rating_high\":", ",\"fuel_per_turn_p50\":"];
    let places: Vec<_> = keys.iter().map(|key| text.find(key)).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}");
    assert!(
        text.ends_with(
            "\"workers\":[{\"name\":\"local-1\",\"matches\":2,\"layers\":[\"seccomp\"]}],\"alarms\":[]}"
        ),
        "{text}"
    );
}

#[test]
fn a_policy_that_is_no_preset_is_told_in_full() {
    let under = |policy: Policy| {
        let tournament = Tournament { policy, ..tournament() };
        let report = report(&tournament, &bots(&["a", "b"]), &[win(0, 1, 7)], &workers()).unwrap();
        (serde_json::to_value(&report.document.tournament.policy).unwrap(), to_text(&report))
    };
    let (open, text) = under(Policy::open());
    assert!(open == json!({"name": "open"}) && !text.contains("policy"), "{open} {text}");
    let (strict, text) = under(Policy::strict());
    assert!(strict == json!({"name": "strict"}) && text.contains("seed 7, policy strict, 3.2 s"), "{text}");
    let calls = ["eval".to_owned()].into();
    let (custom, text) = under(Policy { blocked_calls: calls, ..Policy::open() });
    assert_eq!(custom, json!({"name": "custom", "blocked_imports": [], "blocked_calls": ["eval"]}));
    assert!(text.contains("seed 7, policy custom, 3.2 s"), "{text}");
}

#[test]
fn faults_and_void_matches_carry_their_reasons() {
    let report = of(&["a", "b"], &[unloadable(0, 1, 8), void(0, 1, 9)]);
    let rows = serde_json::to_value(&report.document.matches).unwrap();
    let fault = &rows[0]["faults"][0];
    assert_eq!(fault["seat"], json!(1));
    assert_eq!(fault["kind"], json!("load_error"));
    assert_eq!(fault["tick"], json!(0));
    assert!(fault["traceback"].as_str().unwrap().contains("line 3"));
    assert_eq!(rows[0]["outcome"], json!("forfeit"));
    assert_eq!(rows[0]["scores"], json!([1.0, 0.0]));
    assert_eq!(rows[0].get("host_fault"), None);
    assert_eq!(rows[1]["outcome"], json!("void"));
    assert_eq!(rows[1]["scores"], Value::Null);
    assert_eq!(rows[1]["host_fault"], json!({"kind": "stalled", "message": "no reply for 2 s"}));
}

#[test]
fn a_fault_without_a_traceback_has_no_such_key() {
    let mut result = ended(0, 1, 1, Verdict::Forfeit(BySeat([true, false])));
    result.outcome.faults.push(Fault {
        seat: Seat::Zero,
        kind: FaultKind::OutOfFuel,
        tick: 17,
        message: "the turn needed more".to_owned(),
        traceback: String::new(),
    });
    let report = of(&["a", "b"], &[result]);
    let text = serde_json::to_string(&report.document.matches[0].faults).unwrap();
    assert_eq!(text, r#"[{"seat":0,"kind":"out_of_fuel","tick":17,"message":"the turn needed more"}]"#);
}

#[test]
fn counts_add_up_and_void_matches_count_nowhere() {
    let report = of(&["a", "b"], &[win(0, 1, 1), draw(1, 0, 1), unloadable(0, 1, 2), void(0, 1, 3)]);
    let [a, b] = report.document.bots.as_slice() else { panic!("two bots") };
    assert_eq!((a.played, a.wins, a.draws, a.losses, a.forfeits), (3, 2, 1, 0, 0));
    assert_eq!((b.played, b.wins, b.draws, b.losses, b.forfeits), (3, 0, 1, 2, 1));
    assert_eq!((a.points, b.points), (2.5, 0.5));
    assert_eq!(report.document.crosstable, [vec![None, Some(2.5)], vec![Some(0.5), None]]);
    assert!(a.rating > b.rating && a.rating_low < a.rating && a.rating < a.rating_high);
}

#[test]
fn ranks_go_by_points_then_by_the_games_among_the_level_then_are_shared() {
    let all_level = of(&["c", "b", "a"], &[win(0, 1, 1), win(1, 0, 1), win(1, 2, 1), win(0, 2, 1)]);
    assert_eq!(ranks(&all_level), [(1, "b"), (1, "c"), (3, "a")]);
    // Two points each for x and y, and y beat x.
    let y_beat_x = [win(1, 0, 1), win(0, 2, 1), win(2, 1, 1), win(1, 2, 2), win(0, 2, 3)];
    assert_eq!(ranks(&of(&["x", "y", "z"], &y_beat_x)), [(1, "y"), (2, "x"), (3, "z")]);
    let more_points_count_first = [win(1, 0, 1), win(0, 2, 1), win(0, 2, 2)];
    assert_eq!(ranks(&of(&["x", "y", "z"], &more_points_count_first)), [(1, "x"), (2, "y"), (3, "z")]);
}

#[test]
fn results_of_strangers_are_refused_by_name() {
    let refused = report(&tournament(), &bots(&["a", "b"]), &[win(0, 2, 1)], &[]).unwrap_err().to_string();
    assert!(refused.ends_with("is between bots 0 and 2, but must be between two different ones of 2 bots"));
    assert!(report(&tournament(), &bots(&["a", "b"]), &[win(1, 1, 1)], &[]).is_err());
}

#[test]
fn an_empty_tournament_has_a_report_too() {
    for names in [&[][..], &["a"], &["a", "b"]] {
        let report = of(names, &[]);
        assert!(!serde_json::to_string(&report.document).unwrap().contains("NaN"));
        assert!(to_text(&report).ends_with('\n'));
    }
}

#[test]
fn csv_has_a_row_per_bot_and_as_many_fields_as_the_header() {
    let csv = to_csv(&of(&["hunter", "=spin,ner"], &[win(0, 1, 7)]).document);
    let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
    let columns = lines[0].split(',').count();
    let keys = serde_json::to_value(&of(&["a", "b"], &[]).document.bots[0]).unwrap();
    assert_eq!(columns, keys.as_object().unwrap().len());
    assert!(lines[1].starts_with("hunter,") && lines[1].split(',').count() == columns);
    assert!(lines[2].starts_with("\"'=spin,ner\","));
    assert_eq!(lines.len(), 3);
}

#[test]
fn the_text_shows_standings_crosstable_and_why_bots_failed() {
    let matches = [win(0, 1, 7), unloadable(0, 2, 7), unloadable(1, 2, 7), void(1, 0, 7)];
    let text = to_text(&of(&["hunter", "人工知能", "broken"], &matches));
    assert_eq!(text, include_str!("expected.txt"));
}

#[test]
fn what_a_bot_says_cannot_reach_the_terminal_as_a_command() {
    let mut result = unloadable(0, 1, 1);
    let fault = &mut result.outcome.faults[0];
    fault.message = "\x1b[2Jgone\u{202e}\x07".to_owned() + &"x".repeat(2_000);
    fault.traceback = "a\n\x1b]0;title\x07\nb".to_owned();
    let text = to_text(&of(&["a", "\x1b[31mred\u{9b}"], &[result]));
    let harmful = |c: char| c != '\n' && clean::is_unfit(c);
    assert!(!text.contains(harmful), "{text:?}");
    assert!(text.lines().all(|line| line.chars().count() < 240));
}

#[test]
fn strikes_are_told_apart_from_forfeits_and_groups_are_named() {
    let mut result = win(0, 1, 1);
    result.outcome.faults = (1..=3)
        .map(|tick| Fault {
            seat: Seat::One,
            kind: FaultKind::BadReply,
            tick,
            message: "no list".to_owned(),
            traceback: String::new(),
        })
        .collect();
    let text = to_text(&of(&["a", "b", "c"], &[result]));
    assert!(text.contains("b: turns lost to bad_reply ×3 (first at tick 1 of match "), "{text}");
    assert!(text.contains(") — no list"), "{text}");
    assert!(text.contains("no scored match links: a, b | c"), "{text}");
}

#[test]
fn the_strikes_of_the_bot_that_did_not_forfeit_are_not_called_a_forfeit() {
    let mut result = unloadable(0, 1, 1);
    let strike =
        Fault { seat: Seat::Zero, kind: FaultKind::Exception, tick: 4, ..result.outcome.faults[0].clone() };
    result.outcome.faults.insert(0, strike);
    let text = to_text(&of(&["a", "b"], &[result]));
    assert!(text.contains("a: turns lost to exception ×1") && text.contains("b: load_error ×1"), "{text}");
}

#[test]
fn a_large_tournament_has_no_crosstable() {
    let names: Vec<String> = (0..17).map(|number| format!("bot{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(!to_text(&of(&names, &[])).contains("row against column"));
    assert!(to_text(&of(&names[..16], &[])).contains("row against column"));
}

fn any_match() -> impl Strategy<Value = MatchResult> {
    (0usize..4, 1usize..4, 0u64..3, 0u8..5).prop_map(|(zero, further, seed, end)| {
        let one = (zero + further) % 4;
        match end {
            0 => win(zero, one, seed),
            1 => draw(zero, one, seed),
            2 => unloadable(zero, one, seed),
            3 => void(zero, one, seed),
            _ => ended(zero, one, seed, Verdict::Forfeit(BySeat([true, true]))),
        }
    })
}

proptest! {
    #[test]
    fn neither_the_order_of_play_nor_of_the_bots_makes_a_difference(
        matches in prop::collection::vec(any_match(), 0..40),
        order in Just(vec![0usize, 1, 2, 3]).prop_shuffle(),
    ) {
        let names = ["d", "c", "b", "a"];
        let one = of(&names, &matches);
        let reordered: Vec<&str> = order.iter().map(|bot| names[*bot]).collect();
        let moved = |bot: usize| order.iter().position(|at| *at == bot).unwrap();
        let backwards: Vec<MatchResult> =
            matches.iter().rev().map(|m| MatchResult { bots: m.bots.map(moved), ..m.clone() }).collect();
        let other = of(&reordered, &backwards);
        prop_assert_eq!(&one.document.bots, &other.document.bots);
        prop_assert_eq!(&one.document.crosstable, &other.document.crosstable);
        prop_assert_eq!(&one.groups, &other.groups);
    }

    #[test]
    fn points_are_conserved(matches in prop::collection::vec(any_match(), 0..40)) {
        let document = of(&["d", "c", "b", "a"], &matches).document;
        let scored = (document.tournament.played + document.tournament.forfeits) as f64;
        prop_assert_eq!(document.bots.iter().map(|bot| bot.points).sum::<f64>(), scored);
        let crossed: f64 = document.crosstable.iter().flatten().flatten().sum();
        prop_assert_eq!(crossed, scored);
        prop_assert!(document.bots.windows(2).all(|two| two[0].rank <= two[1].rank));
    }
}
