//! Seeded random numbers: the same on every run, whatever the number of threads.

use std::cell::RefCell;
use std::sync::{LazyLock, Mutex, PoisonError};

use candle_core::{DType, Device};
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{IntoShape, Tensor};
use crate::error::{Error, Result};

/// A stream of random numbers that its seed determines (`torch.Generator`).
///
/// Values are drawn on one thread in row-major order. The sequences are not PyTorch's.
///
/// # Example
/// ```
/// use taper::{DType, Device, Generator};
/// let mut generator = Generator::new(7);
/// let state = generator.state();
/// let first = generator.normal([2, 3], 0., 1., DType::F32, &Device::Cpu)?;
/// let again = Generator::from_state(&state).normal([2, 3], 0., 1., DType::F32, &Device::Cpu)?;
/// assert_eq!(first.to_vec::<f32>()?, again.to_vec::<f32>()?);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Generator {
    rng: ChaCha8Rng,
}

/// A generator's seed and position, to be kept in checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratorState {
    seed: [u8; 32],
    stream: u64,
    word: u128,
}

impl Generator {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Generator {
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Where the stream stands.
    pub fn state(&self) -> GeneratorState {
        GeneratorState {
            seed: self.rng.get_seed(),
            stream: self.rng.get_stream(),
            word: self.rng.get_word_pos(),
        }
    }

    /// The stream, continued from where it stood.
    pub fn from_state(state: &GeneratorState) -> Self {
        let mut rng = ChaCha8Rng::from_seed(state.seed);
        rng.set_stream(state.stream);
        rng.set_word_pos(state.word);
        Generator { rng }
    }

    /// Goes on where a part of the work that began at `before` has ended, unless somebody else has drawn more meanwhile.
    pub(crate) fn follow(&mut self, before: &GeneratorState, end: &GeneratorState) {
        let now = self.state();
        let same = (now.seed, now.stream) == (end.seed, end.stream);
        if now == *before || same && now.word < end.word {
            *self = Self::from_state(end);
        }
    }

    /// A generator for a part of the work (a worker, a layer), independent of this one's other parts.
    ///
    /// ```
    /// # use taper::Generator;
    /// let parent = Generator::new(7);
    /// assert_ne!(parent.fork(0).next_u64(), parent.fork(1).next_u64());
    /// ```
    #[must_use]
    pub fn fork(&self, part: u64) -> Self {
        let mut rng = ChaCha8Rng::from_seed(self.rng.get_seed());
        rng.set_stream(
            self.rng
                .get_stream()
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .wrapping_add(part)
                .wrapping_add(1),
        );
        Generator { rng }
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// A number below `n`, each equally likely; 0 if `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        // The remainder alone would prefer small numbers; what is above the last full multiple is drawn again.
        let limit = u64::MAX - u64::MAX % n;
        loop {
            let bits = self.next_u64();
            if bits < limit {
                return bits % n;
            }
        }
    }

