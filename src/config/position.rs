//! Finds the line of a key in the text of a TOML file, so that every finding can name it.

use super::finding::KeyPath;

use toml::de::{DeTable, DeValue};

/// Line and column of a byte in `text`, both counted from 1.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    (line, before.len() - start + 1)
}

/// What the text says about where a key stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// The key itself is written on this line.
    Exact(usize),
    /// The key is not written; the table around it begins on this line.
    Around(usize),
    /// Neither the key nor a table around it is written.
    Absent,
}

/// The position of `key` in `document`, which was read from `text`.
pub(super) fn of_key(text: &str, document: &DeTable<'_>, key: &KeyPath) -> Position {
    let mut position = Position::Absent;
    let mut next = Next::Table(document);
    for (depth, segment) in key.0.iter().enumerate() {
        let Some((offset, value)) = step(&next, segment) else {
            return position;
        };
        let (line, _) = line_and_column(text, offset);
        position = match depth + 1 == key.0.len() {
            true => Position::Exact(line),
            false => Position::Around(line),
        };
        next = match value {
            DeValue::Table(table) => Next::Table(table),
            DeValue::Array(list) => Next::List(list),
            _ => Next::End,
        };
    }
    position
}

enum Next<'d, 'i> {
    Table(&'d DeTable<'i>),
    List(&'d toml::de::DeArray<'i>),
    End,
}

fn step<'d, 'i>(next: &Next<'d, 'i>, segment: &str) -> Option<(usize, &'d DeValue<'i>)> {
    match next {
        Next::Table(table) => {
            let (name, value) = table.iter().find(|(name, _)| name.get_ref() == segment)?;
            Some((name.span().start, value.get_ref()))
        }
        Next::List(list) => {
            let value = list.get(segment.parse::<usize>().ok()?)?;
            Some((value.span().start, value.get_ref()))
        }
        Next::End => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "top = 1\n\n[[routes]]\nname = \"a\"\n\n[[routes]]\nname = \"b\"\nupstream = [\n  \"x\",\n  \"y\",\n]\n\n[session]\n";

    fn position(key: &[&str]) -> Position {
        let document = DeTable::parse(TEXT).expect("valid");
        let key = KeyPath(key.iter().map(|segment| (*segment).to_owned()).collect());
        of_key(TEXT, document.get_ref(), &key)
    }

    #[test]
    fn a_written_key_has_its_own_line() {
        assert_eq!(position(&["top"]), Position::Exact(1));
        assert_eq!(position(&["routes", "1", "name"]), Position::Exact(7));
        assert_eq!(
            position(&["routes", "1", "upstream", "1"]),
            Position::Exact(10)
        );
    }

    #[test]
    fn a_missing_key_is_placed_at_the_table_around_it() {
        assert_eq!(position(&["routes", "1", "path"]), Position::Around(6));
        assert_eq!(position(&["session", "lifespan"]), Position::Around(13));
        assert_eq!(position(&["store", "url"]), Position::Absent);
    }
}
