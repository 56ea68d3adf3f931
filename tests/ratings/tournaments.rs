//! Tournaments to rate: ordinary ones, made by luck of a known seed, and all kinds of odd ones.

use coordinator::standings::rating::Game;
use serde_json::{Value, json};
use terms::{BySeat, Scores, Seat, Seed};

/// Games between `bots` bots.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) bots: usize,
    pub(crate) games: Vec<Game>,
}

impl Case {
    fn new(name: &str, bots: usize, games: Vec<Game>) -> Case {
        Case { name: name.to_owned(), bots, games }
    }

    /// As `reference.py` reads it.
    pub(crate) fn to_json(&self) -> Value {
        let row = |game: &Game| {
            let BySeat([zero, one]) = game.bots;
            json!([zero, one, game.seed.0, game.scores.points()[Seat::Zero]])
        };
        json!({"bots": self.bots, "games": self.games.iter().map(row).collect::<Vec<_>>()})
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    let mut cases: Vec<Case> = (1..=12).map(by_luck).collect();
    cases.extend([
        Case::new("nobody played", 3, Vec::new()),
        Case::new("one game", 2, vec![game(0, 1, 1, 2)]),
        Case::new("one bot wins all", 4, round_robin(4, 15, |zero, one| half_points(zero == 0, one == 0))),
        Case::new("one bot loses all", 4, round_robin(4, 15, |zero, one| half_points(one == 3, zero == 3))),
        Case::new(
            "the lower always wins",
            6,
            round_robin(6, 10, |zero, one| half_points(zero < one, one < zero)),
        ),
        Case::new("all is drawn", 4, round_robin(4, 15, |_, _| 1)),
        Case::new("seat 0 always wins", 3, round_robin(3, 25, |_, _| 2)),
        Case::new("two groups that never met", 5, apart()),
        Case::new("one seat only", 3, one_sided()),
        Case::new("pairs of one game", 4, halves()),
        Case::new("almost enough pairs", 2, few_pairs(39)),
        Case::new("just enough pairs", 2, few_pairs(40)),
    ]);
    cases
}

/// A round robin of 2 to 9 bots over a thousand Elo, with pairs that go together to some degree.
fn by_luck(seed: u64) -> Case {
    let mut luck = Luck(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let (bots, rounds) = (2 + (seed as usize * 5) % 8, 1 + (seed * 7) % 25);
    let strengths: Vec<f64> = (0..bots).map(|_| 6.0 * luck.next() - 3.0).collect();
    let (seat, ties, together) = (luck.next() - 0.5, 3.0 * luck.next() - 2.0, luck.next());
    let mut games = Vec::new();
    for (a, b) in (0..bots).flat_map(|b| (0..b).map(move |a| (a, b))) {
        for seed in 0..rounds {
            let first = luck.play(strengths[a] + seat - strengths[b], ties);
            let other = luck.play(strengths[b] + seat - strengths[a], ties);
            let second = if luck.next() < together { 2 - first } else { other };
            games.extend([game(a, b, seed, first), game(b, a, seed, second)]);
        }
    }
    Case { name: format!("luck {seed}: {bots} bots, {rounds} rounds"), bots, games }
}

fn game(zero: usize, one: usize, seed: u64, half_points_of_zero: u8) -> Game {
    let scores = Scores::from_half_points(BySeat([half_points_of_zero, 2 - half_points_of_zero])).unwrap();
    Game { bots: BySeat([zero, one]), seed: Seed(seed), scores }
}

fn half_points(zero_wins: bool, one_wins: bool) -> u8 {
    1 + u8::from(zero_wins) - u8::from(one_wins)
}

fn round_robin(bots: usize, rounds: u64, end: impl Fn(usize, usize) -> u8) -> Vec<Game> {
    let seatings = (0..bots).flat_map(|zero| (0..bots).map(move |one| (zero, one))).filter(|(a, b)| a != b);
    let end = &end;
    seatings.flat_map(|(a, b)| (0..rounds).map(move |seed| game(a, b, seed, end(a, b)))).collect()
}

/// 0, 1 and 2 play each other, 3 and 4 each other.
fn apart() -> Vec<Game> {
    let end = |zero, one| half_points((zero + 2 * one) % 3 == 0, zero > one);
    let mut games = round_robin(5, 7, end);
    games.retain(|game| (game.bots.0[0] < 3) == (game.bots.0[1] < 3));
    games
}

/// Bot 0 always sits in seat 0.
fn one_sided() -> Vec<Game> {
    (0..30).map(|seed| game(0, 1 + seed as usize % 2, seed, (seed % 3) as u8)).collect()
}

/// Every pair lost one of its games: it stayed void.
fn halves() -> Vec<Game> {
    let end = |zero: usize, one: usize| ((zero * 2 + one) % 3) as u8;
    let mut games = round_robin(4, 12, end);
    games.retain(|game| (game.bots.0[0] < game.bots.0[1]) == (game.seed.0 % 2 == 0));
    games
}

fn few_pairs(pairs: u64) -> Vec<Game> {
    let pair = |seed| {
        let first = if seed % 3 == 0 { 0 } else { 2 };
        [game(0, 1, seed, first), game(1, 0, seed, 2 - first)]
    };
    (0..pairs).flat_map(pair).collect()
}

/// A small generator of its own (xorshift64*), so that the cases are the same for ever.
struct Luck(u64);

impl Luck {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Half points of seat 0.
    fn play(&mut self, d: f64, ties: f64) -> u8 {
        let [win, draw, loss] = [(d / 2.0).exp(), ties.exp(), (-d / 2.0).exp()];
        let drawn = self.next() * (win + draw + loss);
        if drawn < win { 2 } else { u8::from(drawn < win + draw) }
    }
}
