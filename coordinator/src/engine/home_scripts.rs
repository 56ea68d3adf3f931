//! What came to nothing in one home goes to another, as scripts, in the words of [`super::script`].

use super::script::check;

#[test]
fn a_void_match_goes_to_another_home_however_many_of_the_first_ask_for_it() {
    check(
        1,
        "call 1 1 from 7
         call 4 1 from 8 idle
         call 1 1 from 7 void 0/1
         call 2 1 from 7
         call 4 1 from 8
         call 2 1 from 7",
        "w1 plays m0/1
         w4 plays
         retry m0 of w1: Void
         w1 plays m0/2
         w2 plays
         w4 plays
         w2 plays",
    );
    check(
        1,
        "call 4 1 from 8 has 0/1
         call 1 1 from 7
         call 4 1 from 8 void 0/1
         call 5 1 from 8
         call 1 1 from 7 done 0/2
         stored 0",
        "w4 plays m0/1
         w1 plays
         retry m0 of w4: Void
         w4 plays
         w5 plays
         record m0 of w1
         w1 plays
         finish Complete",
    );
}

#[test]
fn where_there_is_one_home_another_worker_of_it_gets_the_match() {
    check(
        1,
        "call 1 1 from 7
         call 2 1 from 7
         call 1 1 from 7 void 0/1
         call 2 1 from 7",
        "w1 plays m0/1
         w2 plays
         retry m0 of w1: Void
         w1 plays
         w2 plays m0/2",
    );
}

#[test]
fn three_voids_of_one_home_do_not_end_a_match_that_another_home_can_play() {
    check(
        1,
        "call 1 1 from 7
         call 1 1 from 7 void 0/1
         call 1 1 from 7 void 0/2
         call 9 1 from 8
         call 1 1 from 7 void 0/3
         call 9 1 from 8
         call 9 1 from 8 done 0/4
         stored 0",
        "w1 plays m0/1
         retry m0 of w1: Void
         w1 plays m0/2
         retry m0 of w1: Void
         w1 plays m0/3
         w9 plays
         retry m0 of w1: Void
         w1 plays
         w9 plays m0/4
         record m0 of w9
         w9 plays
         finish Complete",
    );
}

#[test]
fn voids_of_three_homes_do() {
    check(
        1,
        "call 1 1 from 7
         call 2 1 from 8
         call 3 1 from 9
         call 4 1 from 10
         call 1 1 from 7 void 0/1
         call 2 1 from 8
         call 2 1 from 8 void 0/2
         call 3 1 from 9
         call 3 1 from 9 void 0/3",
        "w1 plays m0/1
         w2 plays
         w3 plays
         w4 plays
         retry m0 of w1: Void
         w1 plays
         w2 plays m0/2
         retry m0 of w2: Void
         w2 plays
         w3 plays m0/3
         give up m0/3: shim_died
         w3 plays
         finish Complete",
    );
}

#[test]
fn who_claims_to_play_what_came_to_nothing_in_its_home_is_not_believed() {
    check(
        1,
        "call 1 1 from 7
         call 9 1 from 8 idle
         call 1 1 from 7 draining void 0/1
         call 2 1 from 7 idle has 0/5@3
         call 9 1 from 8 has 0/5@3",
        "w1 plays m0/1
         w9 plays
         retry m0 of w1: Void
         w1 plays
         forget w1
         w2 plays
         w9 plays m0/5",
    );
}
