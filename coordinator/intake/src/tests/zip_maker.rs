//! Archives, good and bad, byte by byte: no writer that behaves would make most of these.

/// One entry of an archive, and how it lies about itself.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) name: Vec<u8>,
    /// As it is in the archive: for method 0, the content.
    pub(super) packed: Vec<u8>,
    pub(super) method: u16,
    pub(super) flags: u16,
    pub(super) mode: u32,
    /// The size that is declared, in bytes.
    pub(super) size: u32,
    pub(super) crc: u32,
    /// The name in front of the content, if it is another one than in the directory.
    pub(super) local_name: Option<Vec<u8>>,
}

impl Item {
    /// An honest stored file.
    pub(super) fn stored(name: impl AsRef<[u8]>, content: &[u8]) -> Item {
        Item {
            name: name.as_ref().to_vec(),
            packed: content.to_vec(),
            method: 0,
            flags: 0x800,
            mode: 0o100_644,
            size: content.len() as u32,
            crc: crc32(content),
            local_name: None,
        }
    }

    /// `blocks` times 64 KiB of zeros as one deflated file, declared with `size` bytes.
    pub(super) fn zeros(name: &str, blocks: usize, size: u32) -> Item {
        let content = vec![0; blocks << 16];
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let deflate =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file("z", deflate).unwrap();
        std::io::Write::write_all(&mut writer, &content).unwrap();
        let archive = writer.finish().unwrap().into_inner();
        let mut read = zip::ZipArchive::new(std::io::Cursor::new(&archive)).unwrap();
        let mut packed = Vec::new();
        std::io::Read::read_to_end(&mut read.by_index_raw(0).unwrap(), &mut packed).unwrap();
        Item { packed, method: 8, size, crc: crc32(&content), ..Item::stored(name, b"") }
    }

    fn fields(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for short in [20, self.flags, self.method, 0, 0x21] {
            out.extend(short.to_le_bytes());
        }
        for long in [self.crc, self.packed.len() as u32, self.size] {
            out.extend(long.to_le_bytes());
        }
        out
    }

    fn local(&self) -> Vec<u8> {
        let name = self.local_name.as_ref().unwrap_or(&self.name);
        let mut out = b"PK\x03\x04".to_vec();
        out.extend(self.fields());
        out.extend((name.len() as u16).to_le_bytes());
        out.extend([0, 0]);
        out.extend(name);
        out.extend(&self.packed);
        out
    }

    fn central(&self, offset: u32) -> Vec<u8> {
        let mut out = b"PK\x01\x02".to_vec();
        out.extend([20, 3]);
        out.extend(self.fields());
        out.extend((self.name.len() as u16).to_le_bytes());
        out.extend([0; 8]);
        out.extend((self.mode << 16).to_le_bytes());
        out.extend(offset.to_le_bytes());
        out.extend(&self.name);
        out
    }
}

/// An archive of honest stored files.
pub(super) fn plain(files: &[(&str, &[u8])]) -> Vec<u8> {
    archive(&files.iter().map(|(name, content)| Item::stored(name, content)).collect::<Vec<_>>())
}

/// An archive of these items, one behind the other.
pub(super) fn archive(items: &[Item]) -> Vec<u8> {
    let mut bodies = Vec::new();
    let mut offsets = Vec::new();
    for item in items {
        offsets.push(bodies.len() as u32);
        bodies.extend(item.local());
    }
    with_directory(bodies, items, &offsets)
}

/// An archive of these bytes, with a directory that says the items lie at these offsets.
pub(super) fn with_directory(mut bodies: Vec<u8>, items: &[Item], offsets: &[u32]) -> Vec<u8> {
    let start = bodies.len() as u32;
    items.iter().zip(offsets).for_each(|(item, offset)| bodies.extend(item.central(*offset)));
    let size = bodies.len() as u32 - start;
    bodies.extend(end(items.len() as u16, size, start));
    bodies
}

/// An end record.
pub(super) fn end(entries: u16, size: u32, start: u32) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    out.extend([entries.to_le_bytes(), entries.to_le_bytes()].concat());
    out.extend([size.to_le_bytes(), start.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

/// CRC-32 as APPNOTE.TXT 4.4.7 has it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    })
}
