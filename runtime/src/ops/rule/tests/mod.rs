//! The shape rules, called with arguments written as text: `[B, 4; int]` is a tensor, `(2, _)` a list, `dim=1` a keyword.

mod agree;
mod layers;
mod losses;
mod margin_losses;
mod mask_losses;
mod random;
mod symbolic;

use std::collections::HashMap;

use crate::trace::{hash, Args, Dim, Kind, Purpose, Storage, TensorValue, Text, Tracer, Value};

/// Runs `f` where a tracer has room: it is larger than a test's stack.
fn with_stack<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(64 << 20);
    match thread.spawn(f).map(std::thread::JoinHandle::join) {
        Ok(Ok(out)) => out,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => panic!("{error}"),
    }
}

/// Compares what rules say with what they should.
fn check(cases: &'static [(&'static str, &'static str, &'static str)]) {
    with_stack(move || {
        for &(op, args, expected) in cases {
            assert_eq!(say(op, args), expected, "{op} {args}");
        }
    });
}

/// What a rule says: a value as text, or `! ` and the error.
fn say(op: &str, args: &'static str) -> String {
    let mut storage = Box::new(Storage::new());
    let mut t = storage.tracer(Purpose::Proof);
    let args = read(&mut t, args);
    let value = match op {
        "binary_cross_entropy" => crate::loss::binary_cross_entropy::trace(&mut t, &args),
        "binary_cross_entropy_with_logits" => {
            crate::loss::binary_cross_entropy_with_logits::trace(&mut t, &args)
        }
        "cross_entropy" => crate::loss::cross_entropy::trace(&mut t, &args),
        "gaussian_nll_loss" => crate::loss::gaussian_nll_loss::trace(&mut t, &args),
        "hinge_embedding_loss" => crate::loss::hinge_embedding_loss::trace(&mut t, &args),
        "huber_loss" => crate::loss::huber_loss::trace(&mut t, &args),
        "kl_div" => crate::loss::kl_div::trace(&mut t, &args),
        "l1_loss" => crate::loss::l1_loss::trace(&mut t, &args),
        "mse_loss" => crate::loss::mse_loss::trace(&mut t, &args),
        "nll_loss" => crate::loss::nll_loss::trace(&mut t, &args),
        "poisson_nll_loss" => crate::loss::poisson_nll_loss::trace(&mut t, &args),
        "smooth_l1_loss" => crate::loss::smooth_l1_loss::trace(&mut t, &args),
        "soft_margin_loss" => crate::loss::soft_margin_loss::trace(&mut t, &args),
        "ctc_loss" => crate::loss::ctc_loss::trace(&mut t, &args),
        "dice_loss" => crate::loss::dice_loss::trace(&mut t, &args),
        "dice_bce_loss" => crate::loss::dice_bce_loss::trace(&mut t, &args),
        "iou_loss" => crate::loss::iou_loss::trace(&mut t, &args),
        "tversky_loss" => crate::loss::tversky_loss::trace(&mut t, &args),
        "focal_loss" => crate::loss::focal_loss::trace(&mut t, &args),
        "lovasz_loss" => crate::loss::lovasz_loss::trace(&mut t, &args),
        "cosine_embedding_loss" => crate::loss::cosine_embedding_loss::trace(&mut t, &args),
        "margin_ranking_loss" => crate::loss::margin_ranking_loss::trace(&mut t, &args),
        "multi_margin_loss" => crate::loss::multi_margin_loss::trace(&mut t, &args),
        "multilabel_margin_loss" => crate::loss::multilabel_margin_loss::trace(&mut t, &args),
        "multilabel_soft_margin_loss" => {
            crate::loss::multilabel_soft_margin_loss::trace(&mut t, &args)
        }
        "triplet_margin_loss" => crate::loss::triplet_margin_loss::trace(&mut t, &args),
        "triplet_margin_with_distance_loss" => {
            crate::loss::triplet_margin_with_distance_loss::trace(&mut t, &args)
        }
        op => t.op(hash(op), &args),
    };
    if t.issue_count() > 0 {
        assert!(matches!(value, Value::Any), "{op} fails but gives a value");
        return format!("! {}", t.issue(0).text);
    }
    show(&mut t, value)
}

fn show(t: &mut Tracer<'_>, value: Value) -> String {
    let mut text = Text::new();
    match value {
        Value::Tensor(x) => t.write_shape(&x, &mut text),
        Value::Dim(d) => t.write_dim(d, &mut text),
        Value::List(list) => {
            let items: Vec<String> = (0..list.len())
                .map(|i| {
                    let item = t.item(list, i);
                    show(t, item)
                })
                .collect();
            return format!("({})", items.join(" "));
        }
        other => return format!("{other:?}").to_lowercase(),
    }
    text.as_str().to_owned()
}

