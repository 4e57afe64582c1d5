//! Which part of what was found is shown, and in which order it stands.

use std::{fmt, str::FromStr};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::id::IdentityId;

/// How many identities a part has where nobody says.
pub const DEFAULT_SIZE: u32 = 250;
/// How many it has at most.
pub const LARGEST_SIZE: u32 = 500;
/// How many a numbered page has at most.
pub const LARGEST_PAGE: u32 = 1000;

/// What identities are sorted by. Those that are equal stand in the order of arrival, from the last to
/// the first where the largest come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    /// The order in which they came here, which no change of them disturbs.
    #[default]
    Arrival,
    /// When they were created.
    CreatedAt,
    /// When they last changed.
    UpdatedAt,
    /// Their ids.
    Id,
}

impl SortKey {
    const ALL: [Self; 4] = [Self::Arrival, Self::CreatedAt, Self::UpdatedAt, Self::Id];

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Arrival => "arrival",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Id => "id",
        }
    }
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Whether the largest come first.
    pub descending: bool,
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.descending { "-" } else { "" };
        write!(f, "{sign}{}", self.key.as_str())
    }
}

impl FromStr for Sort {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let mut all = SortKey::ALL.into_iter();
        let key = all.find(|key| key.as_str() == name).ok_or(())?;
        Ok(Self { key, descending })
    }
}

/// Which part of what was found is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// So many from a place on; from the beginning where there is none.
    From {
        /// How many.
        size: u32,
        /// From where.
        token: Option<PageToken>,
    },
    /// A page of so many by its number.
    Numbered {
        /// Its number; the first is 0.
        number: u64,
        /// How many are on each.
        size: u32,
    },
}

impl Default for Page {
    fn default() -> Self {
        Self::From {
            size: DEFAULT_SIZE,
            token: None,
        }
    }
}

impl Page {
    /// How many are on it at most.
    pub fn size(&self) -> u32 {
        match self {
            Self::From { size, .. } | Self::Numbered { size, .. } => *size,
        }
    }
}

/// Where another part of what was found is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// From a place on.
    Token(PageToken),
    /// On the page of this number.
    Page(u64),
}

/// A place between two identities in an order. It opens nothing, so it is written down in the open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken {
    /// The order.
    pub sort: Sort,
    /// Whether those before the place are meant, rather than those after.
    pub backwards: bool,
    /// What the identity at the place is sorted by: nanoseconds, or an id.
    pub key: String,
    /// Its number in the order of arrival.
    pub arrival: i64,
}

impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.backwards { "<" } else { ">" };
        let plain = format!("{}{way}{}~{}", self.sort, self.key, self.arrival);
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(plain))
    }
}

impl FromStr for PageToken {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let plain = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| ())?;
        let plain = String::from_utf8(plain).map_err(|_| ())?;
        let at = plain.find(['<', '>']).ok_or(())?;
        let (sort, rest) = plain.split_at(at);
        let (key, arrival) = rest[1..].split_once('~').ok_or(())?;
        let token = Self {
            sort: sort.parse()?,
            backwards: rest.starts_with('<'),
            key: key.to_owned(),
            arrival: arrival.parse().map_err(|_| ())?,
        };
        let is_sound = match token.sort.key {
            SortKey::Id => token.key.parse::<IdentityId>().is_ok(),
            _ => token.key.parse::<i64>().is_ok(),
        };
        // One place has one spelling.
        match is_sound && token.to_string() == text {
            true => Ok(token),
            false => Err(()),
        }
    }
}
