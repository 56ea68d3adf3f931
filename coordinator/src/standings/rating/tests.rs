//! Ratings against what can be worked out by hand, and against tournaments of known strengths.

use proptest::prelude::*;
use terms::{BySeat, Scores, Seat, Seed};

use super::*;

fn game(zero: usize, one: usize, seed: u64, half_points_of_zero: u8) -> Game {
    let scores = Scores::from_half_points(BySeat([half_points_of_zero, 2 - half_points_of_zero])).unwrap();
    Game { bots: BySeat([zero, one]), seed: Seed(seed), scores }
}

/// A pair of games between 0 and 1, in which 0 takes these half points.
fn pair(seed: u64, first: u8, second: u8) -> [Game; 2] {
    [game(0, 1, seed, first), game(1, 0, seed, 2 - second)]
}

fn assert_finite(ratings: &Ratings) {
    for rating in &ratings.bots {
        assert!(rating.elo.is_finite() && rating.margin.is_finite() && rating.margin >= 0.0, "{ratings:?}");
    }
}

/// With a weak prior and many games, the difference is the odds: 400 log10(wins / losses).
#[test]
fn two_bots_differ_by_the_odds_of_their_games() {
    let games = (0..4_000).flat_map(|seed| if seed % 4 == 0 { pair(seed, 0, 0) } else { pair(seed, 2, 2) });
    let ratings = rate(2, games);
    let difference = ratings.bots[0].elo - ratings.bots[1].elo;
    assert!((difference - 400.0 * 3f64.log10()).abs() < 1.0, "{difference}");
    assert!((ratings.bots[0].elo + ratings.bots[1].elo - 3_000.0).abs() < 1e-6);
    assert!(ratings.seat_advantage.abs() < 1e-6);
}

/// Davidson: ties say nothing about the difference, wins and losses all of it.
#[test]
fn ties_do_not_move_the_difference_of_two_bots() {
    let decisive =
        || (0..4_000).flat_map(|seed| if seed % 4 == 0 { pair(seed, 0, 0) } else { pair(seed, 2, 2) });
    let tied = (4_000..12_000).flat_map(|seed| pair(seed, 1, 1));
    let [without, with] = [rate(2, decisive()), rate(2, decisive().chain(tied))]
        .map(|ratings| ratings.bots[0].elo - ratings.bots[1].elo);
    assert!((without - with).abs() < 1.0, "{without} {with}");
}

/// Seat 0 wins three of four games of equals: all of it is the seat's, 400 log10(3).
#[test]
fn the_advantage_of_a_seat_is_not_a_strength() {
    let games = (0..20_000).flat_map(|seed| {
        let first_seat = if seed % 4 == 0 { 0 } else { 2 };
        pair(seed, first_seat, 2 - first_seat)
    });
    let ratings = rate(2, games);
    assert!((ratings.bots[0].elo - 1500.0).abs() < 1e-6);
    assert!((ratings.seat_advantage - 400.0 * 3f64.log10()).abs() < 2.0, "{}", ratings.seat_advantage);
}

/// Two games that always end alike tell as much as one: the interval is √2 times as wide as that of
/// the same games with a seed each.
#[test]
fn a_pair_of_games_that_go_together_counts_as_one() {
    let games = || (0..400).flat_map(|seed| if seed % 2 == 0 { pair(seed, 0, 0) } else { pair(seed, 2, 2) });
    let apart = games().enumerate().map(|(number, game)| Game { seed: Seed(number as u64), ..game });
    let [together, apart] = [rate(2, games()), rate(2, apart)].map(|ratings| ratings.bots[0].margin);
    assert!((together / apart - 2f64.sqrt()).abs() < 0.01, "{together} {apart}");
}

/// N independent games between two bots, of which the share p is won, say the difference with a
/// variance of 1 / (N p (1 − p)); each bot has half of the difference.
#[test]
fn the_interval_of_two_bots_is_the_binomial_one() {
    let games = (0..6_000).map(|seed| match seed % 6 {
        0 => game(0, 1, seed, 0),
        1 | 2 => game(0, 1, seed, 2),
        3 => game(1, 0, seed, 2),
        _ => game(1, 0, seed, 0),
    });
    let (count, won) = (6_000.0, 2.0 / 3.0);
    let wanted = Z_95 * ELO_PER_LOGIT / 2.0 / f64::sqrt(count * won * (1.0 - won));
    for rating in rate(2, games).bots {
        assert!((rating.margin / wanted - 1.0).abs() < 0.01, "{rating:?}, but the margin should be {wanted}");
    }
}

