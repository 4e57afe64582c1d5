//! One file of `providers_dir`: tables of ours in TOML, or a list as in the configuration of Kratos.

use toml::{Table, de::DeTable};

use super::{LIST, PROVIDERS, list::List};
use crate::config::{
    finding::{Finding, KeyPath, Place, Report},
    position::Position,
    written::Written,
};

/// A file that was read.
pub(in crate::config) struct DropIn<'o> {
    /// Its text.
    pub(in crate::config) written: &'o Written,
    shape: Shape<'o>,
}

enum Shape<'o> {
    Tables(DeTable<'o>),
    List(List<'o>),
}

impl<'o> DropIn<'o> {
    /// Reads it as its name says.
    pub(super) fn read(written: &'o Written) -> Result<Self, Report> {
        let shape = match written.ends_in(LIST) {
            true => Shape::List(List::read(written)?),
            false => Shape::Tables(written.document()?),
        };
        Ok(Self { written, shape })
    }

    /// What is wrong with it by itself, once.
    pub(super) fn take_findings(&mut self) -> Vec<Finding> {
        match &mut self.shape {
            Shape::Tables(_) => Vec::new(),
            Shape::List(list) => std::mem::take(&mut list.findings),
        }
    }

    /// What it says.
    pub(super) fn values(&self) -> Result<Table, Report> {
        match &self.shape {
            Shape::Tables(_) => self.written.values(),
            Shape::List(list) => Ok(Table::from_iter([(
                PROVIDERS.to_owned(),
                list.providers().into(),
            )])),
        }
    }

    /// Where `key` stands in the text.
    pub(in crate::config) fn position(&self, key: &KeyPath) -> Position {
        match &self.shape {
            Shape::Tables(document) => self.written.position(document, key),
            Shape::List(list) => list.position(key),
        }
    }

    /// The place of `key`, of what is around it, or of the file.
    pub(super) fn place(&self, key: &KeyPath) -> Place {
        let line = match self.position(key) {
            Position::Exact(line) | Position::Around(line) => self.written.line(line),
            Position::Absent => None,
        };
        line.unwrap_or_else(|| self.written.whole())
    }
}
