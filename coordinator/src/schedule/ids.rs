//! Ids and their numbers, in as little memory as a million of them should take: 32 bytes for the id
//! and about ten for finding it again.

use terms::{Digest, MatchId};

/// An entry of the index that is free.
const FREE: u32 = u32::MAX;

/// Distinct ids, numbered in the order in which they came.
#[derive(Debug)]
pub(super) struct Ids {
    all: Vec<MatchId>,
    /// Numbers, at the place that their id says or behind it. Half of them are free or more. Ids
    /// are digests: nobody chooses where they go.
    index: Vec<u32>,
}

impl Ids {
    /// None yet, but room for so many.
    pub(super) fn with_room_for(count: u32) -> Ids {
        let places = (count as usize).saturating_mul(2).next_power_of_two();
        Ids { all: Vec::with_capacity(count as usize), index: vec![FREE; places] }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        // No more than there was room for, which is a u32.
        self.all.len() as u32
    }

    /// The id of that number.
    pub(super) fn get(&self, number: u32) -> Option<MatchId> {
        self.all.get(number as usize).copied()
    }

    /// The number of an id.
    pub(super) fn find(&self, id: &MatchId) -> Option<u32> {
        self.index.get(self.place_of(id)).copied().filter(|number| *number != FREE)
    }

    /// The number of an id, which is entered if it is new. There must be room for it.
    pub(super) fn enter(&mut self, id: MatchId) -> u32 {
        let place = self.place_of(&id);
        let next = self.count();
        match self.index.get_mut(place) {
            Some(free) if *free == FREE => {
                *free = next;
                self.all.push(id);
                next
            }
            taken => taken.map_or(FREE, |number| *number),
        }
    }

    /// Where that id is in the index, or would be.
    fn place_of(&self, id: &MatchId) -> usize {
        // A power of two: the remainder is an and.
        let mask = self.index.len().saturating_sub(1);
        let mut place = first_number(&id.0) as usize & mask;
        while let Some(number) = self.index.get(place).filter(|number| **number != FREE)
            && self.get(*number) != Some(*id)
        {
            place = (place + 1) & mask;
        }
        place
    }
}

fn first_number(digest: &Digest) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = digest.0;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> MatchId {
        MatchId(Digest::of(&number.to_le_bytes()))
    }

    #[test]
    fn each_is_found_under_its_number_and_others_are_not() {
        for count in [0, 1, 2, 3, 1_000, 4_096] {
            let mut ids = Ids::with_room_for(count);
            (0..count).for_each(|number| assert_eq!(ids.enter(id(number)), number));
            (0..count).for_each(|number| assert_eq!(ids.enter(id(number)), number, "again"));
            assert_eq!(ids.count(), count);
            (0..count).for_each(|number| assert_eq!(ids.find(&id(number)), Some(number)));
            (0..count).for_each(|number| assert_eq!(ids.get(number), Some(id(number))));
            (count..count + 1_000).for_each(|number| assert_eq!(ids.find(&id(number)), None));
        }
    }

    #[test]
    fn ids_that_meet_in_one_place_are_told_apart() {
        let same = |last: u8| {
            let mut bytes = [7; 32];
            bytes[31] = last;
            MatchId(Digest(bytes))
        };
        let mut ids = Ids::with_room_for(200);
        (0..200).for_each(|last| assert_eq!(ids.enter(same(last)), u32::from(last)));
        (0..200).for_each(|last| assert_eq!(ids.find(&same(last)), Some(u32::from(last))));
        assert_eq!(ids.find(&same(201)), None);
    }
}
