//! Walking the sections of a WebAssembly file, and no further: a number, a length, bytes.

/// The name of our section.
pub(super) const NAME: &str = "arena-runtime";
/// How a module starts.
const HEADER_MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
/// How a component starts.
pub(super) const HEADER_COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";
/// The number of custom sections.
const CUSTOM: u8 = 0;
/// Most bytes of a length: 32 bits, seven at a time.
const LENGTH_BYTES_MAX: u32 = 5;

/// Not a whole WebAssembly file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWasm {
    /// It starts with something else.
    #[error("it is no WebAssembly")]
    Header,
    /// A section is longer than what is left of the file.
    #[error("it is cut off in the section at byte {0}")]
    CutOff(usize),
    /// There is nothing but the header.
    #[error("it is empty")]
    Empty,
}

/// The last section of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last<'a> {
    file: &'a [u8],
    start: usize,
    kind: u8,
    payload: &'a [u8],
}

/// Finds the last section of a file.
pub(super) fn last(file: &[u8]) -> Result<Last<'_>, BadWasm> {
    if !file.starts_with(&HEADER_MODULE) && !file.starts_with(&HEADER_COMPONENT) {
        return Err(BadWasm::Header);
    }
    let mut last = None;
    let mut rest = file.get(HEADER_COMPONENT.len()..).unwrap_or_default();
    while !rest.is_empty() {
        let start = file.len() - rest.len();
        let (kind, payload) = take_section(&mut rest).ok_or(BadWasm::CutOff(start))?;
        last = Some(Last { file, start, kind, payload });
    }
    last.ok_or(BadWasm::Empty)
}

impl<'a> Last<'a> {
    /// What the section holds, if it is a custom one of that name.
    pub(super) fn custom(&self, name: &str) -> Option<&'a [u8]> {
        let mut rest = self.payload;
        let named = self.kind == CUSTOM && take_counted(&mut rest)? == name.as_bytes();
        named.then_some(rest)
    }

    /// Everything in front of the section.
    pub(super) fn before(&self) -> &'a [u8] {
        self.file.get(..self.start).unwrap_or_default()
    }

    /// Length of the section with its head, in bytes.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.file.len() - self.start
    }
}

/// A custom section of that name.
#[cfg(test)]
pub(super) fn custom(name: &str, payload: &[u8]) -> Vec<u8> {
    let mut body = length(name.len());
    body.extend(name.as_bytes());
    body.extend(payload);
    let mut section = vec![CUSTOM];
    section.extend(length(body.len()));
    section.extend(body);
    section
}

fn take_section<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (kind, tail) = rest.split_first()?;
    *rest = tail;
    Some((*kind, take_counted(rest)?))
}

/// Bytes with their length in front.
fn take_counted<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take_length(rest)?;
    let (counted, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(counted)
}

/// An unsigned LEB128 number of up to 32 bits.
fn take_length(rest: &mut &[u8]) -> Option<usize> {
    let mut length = 0u64;
    for place in 0..LENGTH_BYTES_MAX {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        length |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return usize::try_from(length).ok();
        }
    }
    None
}

#[cfg(test)]
fn length(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
