//! Values as Python prints them.

use crate::{DType, Device, Tensor};

/// `True` or `False`.
pub(crate) fn bool(b: bool) -> &'static str {
    if b {
        "True"
    } else {
        "False"
    }
}

/// The shortest text that reads back as the same number: `0.1`, `1e-05`, `1e+16`.
pub(crate) fn float(x: f64) -> String {
    let text = format!("{x:?}");
    match text.split_once('e') {
        None if x.is_finite() => text,
        None => text.to_lowercase(),
        Some((digits, exponent)) => {
            let (sign, size) = match exponent.strip_prefix('-') {
                Some(size) => ('-', size),
                None => ('+', exponent),
            };
            let digits = digits.strip_suffix(".0").unwrap_or(digits);
            format!("{digits}e{sign}{size:0>2}")
        }
    }
}

/// `(3, 4)`, and `(3,)` for one.
pub(crate) fn tuple<T: ToString>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    let comma = if texts.len() == 1 { "," } else { "" };
    format!("({}{comma})", texts.join(", "))
}

/// `torch.float32`
pub(crate) fn dtype(x: &Tensor) -> String {
    let name = match x.dtype() {
        DType::F16 => "float16",
        DType::BF16 => "bfloat16",
        DType::F32 => "float32",
        DType::F64 => "float64",
        DType::U8 => "uint8",
        DType::U32 => "uint32",
        DType::I16 => "int16",
        DType::I32 => "int32",
        DType::I64 => "int64",
        DType::F8E4M3 => "float8_e4m3fn",
        other => other.as_str(),
    };
    format!("torch.{name}")
}

/// `torch.FloatTensor`: what `torch.typename` says of a tensor.
pub(crate) fn typename(x: &Tensor) -> String {
    let name = match x.dtype() {
        DType::F16 => "Half",
        DType::BF16 => "BFloat16",
        DType::F32 => "Float",
        DType::F64 => "Double",
        _ => return dtype(x),
    };
    let place = match x.device() {
        Device::Cpu => "",
        Device::Cuda(_) => "cuda.",
        Device::Metal(_) => "mps.",
    };
    format!("torch.{place}{name}Tensor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_in_python() {
        let expected = [
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e-4, "0.0001"),
            (0.1, "0.1"),
            (1., "1.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1e-100, "1e-100"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
        ];
        for (x, text) in expected {
            assert_eq!(float(x), text);
        }
        assert_eq!(
            (tuple(&[3]), tuple(&[3, 4])),
            ("(3,)".into(), "(3, 4)".into())
        );
    }
}
