//! Copies of views: the elements of a tensor with any strides, row by row.

use candle_core::{Result, Tensor, WithDType};

use super::fresh::new_chunks;
use super::values::by_type;
use super::{output, strided};

/// The elements row by row; Candle copies those of types and devices that have no kernel.
pub(crate) fn rows_of(x: &Tensor) -> Result<Tensor> {
    fn kernel<T: WithDType>(x: &Tensor) -> crate::Result<Tensor> {
        let values = strided(x);
        let out = copy::<T>(values.slice()?, sides(x.dims(), x.stride()));
        output(out, x.shape())
    }
    if x.is_contiguous() || !x.device().is_cpu() || x.elem_count() == 0 {
        return x.contiguous();
    }
    match by_type!(x.dtype(), kernel(x)) {
        Some(copied) => copied.map_err(candle_core::Error::wrap),
        None => x.contiguous(),
    }
}

/// Elements of a piece of work, about.
const PIECE: usize = 1 << 13;

/// Elements of the dimension with stride 1 that are turned together: they lie in few lines of the cache.
const BLOCK: usize = 32;

/// Elements of either dimension that are turned in a tile.
const TILE: usize = 16;

/// How far apart rows lie that are turned in tiles.
const FAR: usize = 512;

/// A size, and how far apart the elements of that dimension lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Side {
    size: usize,
    stride: usize,
}

fn copy<T: WithDType>(values: &[T], sides: Vec<Side>) -> Vec<T> {
    let Some((&last, outer)) = sides.split_last() else {
        return vec![values[0]];
    };
    let turned = outer.iter().rposition(|side| side.stride == 1);
    match turned.filter(|_| last.stride > 1) {
        Some(at) => turn(values, &sides, at),
        None => copy_rows(values, outer, last),
    }
}

/// The dimensions with more than one element; neighbours whose elements follow one another are one.
fn sides(dims: &[usize], strides: &[usize]) -> Vec<Side> {
    let mut sides: Vec<Side> = Vec::with_capacity(dims.len());
    for (&size, &stride) in dims.iter().zip(strides).filter(|&(&size, _)| size != 1) {
        match sides.last_mut() {
            Some(last) if last.stride == size * stride => {
                *last = Side {
                    size: last.size * size,
                    stride,
                }
            }
            _ => sides.push(Side { size, stride }),
        }
    }
    sides
}

/// Row after row, where neighbours stay neighbours or there is no better way.
fn copy_rows<T: WithDType>(values: &[T], outer: &[Side], row: Side) -> Vec<T> {
    let count: usize = outer.iter().map(|side| side.size).product();
    let rows = PIECE.div_ceil(row.size);
    let len = count * row.size;
    new_chunks(T::zero(), len, rows * row.size, len, |i, out| {
        let mut at = Position::of(outer, i * rows);
        for out in out.chunks_exact_mut(row.size) {
            let from = &values[at.offset..];
            match row.stride {
                0 => out.fill(from[0]),
                1 => out.copy_from_slice(&from[..row.size]),
                stride => {
                    let from = from.iter().step_by(stride);
                    out.iter_mut().zip(from).for_each(|(out, &x)| *out = x);
                }
            }
            at.next();
        }
    })
}

/// Where the neighbours lie in dimension `at` and not in the last: some of each at a time, so that no line of the cache is read for one
/// element alone.
fn turn<T: WithDType>(values: &[T], sides: &[Side], at: usize) -> Vec<T> {
    let (outer, inner) = (&sides[..at], &sides[at + 1..]);
    let Some((&last, middle)) = inner.split_last() else {
        return Vec::new();
    };
    let size = sides[at].size;
    let block = block(size);
    let depth: usize = inner.iter().map(|side| side.size).product();
    let len = outer.iter().map(|side| side.size).product::<usize>() * size * depth;
    // Rows of the source that lie far apart would take the same few lines of the cache.
    let far = last.stride >= FAR && block.is_multiple_of(TILE);
    new_chunks(T::zero(), len, block * depth, len, |i, out| {
        let base = Position::of(outer, i / (size / block)).offset + i % (size / block) * block;
        let mut from = Position::of(middle, 0);
        for start in (0..depth).step_by(last.size) {
            let values = &values[base + from.offset..];
            if far {
                turn_tiles(values, last, [start, depth], out);
            } else {
                for first in (0..last.size).step_by(BLOCK) {
                    let count = BLOCK.min(last.size - first);
                    for (j, out) in out.chunks_exact_mut(depth).enumerate() {
                        let from = values[first * last.stride + j..]
                            .iter()
                            .step_by(last.stride);
                        let out = &mut out[start + first..][..count];
                        out.iter_mut().zip(from).for_each(|(out, &x)| *out = x);
                    }
                }
            }
            from.next();
        }
    })
}

