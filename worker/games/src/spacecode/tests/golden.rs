//! One match, byte for byte: the tripwire for everything that changes what a match's id promises.

use terms::Digester;

use super::*;
use crate::spacecode::random::Random;

/// Every observation of a match between two scripts that fly, meet, shoot and burn.
#[test]
fn the_rules_have_not_changed() {
    let mut digester = Digester::new("spacecode golden match");
    for seed in 1..=8 {
        let mut game = new_match(Seed(seed));
        let mut random = Random::new(Seed(seed + 100));
        let mut held = BySeat::default();
        loop {
            for seat in Seat::BOTH {
                digester.bytes(seen(&game, seat).as_bytes());
                if random.unit() < 0.1 {
                    held[seat] = orders((random.unit() * 16.0) as u8);
                }
            }
            if play(&mut game, held) != Progress::Running {
                break;
            }
        }
        digester.bytes(seen(&game, Seat::Zero).as_bytes());
    }
    assert_eq!(
        digester.finish().to_string(),
        "0847b8bab04481313feac8c257faf8d1dd73a50c667ebe59f8d28a7165c05441",
        "a match is played differently or described differently than before: raise VERSION in \
         spacecode.rs and the version in the row of spacecode in proto/terms/src/game.rs, so that \
         old results are not mistaken for new ones, and put the digest of the new rules here"
    );
}
