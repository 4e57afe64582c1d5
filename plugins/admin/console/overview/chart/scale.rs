//! The scale of a chart: where a slot and a value stand, in units of the drawing.

/// How large a chart is drawn, in units of its own.
pub(super) const WIDTH: f64 = 440.0;
pub(super) const HEIGHT: f64 = 176.0;
/// Between which heights bars stand.
pub(super) const TOP: f64 = 10.0;
pub(super) const BOTTOM: f64 = HEIGHT - 24.0;
/// Where the last mark may stand and be read as a whole.
pub(super) const LAST: f64 = WIDTH - 22.0;
/// How far from the edge bars begin at least, and how much a sign of the axis takes at most.
const LEFT: f64 = 40.0;
const SIGN: f64 = 8.8;
/// How much of its slot the bars fill.
const FILLED: f64 = 0.76;
/// How high a bar is that says: there was nothing.
const THIN: f64 = 1.5;

/// What values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Measure {
    /// How often something happened; what did not happen is not drawn.
    Amount,
    /// How much there was of something; that there was nothing is drawn, too.
    Level,
    /// How many of a hundred; that it was none is drawn, too.
    Share,
}

/// What is measured once for all bars.
pub(super) struct Scale {
    measure: Measure,
    left: f64,
    slot: f64,
    most: u64,
}

impl Scale {
    /// The scale for so many slots with values up to this.
    pub(super) fn new(measure: Measure, count: usize, most: u64) -> Self {
        let most = match measure {
            Measure::Share => 100,
            Measure::Amount | Measure::Level => ceiling(most),
        };
        let mut scale = Self {
            measure,
            left: LEFT,
            slot: 0.0,
            most,
        };
        let signs = scale.written(most).chars().count();
        scale.left = LEFT.max(rounded(SIGN * number(signs as u64) + 8.0));
        scale.slot = (WIDTH - scale.left) / number(count.max(1) as u64);
        scale
    }

    /// Where bars may stand.
    pub(super) fn left(&self) -> f64 {
        self.left
    }

    /// Where a slot begins.
    pub(super) fn x(&self, index: usize) -> f64 {
        rounded(self.left + self.slot * number(index as u64))
    }

    /// The middle of a slot.
    pub(super) fn middle(&self, index: usize) -> f64 {
        rounded(self.left + self.slot * (number(index as u64) + 0.5))
    }

    /// Where a bar begins, and how wide it is: the one at this place of so many in its slot.
    pub(super) fn place(&self, index: usize, (place, of): (usize, usize)) -> (f64, f64) {
        let width = self.slot * FILLED / number(of.max(1) as u64);
        let slot = self.left + self.slot * number(index as u64);
        let begin = slot + self.slot * (1.0 - FILLED) / 2.0;
        let x = begin + width * number(place as u64);
        (rounded(x), rounded(width))
    }

    /// How high a value stands.
    pub(super) fn y(&self, value: u64) -> f64 {
        let share = number(value) / number(self.most);
        rounded(BOTTOM - (BOTTOM - TOP) * share)
    }

    /// The top and the height of a bar, where one is drawn.
    pub(super) fn span(&self, value: u64) -> Option<(f64, f64)> {
        let top = match (self.measure, value) {
            (Measure::Amount, 0) => return None,
            _ => self.y(value).min(BOTTOM - THIN),
        };
        Some((top, rounded(BOTTOM - top)))
    }

    /// The values that lines across stand at: the ground, the top, and the middle where that is a whole
    /// number.
    pub(super) fn guides(&self) -> Vec<u64> {
        let most = self.most;
        let middle = most.is_multiple_of(2).then_some(most / 2);
        [0, most].into_iter().chain(middle).collect()
    }

    /// A value with its unit.
    pub(super) fn written(&self, value: u64) -> String {
        match self.measure {
            Measure::Share => format!("{value}\u{a0}%"),
            Measure::Amount | Measure::Level => value.to_string(),
        }
    }
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

    #[test]
    fn an_axis_ends_at_a_round_number_and_has_room_for_it() {
        assert_eq!([0, 1, 3, 5, 41].map(ceiling), [1, 1, 4, 10, 100]);
        assert!(ceiling(u64::MAX) == u64::MAX);
        let left = |most| Scale::new(Measure::Level, 24, most).left();
        assert!(left(9) < left(9_000_000));
        let share = Scale::new(Measure::Share, 24, 3);
        let guides: Vec<String> = share
            .guides()
            .into_iter()
            .map(|value| share.written(value))
            .collect();
        assert_eq!(guides, ["0\u{a0}%", "100\u{a0}%", "50\u{a0}%"]);
    }
}
