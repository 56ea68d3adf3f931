//! The two places in a match, and values that exist once per place.

use std::ops::{Index, IndexMut};

/// A place in a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Seat {
    /// Seat 0, the first bot of a match.
    Zero,
    /// Seat 1, the second bot of a match.
    One,
}

impl Seat {
    /// Both seats, in order.
    pub const BOTH: [Seat; 2] = [Seat::Zero, Seat::One];

    /// 0 or 1, as it stands in JSON and on the wire.
    pub const fn index(self) -> u8 {
        match self {
            Seat::Zero => 0,
            Seat::One => 1,
        }
    }

    /// The seat of that index, if there is one.
    pub const fn from_index(index: u8) -> Option<Seat> {
        match index {
            0 => Some(Seat::Zero),
            1 => Some(Seat::One),
            _ => None,
        }
    }

    /// The opponent's seat.
    pub const fn other(self) -> Seat {
        match self {
            Seat::Zero => Seat::One,
            Seat::One => Seat::Zero,
        }
    }
}

/// One value for each seat, indexed by [`Seat`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BySeat<T>(pub [T; 2]);

impl<T> BySeat<T> {
    /// Builds the value of each seat.
    pub fn from_fn(mut make: impl FnMut(Seat) -> T) -> Self {
        BySeat([make(Seat::Zero), make(Seat::One)])
    }

    /// The values with their seats, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Seat, &T)> {
        Seat::BOTH.into_iter().zip(&self.0)
    }

    /// Applies `f` to each seat's value.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> BySeat<U> {
        BySeat(self.0.map(f))
    }

    /// The same values with the seats swapped.
    pub fn swapped(self) -> Self {
        let BySeat([zero, one]) = self;
        BySeat([one, zero])
    }
}

impl<T> Index<Seat> for BySeat<T> {
    type Output = T;

    fn index(&self, seat: Seat) -> &T {
        let [zero, one] = &self.0;
        match seat {
            Seat::Zero => zero,
            Seat::One => one,
        }
    }
}

impl<T> IndexMut<Seat> for BySeat<T> {
    fn index_mut(&mut self, seat: Seat) -> &mut T {
        let [zero, one] = &mut self.0;
        match seat {
            Seat::Zero => zero,
            Seat::One => one,
        }
    }
}
