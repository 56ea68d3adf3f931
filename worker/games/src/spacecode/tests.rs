//! What must hold for every match of spacecode, and the scripts that the tests play.

mod bounds;
mod golden;
mod observation;
mod rules;
mod symmetry;

use proptest::prelude::*;
use terms::{BySeat, Seat, Seed};

use super::Spacecode;
use super::config::Config;
use super::orders::Orders;
use crate::{Game, Progress};

/// What both seats do, tick by tick.
type Script = Vec<BySeat<Orders>>;

/// Any orders, from the lowest four bits.
fn orders(bits: u8) -> Orders {
    let bit = |place: u8| bits & (1 << place) != 0;
    Orders { forward: bit(0), left: bit(1), right: bit(2), shoot: bit(3) }
}

/// Scripts in which orders are held for a while, as bots do: single random ticks cancel out.
fn scripts() -> impl Strategy<Value = Script> {
    let stretch = (0..16u8, 0..16u8, 1..40usize);
    prop::collection::vec(stretch, 1..40).prop_map(|stretches| {
        let tick = |(zero, one, ticks)| std::iter::repeat_n(BySeat([orders(zero), orders(one)]), ticks);
        stretches.into_iter().flat_map(tick).collect()
    })
}

fn seeds() -> impl Strategy<Value = Seed> {
    any::<u64>().prop_map(Seed)
}

fn new_match(seed: Seed) -> Spacecode {
    Spacecode::new(Config::default(), seed, 1_000)
}

/// Plays one tick with those orders.
fn play(game: &mut Spacecode, orders: BySeat<Orders>) -> Progress {
    game.orders = orders;
    game.step()
}

/// What a seat sees.
fn seen(game: &Spacecode, seat: Seat) -> String {
    let mut out = Vec::new();
    game.observe(seat, &mut out);
    String::from_utf8(out).unwrap()
}
