//! Signatures as data: what `[B, 1, 28, 28] -> [B, classes]` becomes, for the trace and the door of `forward` alike.

use super::{Args, BinaryOp, Expectation, Kind, Leaf, Tracer, Value};

/// One dimension of a signature.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    /// `_`: whatever comes out.
    Any,
    /// A number or constant.
    Is(usize),
    /// A name and its hash: a hyperparameter's, else that of a free dimension.
    Named(&'static str, u64),
    /// Arithmetic, and how it is written.
    Calculated(BinaryOp, &'static [Side; 2], &'static str),
}

/// The shape of one input or output.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// The dimensions.
    pub dims: &'static [Side],
    /// Kind of the elements.
    pub kind: Kind,
    /// Whether it may be left out.
    pub optional: bool,
}

impl Pattern {
    /// A tensor of floats.
    pub const fn floats(dims: &'static [Side]) -> Self {
        Self::of(Kind::Float, dims)
    }

    /// A tensor of elements of this kind.
    pub const fn of(kind: Kind, dims: &'static [Side]) -> Self {
        Pattern {
            dims,
            kind,
            optional: false,
        }
    }

    /// The same, of an `Option<Tensor>`.
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

/// The shapes that a method takes and gives.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Of the inputs.
    pub inputs: &'static [Pattern],
    /// Of the outputs.
    pub outputs: &'static [Pattern],
    /// Whether it stands for one that could not be read: nothing is traced then.
    broken: bool,
}

impl Signature {
    /// What stands for a signature with errors in it.
    pub const BROKEN: Signature = Signature {
        inputs: &[],
        outputs: &[],
        broken: true,
    };

    /// `inputs -> outputs`
    pub const fn new(inputs: &'static [Pattern], outputs: &'static [Pattern]) -> Self {
        Signature {
            inputs,
            outputs,
            broken: false,
        }
    }
}

/// The signature of a method, if it has one.
pub type Signed = Option<&'static Signature>;

impl Tracer<'_> {
    /// Begins a method that takes `taken` tensors, at a site: checks how many they are, and matches the inputs with the
    /// signature. False if tracing can't go on.
    pub const fn begin_method(
        &mut self,
        signature: Signed,
        inputs: &mut Args,
        taken: usize,
        method: &'static str,
        site: u32,
    ) -> bool {
        if let Some(signature) = signature {
            if signature.broken {
                return false;
            }
            self.at(site);
            if !self.expect_parameters(signature.inputs.len(), taken, method)
                || !self.accept_inputs(signature, inputs, method)
            {
                return false;
            }
        }
        self.received(inputs);
        true
    }

    /// Ends a method with its result, which the signature promises, at a site.
    pub const fn end_method(
        &mut self,
        signature: Signed,
        result: Value,
        method: &'static str,
        site: u32,
    ) -> Value {
        self.at(site);
        if let Some(signature) = signature {
            self.check_outputs(signature, result, method);
        }
        result
    }

    /// Matches the inputs with a signature, or makes up those that were not given.
    pub const fn accept_inputs(
        &mut self,
        signature: &Signature,
        inputs: &mut Args,
        method: &'static str,
    ) -> bool {
        let mut i = 0;
        while i < signature.inputs.len() {
            let pattern = &signature.inputs[i];
            let mut e = self.expect_input(inputs, i, pattern);
            self.expect_sides(&mut e, pattern.dims);
            if !self.accept(&e, inputs, i, method) {
                return false;
            }
            i += 1;
        }
        true
    }

    /// Checks a method's result against its signature.
    const fn check_outputs(&mut self, signature: &Signature, result: Value, method: &'static str) {
        let outputs = signature.outputs;
        self.expect_results(result, outputs.len(), method);
        let mut i = 0;
        while i < outputs.len() {
            let one = if outputs.len() > 1 {
                self.element(result, i)
            } else {
                result
            };
            let mut e = self.expect_output(one, &outputs[i]);
            self.expect_sides(&mut e, outputs[i].dims);
            self.promise(&e, method);
            i += 1;
        }
    }

    /// The call of a model whose body the trace can't see: it gives what its signature promises.
    pub const fn custom(&mut self, signature: Signed, model: &'static str, inputs: &Args) -> Value {
        let mut inputs = *inputs;
        if let Some(signature) = signature
            && (signature.broken || !self.accept_inputs(signature, &mut inputs, "forward"))
        {
            return Value::Any;
        }
        let result = self.promised(signature);
        self.called(model, &inputs, result)
    }

    /// The value that a signature promises.
    const fn promised(&mut self, signature: Signed) -> Value {
        let Some(signature) = signature else {
            return Value::Opaque;
        };
        let outputs = signature.outputs;
        let mut made = [Value::Any; 8];
        let mut i = 0;
        while i < outputs.len() && i < made.len() {
            let mut e = self.make_output(&outputs[i]);
            self.expect_sides(&mut e, outputs[i].dims);
            made[i] = e.made();
            i += 1;
        }
        if outputs.len() == 1 {
            return made[0];
        }
        self.list(made.split_at(i).0)
    }

    const fn expect_sides(&mut self, e: &mut Expectation, sides: &[Side]) {
        let mut i = 0;
        while i < sides.len() {
            match &sides[i] {
                Side::Any => self.expect_any(e),
                Side::Named(name, hash) => self.expect_name(e, name, *hash),
                side => {
                    let size = self.side(side);
                    self.expect_dim(e, size);
                }
            }
            i += 1;
        }
    }

    /// The size that a dimension of a signature has here.
    const fn side(&mut self, side: &Side) -> Value {
        match side {
            Side::Any => Value::Any,
            Side::Is(n) => Leaf(*n).value(),
            Side::Named(_, hash) => self.setting(*hash),
            Side::Calculated(op, [a, b], written) => {
                let (a, b) = (self.side(a), self.side(b));
                if let BinaryOp::Div = op {
                    self.divide(written, a, b)
                } else {
                    self.binary(*op, a, b)
                }
            }
        }
    }
}
