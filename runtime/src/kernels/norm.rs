//! Vector norms of whole buffers.

use super::real::sum;
use super::Real;

/// (Σ|x|ᵖ)^(1/p), in f64: for ±∞ the largest or smallest magnitude, for 0 the number of elements that are not 0. NaN if an
/// element is, except for p = 0, which counts it. `values` is not empty where p is ±∞.
pub(crate) fn norm<T: Real>(values: &[T], p: f64) -> f64 {
    let extreme = |better: fn(f64, f64) -> bool, start: f64| {
        values
            .iter()
            .map(|x| x.to_f64().abs())
            .fold(start, |best, x| {
                if x.is_nan() || better(x, best) {
                    x
                } else {
                    best
                }
            })
    };
    if p == 2. {
        sum(values, |x| x * x).sqrt()
    } else if p == 1. {
        sum(values, f64::abs)
    } else if p == 0. {
        sum(values, |x| f64::from(u8::from(x != 0.)))
    } else if p == f64::INFINITY {
        extreme(|x, best| x > best, 0.)
    } else if p == f64::NEG_INFINITY {
        extreme(|x, best| x < best, f64::INFINITY)
    } else {
        sum(values, |x| x.abs().powf(p)).powf(1. / p)
    }
}

#[cfg(test)]
mod tests {
    use super::norm;

    #[test]
    fn every_order() {
        let x = [3f32, 0., -4.];
        let inf = f64::INFINITY;
        let norms = [2., 1., 0., inf, -inf].map(|p| norm(&x, p));
        assert_eq!(norms, [5., 7., 2., 4., 0.]);
        assert!((norm(&x, 3.) - 91f64.cbrt()).abs() < 1e-12);
        assert_eq!(norm(&x, -1.), 0.);
        assert_eq!(norm(&[2f64, 2.], -1.), 1.);
        for p in [2., 1., 3., inf, -inf] {
            assert!(norm(&[1., f64::NAN, 0.5], p).is_nan(), "{p}");
        }
        assert_eq!(norm(&[f64::NAN, 0.], 0.), 1.);
    }
}
