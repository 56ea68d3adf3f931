//! Ratings, checked by somebody else: `ratings/reference.py` maximises the same posterior by other
//! means and from the published model alone, and must come to the same ratings and intervals.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers fail by panicking"
)]

#[path = "ratings/python.rs"]
mod python;
#[path = "ratings/tournaments.rs"]
mod tournaments;

use std::collections::BTreeSet;

use arena_tests::{Run, Tournament, example_bots};
use coordinator::standings::rating::{Ratings, rate};
use serde_json::{Value, json};
use tournaments::Case;

/// How far two exact computations may be apart, in Elo.
const RATING_APART: f64 = 0.01;
/// The same of half an interval, in Elo.
const MARGIN_APART: f64 = 0.05;
/// What the document's rounding to tenths adds.
const ROUNDING: f64 = 0.05;

#[test]
fn an_independent_implementation_comes_to_the_same_ratings() {
    let cases = tournaments::all();
    let asked: Vec<Value> = cases.iter().map(Case::to_json).collect();
    let answers = python::reference(&json!(asked));
    for (case, answer) in cases.iter().zip(answers.as_array().unwrap()) {
        let ours = rate(case.bots, case.games.iter().copied());
        assert_alike(&case.name, &ours, answer);
    }
}

fn assert_alike(name: &str, ours: &Ratings, theirs: &Value) {
    let near = |what: &str, ours: f64, theirs: &Value, apart: f64| {
        let off = (ours - theirs.as_f64().unwrap()).abs();
        assert!(off <= apart, "{name}: {what} is {ours} here and {theirs} there");
    };
    assert_eq!(ours.bots.len(), theirs["ratings"].as_array().unwrap().len(), "{name}");
    for (bot, rating) in ours.bots.iter().enumerate() {
        near(&format!("the rating of {bot}"), rating.elo, &theirs["ratings"][bot], RATING_APART);
        near(&format!("the margin of {bot}"), rating.margin, &theirs["margins"][bot], MARGIN_APART);
    }
    near("the advantage of seat 0", ours.seat_advantage, &theirs["seat_advantage"], RATING_APART);
}

/// From the command line to the document, with everything that lies in between.
#[test]
fn the_ratings_of_a_real_tournament_follow_from_its_matches() {
    let run = Tournament::of(example_bots()).with(&["--ticks", "400"]).run().expect_code(0);
    let names: Vec<&str> = run.bots().iter().map(|bot| bot["name"].as_str().unwrap()).collect();
    let answer = python::reference(&json!([{"bots": names.len(), "games": games_of(&run, &names)}]));
    for (at, bot) in run.bots().iter().enumerate() {
        let number = |value: &Value| value.as_f64().unwrap();
        let (rating, margin) = (number(&answer[0]["ratings"][at]), number(&answer[0]["margins"][at]));
        let wanted = [rating, rating - margin, rating + margin];
        for (field, wanted) in ["rating", "rating_low", "rating_high"].into_iter().zip(wanted) {
            let off = (number(&bot[field]) - wanted).abs();
            assert!(off <= ROUNDING + MARGIN_APART, "{}: {field} should be {wanted}: {bot}", names[at]);
        }
    }
    let ratings: BTreeSet<String> = run.bots().iter().map(|bot| bot["rating"].to_string()).collect();
    assert!(ratings.len() > 1, "all bots are equal, which shows nothing");
}

fn games_of(run: &Run, names: &[&str]) -> Vec<Value> {
    let number = |name: &Value| names.iter().position(|other| name == other).unwrap();
    let scored = run.matches().iter().filter(|played| played["outcome"] != "void");
    // Seeds are larger than what a floating point number holds; only which are equal matters.
    let mut seeds: Vec<u64> = scored.clone().map(|played| played["seed"].as_u64().unwrap()).collect();
    seeds.sort_unstable();
    seeds.dedup();
    scored
        .map(|played| {
            let seed = seeds.binary_search(&played["seed"].as_u64().unwrap()).unwrap();
            json!([number(&played["bots"][0]), number(&played["bots"][1]), seed, played["scores"][0]])
        })
        .collect()
}
