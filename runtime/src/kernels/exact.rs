//! Functions of f32 in forms without branches or tables, which vectorise. Each is within 8 units in the last place, most within 2: the
//! tests say how many.

use pulp::{Scalar, Simd};

/// Adding 1.5 · 2²³ rounds to an integer, which is then found in the low bits.
const ROUND: f32 = 12_582_912.;

/// 2ⁿ for −126 ≤ n ≤ 127.
#[inline(always)]
fn power(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) << 23) as u32)
}

/// What eˣ = e · 2ⁿ consists of, with e about 1. Products and sums are fused, unless `S` is [`Scalar`].
#[inline(always)]
#[allow(clippy::excessive_precision)] // the parts of ln 2 are exact in binary
fn mantissa<S: Simd>(x: f32) -> (f32, i32) {
    let mul_add = |a: f32, b: f32, c: f32| match S::IS_SCALAR {
        true => a * b + c,
        false => a.mul_add(b, c),
    };
    let shifted = mul_add(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = mul_add(n, 2.121_944_4e-4, mul_add(n, -0.693_359_375, x));
    let mut p = 1.987_569_15e-4;
    p = mul_add(p, r, 1.398_199_95e-3);
    p = mul_add(p, r, 8.333_452e-3);
    p = mul_add(p, r, 4.166_579_6e-2);
    p = mul_add(p, r, 1.666_666_55e-1);
    p = mul_add(p, r, 5.000_000_1e-1);
    let e = mul_add(p * r, r, r) + 1.;
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    (e, n)
}

/// eˣ.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    // Below the half of the least number there is, and above the greatest. A NaN compares false and stays.
    let (vanishes, overflows) = (x < -103.98, x > 88.8);
    let x = if vanishes { 0. } else { x };
    let x = if overflows { 88.8 } else { x };
    let (e, n) = mantissa::<Scalar>(x);
    // In two factors: 2¹²⁸ and what is below 2⁻¹²⁶ are not numbers of their own.
    let half = n >> 1;
    let y = e * power(half) * power(n.wrapping_sub(half));
    if vanishes {
        0.
    } else {
        y
    }
}

/// eˣ for x up to 88, within 2 units where it is a normal number; what is below those is 0.
///
/// Products and sums are fused, unless `S` is [`Scalar`].
#[inline(always)]
pub(super) fn exp_down<S: Simd>(x: f32) -> f32 {
    let (e, n) = mantissa::<S>(x);
    if x < -87.3 {
        0.
    } else {
        e * power(n)
    }
}

/// ln x.
#[inline(always)]
#[allow(clippy::excessive_precision)]
pub(super) fn ln(x: f32) -> f32 {
    const SQRT_HALF: u32 = 0x3f35_04f3;
    // Numbers below the normal ones are brought among them.
    let small = x < f32::MIN_POSITIVE;
    let scaled = if small { x * 8_388_608. } else { x };
    let bits = scaled.to_bits().wrapping_sub(SQRT_HALF);
    let exponent = (bits as i32 >> 23) as f32 - if small { 23. } else { 0. };
    // From √½ to √2.
    let m = f32::from_bits((bits & 0x007f_ffff).wrapping_add(SQRT_HALF)) - 1.;
    let z = m * m;
    let mut p = 7.037_683_629_2e-2;
    p = p * m - 1.151_461_031_0e-1;
    p = p * m + 1.167_699_874_0e-1;
    p = p * m - 1.242_014_084_6e-1;
    p = p * m + 1.424_932_278_7e-1;
    p = p * m - 1.666_805_766_5e-1;
    p = p * m + 2.000_071_476_5e-1;
    p = p * m - 2.499_999_399_3e-1;
    p = p * m + 3.333_333_117_4e-1;
    let y = p * m * z + exponent * -2.121_944_40e-4 - 0.5 * z;
    let y = m + y + exponent * 0.693_359_375;
    let y = if x == f32::INFINITY { x } else { y };
    let y = if x == 0. { f32::NEG_INFINITY } else { y };
    if x >= 0. {
        y
    } else {
        f32::NAN
    }
}

/// tanh x.
#[inline(always)]
#[allow(clippy::excessive_precision)]
pub(super) fn tanh(x: f32) -> f32 {
    let z = x * x;
    let mut p = -5.704_988_727_45e-3;
    p = p * z + 2.063_908_879_54e-2;
    p = p * z - 5.373_971_555_31e-2;
    p = p * z + 1.333_144_220_36e-1;
    p = p * z - 3.333_328_194_22e-1;
    let near = p * z * x + x;
    let size = x.abs();
    let far = 1. - 2. / (exp(size + size) + 1.);
    let y = if size < 0.625 { near.abs() } else { far };
    y.copysign(x)
}

