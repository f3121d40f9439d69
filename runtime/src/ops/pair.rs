//! Two sizes, one for the height and one for the width.

use serde::{Deserialize, Serialize};

/// A size for the height and one for the width: a kernel, stride, padding or dilation.
///
/// Wherever one is expected, a single number stands for both, as in PyTorch.
///
/// # Example
/// ```
/// use taper::ops::Pair;
/// assert_eq!(Pair::from(3), Pair(3, 3));
/// assert_eq!(Pair::from((1, 2)), Pair::from([1, 2]));
/// assert_eq!(Pair(1, 2).to_string(), "(1, 2)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pair(pub usize, pub usize);

impl From<usize> for Pair {
    fn from(both: usize) -> Self {
        Pair(both, both)
    }
}

impl From<(usize, usize)> for Pair {
    fn from((height, width): (usize, usize)) -> Self {
        Pair(height, width)
    }
}

impl From<[usize; 2]> for Pair {
    fn from([height, width]: [usize; 2]) -> Self {
        Pair(height, width)
    }
}

/// As PyTorch prints it.
impl std::fmt::Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "({}, {})", self.0, self.1)
    }
}
