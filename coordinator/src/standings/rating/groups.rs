//! Which bots are linked by games, directly or through others.

/// The groups of `bots` bots: each ascending, and in ascending order of their first bot.
pub(super) fn linked(bots: usize, pairings: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); bots];
    for (a, b) in pairings {
        for (from, to) in [(a, b), (b, a)] {
            if let Some(list) = neighbours.get_mut(from) {
                list.push(to);
            }
        }
    }
    let mut seen = vec![false; bots];
    let mut groups = Vec::new();
    for first in 0..bots {
        let group = reach(first, &neighbours, &mut seen);
        if !group.is_empty() {
            groups.push(group);
        }
    }
    groups
}

/// Everything not yet seen that can be reached from `first`.
fn reach(first: usize, neighbours: &[Vec<usize>], seen: &mut [bool]) -> Vec<usize> {
    let (mut group, mut waiting) = (Vec::new(), vec![first]);
    while let Some(bot) = waiting.pop() {
        match seen.get_mut(bot) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        group.push(bot);
        waiting.extend(neighbours.get(bot).into_iter().flatten());
    }
    group.sort_unstable();
    group
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_through_others() {
        let groups = linked(6, [(4, 1), (1, 2), (3, 0)].into_iter());
        assert_eq!(groups, [vec![0, 3], vec![1, 2, 4], vec![5]]);
        assert!(linked(0, [].into_iter()).is_empty());
    }
}
