//! A chart of bars, measured here and drawn by its template, with everything that it shows in a table
//! beside it. Of what is not known nothing is drawn but the gap.

mod scale;

use portcullis_kit::Line;
use serde::Serialize;

pub(super) use self::scale::Measure;
use self::scale::{BOTTOM, HEIGHT, LAST, Scale, TOP, WIDTH};

/// What a chart tells.
pub(super) struct Story {
    /// Its heading.
    pub(super) title: &'static str,
    /// What has to be known to read it, in the reader's language.
    pub(super) note: String,
    /// What its values are.
    pub(super) measure: Measure,
    /// What the bars of a slot stand for, in their order.
    pub(super) series: Vec<Series>,
    /// The heads of the table, over the cells of a slot.
    pub(super) columns: Vec<&'static str>,
    /// The times it tells of.
    pub(super) slots: Vec<Slot>,
}

/// What bars stand for.
#[derive(Debug, Serialize)]
pub(super) struct Series {
    /// What they are called.
    pub(super) name: &'static str,
    /// What there is of it in all.
    pub(super) figure: String,
}

/// An hour or a day.
pub(super) struct Slot {
    /// What stands below it.
    pub(super) mark: Option<String>,
    /// When it is.
    pub(super) time: Line,
    /// What is told of it.
    pub(super) told: Told,
}

/// What is told of an hour or a day.
#[derive(Debug, Clone)]
pub(super) enum Told {
    /// What was, by the series, and what the table says of it, by its columns.
    Known(Vec<u64>, Vec<String>),
    /// Nothing.
    Gap(Gap),
}

/// Why nothing is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nobody knows.
    Unknown,
    /// There was nothing to tell a share of.
    Idle,
}

impl Gap {
    const ALL: [Self; 2] = [Self::Unknown, Self::Idle];

    /// How it is told, and the class of what is drawn.
    fn key(self) -> Key {
        let (class, word) = match self {
            Self::Unknown => ("unknown", "Not known"),
            Self::Idle => ("idle", "No look-ups"),
        };
        Key { class, word }
    }
}

/// A chart as a template reads it.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    title: &'static str,
    note: String,
    series: Vec<Series>,
    columns: Vec<&'static str>,
    width: f64,
    height: f64,
    left: f64,
    bottom: f64,
    bars: Vec<Bar>,
    gaps: Vec<Area>,
    /// The gaps that there are.
    keys: Vec<Key>,
    guides: Vec<Guide>,
    marks: Vec<Mark>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    /// Which series it is of.
    series: usize,
    /// When it is, and how much.
    time: String,
    value: String,
}

/// Slots side by side of which nothing is told.
#[derive(Debug, Serialize)]
struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    key: Key,
}

/// What a gap looks like, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Key {
    class: &'static str,
    word: &'static str,
}

#[derive(Debug, Serialize)]
struct Guide {
    y: f64,
    value: String,
}

#[derive(Debug, Serialize)]
struct Mark {
    x: f64,
    text: String,
}

#[derive(Debug, Serialize)]
struct Row {
    time: Line,
    cells: Vec<String>,
    /// Why there are none.
    gap: Option<Key>,
}

impl Chart {
    /// Measures a chart.
    pub(super) fn draw(story: Story) -> Self {
        let slots = &story.slots;
        let all = slots.iter().flat_map(|slot| slot.told.values());
        let most = all.copied().max().unwrap_or(0);
        let scale = Scale::new(story.measure, slots.len(), most);
        let placed = || slots.iter().enumerate();
        let bars = placed().flat_map(|place| bars(&scale, place, story.series.len()));
        let marks = placed().filter_map(|(index, slot)| {
            let text = slot.mark.clone()?;
            let x = scale.middle(index).min(LAST);
            Some(Mark { x, text })
        });
        let guide = |value| Guide {
            y: scale.y(value),
            value: scale.written(value),
        };
        let has = |gap: &Gap| slots.iter().any(|slot| slot.told.gap() == Some(*gap));
        let keys = Gap::ALL.into_iter().filter(has).map(Gap::key);
        Self {
            width: WIDTH,
            height: HEIGHT,
            left: scale.left(),
            bottom: BOTTOM,
            bars: bars.collect(),
            gaps: gaps(&scale, slots),
            keys: keys.collect(),
            guides: scale.guides().into_iter().map(guide).collect(),
            marks: marks.collect(),
            title: story.title,
            note: story.note,
            series: story.series,
            columns: story.columns,
            rows: rows(story.slots),
        }
    }
}

impl Told {
    /// What was, by the series; nothing in a gap.
    pub(super) fn values(&self) -> &[u64] {
        match self {
            Self::Known(values, _) => values,
            Self::Gap(_) => &[],
        }
    }

    fn gap(&self) -> Option<Gap> {
        match self {
            Self::Known(..) => None,
            Self::Gap(gap) => Some(*gap),
        }
    }
}

/// The bars of a slot.
fn bars(scale: &Scale, (index, slot): (usize, &Slot), series: usize) -> Vec<Bar> {
    let values = slot.told.values().iter().enumerate();
    let bar = |(place, value): (usize, &u64)| {
        let (y, height) = scale.span(*value)?;
        let (x, width) = scale.place(index, (place, series));
        Some(Bar {
            x,
            y,
            width,
            height,
            series: place,
            time: slot.time.text.clone(),
            value: scale.written(*value),
        })
    };
    values.filter_map(bar).collect()
}

/// Slots of which nothing is told, those side by side together.
fn gaps(scale: &Scale, slots: &[Slot]) -> Vec<Area> {
    let mut first = 0;
    let alike = slots.chunk_by(|one, next| one.told.gap() == next.told.gap());
    let area = |run: &[Slot]| {
        let begin = scale.x(first);
        first += run.len();
        let gap = run.first()?.told.gap()?;
        Some(Area {
            x: begin,
            y: TOP,
            width: scale.x(first) - begin,
            height: BOTTOM - TOP,
            key: gap.key(),
        })
    };
    alike.filter_map(area).collect()
}

/// The table, from the first slot on of which anything is known.
fn rows(slots: Vec<Slot>) -> Vec<Row> {
    let known = slots
        .into_iter()
        .skip_while(|slot| slot.told.gap() == Some(Gap::Unknown));
    let row = |slot: Slot| {
        let gap = slot.told.gap().map(Gap::key);
        let cells = match slot.told {
            Told::Known(_, cells) => cells,
            Told::Gap(_) => Vec::new(),
        };
        Row {
            time: slot.time,
            cells,
            gap,
        }
    };
    known.map(row).collect()
}

#[cfg(test)]
mod tests;
