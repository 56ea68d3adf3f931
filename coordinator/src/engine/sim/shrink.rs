//! From a script that fails to a short one that still does.

/// Replays that shrinking may cost.
const REPLAYS_MAX: usize = 2_000;

/// Leaves out all that is not needed for `fails`: big parts first, then single steps, until nothing
/// can be left out any more.
pub(super) fn shrink<T: Clone>(script: &[T], fails: impl Fn(&[T]) -> bool) -> Vec<T> {
    let mut best = script.to_vec();
    let mut size = best.len().div_ceil(2);
    let mut replays = 0;
    while size > 0 {
        let (mut at, mut has_shrunk) = (0, false);
        while at < best.len() && replays < REPLAYS_MAX {
            let mut shorter = best.clone();
            shorter.drain(at..(at + size).min(best.len()));
            replays += 1;
            if fails(&shorter) {
                (best, has_shrunk) = (shorter, true);
            } else {
                at += size;
            }
        }
        if !has_shrunk || replays >= REPLAYS_MAX {
            size /= 2;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_is_left() {
        let script: Vec<u32> = (0..1_000).collect();
        let needs = [17, 400, 999];
        let short = shrink(&script, |script| needs.iter().all(|need| script.contains(need)));
        assert_eq!(short, needs);
        let pair = |script: &[u32]| script.windows(2).any(|pair| pair == [500, 501]);
        assert_eq!(shrink(&script, pair), [500, 501]);
    }
}
