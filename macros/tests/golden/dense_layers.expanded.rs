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
#[automatically_derived]
#[allow(missing_docs, dead_code)]
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
    /// Checks all shapes and builds the model, drawing from the global generator.
    ///
    /// # Errors
    /// What `cargo check` would have shown, had these settings been known to it.
    pub fn init(&self, device: &::taper::Device) -> ::taper::Result<DenseLayers> {
        ::taper::__private::Config::init(self, device)
    }
    /// Like `init`, from a seed of its own.
    ///
    /// # Errors
    /// As `init`.
    pub fn init_seeded(
        &self,
        device: &::taper::Device,
        seed: u64,
    ) -> ::taper::Result<DenseLayers> {
        ::taper::__private::Config::init_seeded(self, device, seed)
    }
}
#[automatically_derived]
#[allow(dead_code, unused_variables, clippy::all)]
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
impl ::taper::__private::Inspect for DenseLayers {
    type Config = DenseLayersConfig;
    fn current_settings(&self) -> DenseLayersConfig {
        self.settings()
    }
}
#[automatically_derived]
impl ::taper::__private::Config for DenseLayersConfig {
    type Layer = DenseLayers;
    fn args(&self, _: &mut ::taper::__private::Tracer<'_>) -> ::taper::__private::Args {
        let mut __args = ::taper::__private::Args::new();
        __args.named("growth", ::taper::__private::Leaf(self.growth).value());
        __args.named("depth", ::taper::__private::Leaf(self.depth).value());
        __args
    }
    fn as_any(&self) -> ::core::option::Option<&dyn ::core::any::Any> {
        ::core::option::Option::Some(self)
    }
}
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl ::taper::__private::Module for DenseLayers {
    fn type_name(&self) -> &'static str {
        "DenseLayers"
    }
    fn visit<'__a>(&'__a self, visitor: &mut dyn ::taper::__private::Visitor<'__a>) {
        {
            let __as = <Linear as ::taper::__private::Layer>::as_module;
            for (__i, __m) in self.layers.iter().enumerate() {
                let __name = {
                    let i = __i;
                    let mut __out = ::taper::__private::String::new();
                    __out.push_str("denselayer");
                    __out.push_str(&::taper::__private::position(i + 1));
                    __out
                };
                visitor.module(&__name, __as(__m));
            }
        }
    }
    fn visit_mut(
        &mut self,
        visitor: &mut dyn ::taper::__private::VisitorMut,
    ) -> ::taper::__private::Result<()> {
        {
            let __as = <Linear as ::taper::__private::Layer>::as_module_mut;
            for (__i, __m) in self.layers.iter_mut().enumerate() {
                let __name = {
                    let i = __i;
                    let mut __out = ::taper::__private::String::new();
                    __out.push_str("denselayer");
                    __out.push_str(&::taper::__private::position(i + 1));
                    __out
                };
                visitor.module(&__name, __as(__m))?;
            }
        }
        ::core::result::Result::Ok(())
    }
    fn state(&self) -> ::core::option::Option<&::taper::__private::State> {
        ::core::option::Option::Some(&self.__taper)
    }
}
#[automatically_derived]
impl ::core::fmt::Display for DenseLayers {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(&::taper::__private::format_module(self))
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for DenseLayers {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(&::taper::__private::format_module(self))
    }
}
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl ::core::clone::Clone for DenseLayers {
    fn clone(&self) -> Self {
        Self {
            growth: ::core::clone::Clone::clone(&self.growth),
            depth: ::core::clone::Clone::clone(&self.depth),
            layers: <Linear as ::taper::__private::Layer>::copy_list(&self.layers),
            __taper: ::core::clone::Clone::clone(&self.__taper),
        }
    }
}
#[allow(warnings, clippy::all)]
const _: () = {
    #[derive(Clone, Copy)]
    pub struct __Rule;
    impl __Rule {
        /// Proves the model for all values of its hyperparameters.
        pub const fn prove(self, __t: &mut ::taper::__private::Tracer<'_>) {
            if __t.open("DenseLayers") {
                {
                    let __v = ::taper::__private::Value::Dim(
                        __t.algebra.hyper("growth"),
                    );
                    __t.set(13651446905143332061u64, __v);
                }
                {
                    let __v = ::taper::__private::Value::Dim(__t.algebra.hyper("depth"));
                    __t.set(3269876241071453947u64, __v);
                }
                __t.seal();
                <DenseLayers as ::taper::__private::Traced>::BODY
                    .run(__t, &::taper::__private::Args::new());
                __t.close();
            }
        }
        pub const fn trace(
            self,
            __t: &mut ::taper::__private::Tracer<'_>,
            __args: &::taper::__private::Args,
            __inputs: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            const __TABLE: &[::taper::__private::Param] = &[
                ::taper::__private::Param::required(
                    "growth",
                    ::taper::__private::Takes::Int,
                ),
                ::taper::__private::Param::optional(
                    "depth",
                    ::taper::__private::Takes::Int,
                    ::taper::__private::Value::Unit,
                ),
            ];
            if __t.is_nested()
                && <DenseLayers as ::taper::__private::Traced>::PROOF.broken()
            {
                return ::taper::__private::Value::Any;
            }
            let ::core::option::Option::Some(mut __bound) = __t
                .bind("DenseLayers", __TABLE, __args) else {
                return ::taper::__private::Value::Any;
            };
            if !__t.open("DenseLayers") {
                return ::taper::__private::Value::Any;
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
                    ::taper::__private::Value::Unit => {
                        ::taper::__private::Value::int(4i64)
                    }
                    __given => __given,
                };
                __bound.set(__row, __v);
                __t.set(3269876241071453947u64, __v);
                __row += 1;
            }
            __t.seal();
            __t.describe(
                "DenseLayers",
                ::core::option::Option::Some(&__bound),
                __inputs,
            );
            let __mark = __t.used();
            let __v = <DenseLayers as ::taper::__private::Traced>::BODY
                .run(__t, __inputs);
            __t.release(__mark, __v);
            __t.close();
            __v
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::taper::__private::Layer for DenseLayers {
        type Rule = __Rule;
        const RULE: __Rule = __Rule;
        fn trace(
            __t: &mut ::taper::__private::Tracer<'_>,
            __args: &::taper::__private::Args,
            __inputs: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            __Rule.trace(__t, __args, __inputs)
        }
        fn build(
            __at: &mut ::taper::__private::Build<'_, '_>,
        ) -> ::taper::__private::Result<Self> {
            let mut __row = 0usize;
            let growth: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let depth: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let layers = {
                let __build = <Linear as ::taper::__private::Layer>::build_list;
                __build(__at, 209479366139260939u64)?
            };
            ::core::result::Result::Ok(Self {
                growth,
                depth,
                layers,
                __taper: ::taper::__private::State::new(),
            })
        }
    }
};
#[doc(hidden)]
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl DenseLayers {
    pub const fn __taper_call(
        __t: &mut ::taper::__private::Tracer<'_>,
        __field: u64,
        __index: ::taper::__private::Value,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        match __field {
            209479366139260939u64 => {
                let __count = __t.setting(3269876241071453947u64);
                match __index {
                    ::taper::__private::Value::Dim(__d) => {
                        let __i = match __t.algebra.known(__d) {
                            ::core::option::Option::Some(__i) => __i,
                            ::core::option::Option::None => 0,
                        };
                        if !__t.check_index(__i, __count) {
                            return ::taper::__private::Value::Any;
                        }
                        let __before = __t.lookup(10222057382672705665u64);
                        __t.set(
                            10222057382672705665u64,
                            ::taper::__private::Value::int(__i),
                        );
                        let __shown = {
                            let __taper_5 = __t.setting(10222057382672705665u64);
                            let __taper_6 = ::taper::__private::Value::int(1i64);
                            __t.binary(
                                ::taper::__private::BinaryOp::Add,
                                __taper_5,
                                __taper_6,
                            )
                        };
                        let __args = {
                            let mut __a = ::taper::__private::Args::declared_at(
                                66048u32,
                            );
                            let __arg0 = {
                                let __taper_3 = __t.setting(13651446905143332061u64);
                                let __taper_4 = {
                                    let __taper_1 = __t.setting(10222057382672705665u64);
                                    let __taper_2 = ::taper::__private::Value::int(1i64);
                                    __t.binary(
                                        ::taper::__private::BinaryOp::Add,
                                        __taper_1,
                                        __taper_2,
                                    )
                                };
                                __t.binary(
                                    ::taper::__private::BinaryOp::Mul,
                                    __taper_3,
                                    __taper_4,
                                )
                            };
                            __a.push("", __arg0, 66049u32);
                            __a
                        };
                        let __shown = __t.known_i64(__shown);
                        __t.enter(209479366139260939u64, "denselayer", __shown, true);
                        let __v = <Linear as ::taper::__private::Layer>::RULE
                            .trace(__t, &__args, __inputs);
                        __t.leave_with(__v)
                    }
                    _ => {
                        let mut __x = __inputs.value(0);
                        let mut __first = __x;
                        let mut __turn = __t
                            .range(::taper::__private::Value::int(0), __count);
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
                    }
                }
            }
            _ => ::taper::__private::Value::Any,
        }
    }
    pub const fn __taper_get(
        __t: &mut ::taper::__private::Tracer<'_>,
        __field: u64,
    ) -> ::taper::__private::Value {
        match __field {
            13651446905143332061u64 => __t.setting(13651446905143332061u64),
            3269876241071453947u64 => __t.setting(3269876241071453947u64),
            209479366139260939u64 => {
                let __n = __t.setting(3269876241071453947u64);
                ::taper::__private::Value::Layers(
                    209479366139260939u64,
                    ::taper::__private::as_dim(__n),
                )
            }
            _ => ::taper::__private::Value::Any,
        }
    }
    pub const __TAPER_SIGNED: bool = true;
    pub const __TAPER_INPUTS: usize = 2usize;
    pub const __TAPER_PROOF: &'static ::taper::__private::Proof = <DenseLayers as ::taper::__private::Traced>::PROOF;
    pub const fn __taper_accept(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &mut ::taper::__private::Args,
    ) -> bool {
        let mut __e = __t
            .expect_input(
                __inputs,
                0usize,
                2usize,
                ::taper::__private::Kind::Float,
                false,
            );
        __t.expect_name(&mut __e, "B", 4841548343642211269u64);
        __t.expect_name(&mut __e, "N", 4309478107615849167u64);
        if !__t.accept(&__e, __inputs, 0usize, "forward") {
            return false;
        }
        let mut __e = __t
            .expect_input(
                __inputs,
                1usize,
                2usize,
                ::taper::__private::Kind::Float,
                true,
            );
        __t.expect_name(&mut __e, "B", 4841548343642211269u64);
        __t.expect_name(&mut __e, "N", 4309478107615849167u64);
        if !__t.accept(&__e, __inputs, 1usize, "forward") {
            return false;
        }
        true
    }
    pub const fn __taper_promise(
        __t: &mut ::taper::__private::Tracer<'_>,
        __result: ::taper::__private::Value,
    ) {
        __t.expect_results(__result, 1usize, "forward");
        let mut __e = __t
            .expect_output(
                __result,
                0usize,
                false,
                2usize,
                ::taper::__private::Kind::Float,
            );
        __t.expect_name(&mut __e, "B", 4841548343642211269u64);
        {
            let __d = ::taper::__private::Value::int(1i64);
            __t.expect_dim(&mut __e, __d);
        }
        __t.promise(&__e, "forward");
    }
    #[inline]
    pub fn __taper_door(
        &self,
        __inputs: &[::core::option::Option<&::taper::Tensor>],
    ) -> ::taper::Result<()> {
        ::taper::__private::door(
            "DenseLayers",
            &[
                ::taper::__private::Entrance {
                    kind: ::taper::__private::Kind::Float,
                    dims: &[
                        ::taper::__private::Side::Free("B"),
                        ::taper::__private::Side::Free("N"),
                    ],
                },
                ::taper::__private::Entrance {
                    kind: ::taper::__private::Kind::Float,
                    dims: &[
                        ::taper::__private::Side::Free("B"),
                        ::taper::__private::Side::Free("N"),
                    ],
                },
            ],
            __inputs,
        )
    }
}
const _: () = {
    #[allow(long_running_const_eval)]
    const _: () = DenseLayers::__TAPER_PROOF.check(66048u32);
    #[allow(long_running_const_eval)]
    const _: () = DenseLayers::__TAPER_PROOF.check(66049u32);
};
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
    ) -> ::taper::Result<Tensor> {
        let x: Tensor = <Tensor as ::core::clone::Clone>::clone(
            ::core::borrow::Borrow::borrow(&x),
        );
        let bias: Option<Tensor> = <Option<
            Tensor,
        > as ::core::clone::Clone>::clone(::core::borrow::Borrow::borrow(&bias));
        self.__taper_door(&[::core::option::Option::Some(&x), bias.as_ref()])?;
        let mut x = if let Some(bias) = bias {
            ::taper::__private::lift(x + bias)?
        } else {
            x
        };
        for layer in &self.layers {
            let y = ::taper::__private::lift(
                ::taper::__private::Call::call(layer, (&x,))?.relu(),
            )?;
            x = ::taper::__private::lift(cat([x, y], 1))?;
        }
        ::core::result::Result::Ok(::taper::__private::lift(self.average(x))?)
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
    ) -> ::taper::Result<Tensor> {
        let x: Tensor = <Tensor as ::core::clone::Clone>::clone(
            ::core::borrow::Borrow::borrow(&x),
        );
        {
            let __inputs: &[::core::option::Option<&::taper::Tensor>] = &[
                ::core::option::Option::Some(&x),
            ];
            ::taper::__private::door(
                "average",
                &[
                    ::taper::__private::Entrance {
                        kind: ::taper::__private::Kind::Float,
                        dims: &[
                            ::taper::__private::Side::Free("B"),
                            ::taper::__private::Side::Free("N"),
                        ],
                    },
                ],
                __inputs,
            )?;
        }
        ::core::result::Result::Ok(
            ::taper::__private::lift(
                x
                    .mean_with(
                        1,
                        <::taper::ops::MeanOptions as ::core::default::Default>::default()
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
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        let mut __inputs = *__inputs;
        __t.at(0u32);
        if !__t.expect_parameters(Self::__TAPER_INPUTS, 2usize, "forward") {
            return ::taper::__private::Value::Any;
        }
        if !Self::__taper_accept(__t, &mut __inputs) {
            return ::taper::__private::Value::Any;
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
                    let mut __taper_5 = [::taper::__private::Value::Any];
                    if __t.begin(&mut __taper_4, true) {
                        let __taper_7 = {
                            let bias = __taper_1;
                            {
                                {
                                    let __taper_2 = x;
                                    let __taper_3 = bias;
                                    __t.at(1u32);
                                    __t.binary(
                                        ::taper::__private::BinaryOp::Add,
                                        __taper_2,
                                        __taper_3,
                                    )
                                }
                            }
                        };
                        __taper_5 = [__taper_7];
                        __t.end(&mut __taper_4, true);
                    }
                    let mut __taper_6 = [::taper::__private::Value::Any];
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
                                        ::taper::__private::Value::Layer(__field, __index) => {
                                            let __taper_11 = x;
                                            let mut __args = ::taper::__private::Args::for_method(
                                                13877517434493473859u64,
                                            );
                                            __args.push("", __taper_11, ::taper::__private::QUIET);
                                            __t.at(2u32);
                                            Self::__taper_call(
                                                __t,
                                                __field,
                                                ::taper::__private::Value::Dim(__index),
                                                &__args,
                                            )
                                        }
                                        _ => ::taper::__private::Value::Any,
                                    }
                                };
                                let mut __args = ::taper::__private::Args::for_method(0u64);
                                __args.positional(__taper_12);
                                __t.at(3u32);
                                __t.op(8269036542489463021u64, &__args)
                            };
                            let _ = {
                                x = {
                                    let __taper_13 = {
                                        let __taper_14 = x;
                                        let __taper_15 = y;
                                        __t.list(&[__taper_14, __taper_15])
                                    };
                                    let __taper_16 = ::taper::__private::Value::int(1i64);
                                    let mut __args = ::taper::__private::Args::for_method(0u64);
                                    __args.push("", __taper_13, ::taper::__private::QUIET);
                                    __args.push("", __taper_16, ::taper::__private::QUIET);
                                    __t.at(4u32);
                                    __t.op(17227928191550495717u64, &__args)
                                };
                                ::taper::__private::Value::Unit
                            };
                            ::taper::__private::Value::Unit
                        };
                    }
                    x = __t.settle(&__taper_9, &mut __taper_10, x);
                }
                ::taper::__private::Value::Unit
            };
            {
                let __taper_17 = x;
                let mut __args = ::taper::__private::Args::for_method(
                    10642271555794168467u64,
                );
                __args.push("", __taper_17, ::taper::__private::QUIET);
                __t.at(5u32);
                Self::__taper_helper(__t, 10642271555794168467u64, &__args)
            }
        };
        __t.at(6u32);
        Self::__taper_promise(__t, __result);
        __result
    }
    const fn __taper_m_average_accept(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &mut ::taper::__private::Args,
    ) -> bool {
        let mut __e = __t
            .expect_input(
                __inputs,
                0usize,
                2usize,
                ::taper::__private::Kind::Float,
                false,
            );
        __t.expect_name(&mut __e, "B", 4841548343642211269u64);
        __t.expect_name(&mut __e, "N", 4309478107615849167u64);
        if !__t.accept(&__e, __inputs, 0usize, "average") {
            return false;
        }
        true
    }
    pub const fn __taper_m_average(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        let mut __inputs = *__inputs;
        __t.at(7u32);
        if !__t.expect_parameters(1usize, 1usize, "average") {
            return ::taper::__private::Value::Any;
        }
        if !Self::__taper_m_average_accept(__t, &mut __inputs) {
            return ::taper::__private::Value::Any;
        }
        __t.received(&__inputs);
        let x = __t.tensor_input(&__inputs, 0usize);
        let __result = {
            {
                let __taper_1 = x;
                let __taper_2 = ::taper::__private::Value::int(1i64);
                let __taper_3 = ::taper::__private::Value::flag(true);
                let mut __args = ::taper::__private::Args::for_method(0u64);
                __args.positional(__taper_1);
                __args.push("", __taper_2, ::taper::__private::QUIET);
                __args.push("keepdim", __taper_3, ::taper::__private::QUIET);
                __t.at(8u32);
                __t.op(16920010107262610281u64, &__args)
            }
        };
        __t.at(9u32);
        {
            __t.expect_results(__result, 1usize, "average");
            let mut __e = __t
                .expect_output(
                    __result,
                    0usize,
                    false,
                    2usize,
                    ::taper::__private::Kind::Float,
                );
            __t.expect_name(&mut __e, "B", 4841548343642211269u64);
            {
                let __d = ::taper::__private::Value::int(1i64);
                __t.expect_dim(&mut __e, __d);
            }
            __t.promise(&__e, "average");
        }
        __result
    }
    pub const fn __taper_trace(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        match __inputs.method {
            0 => {
                let mut __v = ::taper::__private::Value::Any;
                if Self::__TAPER_SIGNED || __t.wants_all() || !__inputs.is_empty() {
                    let mut __forward = *__inputs;
                    __forward.method = 1;
                    __v = Self::__taper_m_forward(__t, &__forward);
                }
                if !__t.counts() && __t.open_method() {
                    Self::__taper_m_average(__t, &::taper::__private::Args::new());
                    __t.close();
                }
                __v
            }
            13877517434493473859u64 => Self::__taper_m_forward(__t, __inputs),
            10642271555794168467u64 => Self::__taper_m_average(__t, __inputs),
            _ => __t.no_method(),
        }
    }
    const fn __taper_helper(
        __t: &mut ::taper::__private::Tracer<'_>,
        __method: u64,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
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
            _ => ::taper::__private::Value::Any,
        }
    }
}
#[allow(long_running_const_eval)]
const _: () = {
    #[derive(Clone, Copy)]
    pub struct __Body;
    #[allow(clippy::all)]
    impl __Body {
        pub const fn run(
            self,
            __t: &mut ::taper::__private::Tracer<'_>,
            __inputs: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            <DenseLayers>::__taper_trace(__t, __inputs)
        }
    }
    #[automatically_derived]
    impl ::taper::__private::Traced for DenseLayers {
        type Body = __Body;
        const BODY: __Body = __Body;
        const PROOF: &'static ::taper::__private::Proof = &{
            let mut __storage = ::taper::__private::Storage::new();
            let mut __t = __storage.tracer(::taper::__private::Purpose::Proof);
            <DenseLayers as ::taper::__private::Layer>::RULE.prove(&mut __t);
            __t.finish()
        };
    }
};
#[automatically_derived]
impl<
    __T0: ::core::borrow::Borrow<::taper::Tensor>,
    __T1: ::core::borrow::Borrow<::core::option::Option<::taper::Tensor>>,
> ::taper::__private::Call<(__T0, __T1)> for DenseLayers {
    type Output = Tensor;
    fn call(&self, (__a0, __a1): (__T0, __T1)) -> ::taper::Result<Tensor> {
        <DenseLayers>::forward(self, __a0, __a1)
    }
}
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check(0u32);
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check(1u32);
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check(2u32);
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check(3u32);
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check(4u32);
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check(5u32);
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check(6u32);
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check(7u32);
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check(8u32);
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check(9u32);
#[allow(long_running_const_eval)]
const _: () = <DenseLayers as ::taper::__private::Traced>::PROOF.check_rest(10u32);
