//! No seat has an advantage, exactly: not a single bit.

use super::*;
use crate::spacecode::ship::Ship;
use crate::spacecode::shot::Shot;

/// The same ship after half a turn of the arena.
fn turned_ship(ship: Ship) -> Ship {
    Ship { position: -ship.position, velocity: -ship.velocity, heading: -ship.heading, ..ship }
}

fn turned_shots(shots: &[Shot]) -> Vec<Shot> {
    let turned = |shot: &Shot| Shot { position: -shot.position, velocity: -shot.velocity, ..*shot };
    shots.iter().map(turned).collect()
}

fn swapped(progress: Progress) -> Progress {
    match progress {
        Progress::Running => Progress::Running,
        Progress::Over(scores) => Progress::Over(scores.swapped()),
    }
}

/// An observation without the seat's number.
fn anonymous(game: &Spacecode, seat: Seat) -> String {
    seen(game, seat).replace(&format!("\"ship_id\":{}", seat.index()), "\"ship_id\":_")
}

proptest! {
    #[test]
    fn swapping_the_seats_swaps_the_match(seed in seeds(), script in scripts()) {
        let (mut one_way, mut other_way) = (new_match(seed), new_match(seed));
        for orders in script {
            let progress = play(&mut one_way, orders);
            prop_assert_eq!(play(&mut other_way, orders.swapped()), swapped(progress));
            for seat in Seat::BOTH {
                let (ours, theirs) = (&one_way.world, &other_way.world);
                prop_assert_eq!(ours.ships[seat], turned_ship(theirs.ships[seat.other()]));
                prop_assert_eq!(&ours.shots[seat], &turned_shots(&theirs.shots[seat.other()]));
                prop_assert_eq!(anonymous(&one_way, seat), anonymous(&other_way, seat.other()));
            }
        }
    }

    #[test]
    fn equal_bots_see_equal_bytes_and_draw(seed in seeds(), script in scripts()) {
        let mut game = new_match(seed);
        for orders in script {
            let orders = orders[Seat::Zero];
            if let Progress::Over(scores) = play(&mut game, BySeat([orders, orders])) {
                prop_assert_eq!(scores, terms::Scores::DRAW);
            }
            prop_assert_eq!(anonymous(&game, Seat::Zero), anonymous(&game, Seat::One));
        }
    }
}