/// The error function.
#[inline(always)]
#[allow(clippy::excessive_precision)]
pub(super) fn erf(x: f32) -> f32 {
    // From 4 on it is 1.
    let x = if x > 4. { 4. } else { x };
    let x = if x < -4. { -4. } else { x };
    let z = x * x;
    let mut p = -2.726_142_258_013_06e-10;
    p = p * z + 2.770_681_424_959_02e-8;
    p = p * z - 2.101_024_020_825_08e-6;
    p = p * z - 5.692_506_394_623_46e-5;
    p = p * z - 7.349_906_303_268_55e-4;
    p = p * z - 2.954_599_808_540_25e-3;
    p = p * z - 1.609_603_332_624_15e-2;
    let mut q = -1.456_607_184_649_96e-5;
    q = q * z - 2.133_740_552_789_05e-4;
    q = q * z - 1.682_826_974_382_03e-3;
    q = q * z - 7.373_329_167_204_68e-3;
    q = q * z - 1.426_473_905_141_89e-2;
    x * (p / q)
}

#[cfg(test)]
mod tests {
    use pulp::Scalar256b;

    use super::*;

    /// The greatest error of `f`, in units in the last place of the exact result.
    fn worst(f: fn(f32) -> f32, exact: fn(f64) -> f64, xs: impl Iterator<Item = f32>) -> f64 {
        let ulps = xs.map(|x| {
            let y = exact(f64::from(x));
            let unit = f64::from((y as f32).abs().next_up()) - f64::from((y as f32).abs());
            (f64::from(f(x)) - y).abs() / unit
        });
        ulps.fold(0., f64::max)
    }

    /// Numbers of both signs and all magnitudes from 2⁻¹⁴⁹ to `limit`.
    fn magnitudes(limit: f32) -> impl Iterator<Item = f32> {
        let last = limit.to_bits();
        (0..=last)
            .step_by(2_917)
            .map(f32::from_bits)
            .flat_map(|x| [x, -x])
    }

    fn evenly(from: f32, to: f32) -> impl Iterator<Item = f32> {
        (0..=400_000).map(move |i| from + (to - from) * i as f32 / 400_000.)
    }

    #[test]
    fn the_exponential_is_close() {
        assert!(worst(exp, f64::exp, evenly(-103.9, 88.7)) < 2.);
        assert!(worst(exp, f64::exp, magnitudes(80.)) < 2.);
        let inf = f32::INFINITY;
        assert_eq!(
            [-inf, -1e4, -104., -0., 0., 89., 1e4, inf].map(exp),
            [0., 0., 0., 1., 1., inf, inf, inf]
        );
        assert!(exp(88.72) < inf && exp(88.73) == inf);
        assert_eq!(exp(-103.27), f32::from_bits(1));
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn the_exponential_of_what_is_not_above_zero_is_close() {
        for exp in [exp_down::<Scalar256b>, exp_down::<Scalar>] {
            assert!(worst(exp, f64::exp, evenly(-87.2, 1.)) < 2.);
            assert!(worst(exp, f64::exp, magnitudes(87.)) < 2.);
            let inf = f32::INFINITY;
            assert_eq!(
                [-inf, -1e30, -1e4, -88., -0., 0.].map(exp),
                [0., 0., 0., 0., 1., 1.]
            );
            assert!(exp(f32::NAN).is_nan());
        }
    }

    #[test]
    fn the_logarithm_is_close() {
        assert!(worst(ln, f64::ln, magnitudes(f32::MAX).filter(|&x| x > 0.)) < 2.);
        assert!(worst(ln, f64::ln, evenly(0.5, 2.)) < 2.);
        let inf = f32::INFINITY;
        assert_eq!([0., -0., 1., inf].map(ln), [-inf, -inf, 0., inf]);
        assert!([-1., -inf, f32::NAN].iter().all(|&x| ln(x).is_nan()));
    }

    #[test]
    fn the_hyperbolic_tangent_is_close() {
        assert!(worst(tanh, f64::tanh, evenly(-10., 10.)) < 2.5);
        assert!(worst(tanh, f64::tanh, magnitudes(100.)) < 2.5);
        let inf = f32::INFINITY;
        assert_eq!([-inf, -50., 0., 50., inf].map(tanh), [-1., -1., 0., 1., 1.]);
        assert!(tanh(-0.).is_sign_negative() && tanh(f32::NAN).is_nan());
    }

    #[test]
    fn the_error_function_is_close() {
        let exact = candle_core::cpu::erf::erf_f64;
        assert!(worst(erf, exact, evenly(-5., 5.)) < 8.);
        assert!(worst(erf, exact, magnitudes(10.)) < 8.);
        let inf = f32::INFINITY;
        assert_eq!([-inf, -4., 0., 4., inf].map(erf), [-1., -1., 0., 1., 1.]);
        assert!(erf(f32::NAN).is_nan());
    }
}