/// 0 beats 1 three to one, 1 beats 2 two to one; 0 and 2 never met: six to one.
#[test]
fn odds_multiply_along_a_chain() {
    let games = (0..6_000).flat_map(|seed| {
        let [first, second] =
            [(seed % 4, 3), (seed % 3, 2)].map(|(turn, wins)| if turn < wins { 2 } else { 0 });
        [
            game(0, 1, seed, first),
            game(1, 0, seed, 2 - first),
            game(1, 2, seed, second),
            game(2, 1, seed, 2 - second),
        ]
    });
    let ratings = rate(3, games);
    let difference = ratings.bots[0].elo - ratings.bots[2].elo;
    assert!((difference - 400.0 * 6f64.log10()).abs() < 1.5, "{difference}");
}

/// Everyone beats the next and loses to the one after: nobody is better.
#[test]
fn a_circle_of_wins_is_a_circle_of_equals() {
    let seeds = 0..100;
    let games = seeds.flat_map(|seed| (0..3).map(move |bot| game(bot, (bot + 1) % 3, seed, 2)));
    for rating in rate(3, games).bots {
        assert!((rating.elo - 1500.0).abs() < 1e-6, "{rating:?}");
    }
}

/// Nothing is known of groups that never met, so each has the same mean; and it is said.
#[test]
fn groups_that_never_met_are_centred_alike() {
    let strong = (0..40).flat_map(|seed| pair(seed, 2, 1));
    let others = (0..90).flat_map(|seed| [game(2, 3, seed, 2), game(4, 3, seed, 2), game(4, 2, seed, 0)]);
    let ratings = rate(5, strong.chain(others));
    assert_eq!(ratings.groups, [vec![0, 1], vec![2, 3, 4]]);
    for group in &ratings.groups {
        let mean = group.iter().map(|bot| ratings.bots[*bot].elo).sum::<f64>() / group.len() as f64;
        assert!((mean - 1500.0).abs() < 1e-6, "{group:?}: {mean}");
    }
}

#[test]
fn extreme_results_stay_finite() {
    let perfect = rate(2, (0..500).flat_map(|seed| pair(seed, 2, 2)));
    assert_finite(&perfect);
    assert!(perfect.bots[0].elo > 1_800.0 && perfect.bots[0].margin > 50.0, "{perfect:?}");
    let one_game = rate(2, [game(0, 1, 1, 2)]);
    assert_finite(&one_game);
    assert!(one_game.bots[0].elo > one_game.bots[1].elo);
    let draws = rate(2, (0..50).flat_map(|seed| pair(seed, 1, 1)));
    assert_finite(&draws);
    assert!((draws.bots[0].elo - 1500.0).abs() < 1e-6);
    for bots in 0..4 {
        let idle = rate(bots, []);
        assert_finite(&idle);
        assert_eq!(idle.bots.len(), bots);
        assert!(idle.bots.iter().all(|rating| (rating.elo - 1500.0).abs() < 1e-9));
    }
    assert!(rate(2, []).bots[0].margin > 500.0, "nothing known is a wide interval");
}

#[test]
fn games_that_cannot_be_are_left_out_and_groups_are_told() {
    let ratings = rate(4, [game(0, 1, 1, 2), game(2, 2, 1, 1), game(2, 9, 1, 1)]);
    assert_finite(&ratings);
    assert_eq!(ratings.groups, [vec![0, 1], vec![2], vec![3]]);
}

/// A small generator of its own (xorshift64*), so that the test is the same for ever.
struct Luck(u64);

impl Luck {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn play(&mut self, d: f64, ties: f64) -> u8 {
        let chances = model::Chances::of(d, ties);
        let drawn = self.next();
        if drawn < chances.win { 2 } else { u8::from(drawn < chances.win + chances.draw) }
    }
}

/// A round robin of bots whose strengths (log-odds, sum 0) are known. With `together`, the second
/// game of a pair often repeats the first, as it does when the seed favours one bot.
fn tournament(luck: &mut Luck, strengths: &[f64], rounds: u64, together: f64) -> Vec<Game> {
    let mut games = Vec::new();
    for (a, b) in (0..strengths.len()).flat_map(|b| (0..b).map(move |a| (a, b))) {
        for seed in 0..rounds {
            let first = luck.play(strengths[a] - strengths[b] + 0.2, -1.0);
            let fresh = 2 - luck.play(strengths[b] - strengths[a] + 0.2, -1.0);
            let second = if luck.next() < together { first } else { fresh };
            games.extend([game(a, b, seed, first), game(b, a, seed, 2 - second)]);
        }
    }
    games
}

