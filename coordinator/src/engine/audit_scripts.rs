//! Audits as scripts, in the words of [`super::script`].

use super::script::{check, check_audited};

#[test]
fn a_result_is_checked_by_another_worker_where_there_is_one() {
    check_audited(
        1,
        "call 1 1
         call 2 1
         call 1 1 done 0/1
         stored 0
         call 1 1
         call 2 1
         call 2 1 done 0/2
         stored 0",
        "w1 plays m0/1
         w2 plays
         record m0 of w1
         w1 plays
         w1 plays
         w2 plays m0/2
         m0 is right, so says w2
         w2 plays
         finish Complete",
    );
}

#[test]
fn the_only_worker_checks_itself() {
    check_audited(
        1,
        "call 1 1
         call 1 1 done 0/1
         stored 0
         call 1 1 done 0/2",
        "w1 plays m0/1
         record m0 of w1
         w1 plays m0/2
         m0 is right
         w1 plays
         finish Complete",
    );
}

#[test]
fn two_against_one_correct_the_result_and_what_the_liar_alone_vouched_for_is_played_again() {
    check_audited(
        2,
        "call 1 1
         call 2 1
         call 3 1
         call 1 1 has 1/1@1 done 0/1=lie
         stored 0
         call 2 1
         call 1 1 done 1/1=lie
         call 2 1 done 0/2
         stored 1
         call 3 1
         call 3 1 done 0/3
         stored 0
         swept 1
         call 1 1 done 1/1
         call 3 1 done 1/2
         stored 1
         call 2 1
         call 2 1 done 1/3
         stored 1",
        "w1 plays m0/1 m1/1
         w2 plays
         w3 plays
         record m0 of w1
         w1 plays m1/1
         w2 plays m0/2
         record m1 of w1
         w2 plays
         w1 plays
         w3 plays m0/3
         m0 is wrong, w2 is right, so says w3
         quarantine v1 for m0: is alone against w2 w3
         w3 plays m1/2
         w1 plays
         record m1 of w3
         w3 plays
         w2 plays m1/3
         m1 is right, so says w2
         w2 plays
         finish Complete",
    );
}

#[test]
fn whoever_lies_about_an_honest_result_is_the_one_that_is_quarantined() {
    check_audited(
        1,
        "call 1 1
         call 2 1
         call 3 1
         call 1 1 done 0/1
         stored 0
         call 2 1
         call 2 1 done 0/2=lie
         call 3 1
         call 3 1 done 0/3
         stored 0
         swept
         call 2 1",
        "w1 plays m0/1
         w2 plays
         w3 plays
         record m0 of w1
         w1 plays
         w2 plays m0/2
         w2 plays
         w3 plays m0/3
         m0 is right, so says w3
         quarantine v2 for m0: is alone against w1 w3
         w3 plays
         finish Complete
         w2 plays",
    );
}

#[test]
fn the_only_worker_is_quarantined_if_it_contradicts_itself_and_its_match_waits_for_another() {
    check_audited(
        1,
        "call 1 1
         call 1 1 done 0/1=x
         stored 0
         call 1 1 done 0/2=y
         swept 0
         call 2 1",
        "w1 plays m0/1
         record m0 of w1
         w1 plays m0/2
         quarantine v1 for m0: contradicts itself
         w1 plays
         w2 plays m0/3",
    );
}

#[test]
fn nobody_is_blamed_where_one_word_stands_against_another() {
    check_audited(
        1,
        "call 1 1
         call 2 1
         call 1 1 done 0/1=x
         stored 0
         call 2 1
         call 2 1 done 0/2=y
         call 2 1 done 0/3=y
         call 1 1
         call 1 1 done 0/4=x
         stored 0",
        "w1 plays m0/1
         w2 plays
         record m0 of w1
         w1 plays
         w2 plays m0/2
         w2 plays m0/3
         w2 plays
         w1 plays m0/4
         m0 is undecided between w1 w2
         w1 plays
         finish Complete",
    );
}

#[test]
fn audits_that_come_to_nothing_leave_the_result_as_it_is() {
    check_audited(
        1,
        "call 1 1
         call 1 1 done 0/1
         stored 0
         call 1 1 void 0/2
         call 1 1 void 0/3
         call 1 1 void 0/4",
        "w1 plays m0/1
         record m0 of w1
         w1 plays m0/2
         retry m0 of w1: Void
         w1 plays m0/3
         retry m0 of w1: Void
         w1 plays m0/4
         m0 is inconclusive
         w1 plays
         finish Complete",
    );
}

#[test]
fn an_audit_does_not_wait_for_ever_for_a_worker_that_does_not_take_it() {
    check_audited(
        1,
        "call 1 1
         call 2 1
         call 1 1 done 0/1
         stored 0
         at 5
         call 1 1
         at 11
         call 1 1
         call 1 1 done 0/2",
        "w1 plays m0/1
         w2 plays
         record m0 of w1
         w1 plays
         w1 plays
         w1 plays m0/2
         m0 is right
         w1 plays
         finish Complete",
    );
}

#[test]
fn a_late_report_that_differs_opens_an_inquiry_and_one_that_does_not_is_forgotten() {
    check(
        2,
        "call 1 1
         call 1 1 has 1/1@1 done 0/1=lie
         stored 0
         call 2 1 done 0/7
         doubt 0/1=lie 1 2=
         compared
         call 3 1
         call 3 1 done 0/2
         stored 0
         swept
         call 2 1 done 0/7
         compared
         call 3 1 done 1/2
         stored 1",
        "w1 plays m0/1 m1/1
         record m0 of w1
         w1 plays m1/1
         compare m0 of w2
         w2 plays
         w3 plays m0/2
         m0 is wrong, w2 is right, so says w3
         quarantine v1 for m0: is alone against w2 w3
         w3 plays m1/2
         compare m0 of w2
         w2 plays
         record m1 of w3
         w3 plays
         finish Complete",
    );
}

#[test]
fn ctrl_c_drops_audits_but_keeps_no_result_that_is_in_dispute() {
    check_audited(
        4,
        "call 1 2
         call 2 2
         call 1 2 done 0/1=x 1/1
         stored 0 1
         call 2 2
         call 2 2 has 1/2@1 done 0/2=y
         drain
         call 2 2
         stored 0
         call 1 2",
        "w1 plays m0/1 m1/1 m2/1 m3/1
         w2 plays
         record m0 of w1
         record m1 of w1
         w1 plays m2/1 m3/1
         w2 plays m0/2 m1/2
         w2 plays m1/2 m0/3
         m0 is undecided between w1 w2
         w2 plays
         w1 plays
         finish Drained",
    );
}
