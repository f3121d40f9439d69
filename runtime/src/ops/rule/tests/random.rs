//! Random arguments with numbers for all sizes, given to a rule and to the operation.

use super::with_stack;
use crate::trace::{hash, Args, Dim, Kind, Purpose, Storage, TensorValue, Tracer, Value};
use crate::{DType, Device, Result, Tensor};

/// An argument that the rule sees; the operation gets the same.
pub(super) enum Arg {
    Tensor(Tensor),
    Int(i64),
    Ints(Vec<i64>),
    Tensors(Vec<Tensor>),
    Named(&'static str, i64),
    Flag(&'static str, bool),
    /// `(start..end, at)`, the range closed or not.
    RangeAndPosition(i64, i64, bool, i64),
    All,
}

pub(super) use Arg::{All, Flag, Int, Ints, Named, Tensors};

/// Small random numbers, the same in every run.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }

    pub(super) fn int(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1) as u64) as i64
    }

    pub(super) fn sizes(&mut self, rank: usize) -> Vec<usize> {
        (0..rank).map(|_| self.int(1, 4) as usize).collect()
    }

    pub(super) fn tensor(&mut self, least: usize, most: usize) -> Result<Tensor> {
        let rank = self.int(least as i64, most as i64) as usize;
        let sizes = self.sizes(rank);
        floats(&sizes)
    }

    pub(super) fn ints(&mut self, count: usize, from: i64, to: i64) -> Vec<i64> {
        (0..count).map(|_| self.int(from, to)).collect()
    }
}

pub(super) fn floats(sizes: &[usize]) -> Result<Tensor> {
    Tensor::zeros(sizes, DType::F32, &Device::Cpu)
}

pub(super) fn integers(sizes: &[usize]) -> Result<Tensor> {
    Tensor::zeros(sizes, DType::I64, &Device::Cpu)
}

fn traced(x: &Tensor) -> Value {
    let dims: Vec<Dim> = x.dims().iter().map(|&d| Dim::Known(d as i64)).collect();
    let kind = if x.dtype().is_float() {
        Kind::Float
    } else {
        Kind::Int
    };
    Value::Tensor(TensorValue::floats(&dims).of_kind(kind))
}

fn shapes(t: &Tracer<'_>, value: Value) -> Vec<Vec<i64>> {
    let known = |d: Dim| if let Dim::Known(n) = d { n } else { -1 };
    match value {
        Value::Tensor(x) if x.ranked => vec![x.dims[..x.rank].iter().copied().map(known).collect()],
        Value::List(list) => (0..list.len())
            .flat_map(|i| shapes(t, t.item(list, i)))
            .collect(),
        other => panic!("not known: {other:?}"),
    }
}

fn compare(storage: &mut Storage, op: &str, args: &[Arg], real: Result<Vec<Tensor>>) -> bool {
    let mut t = storage.tracer(Purpose::Proof);
    let mut all = Args::new();
    let mut text = String::new();
    for arg in args {
        let list = |t: &mut Tracer<'_>, items: Vec<Value>| match items.is_empty() {
            true => Value::Unit,
            false => t.list(&items),
        };
        match arg {
            Arg::Tensor(x) => {
                text += &format!(" {:?}", x.dims());
                all.positional(traced(x));
            }
            Int(n) => {
                text += &format!(" {n}");
                all.positional(Value::int(*n));
            }
            Ints(n) => {
                text += &format!(" {n:?}");
                let v = list(&mut t, n.iter().map(|&n| Value::int(n)).collect());
                all.positional(v);
            }
            Tensors(x) => {
                text += &format!(" {:?}", x.iter().map(|x| x.dims()).collect::<Vec<_>>());
                let v = list(&mut t, x.iter().map(traced).collect());
                all.positional(v);
            }
            Named(name, n) => {
                text += &format!(" {name}={n}");
                all.named(name, Value::int(*n));
            }
            Flag(name, b) => {
                text += &format!(" {name}={b}");
                all.named(name, Value::flag(*b));
            }
            Arg::RangeAndPosition(start, end, closed, at) => {
                text += &format!(" {start}..{end} {closed}, {at}");
                let ends = [Value::int(*start), Value::int(*end)];
                let range = t.list(&[Value::Str(".."), ends[0], ends[1], Value::flag(*closed)]);
                let v = t.list(&[range, Value::int(*at)]);
                all.positional(v);
            }
            All => all.positional(Value::Unit),
        }
    }
    let value = t.op(hash(op), &all);
    match real {
        Ok(real) => {
            assert_eq!(t.issue_count(), 0, "{op}{text}: {}", t.issue(0).text);
            let real: Vec<Vec<i64>> = real
                .iter()
                .map(|x| x.dims().iter().map(|&d| d as i64).collect())
                .collect();
            assert_eq!(shapes(&t, value), real, "{op}{text}");
            true
        }
        Err(error) => {
            assert!(
                t.issue_count() > 0,
                "{op}{text} passes, but fails with: {error}"
            );
            false
        }
    }
}

/// The arguments of one case, and what the operation gives.
pub(super) type Case = (Vec<Arg>, Result<Vec<Tensor>>);

/// Runs random cases of one operation: of both kinds, those that fit and those that fail, there must be some.
pub(super) fn agree(op: &'static str, case: fn(&mut Random) -> Result<Case>) {
    with_stack(move || {
        let (mut random, mut storage) = (Random(op.len() as u64), Box::new(Storage::new()));
        let (mut fits, mut fails) = (0, 0);
        for _ in 0..60 {
            let (args, real) = case(&mut random).unwrap_or_else(|error| panic!("{op}: {error}"));
            match compare(&mut storage, op, &args, real) {
                true => fits += 1,
                false => fails += 1,
            }
        }
        assert!(fits > 0 && fails > 0, "{op}: {fits} fit, {fails} fail");
    });
}

pub(super) fn one(x: Result<Tensor>) -> Result<Vec<Tensor>> {
    x.map(|x| vec![x])
}
