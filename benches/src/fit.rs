//! A line through measurements.

/// A fixed part, and a part for each unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// What nothing takes.
    pub fixed: f64,
    /// What each unit adds.
    pub slope: f64,
}

impl Line {
    /// The line that is least far from the points, each distance measured by the point's own height: Σ (line(x) / y − 1)² is least.
    /// So a point of 3 ms has as much to say as one of 300 ms. `None` where the points say nothing of a slope.
    ///
    /// ```
    /// use taper_benches::fit::Line;
    /// let line = Line::through(&[(1., 5.), (2., 7.), (4., 11.)]).unwrap();
    /// assert!((line.fixed - 3.).abs() < 1e-9 && (line.slope - 2.).abs() < 1e-9);
    /// ```
    pub fn through(points: &[(f64, f64)]) -> Option<Line> {
        let sum =
            |f: fn(f64, f64) -> f64| -> f64 { points.iter().map(|&(x, y)| f(1. / y, x / y)).sum() };
        let (uu, uv, vv) = (sum(|u, _| u * u), sum(|u, v| u * v), sum(|_, v| v * v));
        let (u, v) = (sum(|u, _| u), sum(|_, v| v));
        let determinant = uu * vv - uv * uv;
        // Of points at one x, the products differ by rounding alone.
        (determinant > 1e-9 * uu * vv).then(|| Line {
            fixed: (u * vv - v * uv) / determinant,
            slope: (v * uu - u * uv) / determinant,
        })
    }

    /// The height of the line.
    pub fn at(&self, x: f64) -> f64 {
        self.fixed + self.slope * x
    }

    /// By which part of itself a point is above the line, below where it is negative.
    pub fn deviation(&self, (x, y): (f64, f64)) -> f64 {
        (y - self.at(x)) / y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_count_alike_whatever_their_size() {
        // A tenth too much at one end is not made up for at the other.
        let points = [(1., 1.1), (10., 10.), (100., 100.), (1000., 1000.)];
        let line = Line::through(&points);
        assert!(line.is_some_and(|line| (line.slope - 1.).abs() < 0.01));
        assert!(line.is_some_and(|line| line.fixed > 0.05));
        assert_eq!(Line::through(&[(2., 1.), (2., 3.)]), None);
        assert_eq!(Line::through(&[]), None);
    }

    #[test]
    fn deviations_are_relative() {
        let line = Line {
            fixed: 1.,
            slope: 2.,
        };
        assert_eq!(line.at(2.), 5.);
        assert_eq!(line.deviation((2., 10.)), 0.5);
        assert_eq!(line.deviation((2., 4.)), -0.25);
    }
}
