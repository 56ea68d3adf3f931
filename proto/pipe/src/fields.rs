//! Reading and writing the fields of a frame.

/// The bytes are no frame that this side knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed frame")]
pub struct Malformed;

/// Reads fields off the front of a frame.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(frame: &'a [u8]) -> Reader<'a> {
        Reader(frame)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let len = self.u32()? as usize;
        let (head, tail) = self.0.split_at_checked(len).ok_or(Malformed)?;
        self.0 = tail;
        Ok(head)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed)
    }

    /// The frame must end here: one value has one encoding.
    pub(crate) fn end(self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(Malformed)?;
        self.0 = tail;
        Ok(*head)
    }
}

/// Appends fields to a frame. Byte strings are at most `u32::MAX` long, which the limits ensure.
pub(crate) struct Writer<'a>(&'a mut Vec<u8>);

impl<'a> Writer<'a> {
    /// Starts a frame in a buffer that is used again and again.
    pub(crate) fn start(buffer: &'a mut Vec<u8>, tag: u8) -> Writer<'a> {
        buffer.clear();
        buffer.push(tag);
        Writer(buffer)
    }

    pub(crate) fn u8(&mut self, field: u8) -> &mut Self {
        self.0.push(field);
        self
    }

    pub(crate) fn u16(&mut self, field: u16) -> &mut Self {
        self.0.extend(field.to_le_bytes());
        self
    }

    pub(crate) fn u32(&mut self, field: u32) -> &mut Self {
        self.0.extend(field.to_le_bytes());
        self
    }

    pub(crate) fn u64(&mut self, field: u64) -> &mut Self {
        self.0.extend(field.to_le_bytes());
        self
    }

    pub(crate) fn bytes(&mut self, field: &[u8]) -> &mut Self {
        self.u32(field.len() as u32);
        self.0.extend_from_slice(field);
        self
    }
}
