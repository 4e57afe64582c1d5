//! The picture that apps read an address from, as text that pages and programs show as it is.

use std::fmt::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};
use qrcode::{Color, EcLevel, QrCode};

/// How wide and high it is shown, in pixels; cameras read this from a screen at arm's length.
const SIZE: u32 = 232;
/// How many modules stay light around the pattern (ISO/IEC 18004).
const MARGIN: usize = 4;

/// The picture as a `data:` URL, and how wide and high it is; `None` for what is too long for one.
pub(super) fn of(text: &str) -> Option<(String, u32)> {
    // Screens do not get stained, so there is nothing to be mended.
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let width = code.width();
    let side = width + 2 * MARGIN;
    let mut pattern = String::new();
    for (row, modules) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                let (x, y, length) = (column + MARGIN, row + MARGIN, run.len());
                // Writing to a String cannot fail.
                let _ = write!(pattern, "M{x} {y}h{length}v1h-{length}z");
            }
            column += run.len();
        }
    }
    // Dark on light on every page: not all apps read it the other way round.
    let picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{SIZE}\" height=\"{SIZE}\" \
         viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{pattern}\"/></svg>"
    );
    let picture = STANDARD.encode(picture);
    Some((format!("data:image/svg+xml;base64,{picture}"), SIZE))
}