fn read(t: &mut Tracer<'_>, text: &'static str) -> Args {
    let mut names = HashMap::new();
    let mut args = Args::new();
    for word in split(text, ' ') {
        match word.split_once('=') {
            Some((name, value)) => {
                let value = read_value(t, &mut names, value);
                args.named(name, value);
            }
            None => {
                let value = read_value(t, &mut names, word);
                args.positional(value);
            }
        }
    }
    args
}

/// The parts between separators that stand outside of brackets.
fn split(text: &'static str, separator: char) -> Vec<&'static str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (i, c) in text.char_indices() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            c if c == separator && depth == 0 => {
                parts.push(text[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

type Names = HashMap<&'static str, Dim>;

fn read_value(t: &mut Tracer<'_>, names: &mut Names, text: &'static str) -> Value {
    match text {
        "_" => Value::Infer,
        "None" | "()" => Value::Unit,
        "opaque" => Value::Opaque,
        "true" => Value::flag(true),
        "false" => Value::flag(false),
        "[..]" => Value::Tensor(TensorValue::unranked(Kind::Float)),
        _ if text.starts_with('[') => Value::Tensor(read_tensor(t, names, text)),
        _ if text.starts_with('(') => {
            let items: Vec<Value> = split(&text[1..text.len() - 1], ',')
                .into_iter()
                .map(|item| read_value(t, names, item))
                .collect();
            t.list(&items)
        }
        _ if text.starts_with('\'') => Value::Str(&text[1..text.len() - 1]),
        _ if text.contains('.') => Value::Num(text.parse().unwrap()),
        _ => Value::Dim(read_dim(t, names, text)),
    }
}

fn read_tensor(t: &mut Tracer<'_>, names: &mut Names, text: &'static str) -> TensorValue {
    let inside = &text[1..text.len() - 1];
    let (inside, kind) = match inside.split_once(';') {
        Some((dims, kind)) if kind.trim() == "int" => (dims, Kind::Int),
        Some((dims, _)) => (dims, Kind::Bool),
        None => (inside, Kind::Float),
    };
    let dims: Vec<Dim> = split(inside, ',')
        .into_iter()
        .map(|d| read_dim(t, names, d))
        .collect();
    TensorValue::floats(&dims).of_kind(kind)
}

/// A number, a name (hyperparameters in lower case), `?`, or products and quotients of them.
fn read_dim(t: &mut Tracer<'_>, names: &mut Names, text: &'static str) -> Dim {
    if let Some(at) = text.rfind(['*', '/']) {
        let (a, b) = (
            read_dim(t, names, &text[..at]),
            read_dim(t, names, &text[at + 1..]),
        );
        return match text.as_bytes()[at] {
            b'*' => t.algebra.mul(a, b),
            _ => t.algebra.div(a, b),
        };
    }
    if text == "?" {
        return Dim::Unknown;
    }
    if let Ok(n) = text.parse() {
        return Dim::Known(n);
    }
    *names.entry(text).or_insert_with(|| {
        if text.starts_with(char::is_uppercase) {
            t.algebra.free(text)
        } else {
            t.algebra.hyper(text)
        }
    })
}

/// The rules run in const code.
const fn in_const(op: u64, a: &[i64], b: &[i64]) -> usize {
    let mut storage = Storage::new();
    let mut t = storage.tracer(Purpose::Proof);
    let mut args = Args::new();
    args.positional(Value::Tensor(known(a)));
    args.positional(Value::Tensor(known(b)));
    match t.op(op, &args) {
        Value::Tensor(x) => x.rank,
        _ => 100 + t.issue_count(),
    }
}

const fn known(sizes: &[i64]) -> TensorValue {
    let mut dims = [Dim::Known(1); 8];
    let mut i = 0;
    while i < sizes.len() {
        dims[i] = Dim::Known(sizes[i]);
        i += 1;
    }
    TensorValue::floats(dims.split_at(i).0)
}

const _: () = assert!(in_const(hash("matmul"), &[5, 2, 3], &[3, 4]) == 3);
const _: () = assert!(in_const(hash("matmul"), &[2, 3], &[2, 3]) == 101);
const _: () = assert!(in_const(hash("add"), &[2, 3], &[3]) == 2);
const _: () = assert!(in_const(hash("conv2d"), &[1, 3, 8, 8], &[4, 3, 3, 3]) == 4);
const _: () = assert!(in_const(hash("linear"), &[2, 3], &[4, 5]) == 101);

/// Every operation has a test here.
#[test]
fn all_operations_are_tested() {
    let mut tests = concat!(
        include_str!("symbolic.rs"),
        include_str!("layers.rs"),
        include_str!("agree.rs")
    )
    .to_owned();
    tests.retain(|c| !c.is_whitespace());
    let tested =
        |op: &str| tests.contains(&format!("(\"{op}\",")) || tests.contains(&format!("}}{op}r=>"));
    let missing: Vec<_> = crate::ops::OPERATIONS
        .iter()
        .filter(|op| !tested(op))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
