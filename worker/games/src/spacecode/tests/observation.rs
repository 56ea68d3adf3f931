//! What a seat sees, and does not see.

use super::*;
use crate::spacecode::ship::Ship;
use crate::spacecode::shot::Shot;
use crate::spacecode::vector::Vector;
use crate::spacecode::world::{Hit, Source};

/// A match with seat 0 left of the star, looking right, and seat 1 on the right, looking up.
fn staged() -> Spacecode {
    let mut game = new_match(Seed(1));
    let config = game.config;
    let ship = |x, y, angle| Ship::new(&config, Vector { x, y }, Vector::at_angle(angle));
    game.world.ships = BySeat([ship(-300.0, 0.0, 0.0), ship(60.0, 30.0, std::f64::consts::FRAC_PI_2)]);
    game
}

#[test]
fn a_seat_sees_itself_in_its_own_frame_and_what_is_in_its_cone() {
    let mut game = staged();
    let velocity = Vector { x: 14.0, y: 0.5 };
    game.world.shots[Seat::One].push(Shot {
        position: Vector { x: -200.0, y: 0.0 },
        velocity,
        ticks_left: 3,
    });
    game.world.shots[Seat::One].push(Shot {
        position: Vector { x: -310.0, y: 0.0 },
        velocity,
        ticks_left: 3,
    });
    game.world.hits[Seat::Zero].push(Hit {
        source: Source::Shot,
        damage: 10,
        origin: Vector { x: 0.0, y: -1.0 },
    });
    let arena =
        r#""arena":{"half":400,"ticks":1000,"star_radius":45,"ship_radius":12,"shot_speed":14,"reach":500}"#;
    let zero = [
        r#"{"game_state":{"ship":{"x":-300,"y":0,"vx":0,"vy":0,"angle":0,"spin":0,"#,
        r#""hull":100,"energy":300,"cooldown":0,"wall_ahead":688},"#,
        r#""enemy":{"x":60,"y":30,"vx":0,"vy":0,"angle":1.5708,"hull":100,"distance":361.25,"bearing":0.0831},"#,
        r#""shots":[{"x":-200,"y":0,"vx":14,"vy":0.5,"distance":100,"bearing":0}],"#,
        r#""hits":[{"by":"shot","damage":10,"bearing":-1.5708}],"#,
        r#""star":{"distance":300,"bearing":0},"#,
        arena,
        r#"},"ship_id":0,"time_step":1}"#,
    ];
    assert_eq!(seen(&game, Seat::Zero), zero.concat());
    let one = [
        r#"{"game_state":{"ship":{"x":-60,"y":-30,"vx":0,"vy":0,"angle":-1.5708,"spin":0,"#,
        r#""hull":100,"energy":300,"cooldown":0,"wall_ahead":358},"#,
        r#""enemy":null,"shots":[],"hits":[],"star":{"distance":67.08,"bearing":2.0344},"#,
        arena,
        r#"},"ship_id":1,"time_step":1}"#,
    ];
    assert_eq!(seen(&game, Seat::One), one.concat());
    for seat in Seat::BOTH {
        assert!(serde_json::from_str::<serde_json::Value>(&seen(&game, seat)).is_ok());
    }
}

#[test]
fn sight_ends_at_its_reach_and_at_sixty_degrees() {
    let game = staged();
    let sees = |x, y| game.world.ships[Seat::Zero].sees(&game.config, Vector { x, y });
    assert!(sees(199.9, 0.0) && !sees(200.1, 0.0), "the reach is 500 from x = -300");
    assert!(sees(-200.0, 173.1) && !sees(-200.0, 173.3), "tan 60° is 1.732");
    assert!(sees(-200.0, -173.1) && !sees(-200.0, -173.3) && !sees(-310.0, 0.0));
}

#[test]
fn an_observation_is_appended_on_one_line_and_counts_ticks_from_one() {
    let mut game = staged();
    let mut out = b"frame".to_vec();
    for tick in 1..=3 {
        out.truncate(5);
        game.observe(Seat::One, &mut out);
        let text = std::str::from_utf8(&out).unwrap();
        assert!(text.starts_with("frame{") && text.ends_with(&format!("\"time_step\":{tick}}}")), "{text}");
        assert!(!text.contains(['\n', ' ']) && !text.contains("-0,") && text.len() < 512, "{text}");
        game.step();
    }
}