/// The elements of a block in tiles: what a line of the cache has is read at once, before others take its place.
fn turn_tiles<T: WithDType>(values: &[T], last: Side, [start, depth]: [usize; 2], out: &mut [T]) {
    for first in (0..last.size).step_by(TILE) {
        let rows = TILE.min(last.size - first);
        for (j, out) in out.chunks_exact_mut(TILE * depth).enumerate() {
            let mut tile = [[T::zero(); TILE]; TILE];
            let from = values[first * last.stride + j * TILE..].chunks(last.stride);
            for (tile, from) in tile.iter_mut().zip(from).take(rows) {
                tile.copy_from_slice(&from[..TILE]);
            }
            for (j, out) in out.chunks_exact_mut(depth).enumerate() {
                let out = &mut out[start + first..][..rows];
                let column = tile.iter().map(|tile| tile[j]);
                out.iter_mut().zip(column).for_each(|(out, x)| *out = x);
            }
        }
    }
}

/// The largest divisor of a size that is no larger than a block; the size itself if that is small.
fn block(size: usize) -> usize {
    let divisor = (1..=BLOCK.min(size))
        .rev()
        .find(|block| size.is_multiple_of(*block));
    match divisor {
        Some(divisor) if divisor >= 8 => divisor,
        _ => size,
    }
}

/// One element after the other of some dimensions.
struct Position<'a> {
    sides: &'a [Side],
    index: Vec<usize>,
    offset: usize,
}

impl<'a> Position<'a> {
    /// The `n`th element.
    fn of(sides: &'a [Side], mut n: usize) -> Self {
        let mut index = vec![0; sides.len()];
        let mut offset = 0;
        for (index, side) in index.iter_mut().zip(sides).rev() {
            (*index, n) = (n % side.size, n / side.size);
            offset += *index * side.stride;
        }
        Position {
            sides,
            index,
            offset,
        }
    }

    /// Goes on to the next; after the last one it is the first.
    fn next(&mut self) {
        for (index, side) in self.index.iter_mut().zip(self.sides).rev() {
            *index += 1;
            self.offset += side.stride;
            if *index < side.size {
                return;
            }
            self.offset -= side.size * side.stride;
            *index = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    fn image(dims: &[usize]) -> Result<Tensor> {
        let count: usize = dims.iter().product();
        Tensor::arange(0f32, count as f32, &Device::Cpu)?.reshape(dims)
    }

    #[test]
    fn views_are_copied_as_candle_copies_them() -> Result<()> {
        let (x, wide) = (image(&[3, 5, 7, 4])?, image(&[40, 3, 67])?);
        let mut views = vec![
            x.t()?,
            x.permute((3, 2, 1, 0))?,
            x.permute((2, 0, 3, 1))?,
            x.permute((1, 0, 2, 3))?,
            x.narrow(2, 1, 3)?,
            x.narrow(3, 1, 2)?.transpose(0, 3)?,
            x.narrow(1, 2, 1)?.expand((3, 6, 7, 4))?,
            x.narrow(3, 2, 1)?.expand((3, 5, 7, 9))?,
            image(&[])?.expand((2, 3))?,
            wide.permute((2, 0, 1))?,
            wide.permute((1, 2, 0))?,
            wide.permute((2, 1, 0))?,
            wide.permute((0, 2, 1))?.narrow(1, 3, 61)?,
            image(&[37, 32, 19])?.permute((1, 2, 0))?,
            image(&[2, 37, 16 * 37])?.permute((0, 2, 1))?,
        ];
        for dtype in [
            DType::F64,
            DType::BF16,
            DType::F16,
            DType::I64,
            DType::U32,
            DType::U8,
        ] {
            views.push(x.to_dtype(dtype)?.permute((3, 0, 2, 1))?);
        }
        for view in views {
            let found = rows_of(&view)?;
            assert!(found.is_contiguous());
            let elements = |x: &Tensor| x.flatten_all()?.to_dtype(DType::F32)?.to_vec1::<f32>();
            let expected = elements(&view.force_contiguous()?)?;
            assert_eq!(elements(&found)?, expected, "{:?}", view.layout());
        }
        Ok(())
    }

    #[test]
    fn dimensions_are_joined() {
        let side = |size, stride| Side { size, stride };
        assert_eq!(sides(&[2, 3, 4], &[12, 4, 1]), [side(24, 1)]);
        assert_eq!(sides(&[2, 1, 4], &[8, 9, 1]), [side(2, 8), side(4, 1)]);
        assert_eq!(sides(&[4, 5, 6], &[1, 24, 4]), [side(4, 1), side(30, 4)]);
        assert_eq!(sides(&[1, 1], &[7, 3]), []);
    }
}
