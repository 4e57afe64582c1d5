//! Migrations that hold up whoever writes are told to those who upgrade.

use std::fs;

use super::source::root;

/// The migrations that a PostgreSQL database goes through: their numbers and their text.
fn migrations() -> Vec<(String, String)> {
    let folders = ["src/store/migrations", "src/store/migrations/postgres"];
    let files = folders.into_iter().flat_map(|folder| {
        let entries = fs::read_dir(root().join(folder)).expect("a folder of migrations");
        entries.map(|entry| entry.expect("a readable folder").path())
    });
    let files = files.filter(|file| file.extension().is_some_and(|end| end == "sql"));
    let found = files.map(|file| {
        let name = file.file_name().and_then(|name| name.to_str());
        let (number, _) = name
            .expect("a readable name")
            .split_once('_')
            .expect("a number");
        let text = fs::read_to_string(&file).expect("a readable file");
        (number.to_owned(), text)
    });
    found.collect()
}

/// Whether it makes an index of a table that was there before, and may have rows by the million.
fn holds_up(text: &str) -> bool {
    let indexed = text.lines().filter_map(|line| {
        let made = line.trim_start().strip_prefix("CREATE ")?;
        let made = made.trim_start_matches("UNIQUE ").strip_prefix("INDEX ")?;
        let (_, table) = made.split_once(" ON ")?;
        table.split_whitespace().next()
    });
    let is_new = |table: &str| {
        let made = format!("CREATE TABLE {table} (");
        text.contains(&made) || text.contains(&format!("RENAME TO {table};"))
    };
    indexed.into_iter().any(|table| !is_new(table))
}

#[test]
fn whoever_upgrades_is_told_which_steps_hold_up_writers() {
    let told = root().join("docs/run-in-production.md");
    let told = fs::read_to_string(told).expect("a readable page");
    let holding: Vec<_> = migrations()
        .into_iter()
        .filter(|(_, text)| holds_up(text))
        .map(|(number, _)| number)
        .collect();
    assert!(holding.contains(&"0019".to_owned()), "{holding:?}");
    for number in holding {
        let row = format!("| `{number}` |");
        assert!(
            told.contains(&row),
            "docs/run-in-production.md says nothing of {number}"
        );
    }
}
