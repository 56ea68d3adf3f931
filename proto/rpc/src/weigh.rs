//! How much memory an encoded request will take, told before it is decoded: two bytes on the wire can
//! become a hundred in memory, and a stranger knows which.

use terms::fault::FAULTS_PER_SEAT_MAX;

use crate::convert::{BadMessage, HOLDING_MAX, LAYERS_MAX, bounded, unknown};

/// What one of each takes at most besides its texts, decoded and converted, in bytes.
const LAYER_BYTES: usize = 200;
const HOLDING_BYTES: usize = 200;
const REPORT_BYTES: usize = 2_000;
const FAULT_BYTES: usize = 300;
/// What one byte of a histogram becomes.
const HISTOGRAM_FACTOR: usize = 32;
/// A message is there twice while it is decoded, and again while it is converted.
const MESSAGE_FACTOR: usize = 2;

/// Estimates, from above, what an encoded `SynchronizeRequest` takes in memory, in bytes.
///
/// # Errors
/// It has more parts than any honest worker sends, or is no message.
pub fn weigh(request: &[u8]) -> Result<usize, BadMessage> {
    let (mut layers, mut holding, mut finished) = (0, 0, 0);
    let mut bytes = request.len().saturating_mul(MESSAGE_FACTOR);
    for field in Fields(request) {
        match field? {
            Field { number: 8, .. } => layers += 1,
            Field { number: 9, .. } => holding += 1,
            Field { number: 10, bytes: report } => {
                finished += 1;
                bytes += weigh_report(report)?;
            }
            _ => {}
        }
        bounded("number of layers", layers, LAYERS_MAX)?;
        bounded("number of matches held", holding, HOLDING_MAX)?;
        bounded("number of results", finished, HOLDING_MAX)?;
    }
    Ok(bytes + layers * LAYER_BYTES + holding * HOLDING_BYTES + finished * REPORT_BYTES)
}

fn weigh_report(report: &[u8]) -> Result<usize, BadMessage> {
    let (mut faults, mut histograms) = (0, 0);
    for field in Fields(report) {
        match field? {
            Field { number: 6, .. } => faults += 1,
            Field { number: 9 | 10, bytes: usage } => histograms += histogram_bytes(usage)?,
            _ => {}
        }
        bounded("number of faults", faults, 2 * FAULTS_PER_SEAT_MAX)?;
    }
    Ok(faults * FAULT_BYTES + histograms * HISTOGRAM_FACTOR)
}

/// The bytes of a usage's lists, whether they are packed or not.
fn histogram_bytes(usage: &[u8]) -> Result<usize, BadMessage> {
    let mut total = 0;
    for field in Fields(usage) {
        if let Field { number: 3 | 4, bytes } = field? {
            total += bytes.len().max(1);
        }
    }
    Ok(total)
}

/// One field of a message, with its bytes if it has any of its own.
struct Field<'a> {
    number: u64,
    bytes: &'a [u8],
}

/// The fields of an encoded message, in order.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, BadMessage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.take().ok_or_else(|| unknown("encoding", "of this request"));
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn take(&mut self) -> Option<Field<'a>> {
        let tag = self.varint()?;
        let bytes = match tag & 7 {
            0 => {
                self.varint()?;
                &[]
            }
            1 => self.bytes(8)?,
            2 => {
                let length = self.varint()?;
                self.bytes(usize::try_from(length).ok()?)?
            }
            5 => self.bytes(4)?,
            // Groups are out of use, and nested without end.
            _ => return None,
        };
        Some(Field { number: tag >> 3, bytes })
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1;
    use proptest::prelude::*;
    use prost::Message;

    fn reports(report: v1::Report, count: usize) -> Vec<u8> {
        v1::SynchronizeRequest { finished: vec![report; count], ..Default::default() }.encode_to_vec()
    }

    #[test]
    fn what_grows_most_when_decoded_is_refused_or_weighs_what_it_takes() {
        let holding = v1::SynchronizeRequest {
            holding: vec![v1::Holding::default(); HOLDING_MAX + 1],
            ..Default::default()
        };
        assert!(weigh(&holding.encode_to_vec()).unwrap_err().to_string().contains("matches held"));
        let empty = reports(v1::Report::default(), HOLDING_MAX + 1);
        assert!(weigh(&empty).unwrap_err().to_string().contains("number of results"));
        let faulty = v1::Report { faults: vec![v1::Fault::default(); 3_000], ..Default::default() };
        assert!(weigh(&reports(faulty, 1)).unwrap_err().to_string().contains("number of faults"));
        let empty = reports(v1::Report::default(), HOLDING_MAX);
        assert!(weigh(&empty).unwrap() >= HOLDING_MAX * size_of::<v1::Report>(), "{}", empty.len());
        let usage = v1::Usage { buckets: vec![1; 1_000], counts: vec![1; 1_000], ..Default::default() };
        let report = v1::Report { usage_zero: Some(usage), ..Default::default() };
        assert!(weigh(&reports(report, 1)).unwrap() >= 1_000 * 12);
    }

    #[test]
    fn an_honest_request_weighs_a_few_times_its_bytes() {
        let report = v1::Report { record: vec![7; 10_000], digest: vec![1; 32], ..Default::default() };
        let bytes = reports(report, 100);
        let weight = weigh(&bytes).unwrap();
        assert!(weight < 3 * bytes.len(), "{weight} of {}", bytes.len());
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for bytes in
            [&[0xff][..], &[0x0b], &[0x52, 0x05, 1], &[0x80; 11], &[0x52, 0xff, 0xff, 0xff, 0xff, 0x0f]]
        {
            assert!(weigh(bytes).is_err(), "{bytes:?}");
        }
        assert_eq!(weigh(&[]).unwrap(), 0);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = weigh(&bytes);
        }
    }
}
