//! A chart of bars, measured here and drawn by its template, with everything that it shows in a table
//! beside it.

use portcullis_kit::Line;
use serde::Serialize;

/// How large it is drawn, in units of its own.
const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 176.0;
/// Where bars may stand.
const LEFT: f64 = 40.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = HEIGHT - 24.0;
/// How much of its slot the bars fill.
const FILLED: f64 = 0.76;

/// What a chart tells.
pub(super) struct Story {
    /// Its heading.
    pub(super) title: &'static str,
    /// What has to be known to read it, in the reader's language.
    pub(super) note: String,
    /// What the bars of a slot stand for, in their order.
    pub(super) series: Vec<&'static str>,
    /// The times it tells of.
    pub(super) slots: Vec<Slot>,
}

/// An hour or a day.
pub(super) struct Slot {
    /// What stands below it.
    pub(super) mark: Option<String>,
    /// When it is.
    pub(super) time: Line,
    /// What happened then, by the series; `None` where nobody knows.
    pub(super) values: Option<Vec<u64>>,
}

/// A chart as a template reads it.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    title: &'static str,
    note: String,
    series: Vec<&'static str>,
    width: f64,
    height: f64,
    left: f64,
    bottom: f64,
    bars: Vec<Bar>,
    /// Where nothing is known.
    unknown: Option<Bar>,
    guides: Vec<Guide>,
    marks: Vec<Mark>,
    rows: Vec<Row>,
    /// How much of each series there is in all.
    totals: Vec<u64>,
}

#[derive(Debug, Serialize)]
struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    /// Which series it is of.
    series: usize,
    /// What it says when it is pointed at.
    tip: String,
}

#[derive(Debug, Serialize)]
struct Guide {
    y: f64,
    value: u64,
}

#[derive(Debug, Serialize)]
struct Mark {
    x: f64,
    text: String,
}

#[derive(Debug, Serialize)]
struct Row {
    time: Line,
    values: Option<Vec<u64>>,
}

/// What is measured once for all bars.
struct Scale {
    slot: f64,
    most: u64,
}

impl Scale {
    fn x(&self, index: usize) -> f64 {
        LEFT + self.slot * number(index as u64)
    }

    fn y(&self, value: u64) -> f64 {
        let share = number(value) / number(self.most);
        rounded(BOTTOM - (BOTTOM - TOP) * share)
    }

    /// The bars of a slot.
    fn bars(&self, (index, slot): (usize, &Slot), series: &[&'static str]) -> Vec<Bar> {
        let width = self.slot * FILLED / number(series.len() as u64);
        let begin = self.x(index) + self.slot * (1.0 - FILLED) / 2.0;
        let values = slot.values.iter().flatten().enumerate();
        let seen = values.filter(|(_, value)| **value > 0);
        seen.map(|(place, value)| {
            let y = self.y(*value);
            Bar {
                x: rounded(begin + width * number(place as u64)),
                y,
                width: rounded(width),
                height: rounded(BOTTOM - y),
                series: place,
                tip: format!("{}: {value}", slot.time.text),
            }
        })
        .collect()
    }
}

impl Chart {
    /// Measures a chart.
    pub(super) fn draw(story: Story) -> Self {
        let slots = &story.slots;
        let all = slots.iter().filter_map(|slot| slot.values.as_ref());
        let most = all.clone().flatten().copied().max().unwrap_or(0);
        let count = slots.len().max(1) as u64;
        let scale = Scale {
            slot: (WIDTH - LEFT) / number(count),
            most: ceiling(most),
        };
        let mut totals = vec![0; story.series.len()];
        for values in all {
            totals
                .iter_mut()
                .zip(values)
                .for_each(|(sum, one)| *sum += one);
        }
        let placed = || slots.iter().enumerate();
        let marks = placed().filter_map(|(index, slot)| {
            let x = rounded(scale.x(index) + scale.slot / 2.0);
            slot.mark.clone().map(|text| Mark { x, text })
        });
        Self {
            title: story.title,
            note: story.note,
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            bottom: BOTTOM,
            bars: placed()
                .flat_map(|slot| scale.bars(slot, &story.series))
                .collect(),
            unknown: unknown(slots, &scale),
            guides: guides(&scale),
            marks: marks.collect(),
            totals,
            series: story.series,
            rows: story.slots.into_iter().map(row).collect(),
        }
    }
}

fn row(slot: Slot) -> Row {
    Row {
        time: slot.time,
        values: slot.values,
    }
}

/// The slots at the beginning of which nobody knows anything.
fn unknown(slots: &[Slot], scale: &Scale) -> Option<Bar> {
    let known = slots.iter().position(|slot| slot.values.is_some());
    let count = known.unwrap_or(slots.len());
    (count > 0).then(|| Bar {
        x: LEFT,
        y: TOP,
        width: rounded(scale.slot * number(count as u64)),
        height: BOTTOM - TOP,
        series: 0,
        tip: String::new(),
    })
}

/// The lines across: the ground, the top, and the middle where that is a whole number.
fn guides(scale: &Scale) -> Vec<Guide> {
    let most = scale.most;
    let middle = most.is_multiple_of(2).then_some(most / 2);
    let values = [0, most].into_iter().chain(middle);
    values
        .map(|value| Guide {
            y: scale.y(value),
            value,
        })
        .collect()
}

/// The first of 1, 2, 4, 10, 20, 40, 100 … that is large enough.
fn ceiling(most: u64) -> u64 {
    let mut unit: u64 = 1;
    loop {
        let fits = [1, 2, 4].into_iter().map(|step| unit.saturating_mul(step));
        if let Some(found) = fits.into_iter().find(|one| *one >= most) {
            return found;
        }
        unit = unit.saturating_mul(10);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nobody sees the difference in a drawing"
)]
fn number(value: u64) -> f64 {
    value as f64
}

/// With one digit, which is finer than a screen.
fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(values: Option<Vec<u64>>) -> Slot {
        Slot {
            mark: None,
            time: "noon".into(),
            values,
        }
    }

    #[test]
    fn the_largest_value_stands_within_the_chart_and_nothing_is_drawn_of_what_is_unknown() {
        let chart = Chart::draw(Story {
            title: "Sign-ins by hour",
            note: String::new(),
            series: vec!["Signed in", "Refused"],
            slots: vec![
                slot(None),
                slot(Some(vec![3, 0])),
                slot(Some(vec![0, 12])),
                slot(Some(vec![0, 0])),
            ],
        });
        assert_eq!(chart.bars.len(), 2, "zeros are not drawn");
        for bar in &chart.bars {
            assert!(bar.y >= TOP && bar.y + bar.height <= BOTTOM + 0.1);
            assert!(bar.x >= LEFT && bar.x + bar.width <= WIDTH);
        }
        let guides: Vec<u64> = chart.guides.iter().map(|one| one.value).collect();
        assert_eq!(guides, [0, 20, 10]);
        let unknown = chart.unknown.unwrap();
        assert!(unknown.x + unknown.width <= chart.bars[0].x);
        assert_eq!(chart.totals, [3, 12]);
        assert!(chart.rows[0].values.is_none());
        assert_eq!([0, 1, 3, 5, 41].map(ceiling), [1, 1, 4, 10, 100]);
        assert!(ceiling(u64::MAX) == u64::MAX);
    }
}
