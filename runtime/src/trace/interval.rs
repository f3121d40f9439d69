//! Intervals that a number must be in: the same where the trace knows it and where the call runs.

/// The numbers that an argument may be, and the words for them.
///
/// ```
/// use taper::trace::Interval;
/// const FRACTION: Interval = Interval::from(0., "a number in (0, 1]").open().to(1.);
/// assert!(FRACTION.has(1.) && FRACTION.has(1e-9));
/// assert!(!FRACTION.has(0.) && !FRACTION.has(1.5) && !FRACTION.has(f64::NAN));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    least: f64,
    /// Whether `least` itself is outside.
    open: bool,
    most: f64,
    /// What a message says is expected.
    pub words: &'static str,
}

impl Interval {
    /// This number and all that are greater.
    pub const fn from(least: f64, words: &'static str) -> Self {
        Interval {
            least,
            open: false,
            most: f64::INFINITY,
            words,
        }
    }

    /// Without its least number.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// No greater than this.
    #[must_use]
    pub const fn to(mut self, most: f64) -> Self {
        self.most = most;
        self
    }

    /// Without the infinite.
    #[must_use]
    pub const fn finite(self) -> Self {
        self.to(f64::MAX)
    }

    /// Whether it has the number; none has NaN.
    pub const fn has(&self, number: f64) -> bool {
        let after_start = number > self.least || !self.open && number == self.least;
        after_start && number <= self.most
    }
}
