//! The fields between dollar signs: numbers with names, and bytes in base64.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::UnusableHash;

/// Base64 with or without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// So many fields, and no more.
pub(super) fn split<const N: usize>(text: &str) -> Result<[&str; N], UnusableHash> {
    let fields: Vec<&str> = text.split('$').collect();
    fields.try_into().map_err(|_| UnusableHash::Malformed)
}

/// Bytes in base64; some write `.` for `+`.
pub(super) fn bytes(field: &str) -> Result<Vec<u8>, UnusableHash> {
    let decoded = LENIENT.decode(field.replace('.', "+"));
    decoded.map_err(|_| UnusableHash::Malformed)
}

/// The numbers of a field such as `ln=14,r=8,p=1`, in this order.
pub(super) fn numbers<const N: usize>(
    field: &str,
    names: [&str; N],
) -> Result<[u32; N], UnusableHash> {
    let mut numbers = [0; N];
    let mut parts = field.split(',');
    for (number, name) in numbers.iter_mut().zip(names) {
        let part = parts.next().and_then(|part| part.strip_prefix(name));
        let text = part.and_then(|part| part.strip_prefix('='));
        let text = text.ok_or(UnusableHash::Malformed)?;
        *number = text.parse().map_err(|_| UnusableHash::Malformed)?;
    }
    match parts.next() {
        None => Ok(numbers),
        Some(_) => Err(UnusableHash::Malformed),
    }
}
