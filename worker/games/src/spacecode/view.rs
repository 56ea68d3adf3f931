//! What a seat sees, in its own frame. The fields are documented at the top of `spacecode.rs`.

use terms::Seat;

use super::config::Config;
use super::json::Json;
use super::ship::Ship;
use super::vector::Vector;
use super::world::{Source, World};

/// Appends the observation of `seat` before tick `time_step`.
pub(super) fn write(
    config: &Config,
    world: &World,
    ticks: u32,
    time_step: u32,
    seat: Seat,
    out: &mut Vec<u8>,
) {
    let view = View { config, world, seat };
    // The object must not mistake what is in the buffer already for its neighbour.
    out.extend_from_slice(b"{\"game_state\":{");
    let mut json = Json(out);
    view.ship(&mut json);
    view.enemy(&mut json);
    view.shots(&mut json);
    view.hits(&mut json);
    view.star(&mut json);
    json.object("arena", |json| {
        json.number::<2>("half", config.arena_half);
        json.integer("ticks", ticks);
        json.number::<2>("star_radius", config.star_radius);
        json.number::<2>("ship_radius", config.ship_radius);
        json.number::<2>("shot_speed", config.shot_speed);
        json.number::<2>("reach", config.sight_reach);
    });
    json.0.push(b'}');
    json.integer("ship_id", seat.index().into());
    json.integer("time_step", time_step);
    json.0.push(b'}');
}

/// One seat's view of the world.
struct View<'a> {
    config: &'a Config,
    world: &'a World,
    seat: Seat,
}

impl View<'_> {
    fn own(&self) -> &Ship {
        &self.world.ships[self.seat]
    }

    /// The vector as this seat sees it: the world of seat 1 is turned by 180°.
    fn seen(&self, vector: Vector) -> Vector {
        match self.seat {
            Seat::Zero => vector,
            Seat::One => -vector,
        }
    }

    fn place(&self, json: &mut Json<'_>, position: Vector, velocity: Vector) {
        let position = self.seen(position);
        let velocity = self.seen(velocity);
        json.number::<2>("x", position.x);
        json.number::<2>("y", position.y);
        json.number::<3>("vx", velocity.x);
        json.number::<3>("vy", velocity.y);
    }

    /// Where a point is, relative to the own ship. The same in every frame.
    fn aim(&self, json: &mut Json<'_>, point: Vector) {
        let sight = point - self.own().position;
        json.number::<2>("distance", sight.length());
        json.number::<4>("bearing", self.own().heading.bearing(sight));
    }

    fn ship(&self, json: &mut Json<'_>) {
        let own = self.own();
        json.object("ship", |json| {
            self.place(json, own.position, own.velocity);
            json.number::<4>("angle", self.seen(own.heading).angle());
            json.number::<4>("spin", own.spin);
            json.integer("hull", own.hull);
            json.integer("energy", own.energy);
            json.integer("cooldown", own.cooldown);
            json.number::<2>("wall_ahead", own.wall_ahead(self.config));
        });
    }

    fn enemy(&self, json: &mut Json<'_>) {
        let enemy = &self.world.ships[self.seat.other()];
        if !self.own().sees(self.config, enemy.position) {
            return json.null("enemy");
        }
        json.object("enemy", |json| {
            self.place(json, enemy.position, enemy.velocity);
            json.number::<4>("angle", self.seen(enemy.heading).angle());
            json.integer("hull", enemy.hull);
            self.aim(json, enemy.position);
        });
    }

    fn shots(&self, json: &mut Json<'_>) {
        json.list("shots", |json| {
            for shot in &self.world.shots[self.seat.other()] {
                if self.own().sees(self.config, shot.position) {
                    json.object("", |json| {
                        self.place(json, shot.position, shot.velocity);
                        self.aim(json, shot.position);
                    });
                }
            }
        });
    }

    fn hits(&self, json: &mut Json<'_>) {
        json.list("hits", |json| {
            for hit in &self.world.hits[self.seat] {
                json.object("", |json| {
                    json.text("by", hit.source.name());
                    json.integer("damage", hit.damage);
                    json.number::<4>("bearing", self.own().heading.bearing(hit.origin));
                });
            }
        });
    }

    fn star(&self, json: &mut Json<'_>) {
        json.object("star", |json| self.aim(json, Vector::ZERO));
    }
}

impl Source {
    /// Its name in `hits`.
    fn name(self) -> &'static str {
        match self {
            Source::Shot => "shot",
            Source::Ship => "ship",
            Source::Star => "star",
        }
    }
}
