//! Observations of any size, shaped like those of spacecode.

use std::fmt::Write;

/// An observation of about so many bytes. Each tick shows other numbers, as in a match.
pub(crate) fn observation(bytes: usize, tick: u32) -> String {
    let turn = f64::from(tick);
    let mut text = format!(
        "{{\"game_state\":{{\"ship\":{{\"x\":{:.2},\"y\":{:.2},\"angle\":{:.4},\"hull\":90,\"energy\":{}}},\
         \"enemy\":{{\"x\":{:.1},\"y\":203.8,\"distance\":141.61,\"bearing\":{:.4}}},\"shots\":[",
        -212.4 + turn,
        96.03 - turn,
        (turn * 0.1).sin(),
        tick % 300,
        -120.5 + turn,
        (turn * 0.3).cos()
    );
    let end = |tick| {
        format!("],\"star\":{{\"distance\":233.1,\"bearing\":2.56}}}},\"ship_id\":0,\"time_step\":{tick}}}")
    };
    let end = end(tick);
    let mut number = 0;
    while text.len() + end.len() < bytes {
        let comma = if number > 0 { "," } else { "" };
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "{comma}{{\"x\":{:.1},\"y\":{number}.5,\"vx\":-14.1,\"vy\":-8.02,\"distance\":62.9}}",
            turn - f64::from(number)
        );
        number += 1;
    }
    text + &end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_observation_is_json_of_about_that_size() {
        for bytes in [300, 3_000, 30_000] {
            let text = observation(bytes, 7);
            assert!(text.len() >= bytes && text.len() < bytes + 80, "{} of {bytes}", text.len());
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value["time_step"], 7);
        }
    }
}
