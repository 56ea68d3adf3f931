//! Bytes that somebody said, as a transcript keeps them: whole, or only what identifies them.

use terms::Digest;

use crate::Form;

/// What somebody said. Two are equal if the bytes are, whether or not they are kept.
#[derive(Clone, Debug)]
pub struct Blob {
    digest: Digest,
    len: u64,
    kept: Option<Kept>,
}

#[derive(Clone, Debug)]
enum Kept {
    Json(String),
    Text(String),
    Binary(Vec<u8>),
}

impl Blob {
    /// Bytes that are kept.
    pub fn kept(form: Form<'_>) -> Blob {
        let kept = match form {
            Form::Json(text) => Kept::Json(text.to_owned()),
            Form::Text(text) => Kept::Text(text.to_owned()),
            Form::Binary(bytes) => Kept::Binary(bytes.to_owned()),
        };
        let bytes = form.bytes();
        Blob { digest: Digest::of(bytes), len: bytes.len() as u64, kept: Some(kept) }
    }

    /// Bytes of which only the length and the digest are known.
    pub const fn elided(len: u64, digest: Digest) -> Blob {
        Blob { digest, len, kept: None }
    }

    /// The BLAKE3 of the bytes.
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// How many bytes there were.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether there were none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes, in the form in which the record has them; nothing if they are not kept.
    pub fn form(&self) -> Option<Form<'_>> {
        self.kept.as_ref().map(|kept| match kept {
            Kept::Json(text) => Form::Json(text),
            Kept::Text(text) => Form::Text(text),
            Kept::Binary(bytes) => Form::Binary(bytes),
        })
    }

    /// The bytes; nothing if they are not kept.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.form().map(Form::bytes)
    }
}

impl PartialEq for Blob {
    fn eq(&self, other: &Blob) -> bool {
        (self.len, self.digest) == (other.len, other.digest)
    }
}

impl Eq for Blob {}
