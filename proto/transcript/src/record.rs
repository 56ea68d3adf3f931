//! Reads a record: all of it is checked once, and its ticks are taken out of the text when somebody
//! asks, so that a transcript never takes much more memory than its text.

use terms::{BySeat, Digest};

use crate::digests::Digests;
use crate::line::{TICK_START, read_tick, write_tick};
use crate::squeeze::{Expander, expand};
use crate::{BadTranscript, End, Header, LINE_BYTES_MAX, RECORD_BYTES_MAX, Turn};

/// What is said of a line that another program wrote, or somebody changed.
const NOT_CANONICAL: &str = "it is not written as this format writes it";

/// A record that was read and found to be what it says.
#[derive(Clone, Debug)]
pub struct Transcript {
    header: Header,
    end: End,
    address: Digest,
    text: String,
    /// Where the line of each tick begins, and where that of the last one ends.
    bounds: Vec<u32>,
}

impl Transcript {
    /// Everything that the match depends on.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How it ended.
    pub fn end(&self) -> &End {
        &self.end
    }

    /// The BLAKE3 of the text.
    pub fn address(&self) -> &Digest {
        &self.address
    }

    /// The record as JSON Lines.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The turns of a tick; 0 is the load. Nothing if the record does not go that far.
    pub fn tick(&self, tick: u32) -> Option<BySeat<Turn>> {
        let index = usize::try_from(tick).ok()?;
        let (begin, end) = (self.bounds.get(index)?, self.bounds.get(index + 1)?);
        let line = self.text.get(*begin as usize..*end as usize)?;
        read_tick(line).ok().map(|(_, turns)| turns)
    }
}

/// Reads a record.
///
/// # Errors
/// It is none, of a newer version, damaged, or does not have its digests.
pub fn read_record(record: &[u8]) -> Result<Transcript, BadTranscript> {
    read_text(expand(record, RECORD_BYTES_MAX)?)
}

/// Finds the addresses of records, without a look at what they say: much less work than to read them.
pub struct Addresses(Expander);

impl Addresses {
    /// For any number of records.
    pub fn new() -> Addresses {
        Addresses(Expander::new())
    }

    /// The address of a record.
    ///
    /// # Errors
    /// It does not unpack.
    pub fn of(&mut self, record: &[u8]) -> Result<Digest, BadTranscript> {
        Ok(Digest::of(self.0.expand(record, RECORD_BYTES_MAX)?))
    }
}

impl Default for Addresses {
    fn default() -> Addresses {
        Addresses::new()
    }
}

/// Reads a record that is not compressed any more.
///
/// # Errors
/// As [`read_record`].
pub fn read_text(text: Vec<u8>) -> Result<Transcript, BadTranscript> {
    if text.len() > RECORD_BYTES_MAX {
        return Err(BadTranscript::TooLarge { bytes: text.len() as u64, bytes_max: RECORD_BYTES_MAX });
    }
    let address = Digest::of(&text);
    let text = String::from_utf8(text).map_err(|_| BadTranscript::Foreign)?;
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    let header = Header::read(first)?;
    let mut reader = Reader::new(&text, &header, first.len());
    check_canonical(first, 1, |again| header.write(again))?;
    while reader.read_tick()? {}
    let (end, bounds) = reader.read_end()?;
    Ok(Transcript { header, end, address, text, bounds })
}

/// Where reading has come to.
struct Reader<'a> {
    text: &'a str,
    digests: Digests,
    bounds: Vec<u32>,
    at: usize,
    again: Vec<u8>,
    ticks_max: u32,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, header: &Header, at: usize) -> Reader<'a> {
        let (digests, ticks_max) = (Digests::new(&header.spec), header.spec.limits.ticks);
        Reader { text, digests, bounds: vec![at as u32], at, again: Vec::new(), ticks_max }
    }

    /// The next line, with its end, and its number, from 1.
    fn line(&self) -> Result<(&'a str, usize), BadTranscript> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        if line.ends_with('\n') { Ok((line, self.bounds.len() + 1)) } else { Err(BadTranscript::Truncated) }
    }

    /// Reads the line of a tick, if the next one is that.
    fn read_tick(&mut self) -> Result<bool, BadTranscript> {
        let (line, number) = self.line()?;
        if !line.starts_with(TICK_START) {
            return Ok(false);
        }
        if line.len() > LINE_BYTES_MAX {
            return Err(BadTranscript::line(number, "it is too long"));
        }
        let (tick, turns) = read_tick(line).map_err(|why| BadTranscript::line(number, &why))?;
        let expected = self.bounds.len() - 1;
        if usize::try_from(tick) != Ok(expected) || tick > self.ticks_max {
            return Err(BadTranscript::line(number, &format!("tick {tick} is not what comes here")));
        }
        self.again.clear();
        write_tick(&mut self.again, tick, &turns);
        if self.again != line.as_bytes() {
            return Err(BadTranscript::line(number, NOT_CANONICAL));
        }
        self.digests.add(tick, &turns);
        self.at += line.len();
        self.bounds.push(self.at as u32);
        Ok(true)
    }

    /// Reads the last line, and checks the digests.
    fn read_end(self) -> Result<(End, Vec<u32>), BadTranscript> {
        let (line, number) = self.line()?;
        let bad = |why: &str| BadTranscript::line(number, why);
        if line.len() > LINE_BYTES_MAX {
            return Err(bad("it is too long"));
        }
        let end = End::read(line).map_err(|why| bad(&why))?;
        check_canonical(line, number, |again| end.write(again))?;
        if self.at + line.len() != self.text.len() {
            return Err(bad("something comes after the end"));
        }
        let lines = self.bounds.len() as u64 - 1;
        let (wanted, is_whole) = match &end.cut {
            None => (u64::from(end.ticks) + 1, true),
            Some(cut) => (cut.before_tick.into(), cut.before_tick <= end.ticks),
        };
        if lines != wanted || !is_whole || end.ticks > self.ticks_max {
            return Err(bad("the number of its ticks is another"));
        }
        check(self.digests, &end)?;
        Ok((end, self.bounds))
    }
}

fn check(digests: Digests, end: &End) -> Result<(), BadTranscript> {
    let (found, wanted) = match &end.cut {
        Some(cut) => (digests.so_far(), (cut.digest, cut.fuel_digest)),
        None => (digests.finish(&end.verdict, end.ticks), (end.digest, end.fuel_digest)),
    };
    if found.0 != wanted.0 {
        return Err(BadTranscript::WrongDigest("digest"));
    }
    if found.1 != wanted.1 {
        return Err(BadTranscript::WrongDigest("fuel digest"));
    }
    Ok(())
}

fn check_canonical(line: &str, number: usize, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), BadTranscript> {
    let mut again = Vec::new();
    write(&mut again);
    if again == line.as_bytes() { Ok(()) } else { Err(BadTranscript::line(number, NOT_CANONICAL)) }
}
