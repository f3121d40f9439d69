use taper::prelude::*;
struct DenseLayers {
    growth: usize,
    depth: usize,
    layers: ::taper::__private::Vec<Linear>,
    #[doc(hidden)]
    __taper: ::taper::__private::State,
}
/// Settings of [`DenseLayers`].
#[allow(missing_docs)]
#[derive(
    ::core::clone::Clone,
    ::core::fmt::Debug,
    ::taper::__private::serde::Serialize,
    ::taper::__private::serde::Deserialize
)]
#[serde(crate = "::taper::__private::serde")]
struct DenseLayersConfig {
    pub growth: usize,
    pub depth: usize,
}
#[allow(warnings, clippy::all, long_running_const_eval)]
impl DenseLayers {
    /// The settings of `DenseLayers`, with their defaults.
    fn config(growth: usize) -> DenseLayersConfig {
        let depth: usize = 4;
        DenseLayersConfig { growth, depth }
    }
}
#[allow(warnings, clippy::all, long_running_const_eval)]
const _: () = {
    use ::taper::__private as __p;
    use __p::Untraced as _;
    impl DenseLayersConfig {
        #[must_use]
        pub fn growth(mut self, growth: usize) -> Self {
            self.growth = growth;
            self
        }
        #[must_use]
        pub fn depth(mut self, depth: usize) -> Self {
            self.depth = depth;
            self
        }
        /** Checks all shapes and builds the model, drawing from the global generator.

# Errors
What `cargo check` would have shown, had these settings been known to it.*/
        pub fn init(&self, device: &__p::Device) -> __p::Result<DenseLayers> {
            __p::Config::init(self, device)
        }
        /** Like `init`, from a seed of its own.

# Errors
As `init`.*/
        pub fn init_seeded(
            &self,
            device: &__p::Device,
            seed: u64,
        ) -> __p::Result<DenseLayers> {
            __p::Config::init_seeded(self, device, seed)
        }
        /** Like `init`, from variables or stored tensors of Candle's, by PyTorch's names.

# Errors
As `init`, and if a stored tensor is missing or of another shape.*/
        pub fn build_from(
            &self,
            vb: __p::candle_nn::VarBuilder<'_>,
        ) -> __p::Result<DenseLayers> {
            __p::Config::build_from(self, vb)
        }
    }
    impl __p::Inspect for DenseLayers {
        type Config = DenseLayersConfig;
        fn settings(&self) -> DenseLayersConfig {
            DenseLayersConfig {
                growth: ::core::clone::Clone::clone(&self.growth),
                depth: ::core::clone::Clone::clone(&self.depth),
            }
        }
    }
    impl __p::Config for DenseLayersConfig {
        type Layer = DenseLayers;
        fn args(&self, _: &mut __p::Tracer<'_>) -> __p::Args {
            let mut __args = __p::Args::new();
            __args.named("growth", __p::Leaf(self.growth).value());
            __args.named("depth", __p::Leaf(self.depth).value());
            __args
        }
        fn as_any(&self) -> __p::Option<&dyn ::core::any::Any> {
            __p::Some(self)
        }
    }
    impl __p::Module for DenseLayers {
        fn visit<'__a>(&'__a self, visitor: &mut dyn __p::Visitor<'__a>) {
            let __as = <Linear as __p::Layer>::as_module;
            for (__i, __m) in self.layers.iter().enumerate() {
                let __name = {
                    let i = __i;
                    let mut __out = __p::String::new();
                    __out.push_str("denselayer");
                    __out.push_str(&__p::position(i + 1));
                    __out
                };
                visitor.module(&__name, __as(__m));
            }
        }
        fn visit_mut(&mut self, visitor: &mut dyn __p::VisitorMut) -> __p::Result<()> {
            let __as = <Linear as __p::Layer>::as_module_mut;
            for (__i, __m) in self.layers.iter_mut().enumerate() {
                let __name = {
                    let i = __i;
                    let mut __out = __p::String::new();
                    __out.push_str("denselayer");
                    __out.push_str(&__p::position(i + 1));
                    __out
                };
                visitor.module(&__name, __as(__m))?;
            }
            __p::Ok(())
        }
        fn state(&self) -> __p::Option<&__p::State> {
            __p::Some(&self.__taper)
        }
        fn size_setting(&self, __name: u64) -> __p::Option<usize> {
            match __name {
                13651446905143332061u64 => __p::Some(self.growth),
                3269876241071453947u64 => __p::Some(self.depth),
                _ => __p::None,
            }
        }
    }
    impl __p::Display for DenseLayers {
        fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
            __p::write_module(self, f)
        }
    }
    impl __p::Debug for DenseLayers {
        fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
            __p::write_module(self, f)
        }
    }
    impl __p::Clone for DenseLayers {
        fn clone(&self) -> Self {
            Self {
                growth: __p::Clone::clone(&self.growth),
                depth: __p::Clone::clone(&self.depth),
                layers: <Linear as __p::Layer>::copy_list(&self.layers),
                __taper: __p::Clone::clone(&self.__taper),
            }
        }
    }
    pub struct __Rule;
    impl __Rule {
        pub const fn trace(
            self,
            __t: &mut __p::Tracer<'_>,
            __args: &__p::Args,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let __p::Some(mut __bound) = __t
                .open_model(
                    "DenseLayers",
                    &[
                        __p::Param::required("growth", __p::Takes::Int),
                        __p::Param::optional("depth", __p::Takes::Int, __p::Value::Unit),
                    ],
                    __args,
                    DenseLayers::__TAPER_PROOF,
                ) else {
                return __p::Value::Any;
            };
            let mut __row = 0usize;
            {
                let __v = __bound.value(__row);
                __bound.set(__row, __v);
                __t.set(13651446905143332061u64, __v);
                __row += 1;
            }
            {
                let __v = match __bound.value(__row) {
                    __p::Value::Unit => __p::Value::int(4),
                    __given => __given,
                };
                __bound.set(__row, __v);
                __t.set(3269876241071453947u64, __v);
                __row += 1;
            }
            __t.begin_model(&__bound, __inputs);
            let __v = {
                <DenseLayers as __p::Traced>::TRACED;
                DenseLayers::__taper_run(__t, __inputs)
            };
            __t.close_model(__v)
        }
    }
    impl __p::Layer for DenseLayers {
        type Rule = __Rule;
        const RULE: __Rule = __Rule;
        const TRACE: __p::TraceFn<Self> = __Rule::trace;
        fn build(__at: &mut __p::Build<'_, '_>) -> __p::Result<Self> {
            let mut __row = 0usize;
            let growth: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let depth: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let __0_0 = <Linear as __p::Layer>::build_list(__at, 209479366139260939u64)?;
            __p::Ok(Self {
                layers: __0_0,
                growth,
                depth,
                __taper: __p::State::of_model(),
            })
        }
    }
    #[doc(hidden)]
    impl DenseLayers {
        pub const fn __taper_call(
            mut __c: __p::Calls<'_>,
            __t: &mut __p::Tracer<'_>,
        ) -> __p::Value {
            if let __p::Some(__field) = __c.field() {
                return match __field {
                    13651446905143332061u64 => __t.setting(13651446905143332061u64),
                    3269876241071453947u64 => __t.setting(3269876241071453947u64),
                    209479366139260939u64 => {
                        let __n = __t.setting(3269876241071453947u64);
                        __p::Value::Layers(209479366139260939u64, __p::as_dim(__n))
                    }
                    _ => __p::Value::Any,
                };
            }
            while let __p::Some((__field, __index, __inputs)) = __c.next(__t) {
                let __inputs = &__inputs;
                __c.value = '__out: {
                    let __v = match __field {
                        209479366139260939u64 => {
                            let __count = __t.setting(3269876241071453947u64);
                            match __index {
                                __p::Value::Dim(__d) => {
                                    let __i = match __t.algebra.known(__d) {
                                        __p::Some(__i) => __i,
                                        __p::None => 0,
                                    };
                                    if !__t.check_index(__i, __count) {
                                        break '__out __p::Value::Any;
                                    }
                                    let __before = __t.lookup(10222057382672705665u64);
                                    __t.set(10222057382672705665u64, __p::Value::int(__i));
                                    let __shown = {
                                        let __taper_5 = __t.setting(10222057382672705665u64);
                                        let __taper_6 = __p::Value::int(1);
                                        __t.binary(__p::BinaryOp::Add, __taper_5, __taper_6)
                                    };
                                    let __args = {
                                        let mut __a = __p::Args::declared(66048, &[]);
                                        let __arg0 = {
                                            let __taper_3 = __t.setting(13651446905143332061u64);
                                            let __taper_4 = {
                                                let __taper_1 = __t.setting(10222057382672705665u64);
                                                let __taper_2 = __p::Value::int(1);
                                                __t.binary(__p::BinaryOp::Add, __taper_1, __taper_2)
                                            };
                                            __t.binary(__p::BinaryOp::Mul, __taper_3, __taper_4)
                                        };
                                        __a.push("", __arg0, 66049u32);
                                        __a
                                    };
                                    let __shown = __t.known_i64(__shown);
                                    __t.enter(
                                        209479366139260939u64,
                                        "denselayer",
                                        __shown,
                                        true,
                                    );
                                    <Linear as __p::Layer>::RULE.trace(__t, &__args, __inputs)
                                }
                                _ => {
                                    break '__out {
                                        let mut __x = __inputs.value(0);
                                        let mut __first = __x;
                                        let mut __turn = __t.range(__p::Value::int(0), __count);
                                        while __t.next(&mut __turn) {
                                            let mut __one = *__inputs;
                                            __one.set(0, __x);
                                            let __i = __t.loop_index(&__turn);
                                            __x = Self::__taper_call(
                                                __p::Calls::of(209479366139260939u64, __i, &__one),
                                                __t,
                                            );
                                            __x = __t.settle(&__turn, &mut __first, __x);
                                        }
                                        __x
                                    };
                                }
                            }
                        }
                        _ => break '__out __p::Value::Any,
                    };
                    __t.leave_with(__v)
                };
            }
            __c.value
        }
        pub const __TAPER_SIGNATURE: __p::Signed = __p::Some(
            &__p::Signature::new(
                &[
                    __p::Pattern::floats(
                        &[
                            __p::Side::Named("B", 4841548343642211269u64),
                            __p::Side::Named("N", 4309478107615849167u64),
                        ],
                    ),
                    __p::Pattern::floats(
                            &[
                                __p::Side::Named("B", 4841548343642211269u64),
                                __p::Side::Named("N", 4309478107615849167u64),
                            ],
                        )
                        .optional(),
                ],
                &[
                    __p::Pattern::floats(
                        &[
                            __p::Side::Named("B", 4841548343642211269u64),
                            __p::Side::Is(1),
                        ],
                    ),
                ],
            ),
        );
        pub const __TAPER_PROOF: &'static __p::Proof = &{
            let mut __storage = __p::Storage::new();
            let mut __t = __storage.tracer(__p::Purpose::Proof);
            if __t.open("DenseLayers") {
                {
                    let __v = __p::Value::Dim(__t.algebra.hyper("growth"));
                    __t.set(13651446905143332061u64, __v);
                }
                {
                    let __v = __p::Value::Dim(__t.algebra.hyper("depth"));
                    __t.set(3269876241071453947u64, __v);
                }
                __t.seal();
                {
                    <DenseLayers as __p::Traced>::TRACED;
                    DenseLayers::__taper_run(&mut __t, &__p::Args::new())
                };
                __t.close();
            }
            __t.finish()
        };
        #[track_caller]
        pub const fn __taper_check(__site: u32) {
            Self::__TAPER_PROOF.check(__site)
        }
    }
};
const _: () = {
    DenseLayers::__taper_check(66048);
    DenseLayers::__taper_check(66049);
};
const _: () = {
    use ::taper::__private as __p;
    impl DenseLayers {
        #[allow(
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            unused_parens,
            unused_braces
        )]
        /** Runs the model.

# Errors
If an input doesn't fit the signature, or an operation fails.*/
        #[allow(unreachable_pub)]
        pub fn forward(
            &self,
            x: impl __p::Borrow<Tensor>,
            bias: impl __p::Borrow<__p::Option<Tensor>>,
        ) -> __p::Result<Tensor> {
            let x: Tensor = __p::owned(x);
            let bias: Option<Tensor> = __p::owned(bias);
            let __seen = __p::enter(
                self,
                "forward",
                Self::__TAPER_SIGNATURE,
                &[__p::Some(&x), bias.as_ref()],
            )?;
            let __result: __p::Result<Tensor> = {
                let mut x = if let Some(bias) = bias { __p::lift(x + bias)? } else { x };
                for layer in &self.layers {
                    let y = __p::then_relu(layer, (&x,))?;
                    x = __p::lift(cat([x, y], 1))?;
                }
                ::core::result::Result::Ok(__p::lift(self.average(x))?)
            };
            __p::leave(self, __seen, __result, __p::Tensors::collect)
        }
        #[allow(
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            unused_parens,
            unused_braces
        )]
        fn average(&self, x: impl __p::Borrow<Tensor>) -> __p::Result<Tensor> {
            let x: Tensor = __p::owned(x);
            __p::door(
                __p::Some(self),
                "average",
                Self::__TAPER_SIGNATURE_average,
                &[__p::Some(&x)],
            )?;
            ::core::result::Result::Ok(
                __p::lift(
                    x
                        .mean_with(
                            1,
                            <__p::ops::MeanOptions as ::core::default::Default>::default()
                                .keepdim(true),
                        ),
                )?,
            )
        }
    }
    #[doc(hidden)]
    #[allow(warnings, clippy::all)]
    impl DenseLayers {
        const __TAPER_SIGNATURE_average: __p::Signed = __p::Some(
            &__p::Signature::new(
                &[
                    __p::Pattern::floats(
                        &[
                            __p::Side::Named("B", 4841548343642211269u64),
                            __p::Side::Named("N", 4309478107615849167u64),
                        ],
                    ),
                ],
                &[
                    __p::Pattern::floats(
                        &[
                            __p::Side::Named("B", 4841548343642211269u64),
                            __p::Side::Is(1),
                        ],
                    ),
                ],
            ),
        );
        const fn __taper_m_forward(
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let mut __inputs = *__inputs;
            if !__t
                .begin_method(
                    Self::__TAPER_SIGNATURE,
                    &mut __inputs,
                    2usize,
                    "forward",
                    0u32,
                )
            {
                return __p::Value::Any;
            }
            let x = __t.tensor_input(&__inputs, 0usize);
            let bias = __t.tensor_input(&__inputs, 1usize);
            let __result = {
                let mut x = {
                    let __taper_1 = bias;
                    {
                        let __taper_7 = __t.unknown_flag();
                        let mut __taper_4 = __t.branch(__taper_7);
                        let mut __taper_5 = [__p::Value::Any];
                        if __t.begin(&mut __taper_4, true) {
                            let __taper_7 = {
                                let bias = __taper_1;
                                {
                                    {
                                        let __taper_2 = x;
                                        let __taper_3 = bias;
                                        __t.at(1);
                                        __t.binary(__p::BinaryOp::Add, __taper_2, __taper_3)
                                    }
                                }
                            };
                            __taper_5 = [__taper_7];
                            __t.end(&mut __taper_4, true);
                        }
                        let mut __taper_6 = [__p::Value::Any];
                        if __t.begin(&mut __taper_4, false) {
                            let __taper_7 = { x };
                            __taper_6 = [__taper_7];
                            __t.end(&mut __taper_4, false);
                        }
                        __t.merge(&__taper_4, __taper_5[0], __taper_6[0])
                    }
                };
                let _ = {
                    let mut __taper_9 = {
                        let __taper_8 = Self::__taper_call(
                            __p::Calls::get(209479366139260939u64),
                            __t,
                        );
                        __t.each(__taper_8)
                    };
                    let mut __taper_10 = x;
                    while __t.next(&mut __taper_9) {
                        {
                            let layer = __t.loop_item(&__taper_9);
                            let _ = {
                                let y = __p::apply(
                                    {
                                        match layer {
                                            __p::Value::Layer(__field, __index) => {
                                                let __taper_11 = x;
                                                let mut __args = __p::Args::for_method(
                                                    13877517434493473859u64,
                                                );
                                                __args.push("", __taper_11, __p::QUIET);
                                                __t.at(2);
                                                Self::__taper_call(
                                                    __p::Calls::of(__field, __p::Value::Dim(__index), &__args),
                                                    __t,
                                                )
                                            }
                                            _ => __p::Value::Any,
                                        }
                                    },
                                    __t,
                                    __p::NO_SITE,
                                    8269036542489463021,
                                );
                                let _ = {
                                    x = {
                                        let __taper_12 = {
                                            let __taper_13 = x;
                                            let __taper_14 = y;
                                            __t.list(&[__taper_13, __taper_14])
                                        };
                                        let __taper_15 = __p::Value::int(1);
                                        let mut __args = __p::Args::for_method(0u64);
                                        __args.push("", __taper_12, __p::QUIET);
                                        __args.push("", __taper_15, __p::QUIET);
                                        __t.at(3);
                                        __t.op(17227928191550495717u64, &__args)
                                    };
                                    __p::Value::Unit
                                };
                                __p::Value::Unit
                            };
                        }
                        x = __t.settle(&__taper_9, &mut __taper_10, x);
                    }
                    __p::Value::Unit
                };
                {
                    let __taper_16 = x;
                    let mut __args = __p::Args::for_method(10642271555794168467u64);
                    __args.push("", __taper_16, __p::QUIET);
                    __t.at(4);
                    Self::__taper_helper(__t, 10642271555794168467u64, &__args)
                }
            };
            __t.end_method(Self::__TAPER_SIGNATURE, __result, "forward", 5u32)
        }
        const fn __taper_m_average(
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let mut __inputs = *__inputs;
            if !__t
                .begin_method(
                    Self::__TAPER_SIGNATURE_average,
                    &mut __inputs,
                    1usize,
                    "average",
                    6u32,
                )
            {
                return __p::Value::Any;
            }
            let x = __t.tensor_input(&__inputs, 0usize);
            let __result = {
                {
                    let __taper_3 = x;
                    let __taper_1 = __p::Value::int(1);
                    let __taper_2 = __p::Value::flag(true);
                    __p::operate(
                        __taper_3,
                        __t,
                        7,
                        16920010107262610281u64,
                        &[("", __taper_1), ("keepdim", __taper_2)],
                    )
                }
            };
            __t.end_method(Self::__TAPER_SIGNATURE_average, __result, "average", 8u32)
        }
        pub const fn __taper_run(
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            match __inputs.method {
                0 => {
                    let mut __v = __p::Value::Any;
                    __v = match __t
                        .only_forward(__inputs, <DenseLayers>::__TAPER_SIGNATURE)
                    {
                        __p::Some(__inputs) => {
                            <DenseLayers>::__taper_m_forward(__t, &__inputs)
                        }
                        __p::None => __p::Value::Any,
                    };
                    if !__t.counts() && __t.open_method() {
                        <DenseLayers>::__taper_m_average(__t, &__p::Args::new());
                        __t.close();
                    }
                    __v
                }
                13877517434493473859u64 => {
                    <DenseLayers>::__taper_m_forward(__t, __inputs)
                }
                10642271555794168467u64 => {
                    <DenseLayers>::__taper_m_average(__t, __inputs)
                }
                _ => __t.no_method(),
            }
        }
        const fn __taper_helper(
            __t: &mut __p::Tracer<'_>,
            __method: u64,
            __inputs: &__p::Args,
        ) -> __p::Value {
            match __method {
                13877517434493473859u64 => Self::__taper_m_forward(__t, __inputs),
                10642271555794168467u64 => {
                    if !__t.open_method() {
                        return __t.no_method();
                    }
                    let __v = Self::__taper_m_average(__t, __inputs);
                    __t.close();
                    __v
                }
                _ => __p::Value::Any,
            }
        }
    }
    impl __p::Traced for DenseLayers {}
    impl<
        __T0: __p::Borrow<__p::Tensor>,
        __T1: __p::Borrow<__p::Option<__p::Tensor>>,
    > __p::Call<(__T0, __T1)> for DenseLayers {
        type Output = Tensor;
        fn call(&self, (__a0, __a1): (__T0, __T1)) -> __p::Result<Tensor> {
            __p::call(
                self,
                (
                    __p::owned::<__p::Tensor>(__a0),
                    __p::owned::<__p::Option<__p::Tensor>>(__a1),
                ),
                |__m, (__a0, __a1)| <DenseLayers>::forward(__m, __a0, __a1),
            )
        }
    }
};
const _: () = {
    DenseLayers::__taper_check(0);
    DenseLayers::__taper_check(5);
    DenseLayers::__TAPER_PROOF.check_rest(9);
};
const _: () = DenseLayers::__taper_check(1);
const _: () = DenseLayers::__taper_check(2);
const _: () = DenseLayers::__taper_check(3);
const _: () = DenseLayers::__taper_check(4);
const _: () = {
    DenseLayers::__taper_check(6);
    DenseLayers::__taper_check(8);
};
const _: () = DenseLayers::__taper_check(7);
