//! The life of a zygote and its children, seen from the worker.

mod support;

use pipe::Ended;
use support::{Answer, Zygote};

const GOOD: &str = "
from spacecode import *
import math
def bot_main(data):
    print('tick', data['time_step'])
    ship = data['game_state']['ship']
    angle = math.atan2(ship['y'], ship['x']) - ship['heading']
    return {'actions': [FORWARD, LEFT if angle > 0 else RIGHT], 'debug_info': angle}
";

#[test]
fn a_good_bot_loads_plays_and_ends_with_its_worker() {
    let mut zygote = Zygote::start();
    let mut child = zygote.fork_on(Some(0));
    let Answer::Loaded(usage) = child.load(GOOD) else { panic!("not loaded") };
    assert!(usage.fuel > 0 && usage.memory_peak_bytes > 1 << 20, "{usage:?}");
    for tick in 1..=100 {
        let Answer::Reply(usage, reply) = child.turn(tick) else { panic!("no reply in tick {tick}") };
        assert_eq!(usage.log, format!("tick {tick}\n"));
        assert!(reply.contains("\"actions\""), "{reply}");
    }
    child.hang_up();
    assert_eq!(zygote.reap(&child), Ended::Exited(0));
    assert_eq!(zygote.hang_up(), Some(0));
}
