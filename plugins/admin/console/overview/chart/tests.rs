//! What is drawn, and what is not.

use super::*;

fn slot(told: Told) -> Slot {
    Slot {
        mark: None,
        time: "noon".into(),
        told,
    }
}

fn known(values: &[u64]) -> Slot {
    let cells = values.iter().map(u64::to_string).collect();
    slot(Told::Known(values.to_vec(), cells))
}

fn story(measure: Measure, slots: Vec<Slot>) -> Story {
    let series = |name| Series {
        name,
        figure: String::new(),
    };
    Story {
        title: "Sign-ins by hour",
        note: String::new(),
        measure,
        series: vec![series("Signed in"), series("Refused")],
        columns: vec!["Signed in", "Refused"],
        slots,
    }
}

#[test]
fn the_largest_value_stands_within_the_chart_and_nothing_is_drawn_of_what_is_unknown() {
    let chart = Chart::draw(story(
        Measure::Amount,
        vec![
            slot(Told::Gap(Gap::Unknown)),
            known(&[3, 0]),
            known(&[0, 12]),
            known(&[0, 0]),
        ],
    ));
    assert_eq!(chart.bars.len(), 2, "zeros are not drawn");
    for bar in &chart.bars {
        assert!(bar.y >= TOP && bar.y + bar.height <= BOTTOM + 0.1);
        assert!(bar.x >= chart.left && bar.x + bar.width <= WIDTH);
    }
    let guides: Vec<&str> = chart.guides.iter().map(|one| &*one.value).collect();
    assert_eq!(guides, ["0", "20", "10"]);
    let gap = &chart.gaps[0];
    assert!(gap.x + gap.width <= chart.bars[0].x);
    assert_eq!(chart.rows.len(), 3, "of what was before, there is no row");
}

#[test]
fn a_gap_is_no_zero_wherever_it_is() {
    let chart = Chart::draw(story(
        Measure::Share,
        vec![
            known(&[0]),
            slot(Told::Gap(Gap::Unknown)),
            slot(Told::Gap(Gap::Unknown)),
            known(&[100]),
            slot(Told::Gap(Gap::Idle)),
        ],
    ));
    let heights: Vec<f64> = chart.bars.iter().map(|bar| bar.height).collect();
    assert_eq!(heights, [1.5, BOTTOM - TOP], "that it was none is seen");
    let classes: Vec<&str> = chart.gaps.iter().map(|gap| gap.key.class).collect();
    assert_eq!(classes, ["unknown", "idle"]);
    assert!((chart.gaps[0].width / 2.0 - chart.gaps[1].width).abs() < 0.2);
    assert_eq!(chart.keys.len(), 2, "each is explained once");
    let words: Vec<Option<&str>> = chart
        .rows
        .iter()
        .map(|row| row.gap.map(|key| key.word))
        .collect();
    let unknown = Some("Not known");
    assert_eq!(words, [None, unknown, unknown, None, Some("No look-ups")]);
}
