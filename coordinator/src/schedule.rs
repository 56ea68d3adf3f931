//! Who plays whom: a round robin in which every pairing plays every seed twice, seats swapped.
//!
//! The order is part of the results: by round, then by pairing in the order of the bots (which are
//! ordered by name), then the first bot in seat 0, then in seat 1. Rounds come first so that an
//! interrupted tournament has compared everybody about equally often.
//!
//! Two bots with the same contents have the same digest, so what looks like two matches may be one
//! match: *rows* are what the results list, *matches* are what has to be played. Never here: who
//! plays when, or on which worker.

mod ids;

use std::collections::{BTreeSet, HashMap};

use terms::{Attempt, BySeat, Digest, Digester, GameId, Limits, MatchId, MatchSpec, Policy, Seed};

use crate::call::Assignment;
use crate::engine::MatchNo;
use ids::Ids;

/// What all matches of a tournament share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The rules.
    pub game: GameId,
    /// What the bots may use.
    pub limits: Limits,
    /// What they may import and call.
    pub policy: Policy,
    /// The runtime fingerprint.
    pub runtime: Digest,
}

impl Setting {
    /// The digest under which results of this setting are found again.
    pub fn digest(&self) -> Digest {
        let mut digester = Digester::new("arena setting 1");
        self.game.add_to(&mut digester);
        self.limits.add_to(&mut digester);
        self.policy.add_to(&mut digester);
        digester.digest(&self.runtime).finish()
    }
}

/// Why there is no such schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{bots} bots and {rounds} rounds are {matches} matches, more than the {max} of one tournament", max = u32::MAX)]
pub struct TooManyMatches {
    /// Contestants.
    pub bots: usize,
    /// Seed pairs of a pairing.
    pub rounds: u32,
    /// What that comes to.
    pub matches: u128,
}

/// One line of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The match that decides it.
    pub no: MatchNo,
    /// The seed.
    pub seed: Seed,
    /// Who sits where, as indices into the bots.
    pub bots: BySeat<usize>,
}

/// Every match of a tournament.
///
/// A tournament of a thousand bots has a million of them: what is kept of each is its id and its
/// place in an index, and everything else is computed.
#[derive(Debug)]
pub struct Schedule {
    setting: Setting,
    bots: Vec<Digest>,
    places: Places,
    numbers: Numbers,
    ids: Ids,
}

/// The seed of each row, and who sits where, as indices into the bots.
#[derive(Debug)]
enum Places {
    /// Computed.
    RoundRobin { players: u32, seeds: Vec<Seed> },
    /// Matches that were chosen one by one.
    Listed(Vec<(Seed, BySeat<usize>)>),
}

/// Which match decides which row.
#[derive(Debug)]
enum Numbers {
    /// Each row is a match of its own.
    Own(u32),
    /// Some bots have the same contents.
    Shared {
        /// The match of each row.
        matches: Vec<MatchNo>,
        /// The first row of each match.
        rows: Vec<u32>,
    },
}

impl Schedule {
    /// The round robin of `bots`, which are in the order of their names.
    ///
    /// # Errors
    /// There would be more matches than can be numbered.
    pub fn new(
        setting: Setting,
        bots: Vec<Digest>,
        seed: Seed,
        rounds: u32,
    ) -> Result<Schedule, TooManyMatches> {
        let count = bots.len() as u128 * bots.len().saturating_sub(1) as u128 * u128::from(rounds);
        if count > u128::from(u32::MAX) {
            return Err(TooManyMatches { bots: bots.len(), rounds, matches: count });
        }
        let places = Places::RoundRobin {
            // The square root of a u32, about.
            players: bots.len() as u32,
            seeds: (0..rounds).map(|round| Seed::of_round(seed, round)).collect(),
        };
        Ok(Schedule::numbered(setting, bots, places, count as u32))
    }

    /// These matches of one setting, in this order.
    ///
    /// # Errors
    /// There are more than can be numbered.
    pub fn of_matches(
        setting: Setting,
        matches: &[(Seed, BySeat<Digest>)],
    ) -> Result<Schedule, TooManyMatches> {
        let digests: BTreeSet<Digest> = matches.iter().flat_map(|(_, bots)| bots.0).collect();
        let bots: Vec<Digest> = digests.into_iter().collect();
        let count = u32::try_from(matches.len()).map_err(|_| TooManyMatches {
            bots: bots.len(),
            rounds: 1,
            matches: matches.len() as u128,
        })?;
        // Every digest is in there, so that the place at which it would be is the one at which it is.
        let index = |bot: &Digest| bots.partition_point(|other| other < bot);
        let places =
            matches.iter().map(|(seed, seated)| (*seed, BySeat::from_fn(|seat| index(&seated[seat]))));
        let places = Places::Listed(places.collect());
        Ok(Schedule::numbered(setting, bots, places, count))
    }

