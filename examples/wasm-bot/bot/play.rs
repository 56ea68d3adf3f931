//! Leads its shots, steps aside when one comes, and circles when it is close: a hunter.

use std::f64::consts::{PI, TAU};

use crate::json::Json;

/// Favourite distance to the enemy, in units.
const RANGE: f64 = 220.0;

/// What the bot remembers: module state lives for the whole match.
#[derive(Default)]
pub struct Player {
    /// The enemy when it was last in sight.
    last: Option<Sighting>,
}

/// Where something was, when, and how it moved.
#[derive(Clone, Copy)]
struct Sighting {
    tick: f64,
    x: f64,
    y: f64,
    vx: f64,
    vy: f64,
}

/// What a ship does in one tick.
type Actions = Vec<&'static str>;

impl Player {
    /// An observation in, a reply out. The error is the message of a fault, which costs the turn.
    pub fn turn(&mut self, observation: &str) -> Result<String, String> {
        let input = Json::read(observation).ok_or("the observation is no JSON")?;
        let state = input.get("game_state").ok_or("the observation has no game_state")?;
        let (why, actions) = self.decide(input.number("time_step"), state);
        let quoted: Vec<String> = actions.iter().map(|action| format!("\"{action}\"")).collect();
        Ok(format!("{{\"actions\":[{}],\"debug_info\":\"{why}\"}}", quoted.join(",")))
    }

    fn decide(&mut self, now: f64, state: &Json) -> (&'static str, Actions) {
        let (ship, star) = match (state.get("ship"), state.get("star")) {
            (Some(ship), Some(star)) => (ship, star),
            _ => return ("blind", Actions::new()),
        };
        let enemy = state.get("enemy");
        if let Some(enemy) = enemy {
            let at = |name| enemy.number(name);
            self.last = Some(Sighting { tick: now, x: at("x"), y: at("y"), vx: at("vx"), vy: at("vy") });
        }
        let star_distance = star.number("distance");
        match enemy {
            _ if star_distance < 110.0 => ("hot", fly_to(turned(star.number("bearing"), PI), ship)),
            None => ("search", self.search(now, ship, star)),
            Some(enemy) if is_in_the_way(star, enemy) => ("star in the way", round_star(ship, star)),
            Some(enemy) => {
                let shot_speed = state.get("arena").map_or(14.0, |arena| arena.number("shot_speed"));
                ("attack", attack(ship, enemy, star, shot_speed))
            }
        }
    }

    /// Looks where the enemy should be by now, then all round, then from elsewhere.
    fn search(&self, now: f64, ship: &Json, star: &Json) -> Actions {
        match self.last {
            Some(last) if now - last.tick < 60.0 => {
                let x = last.x + last.vx * (now - last.tick) - ship.number("x");
                let y = last.y + last.vy * (now - last.tick) - ship.number("y");
                turn_to(turned(y.atan2(x), ship.number("angle")), ship, 0.0)
            }
            _ if now % 160.0 < 90.0 => vec!["LEFT"],
            _ => round_star(ship, star),
        }
    }
}

/// How far to turn from one angle to another, the short way round, in radians.
fn turned(target: f64, heading: f64) -> f64 {
    (target - heading + PI).rem_euclid(TAU) - PI
}

/// LEFT, RIGHT or nothing, so that the bow comes to rest on the bearing, and follows it if it drifts
/// by so many radians per tick.
fn turn_to(bearing: f64, ship: &Json, drift: f64) -> Actions {
    let still_to_go = turned(bearing, 9.0 * (ship.number("spin") - drift));
    match still_to_go {
        more if more > 0.03 => vec!["LEFT"],
        less if less < -0.03 => vec!["RIGHT"],
        _ => Actions::new(),
    }
}

/// Turns to the bearing, with thrust as soon as the bow points there roughly.
fn fly_to(bearing: f64, ship: &Json) -> Actions {
    let mut actions = turn_to(bearing, ship, 0.0);
    if bearing.abs() < 0.8 {
        actions.push("FORWARD");
    }
    actions
}

/// Flies round the star, with the star on the right.
fn round_star(ship: &Json, star: &Json) -> Actions {
    let aside = -150_f64.atan2(star.number("distance") - 200.0);
    fly_to(turned(star.number("bearing"), aside), ship)
}

fn is_in_the_way(star: &Json, enemy: &Json) -> bool {
    let is_nearer = star.number("distance") < enemy.number("distance");
    is_nearer && (star.number("bearing") - enemy.number("bearing")).abs() < 0.3
}

/// The bearing to shoot at, and by how much it drifts per tick: a shot takes its time, and keeps the
/// velocity of the ship that fired it.
fn aim(ship: &Json, enemy: &Json, shot_speed: f64) -> (f64, f64) {
    let apart = |name| enemy.number(name) - ship.number(name);
    let (x, y, vx, vy) = (apart("x"), apart("y"), apart("vx"), apart("vy"));
    let mut ticks = 0.0;
    for _ in 0..8 {
        // Each guess of the time of flight is better than the one before.
        ticks = (x + vx * ticks).hypot(y + vy * ticks) / shot_speed;
    }
    let bearing = turned((y + vy * ticks).atan2(x + vx * ticks), ship.number("angle"));
    (bearing, (x * vy - y * vx) / (x * x + y * y))
}

/// Keeps the bow where a shot would hit, and shoots.
fn attack(ship: &Json, enemy: &Json, star: &Json, shot_speed: f64) -> Actions {
    let (bearing, drift) = aim(ship, enemy, shot_speed);
    let mut actions = turn_to(bearing, ship, drift);
    if bearing.abs() < 14.0 / enemy.number("distance") {
        actions.push("SHOOT");
    }
    let is_clear = star.number("distance") > 180.0 || star.number("bearing").abs() > 0.8;
    if enemy.number("distance") > RANGE && is_clear {
        actions.push("FORWARD");
    }
    actions
}