fn coverage(together: f64, rounds: u64) -> f64 {
    let strengths = [1.2, 0.6, 0.1, -0.4, -1.5];
    let mut luck = Luck(0x1234_5678_9abc_def1);
    let (mut inside, mut all) = (0.0, 0.0);
    for _ in 0..120 {
        let ratings = rate(strengths.len(), tournament(&mut luck, &strengths, rounds, together));
        for (rating, strength) in ratings.bots.iter().zip(strengths) {
            let off = (rating.elo - (1500.0 + strength * ELO_PER_LOGIT)).abs();
            inside += f64::from(u8::from(off <= rating.margin));
            all += 1.0;
        }
    }
    inside / all
}

#[test]
fn ninety_five_per_cent_intervals_hold_the_truth_about_as_often() {
    for (together, rounds) in [(0.0, 5), (0.0, 15), (0.6, 15)] {
        let covered = coverage(together, rounds);
        assert!((0.91..=0.99).contains(&covered), "{covered} with {together}, {rounds} rounds");
    }
}

#[test]
fn two_hundred_bots_are_rated_while_one_waits() {
    let strengths: Vec<f64> = (0..200).map(|bot| f64::from(bot) / 40.0 - 2.4875).collect();
    let games = tournament(&mut Luck(42), &strengths, 1, 0.0);
    assert_eq!(games.len(), 39_800);
    let ratings = rate(strengths.len(), games);
    assert_finite(&ratings);
    let worst = ratings.bots.iter().zip(&strengths).map(|(r, s)| (r.elo - 1500.0 - s * ELO_PER_LOGIT).abs());
    assert!(worst.fold(0.0, f64::max) < 150.0);
    assert!(ratings.bots[199].elo > ratings.bots[0].elo + 500.0);
    assert_eq!(ratings.groups.len(), 1);
}

fn any_game() -> impl Strategy<Value = Game> {
    (0usize..5, 1usize..5, 0u64..4, 0u8..3)
        .prop_map(|(zero, further, seed, half)| game(zero, (zero + further) % 5, seed, half))
}

proptest! {
    #[test]
    fn the_order_of_games_changes_no_bit(
        (games, shuffled) in prop::collection::vec(any_game(), 0..60)
            .prop_flat_map(|games| (Just(games.clone()), Just(games).prop_shuffle()))
    ) {
        let ratings = rate(5, games);
        assert_finite(&ratings);
        prop_assert_eq!(&ratings, &rate(5, shuffled));
        let mean = ratings.bots.iter().map(|rating| rating.elo).sum::<f64>() / 5.0;
        prop_assert!((mean - 1500.0).abs() < 1e-6);
    }

    #[test]
    fn swapping_all_results_mirrors_the_ratings(games in prop::collection::vec(any_game(), 1..40)) {
        let swapped = games.iter().map(|game| {
            let [zero, one] = game.bots.0;
            Game { bots: BySeat([1 - zero.min(1), 1 - one.min(1)]), ..*game }
        });
        let two = games.iter().map(|game| {
            let [zero, one] = game.bots.0;
            Game { bots: BySeat([zero.min(1), one.min(1)]), ..*game }
        });
        let (ratings, mirrored) = (rate(2, two), rate(2, swapped));
        prop_assert!((ratings.bots[0].elo - mirrored.bots[1].elo).abs() < 1e-6);
        prop_assert!((ratings.seat_advantage - mirrored.seat_advantage).abs() < 1e-6);
    }

    #[test]
    fn one_more_win_never_lowers_a_rating(games in prop::collection::vec(any_game(), 0..40), seed in 4u64..9) {
        let before = rate(5, games.iter().copied()).bots[0].elo;
        let after = rate(5, games.into_iter().chain([game(0, 1, seed, 2)])).bots[0].elo;
        prop_assert!(after >= before - 1e-6, "{before} {after}");
    }
}

#[test]
fn seats_are_told_apart() {
    let Game { bots, scores, .. } = game(3, 1, 0, 2);
    assert_eq!((bots[Seat::Zero], scores.half_points()[Seat::Zero]), (3, 2));
}