    /// Gives every distinct match a number, in the order of the rows.
    fn numbered(setting: Setting, bots: Vec<Digest>, places: Places, rows: u32) -> Schedule {
        let (ids, numbers) = (Ids::with_room_for(rows), Numbers::Own(rows));
        let mut schedule = Schedule { setting, bots, places, numbers, ids };
        let (mut matches, mut firsts) = (Vec::new(), Vec::new());
        // One for all: a copy of game and policy for each of a million rows is what takes time.
        let Some(mut spec) = schedule.spec_of_row(0) else { return schedule };
        for row in 0..rows {
            let Some((seed, bots)) = schedule.seated(row) else { break };
            (spec.seed, spec.bots) = (seed, bots);
            let id = spec.id();
            let before = schedule.ids.count();
            let no = schedule.ids.enter(id);
            if no == before && matches.is_empty() {
                continue;
            }
            if matches.is_empty() {
                // The first row whose match is not its own.
                matches.extend((0..row).map(MatchNo));
                firsts.extend(0..row);
            }
            if no == before {
                firsts.push(row);
            }
            matches.push(MatchNo(no));
        }
        if !matches.is_empty() {
            schedule.numbers = Numbers::Shared { matches, rows: firsts };
        }
        schedule
    }

    /// What the matches share.
    pub fn setting(&self) -> &Setting {
        &self.setting
    }

    /// Distinct matches.
    pub fn match_count(&self) -> u32 {
        self.ids.count()
    }

    /// The lines of the results, in schedule order.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        let count = match &self.numbers {
            Numbers::Own(rows) => *rows,
            // As many as there are rows, which is a u32.
            Numbers::Shared { matches, .. } => matches.len() as u32,
        };
        (0..count).filter_map(|row| {
            let (seed, bots) = self.place(row)?;
            let no = match &self.numbers {
                Numbers::Own(_) => MatchNo(row),
                Numbers::Shared { matches, .. } => *matches.get(row as usize)?,
            };
            Some(Row { no, seed, bots })
        })
    }

    /// For the matches that decide others than the row of their own number: all rows of theirs. Nothing if there
    /// are none.
    pub fn shared(&self) -> Option<HashMap<MatchNo, Vec<usize>>> {
        let Numbers::Shared { matches, .. } = &self.numbers else { return None };
        let mut shared = HashMap::<MatchNo, Vec<usize>>::new();
        matches.iter().enumerate().for_each(|(row, no)| shared.entry(*no).or_default().push(row));
        Some(shared)
    }

    /// Which bots sit where in a row, as indices.
    pub fn seats(&self, row: usize) -> Option<BySeat<usize>> {
        self.place(u32::try_from(row).ok()?).map(|(_, bots)| bots)
    }

    /// The number of a match, if it belongs to this tournament.
    pub fn find(&self, id: &MatchId) -> Option<MatchNo> {
        self.ids.find(id).map(MatchNo)
    }

    /// The id of a match.
    pub fn id(&self, no: MatchNo) -> Option<MatchId> {
        self.ids.get(no.0)
    }

    /// What a worker must be told to play a match.
    pub fn assignment(&self, no: MatchNo, attempt: Attempt) -> Option<Assignment> {
        let (seed, bots) = self.seated(self.first_row(no)?)?;
        Some(Assignment { id: self.id(no)?, attempt, seed, bots, traceparent: None })
    }

    /// Everything that a match's outcome depends on.
    pub fn spec(&self, no: MatchNo) -> Option<MatchSpec> {
        self.spec_of_row(self.first_row(no)?)
    }

    fn first_row(&self, no: MatchNo) -> Option<u32> {
        match &self.numbers {
            Numbers::Own(_) => Some(no.0),
            Numbers::Shared { rows, .. } => rows.get(no.index()).copied(),
        }
    }

    fn spec_of_row(&self, row: u32) -> Option<MatchSpec> {
        let (seed, bots) = self.seated(row)?;
        let Setting { game, limits, policy, runtime } = self.setting.clone();
        Some(MatchSpec { game, seed, bots, limits, policy, runtime })
    }

    /// The seed of a row, and which bots sit where.
    fn seated(&self, row: u32) -> Option<(Seed, BySeat<Digest>)> {
        let (seed, BySeat([zero, one])) = self.place(row)?;
        Some((seed, BySeat([*self.bots.get(zero)?, *self.bots.get(one)?])))
    }

    /// The seed of a row, and who sits where.
    fn place(&self, row: u32) -> Option<(Seed, BySeat<usize>)> {
        let (players, seeds) = match &self.places {
            Places::RoundRobin { players, seeds } => (*players, seeds),
            Places::Listed(places) => return places.get(row as usize).copied(),
        };
        let (pair, swapped) = (row / 2, row % 2 == 1);
        let pairings = pairings_before(players, players);
        let round = u64::from(pair).checked_div(pairings)?;
        let (one, other) = pairing(players, u64::from(pair).checked_rem(pairings)?);
        let bots = BySeat([one as usize, other as usize]);
        Some((*seeds.get(round as usize)?, if swapped { bots.swapped() } else { bots }))
    }
}

/// Pairings of which the first bot comes before `one`.
fn pairings_before(players: u32, one: u32) -> u64 {
    let (players, one) = (u64::from(players), u64::from(one));
    (one * (2 * players - one)).saturating_sub(one) / 2
}

