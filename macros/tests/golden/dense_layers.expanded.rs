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
#[doc(hidden)]
#[allow(warnings, clippy::all, long_running_const_eval)]
const _: () = {
    use ::taper::__private as __p;
    #[automatically_derived]
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
    #[automatically_derived]
    impl DenseLayers {
        /// The settings of `DenseLayers`, with their defaults.
        fn config(growth: usize) -> DenseLayersConfig {
            let depth: usize = 4;
            DenseLayersConfig { growth, depth }
        }
        /// The settings that this model was built with.
        fn settings(&self) -> DenseLayersConfig {
            DenseLayersConfig {
                growth: ::core::clone::Clone::clone(&self.growth),
                depth: ::core::clone::Clone::clone(&self.depth),
            }
        }
    }
    #[automatically_derived]
    impl __p::Inspect for DenseLayers {
        type Config = DenseLayersConfig;
        fn current_settings(&self) -> DenseLayersConfig {
            self.settings()
        }
    }
    #[automatically_derived]
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
    #[automatically_derived]
    impl __p::Module for DenseLayers {
        fn type_name(&self) -> &'static str {
            "DenseLayers"
        }
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
    #[automatically_derived]
    impl ::core::fmt::Display for DenseLayers {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&__p::format_module(self))
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for DenseLayers {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&__p::format_module(self))
        }
    }
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl ::core::clone::Clone for DenseLayers {
        fn clone(&self) -> Self {
            Self {
                growth: ::core::clone::Clone::clone(&self.growth),
                depth: ::core::clone::Clone::clone(&self.depth),
                layers: <Linear as __p::Layer>::copy_list(&self.layers),
                __taper: ::core::clone::Clone::clone(&self.__taper),
            }
        }
    }
    pub struct __Rule;
    impl __Rule {
        /// Proves the model for all values of its hyperparameters.
        pub const fn prove(self, __t: &mut __p::Tracer<'_>) {
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
                <DenseLayers as __p::Traced>::BODY.run(__t, &__p::Args::new());
                __t.close();
            }
        }
        pub const fn trace(
            self,
            __t: &mut __p::Tracer<'_>,
            __args: &__p::Args,
            __inputs: &__p::Args,
        ) -> __p::Value {
            const __TABLE: &[__p::Param] = &[
                __p::Param::required("growth", __p::Takes::Int),
                __p::Param::optional("depth", __p::Takes::Int, __p::Value::Unit),
            ];
            if __t.is_nested() && <DenseLayers as __p::Traced>::PROOF.broken() {
                return __p::Value::Any;
            }
            let __p::Some(mut __bound) = __t.bind("DenseLayers", __TABLE, __args) else {
                return __p::Value::Any;
            };
            if !__t.open("DenseLayers") {
                return __p::Value::Any;
            }
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
            __t.seal();
            __t.describe("DenseLayers", __p::Some(&__bound), __inputs);
            let __mark = __t.used();
            let __v = <DenseLayers as __p::Traced>::BODY.run(__t, __inputs);
            __t.release(__mark, __v);
            __t.close();
            __v
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __p::Layer for DenseLayers {
        type Rule = __Rule;
        const RULE: __Rule = __Rule;
        fn trace(
            __t: &mut __p::Tracer<'_>,
            __args: &__p::Args,
            __inputs: &__p::Args,
        ) -> __p::Value {
            __Rule.trace(__t, __args, __inputs)
        }
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
            let layers = <Linear as __p::Layer>::build_list(
                __at,
                209479366139260939u64,
            )?;
            __p::Ok(Self {
                growth,
                depth,
                layers,
                __taper: __p::State::new(),
            })
        }
    }
    #[doc(hidden)]
    #[automatically_derived]
    impl DenseLayers {
        pub const fn __taper_call(
            __t: &mut __p::Tracer<'_>,
            __field: u64,
            __index: __p::Value,
            __inputs: &__p::Args,
        ) -> __p::Value {
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
                                return __p::Value::Any;
                            }
                            let __before = __t.lookup(10222057382672705665u64);
                            __t.set(10222057382672705665u64, __p::Value::int(__i));
                            let __shown = {
                                let __taper_5 = __t.setting(10222057382672705665u64);
                                let __taper_6 = __p::Value::int(1);
                                __t.binary(__p::BinaryOp::Add, __taper_5, __taper_6)
                            };
                            let __args = {
                                let mut __a = __p::Args::declared_at(66048);
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
                            return {
                                let mut __x = __inputs.value(0);
                                let mut __first = __x;
                                let mut __turn = __t.range(__p::Value::int(0), __count);
                                while __t.next(&mut __turn) {
                                    let mut __one = *__inputs;
                                    __one.set(0, __x);
                                    let __i = __t.loop_index(&__turn);
                                    __x = Self::__taper_call(
                                        __t,
                                        209479366139260939u64,
                                        __i,
                                        &__one,
                                    );
                                    __x = __t.settle(&__turn, &mut __first, __x);
                                }
                                __x
                            };
                        }
                    }
                }
                _ => return __p::Value::Any,
            };
            __t.leave_with(__v)
        }
        pub const fn __taper_get(__t: &mut __p::Tracer<'_>, __field: u64) -> __p::Value {
            match __field {
                13651446905143332061u64 => __t.setting(13651446905143332061u64),
                3269876241071453947u64 => __t.setting(3269876241071453947u64),
                209479366139260939u64 => {
                    let __n = __t.setting(3269876241071453947u64);
                    __p::Value::Layers(209479366139260939u64, __p::as_dim(__n))
                }
                _ => __p::Value::Any,
            }
        }
        pub const __TAPER_INPUTS: usize = 2usize;
        pub const __TAPER_PROOF: &'static __p::Proof = <DenseLayers as __p::Traced>::PROOF;
        pub const fn __taper_accept(
            __t: &mut __p::Tracer<'_>,
            __inputs: &mut __p::Args,
        ) -> bool {
            let mut __e = __t
                .expect_input(__inputs, 0usize, 2usize, __p::Kind::Float, false);
            __t.expect_name(&mut __e, "B", 4841548343642211269u64);
            __t.expect_name(&mut __e, "N", 4309478107615849167u64);
            if !__t.accept(&__e, __inputs, 0usize, "forward") {
                return false;
            }
            let mut __e = __t
                .expect_input(__inputs, 1usize, 2usize, __p::Kind::Float, true);
            __t.expect_name(&mut __e, "B", 4841548343642211269u64);
            __t.expect_name(&mut __e, "N", 4309478107615849167u64);
            if !__t.accept(&__e, __inputs, 1usize, "forward") {
                return false;
            }
            true
        }
        pub const fn __taper_promise(__t: &mut __p::Tracer<'_>, __result: __p::Value) {
            __t.expect_results(__result, 1usize, "forward");
            let mut __e = __t
                .expect_output(__result, 0usize, false, 2usize, __p::Kind::Float);
            __t.expect_name(&mut __e, "B", 4841548343642211269u64);
            __t.expect_size(&mut __e, 1);
            __t.promise(&__e, "forward");
        }
        #[inline]
        pub fn __taper_state(&self) -> &__p::State {
            &self.__taper
        }
        #[inline]
        pub fn __taper_door(
            &self,
            __inputs: &[__p::Option<&__p::Tensor>],
        ) -> __p::Result<()> {
            __p::door(
                "DenseLayers",
                &[
                    __p::Entrance {
                        kind: __p::Kind::Float,
                        dims: &[__p::Side::Free("B"), __p::Side::Free("N")],
                    },
                    __p::Entrance {
                        kind: __p::Kind::Float,
                        dims: &[__p::Side::Free("B"), __p::Side::Free("N")],
                    },
                ],
                __inputs,
            )
        }
    }
};
const _: () = {
    DenseLayers::__TAPER_PROOF.check(66048);
    DenseLayers::__TAPER_PROOF.check(66049);
};
const _: () = {
    #[allow(unused_imports)]
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
            x: impl ::core::borrow::Borrow<Tensor>,
            bias: impl ::core::borrow::Borrow<::core::option::Option<Tensor>>,
        ) -> __p::Result<Tensor> {
            let x: Tensor = <Tensor as ::core::clone::Clone>::clone(
                ::core::borrow::Borrow::borrow(&x),
            );
            let bias: Option<Tensor> = <Option<
                Tensor,
            > as ::core::clone::Clone>::clone(::core::borrow::Borrow::borrow(&bias));
            self.__taper_door(&[::core::option::Option::Some(&x), bias.as_ref()])?;
            let __seen = self
                .__taper_state()
                .watch(&[::core::option::Option::Some(&x), bias.as_ref()]);
            let __result = (move || -> __p::Result<Tensor> {
                let mut x = if let Some(bias) = bias { __p::lift(x + bias)? } else { x };
                for layer in &self.layers {
                    let y = __p::lift(__p::Call::call(layer, (&x,))?.relu())?;
                    x = __p::lift(cat([x, y], 1))?;
                }
                ::core::result::Result::Ok(__p::lift(self.average(x))?)
            })();
            self.__taper_state()
                .show(
                    __seen,
                    __result,
                    |__y, __found| {
                        #[allow(unused_imports)]
                        use __p::NoTensors as _;
                        __p::Outputs(__y).collect(__found)
                    },
                )
        }
        #[allow(
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            unused_parens,
            unused_braces
        )]
        fn average(
            &self,
            x: impl ::core::borrow::Borrow<Tensor>,
        ) -> __p::Result<Tensor> {
            let x: Tensor = <Tensor as ::core::clone::Clone>::clone(
                ::core::borrow::Borrow::borrow(&x),
            );
            {
                let __inputs: &[::core::option::Option<&__p::Tensor>] = &[
                    ::core::option::Option::Some(&x),
                ];
                __p::door(
                    "average",
                    &[
                        __p::Entrance {
                            kind: __p::Kind::Float,
                            dims: &[
                                __p::Side::named(
                                    "B",
                                    __p::Module::size_setting(self, 4841548343642211269u64),
                                ),
                                __p::Side::named(
                                    "N",
                                    __p::Module::size_setting(self, 4309478107615849167u64),
                                ),
                            ],
                        },
                    ],
                    __inputs,
                )?;
            }
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
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl DenseLayers {
        pub const fn __taper_m_forward(
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let mut __inputs = *__inputs;
            __t.at(0u32);
            if !__t.expect_parameters(Self::__TAPER_INPUTS, 2usize, "forward") {
                return __p::Value::Any;
            }
            if !Self::__taper_accept(__t, &mut __inputs) {
                return __p::Value::Any;
            }
            __t.received(&__inputs);
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
                        let __taper_8 = Self::__taper_get(__t, 209479366139260939u64);
                        __t.each(__taper_8)
                    };
                    let mut __taper_10 = x;
                    while __t.next(&mut __taper_9) {
                        {
                            let layer = __t.loop_item(&__taper_9);
                            let _ = {
                                let y = {
                                    let __taper_12 = {
                                        match layer {
                                            __p::Value::Layer(__field, __index) => {
                                                let __taper_11 = x;
                                                let mut __args = __p::Args::for_method(
                                                    13877517434493473859u64,
                                                );
                                                __args.push("", __taper_11, __p::QUIET);
                                                __t.at(2);
                                                Self::__taper_call(
                                                    __t,
                                                    __field,
                                                    __p::Value::Dim(__index),
                                                    &__args,
                                                )
                                            }
                                            _ => __p::Value::Any,
                                        }
                                    };
                                    __t.operate(3, 8269036542489463021u64, __taper_12, &[])
                                };
                                let _ = {
                                    x = {
                                        let __taper_13 = {
                                            let __taper_14 = x;
                                            let __taper_15 = y;
                                            __t.list(&[__taper_14, __taper_15])
                                        };
                                        let __taper_16 = __p::Value::int(1);
                                        let mut __args = __p::Args::for_method(0u64);
                                        __args.push("", __taper_13, __p::QUIET);
                                        __args.push("", __taper_16, __p::QUIET);
                                        __t.at(4);
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
                    let __taper_17 = x;
                    let mut __args = __p::Args::for_method(10642271555794168467u64);
                    __args.push("", __taper_17, __p::QUIET);
                    __t.at(5);
                    Self::__taper_helper(__t, 10642271555794168467u64, &__args)
                }
            };
            __t.at(6u32);
            Self::__taper_promise(__t, __result);
            __result
        }
        const fn __taper_m_average_accept(
            __t: &mut __p::Tracer<'_>,
            __inputs: &mut __p::Args,
        ) -> bool {
            let mut __e = __t
                .expect_input(__inputs, 0usize, 2usize, __p::Kind::Float, false);
            __t.expect_name(&mut __e, "B", 4841548343642211269u64);
            __t.expect_name(&mut __e, "N", 4309478107615849167u64);
            if !__t.accept(&__e, __inputs, 0usize, "average") {
                return false;
            }
            true
        }
        pub const fn __taper_m_average(
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let mut __inputs = *__inputs;
            __t.at(7u32);
            if !__t.expect_parameters(1usize, 1usize, "average") {
                return __p::Value::Any;
            }
            if !Self::__taper_m_average_accept(__t, &mut __inputs) {
                return __p::Value::Any;
            }
            __t.received(&__inputs);
            let x = __t.tensor_input(&__inputs, 0usize);
            let __result = {
                {
                    let __taper_1 = x;
                    let __taper_2 = __p::Value::int(1);
                    let __taper_3 = __p::Value::flag(true);
                    __t.operate(
                        8,
                        16920010107262610281u64,
                        __taper_1,
                        &[("", __taper_2), ("keepdim", __taper_3)],
                    )
                }
            };
            __t.at(9u32);
            {
                __t.expect_results(__result, 1usize, "average");
                let mut __e = __t
                    .expect_output(__result, 0usize, false, 2usize, __p::Kind::Float);
                __t.expect_name(&mut __e, "B", 4841548343642211269u64);
                __t.expect_size(&mut __e, 1);
                __t.promise(&__e, "average");
            }
            __result
        }
        const fn __taper_layer(
            __x: __p::Value,
            __t: &mut __p::Tracer<'_>,
            __site: u32,
            __field: u64,
        ) -> __p::Value {
            __t.at(__site);
            Self::__taper_call(__t, __field, __p::Value::Unit, &__p::Args::forward(__x))
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
        pub const __TAPER_CHECKED: &'static __p::Proof = <DenseLayers as __p::Traced>::PROOF;
    }
    pub struct __Body;
    #[allow(clippy::all)]
    impl __Body {
        pub const fn run(
            self,
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            match __inputs.method {
                0 => {
                    let mut __v = __p::Value::Any;
                    if (<DenseLayers>::__TAPER_INPUTS != usize::MAX) || __t.wants_all()
                        || !__inputs.is_empty()
                    {
                        let mut __forward = *__inputs;
                        __forward.method = 1;
                        __v = <DenseLayers>::__taper_m_forward(__t, &__forward);
                    }
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
    }
    #[automatically_derived]
    #[allow(long_running_const_eval)]
    impl __p::Traced for DenseLayers {
        type Body = __Body;
        const BODY: __Body = __Body;
        const PROOF: &'static __p::Proof = &{
            let mut __storage = __p::Storage::new();
            let mut __t = __storage.tracer(__p::Purpose::Proof);
            <DenseLayers as __p::Layer>::RULE.prove(&mut __t);
            __t.finish()
        };
    }
    #[automatically_derived]
    impl<
        __T0: ::core::borrow::Borrow<__p::Tensor>,
        __T1: ::core::borrow::Borrow<__p::Option<__p::Tensor>>,
    > __p::Call<(__T0, __T1)> for DenseLayers {
        type Output = Tensor;
        fn call(&self, (__a0, __a1): (__T0, __T1)) -> __p::Result<Tensor> {
            <DenseLayers>::forward(self, __a0, __a1)
        }
    }
};
const _: () = {
    <DenseLayers>::__TAPER_CHECKED.check(0);
    <DenseLayers>::__TAPER_CHECKED.check(6);
};
const _: () = <DenseLayers>::__TAPER_CHECKED.check(1);
const _: () = {
    <DenseLayers>::__TAPER_CHECKED.check(2);
    <DenseLayers>::__TAPER_CHECKED.check(3);
};
const _: () = <DenseLayers>::__TAPER_CHECKED.check(4);
const _: () = <DenseLayers>::__TAPER_CHECKED.check(5);
const _: () = {
    <DenseLayers>::__TAPER_CHECKED.check(7);
    <DenseLayers>::__TAPER_CHECKED.check(9);
};
const _: () = <DenseLayers>::__TAPER_CHECKED.check(8);
const _: () = <DenseLayers>::__TAPER_CHECKED.check_rest(10);
