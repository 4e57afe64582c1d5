//! What another system says, read member by member, so that what is wrong is told by its place and never
//! repeated.

use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jiff::Timestamp;
use portcullis_core::{factor::Misfit, id::IdentityId};
use serde_json::Value;

/// Reads with padding and without.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Something that is said, and where.
#[derive(Debug)]
pub(crate) struct Said<'a> {
    at: String,
    value: &'a Value,
}

impl<'a> Said<'a> {
    /// The whole of it.
    pub(crate) fn of(value: &'a Value) -> Self {
        Self {
            at: String::new(),
            value,
        }
    }

    /// Why this cannot be taken over.
    pub(crate) fn wrong(&self, reason: impl Into<String>) -> Misfit {
        Misfit {
            at: self.at.clone(),
            reason: reason.into(),
        }
    }

    /// Whether nothing is said.
    pub(crate) fn is_absent(&self) -> bool {
        self.value.is_null()
    }

    /// Whether it is a list of nothing.
    pub(crate) fn is_empty_list(&self) -> bool {
        self.value.as_array().is_some_and(Vec::is_empty)
    }

    /// Sixteen bytes, where they are written as ids are, with hyphens.
    pub(crate) fn hyphenated(&self) -> Option<[u8; 16]> {
        let id = self.value.as_str().filter(|text| text.len() == 36)?;
        let id: IdentityId = id.parse().ok()?;
        Some(id.bytes())
    }

    /// A member; what is no object has none.
    pub(crate) fn member(&self, name: &str) -> Self {
        let at = match self.at.as_str() {
            "" => name.to_owned(),
            at => format!("{at}.{name}"),
        };
        Self {
            at,
            value: &self.value[name],
        }
    }

    /// The items of a list that has some, and no more than `most`.
    pub(crate) fn items(&self, most: usize) -> Result<Vec<Self>, Misfit> {
        let items = match self.value {
            Value::Null => return Err(self.wrong("this is missing")),
            Value::Array(items) => items,
            _ => return Err(self.wrong("this has to be a list")),
        };
        if items.is_empty() || items.len() > most {
            return Err(self.wrong(format!("this has to be a list of 1 to {most}")));
        }
        let said = items.iter().enumerate().map(|(index, value)| Self {
            at: format!("{}[{index}]", self.at),
            value,
        });
        Ok(said.collect())
    }

    /// A text of at most `longest` bytes; `None` where it is absent or empty.
    pub(crate) fn text(&self, longest: usize) -> Result<Option<&'a str>, Misfit> {
        match self.value {
            Value::Null => Ok(None),
            Value::String(text) if text.is_empty() => Ok(None),
            Value::String(text) if text.len() <= longest => Ok(Some(text)),
            Value::String(_) => Err(self.wrong("this is too long")),
            _ => Err(self.wrong("this has to be a text")),
        }
    }

    /// A text that has to be there.
    pub(crate) fn required(&self, longest: usize) -> Result<&'a str, Misfit> {
        self.text(longest)?
            .ok_or_else(|| self.wrong("this is missing"))
    }

    /// Yes or no; no where it is absent.
    pub(crate) fn flag(&self) -> Result<bool, Misfit> {
        match self.value {
            Value::Null => Ok(false),
            Value::Bool(flag) => Ok(*flag),
            _ => Err(self.wrong("this has to be true or false")),
        }
    }

    /// A count of 32 bits.
    pub(crate) fn count(&self) -> Result<Option<u32>, Misfit> {
        if self.is_absent() {
            return Ok(None);
        }
        let count = self.value.as_u64().and_then(|count| count.try_into().ok());
        let wrong = || self.wrong("this has to be a number from 0 to 4294967295");
        count.map(Some).ok_or_else(wrong)
    }

    /// A time; `None` where it is absent, or up to 1970, by which some say so.
    pub(crate) fn time(&self) -> Result<Option<Timestamp>, Misfit> {
        let Some(text) = self.text(64)? else {
            return Ok(None);
        };
        let wrong = || self.wrong("this has to be a time as RFC 3339 writes it");
        let time: Timestamp = text.parse().map_err(|_| wrong())?;
        Ok(Some(time).filter(|time| *time > Timestamp::UNIX_EPOCH))
    }

    /// Bytes, as base64 of either alphabet or as a list of numbers: at most `longest`, `None` where
    /// there are none.
    pub(crate) fn bytes(&self, longest: usize) -> Result<Option<Vec<u8>>, Misfit> {
        let bytes = match self.value {
            Value::Null => return Ok(None),
            Value::String(text) if text.len() <= longest.saturating_mul(2).max(4) => {
                let text = text.replace('+', "-").replace('/', "_");
                LENIENT.decode(text).ok()
            }
            Value::Array(items) if items.len() <= longest => {
                let byte = |item: &Value| u8::try_from(item.as_u64()?).ok();
                items.iter().map(byte).collect()
            }
            Value::String(_) | Value::Array(_) => return Err(self.too_long(longest)),
            _ => None,
        };
        let wrong = || self.wrong("this has to be base64, or a list of bytes");
        let bytes = bytes.ok_or_else(wrong)?;
        match bytes.len() {
            0 => Ok(None),
            length if length > longest => Err(self.too_long(longest)),
            _ => Ok(Some(bytes)),
        }
    }

    fn too_long(&self, longest: usize) -> Misfit {
        self.wrong(format!("this is longer than {longest} bytes"))
    }
}