/// The pairing at that place: by the first bot, then by the second.
fn pairing(players: u32, place: u64) -> (u32, u32) {
    let (mut low, mut high) = (0, players);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if pairings_before(players, middle) <= place { low = middle } else { high = middle }
    }
    // Less than `players`, because the place is one of this bot's.
    (low, low + 1 + (place - pairings_before(players, low)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(bots: &[&str], rounds: u32) -> Schedule {
        let setting = Setting {
            game: GameId::named("spacecode").unwrap(),
            limits: Limits::default(),
            policy: Policy::open(),
            runtime: Digest::of(b"runtime"),
        };
        let bots = bots.iter().map(|bot| Digest::of(bot.as_bytes())).collect();
        Schedule::new(setting, bots, Seed(1), rounds).unwrap()
    }

    #[test]
    fn rows_go_by_round_then_pairing_then_seats() {
        let schedule = schedule(&["a", "b", "c"], 2);
        let rows: Vec<_> = schedule.rows().map(|row| row.bots.0).collect();
        let round = [[0, 1], [1, 0], [0, 2], [2, 0], [1, 2], [2, 1]];
        assert_eq!(rows, [round, round].concat());
        let seeds: Vec<_> = schedule.rows().map(|row| row.seed).collect();
        assert_eq!(seeds[..6], [Seed::of_round(Seed(1), 0); 6]);
        assert_eq!(seeds[6..], [Seed::of_round(Seed(1), 1); 6]);
    }

    #[test]
    fn every_pairing_plays_every_seed_in_both_seats_once() {
        let schedule = schedule(&["a", "b", "c", "d", "e"], 3);
        let rows: BTreeSet<_> = schedule.rows().map(|row| (row.seed, row.bots.0)).collect();
        assert_eq!(rows.len(), 5 * 4 * 3);
        assert_eq!(schedule.match_count(), 5 * 4 * 3);
        for no in (0..schedule.match_count()).map(MatchNo) {
            assert_eq!(schedule.find(&schedule.spec(no).unwrap().id()), Some(no));
        }
    }

    #[test]
    fn twins_share_their_matches() {
        let schedule = schedule(&["a", "same", "same"], 1);
        assert_eq!(schedule.rows().count(), 6);
        // a against each twin is one match per seat order, and twin against twin one altogether.
        assert_eq!(schedule.match_count(), 3);
        let rows: Vec<_> = schedule.rows().map(|row| row.no.0).collect();
        assert_eq!(rows, [0, 1, 0, 1, 2, 2]);
    }

    #[test]
    fn pairings_are_in_the_order_of_their_bots_however_many_there_are() {
        for players in [2, 3, 4, 7, 50, 257] {
            let all = (0..players).flat_map(|one| (one + 1..players).map(move |other| (one, other)));
            let computed = (0..pairings_before(players, players)).map(|place| pairing(players, place));
            assert!(all.eq(computed), "{players}");
        }
        let most = 65_536;
        let last = pairings_before(most, most) - 1;
        assert_eq!(pairing(most, last), (most - 2, most - 1));
    }

    #[test]
    fn what_a_worker_is_told_is_the_match() {
        let schedule = schedule(&["a", "same", "same", "b"], 2);
        for no in (0..schedule.match_count()).map(MatchNo) {
            let spec = schedule.spec(no).unwrap();
            let told = schedule.assignment(no, Attempt(3)).unwrap();
            let MatchSpec { seed, bots, .. } = spec;
            let expected = Assignment { id: spec.id(), attempt: Attempt(3), seed, bots, traceparent: None };
            assert_eq!(told, expected);
        }
        assert_eq!(schedule.assignment(MatchNo(schedule.match_count()), Attempt(1)), None);
    }

    #[test]
    fn chosen_matches_are_those_of_the_round_robin() {
        let whole = schedule(&["a", "b", "c"], 2);
        let chosen: Vec<_> = [7, 2, 11].into_iter().map(|no| whole.spec(MatchNo(no)).unwrap()).collect();
        let places: Vec<_> = chosen.iter().map(|spec| (spec.seed, spec.bots)).collect();
        let few = Schedule::of_matches(whole.setting().clone(), &places).unwrap();
        let specs: Vec<_> = (0..few.match_count()).filter_map(|no| few.spec(MatchNo(no))).collect();
        assert_eq!(specs, chosen);
        assert!(Schedule::of_matches(whole.setting().clone(), &[]).unwrap().spec(MatchNo(0)).is_none());
    }

    #[test]
    fn seeds_do_not_depend_on_who_takes_part() {
        let seeds = |bots: &[&str]| schedule(bots, 2).rows().map(|row| row.seed).collect::<BTreeSet<_>>();
        assert_eq!(seeds(&["a", "b"]), seeds(&["x", "y", "z"]));
    }

    #[test]
    fn what_cannot_be_numbered_is_refused() {
        let setting = schedule(&[], 1).setting.clone();
        let bots = vec![Digest::of(b"bot"); 70_000];
        let refused = Schedule::new(setting, bots, Seed(1), 1).unwrap_err();
        assert_eq!(refused.matches, 70_000 * 69_999);
    }
}
