//! The three functions of `proto/bot.wit`, as the host calls them.
//!
//! Texts and lists cross as an address and a length. What the host hands over, it first asks room
//! for, and leaves to us; what we hand over must stay where it is until the next call. The layout of
//! records is that of the component model's canonical ABI:
//! https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md

use std::alloc::{alloc, realloc, Layout};
use std::cell::RefCell;

use crate::play::Player;

/// A `result<string, fault>` or a `result<_, fault>` in memory.
#[repr(C)]
struct Answer {
    /// 0: ok, 1: fault.
    is_fault: u8,
    /// The reply: address and length. Of a fault, the first is its kind.
    first: usize,
    second: usize,
    /// The rest of a fault: the length of its message, then its traceback, which is empty.
    third: usize,
    traceback: [usize; 2],
}

/// What lasts from one call to the next.
struct Guest {
    player: Player,
    /// The last text that was handed over, and the record that points to it.
    text: String,
    answer: Answer,
}

thread_local! {
    static GUEST: RefCell<Guest> = RefCell::new(Guest {
        player: Player::default(),
        text: String::new(),
        answer: Answer { is_fault: 0, first: 0, second: 0, third: 0, traceback: [1, 0] },
    });
}

/// The kind of fault that costs a turn, as the place in the list of `fault-kind`.
const EXCEPTION: usize = 2;

impl Guest {
    /// Puts an answer where the host finds it.
    fn answer(&mut self, answer: Result<String, String>) -> *const Answer {
        self.answer.is_fault = answer.is_err().into();
        let is_fault = answer.is_err();
        self.text = answer.unwrap_or_else(|message| message);
        let (address, length) = (self.text.as_ptr() as usize, self.text.len());
        if is_fault {
            (self.answer.first, self.answer.second, self.answer.third) = (EXCEPTION, address, length);
        } else {
            (self.answer.first, self.answer.second) = (address, length);
        }
        &self.answer
    }
}

/// Gives the host room for what it hands over.
#[export_name = "cabi_realloc"]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_bytes: usize, align: usize, bytes: usize) -> *mut u8 {
    match (old_bytes, bytes) {
        (_, 0) => align as *mut u8,
        (0, _) => alloc(Layout::from_size_align_unchecked(bytes, align)),
        _ => realloc(old, Layout::from_size_align_unchecked(old_bytes, align), bytes),
    }
}

/// Nothing to warm: a component starts cold in every match.
#[export_name = "arena:bot/guest@1.0.0#warm"]
extern "C" fn warm() -> *const Answer {
    GUEST.with(|guest| guest.borrow_mut().answer(Ok(String::new())))
}

/// A bot starts. The files are what else was in its folder or archive, the seed is for its dice, and
/// the policy is for interpreters. This one has no use for any of them.
#[export_name = "arena:bot/guest@1.0.0#load"]
extern "C" fn load(_files: usize, _count: usize, _seed: u64, _policy: usize, _bytes: usize) -> *const Answer {
    GUEST.with(|guest| guest.borrow_mut().answer(Ok(String::new())))
}

/// One turn.
#[export_name = "arena:bot/guest@1.0.0#turn"]
unsafe extern "C" fn turn(observation: *mut u8, bytes: usize) -> *const Answer {
    // The host wrote a text there, into room that it got from `cabi_realloc`; now it is ours.
    let observation = String::from_raw_parts(observation, bytes, bytes);
    GUEST.with(|guest| {
        let mut guest = guest.borrow_mut();
        let reply = guest.player.turn(&observation);
        guest.answer(reply)
    })
}