    /// A number in `[0, 1)` with 53 random bits.
    pub fn next_f64(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number in `[0, 1)` with 24 random bits.
    pub fn next_f32(&mut self) -> f32 {
        (self.rng.next_u32() >> 8) as f32 / (1u32 << 24) as f32
    }

    /// Two independent standard normal values, which Box and Muller make of two uniform ones.
    pub(crate) fn next_normals(&mut self) -> (f64, f64) {
        let radius = (-2. * (1. - self.next_f64()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.next_f64()).sin_cos();
        (radius * cos, radius * sin)
    }

    /// Independent values, uniform in `[low, high)`.
    ///
    /// # Errors
    /// If `low > high` or the type is not a float.
    pub fn uniform(
        &mut self,
        shape: impl IntoShape,
        low: f64,
        high: f64,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        if !(low <= high && (high - low).is_finite()) {
            return Err(Error::argument(
                "uniform",
                "low",
                low,
                format!("at most `high` = {high}, both finite"),
            ));
        }
        // As many bits as the type holds: more would round up to `high`, which is excluded.
        let bits = match dtype {
            DType::F64 => 53,
            DType::F16 => 11,
            DType::BF16 => 8,
            _ => 24,
        };
        let unit = 1. / (1u64 << bits) as f64;
        self.fill("uniform", shape, dtype, device, |g| {
            low + (high - low) * ((g.next_u64() >> (64 - bits)) as f64 * unit)
        })
    }

    /// Independent values, normal with the given mean and standard deviation.
    ///
    /// # Errors
    /// If `std` is negative or the type not a float.
    pub fn normal(
        &mut self,
        shape: impl IntoShape,
        mean: f64,
        std: f64,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        if std.is_nan() || std < 0. {
            return Err(Error::argument(
                "normal",
                "std",
                std,
                "a number that is not negative",
            ));
        }
        // The second of a pair waits for its turn.
        let mut spare = None;
        self.fill("normal", shape, dtype, device, |g| {
            let z = spare.take().unwrap_or_else(|| {
                let (z, other) = g.next_normals();
                spare = Some(other);
                z
            });
            mean + std * z
        })
    }

    /// Independent values, 1 with probability `p` and else 0.
    ///
    /// # Errors
    /// If `p` is not in `[0, 1]`.
    pub fn bernoulli(
        &mut self,
        shape: impl IntoShape,
        p: f64,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        if !(0. ..=1.).contains(&p) {
            return Err(Error::argument(
                "bernoulli",
                "p",
                p,
                "a probability from 0 to 1",
            ));
        }
        let shape = shape.into_shape();
        // Half of what `next_f64` draws, and as good: the probability is right to 2⁻³².
        let limit = (p * (1u64 << 32) as f64) as u64;
        let values: Vec<u8> = (0..shape.elem_count())
            .map(|_| u8::from(u64::from(self.rng.next_u32()) < limit))
            .collect();
        Tensor::from_vec(values, shape, &Device::Cpu)?
            .to_dtype(dtype)?
            .to_device(device)
    }

    /// The numbers `0..n` in a random order, each order equally likely (`torch.randperm`).
    pub fn randperm(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }

    /// Brings the items into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }

    /// A tensor of values drawn one after the other.
    pub(crate) fn fill(
        &mut self,
        op: &'static str,
        shape: impl IntoShape,
        dtype: DType,
        device: &Device,
        mut draw: impl FnMut(&mut Self) -> f64,
    ) -> Result<Tensor> {
        if !dtype.is_float() {
            return Err(Error::argument(op, "dtype", dtype, "a float type"));
        }
        let shape = shape.into_shape();
        let count = shape.elem_count();
        let values = match dtype {
            DType::F64 => Tensor::from_vec(
                (0..count).map(|_| draw(self)).collect(),
                shape,
                &Device::Cpu,
            )?,
            _ => Tensor::from_vec(
                (0..count).map(|_| draw(self) as f32).collect(),
                shape,
                &Device::Cpu,
            )?,
        };
        values.to_dtype(dtype)?.to_device(device)
    }
}

/// As PyTorch, an arbitrary but fixed seed until [`manual_seed`] is called.
static GLOBAL: LazyLock<Mutex<Generator>> = LazyLock::new(|| Mutex::new(Generator::new(0)));

thread_local! {
    /// What this thread draws from in the place of the global generator.
    static OWN: RefCell<Option<Generator>> = const { RefCell::new(None) };
}

/// Runs `f` with a global generator of this thread's own that starts at `state`; what `f` gives, and where that generator stands
/// then.
pub(crate) fn drawing_from<T>(
    state: &GeneratorState,
    f: impl FnOnce() -> T,
) -> (T, GeneratorState) {
    struct Back(Option<Generator>);
    impl Drop for Back {
        fn drop(&mut self) {
            OWN.set(self.0.take());
        }
    }
    let _back = Back(OWN.replace(Some(Generator::from_state(state))));
    let result = f();
    (result, with_generator(|generator| generator.state()))
}

/// Restarts the global generator, which initialisation and dropout draw from, at a seed (`torch.manual_seed`).
///
/// ```
/// # use taper::{manual_seed, with_generator};
/// manual_seed(1);
/// let a = with_generator(|g| g.next_u64());
/// manual_seed(1);
/// assert_eq!(a, with_generator(|g| g.next_u64()));
/// ```
pub fn manual_seed(seed: u64) {
    with_generator(|generator| *generator = Generator::new(seed));
}

/// Runs `f` with the global generator, which must not be used by other ways meanwhile.
pub fn with_generator<T>(f: impl FnOnce(&mut Generator) -> T) -> T {
    if let Some(mut own) = OWN.take() {
        let result = f(&mut own);
        OWN.set(Some(own));
        return result;
    }
    f(&mut GLOBAL.lock().unwrap_or_else(PoisonError::into_inner))
}
