//! The kernel's part in user space: runs the filter's program for calls that nobody makes.

use super::{WORN, compared, entries, filter, fitting, is_allowed};
use crate::harden::seccomp::Filter;

/// The tag of our own architecture's calls.
const OURS: u32 = if cfg!(target_arch = "aarch64") { 0xc000_00b7 } else { 0xc000_003e };
/// i386, arm, the other of our two, riscv64, ppc64le, s390x, and nonsense.
const FOREIGN: [u32; 8] =
    [0x4000_0003, 0x4000_0028, OURS ^ 0x89, 0xc000_00f3, 0xc000_0015, 0x8000_0016, 0, u32::MAX];
/// Marks a call of the x32 ABI.
const X32: u32 = 0x4000_0000;

/// `struct seccomp_data`, as 32-bit words.
fn data(arch: u32, call: u32, arguments: &[u64; 6]) -> [u32; 16] {
    let mut words = [0; 16];
    (words[0], words[1]) = (call, arch);
    for (index, argument) in arguments.iter().enumerate() {
        words[4 + 2 * index] = *argument as u32;
        words[5 + 2 * index] = (*argument >> 32) as u32;
    }
    words
}

/// What the program decides. Knows the instructions that our filters are made of, and no other.
fn decide(filter: &Filter, data: &[u32; 16]) -> u32 {
    let (mut accumulator, mut next) = (0, 0);
    loop {
        let instruction = &filter.0[next];
        next += 1;
        let either = |holds: bool| usize::from(if holds { instruction.jt } else { instruction.jf });
        match instruction.code {
            0x20 => accumulator = data[instruction.k as usize / 4],
            0x54 => accumulator &= instruction.k,
            0x05 => next += instruction.k as usize,
            0x15 => next += either(accumulator == instruction.k),
            0x25 => next += either(accumulator > instruction.k),
            0x35 => next += either(accumulator >= instruction.k),
            0x06 => return instruction.k,
            other => panic!("unknown instruction {other:#x}"),
        }
    }
}

fn allows(filter: &Filter, arch: u32, call: u32, arguments: &[u64; 6]) -> bool {
    match decide(filter, &data(arch, call, arguments)) {
        libc::SECCOMP_RET_ALLOW => true,
        libc::SECCOMP_RET_KILL_PROCESS => false,
        other => panic!("call {call} is neither allowed nor killed: {other:#x}"),
    }
}

/// Arguments of all kinds: nothing, everything, what each entry asks for, and a mixture.
fn samples(lists: &[&'static [crate::harden::syscalls::Allowed]]) -> Vec<[u64; 6]> {
    let mut samples = vec![[0; 6], [u64::MAX; 6], [u64::from(u32::MAX); 6]];
    samples.extend(entries(lists).map(fitting));
    let mut state = 1u64;
    for _ in 0..64 {
        samples.push(std::array::from_fn(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state >> (state >> 58)
        }));
    }
    samples
}

#[test]
fn the_program_decides_as_the_list_says_for_every_number() {
    for lists in WORN {
        let filter = filter(lists);
        for arguments in samples(lists) {
            for call in 0..=1_023 {
                let expected = is_allowed(lists, call.into(), &arguments);
                assert_eq!(allows(&filter, OURS, call, &arguments), expected, "call {call} {arguments:x?}");
            }
        }
    }
}

#[test]
fn other_calling_conventions_are_closed() {
    for lists in WORN {
        let filter = filter(lists);
        for arguments in samples(lists) {
            for call in 0..=1_023 {
                assert!(!allows(&filter, OURS, call | X32, &arguments), "x32 call {call}");
                for arch in FOREIGN {
                    assert!(!allows(&filter, arch, call, &arguments), "call {call} of {arch:#x}");
                }
            }
        }
        for call in [u32::MAX, X32, 1 << 31, 1_024, 1 << 16] {
            assert!(!allows(&filter, OURS, call, &[0; 6]), "call {call:#x}");
        }
    }
}

#[test]
fn every_bit_that_a_rule_compares_counts_and_no_other() {
    for lists in WORN {
        let filter = filter(lists);
        for entry in entries(lists) {
            let call = entry.call as u32;
            assert!(allows(&filter, OURS, call, &fitting(entry)), "{}", entry.name);
            for (rule, bit) in entry.rules.iter().flat_map(|rule| (0..64).map(move |bit| (rule, 1u64 << bit)))
            {
                let mut arguments = fitting(entry);
                arguments[usize::from(rule.argument)] ^= bit;
                let counts = compared(rule) & bit != 0;
                let expected = !counts || is_allowed(lists, entry.call, &arguments);
                let allowed = allows(&filter, OURS, call, &arguments);
                assert_eq!(allowed, expected, "{} {arguments:x?}", entry.name);
            }
        }
    }
}

#[test]
fn without_an_entry_its_call_is_closed() {
    for lists in WORN {
        for (index, list) in lists.iter().enumerate() {
            for left_out in 0..list.len() {
                let rest = [&list[..left_out], &list[left_out + 1..]];
                let others = lists.iter().enumerate().filter(|(other, _)| *other != index);
                let smaller: Vec<_> = rest.into_iter().chain(others.map(|(_, list)| *list)).collect();
                let arguments = fitting(&list[left_out]);
                let allowed = allows(&filter(&smaller), OURS, list[left_out].call as u32, &arguments);
                assert!(!allowed, "{} is on the list twice", list[left_out].name);
            }
        }
    }
}
