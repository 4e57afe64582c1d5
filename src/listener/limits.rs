//! What a request may measure.

use std::time::Duration;

use http::HeaderMap;
use portcullis_core::catalogue::Code;

/// What a request may measure.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Header lines.
    pub header_count: usize,
    /// Bytes of all header lines together.
    pub header_bytes: usize,
    /// Bytes of the target.
    pub target_bytes: usize,
    /// Bytes of a body that own pages read.
    pub page_body_bytes: usize,
    /// How long a body that own pages read may take to arrive.
    pub page_body_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_count: 100,
            header_bytes: 32 << 10,
            target_bytes: 8 << 10,
            page_body_bytes: 64 << 10,
            page_body_time: Duration::from_secs(30),
        }
    }
}

impl Limits {
    pub(crate) fn check(&self, target: &[u8], headers: &HeaderMap) -> Result<(), Code> {
        if target.len() > self.target_bytes {
            return Err(Code::TargetTooLong);
        }
        // Four more bytes per line, for what stands around a name and a value.
        let bytes: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        if headers.len() > self.header_count || bytes > self.header_bytes {
            return Err(Code::HeadersTooLarge);
        }
        Ok(())
    }
}
