//! Vectors in the plane. Every operation gives exactly the opposite result for opposite inputs:
//! the symmetry of the arena rests on that.

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// A point, a velocity or a direction; x to the right, y upwards.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Vector {
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Vector {
    pub(super) const ZERO: Vector = Vector { x: 0.0, y: 0.0 };

    /// The unit vector at that angle, in radians anticlockwise from the x axis.
    pub(super) fn at_angle(angle: f64) -> Vector {
        Vector { x: libm::cos(angle), y: libm::sin(angle) }
    }

    /// Its angle, in radians from -π to π, anticlockwise from the x axis.
    pub(super) fn angle(self) -> f64 {
        libm::atan2(self.y, self.x)
    }

    pub(super) fn dot(self, other: Vector) -> f64 {
        self.x * other.x + self.y * other.y
    }

    /// Positive if `other` points to the left of this one.
    pub(super) fn cross(self, other: Vector) -> f64 {
        self.x * other.y - self.y * other.x
    }

    pub(super) fn length(self) -> f64 {
        self.dot(self).sqrt()
    }

    /// The vector of length 1 in the same direction; nothing for the zero vector.
    pub(super) fn unit(self) -> Option<Vector> {
        let length = self.length();
        (length > 0.0).then(|| self * (1.0 / length))
    }

    /// Turned by the angle of the unit vector `by` (a multiplication of complex numbers).
    pub(super) fn turned(self, by: Vector) -> Vector {
        Vector { x: self.x * by.x - self.y * by.y, y: self.x * by.y + self.y * by.x }
    }

    /// The angle from this direction to `other`, in radians from -π to π, positive to the left.
    pub(super) fn bearing(self, other: Vector) -> f64 {
        libm::atan2(self.cross(other), self.dot(other))
    }
}

impl Add for Vector {
    type Output = Vector;

    fn add(self, other: Vector) -> Vector {
        Vector { x: self.x + other.x, y: self.y + other.y }
    }
}

impl AddAssign for Vector {
    fn add_assign(&mut self, other: Vector) {
        *self = *self + other;
    }
}

impl Sub for Vector {
    type Output = Vector;

    fn sub(self, other: Vector) -> Vector {
        Vector { x: self.x - other.x, y: self.y - other.y }
    }
}

impl Mul<f64> for Vector {
    type Output = Vector;

    fn mul(self, factor: f64) -> Vector {
        Vector { x: self.x * factor, y: self.y * factor }
    }
}

impl Neg for Vector {
    type Output = Vector;

    fn neg(self) -> Vector {
        Vector { x: -self.x, y: -self.y }
    }
}

/// When a point that starts at `start` and moves by `step` first comes within `radius` of the
/// origin, as a fraction of the step from 0 to 1.
pub(super) fn first_contact(start: Vector, step: Vector, radius: f64) -> Option<f64> {
    let outside = start.dot(start) - radius * radius;
    if outside <= 0.0 {
        return Some(0.0);
    }
    let speed = step.dot(step);
    let closing = -start.dot(step);
    let discriminant = closing * closing - speed * outside;
    if closing <= 0.0 || discriminant < 0.0 {
        return None;
    }
    let when = (closing - discriminant.sqrt()) / speed;
    (when <= 1.0).then_some(when)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_is_found_even_if_the_step_jumps_over_the_circle() {
        let right = Vector { x: 40.0, y: 0.0 };
        let contact = |x, y| first_contact(Vector { x, y }, right, 5.0);
        assert_eq!(contact(-20.0, 0.0), Some(15.0 / 40.0));
        assert_eq!(contact(-20.0, 5.1), None);
        assert_eq!(contact(-50.0, 0.0), None, "not yet");
        assert_eq!(contact(20.0, 0.0), None, "going away");
        assert_eq!(contact(4.0, 0.0), Some(0.0), "inside already");
        assert_eq!(first_contact(right, Vector::ZERO, 5.0), None, "not moving");
    }
}
