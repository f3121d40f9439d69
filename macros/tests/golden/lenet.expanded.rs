use taper::prelude::*;
/// LeNet for 28×28 grey images.
pub struct LeNet {
    /// How many classes.
    classes: usize,
    features: <LeNet as ::taper::__private::Part<2392946144548103029u64>>::Type,
    fc1: Linear,
    bn1: BatchNorm1d,
    fc2: Linear,
    #[doc(hidden)]
    __taper: ::taper::__private::State,
}
/// Settings of [`LeNet`].
#[allow(missing_docs)]
#[derive(
    ::core::clone::Clone,
    ::core::fmt::Debug,
    ::taper::__private::serde::Serialize,
    ::taper::__private::serde::Deserialize
)]
#[serde(crate = "::taper::__private::serde", default)]
pub struct LeNetConfig {
    /// How many classes.
    pub classes: usize,
}
#[automatically_derived]
#[allow(long_running_const_eval, dead_code)]
impl LeNet {
    /// The number of parameters, with the defaults of all settings.
    pub const PARAMS: u64 = LeNet::__taper_counted(false);
    /// Multiply-accumulates of `forward` for one sample, with the defaults of all settings.
    pub const MACS: u64 = LeNet::__taper_counted(true);
    #[doc(hidden)]
    #[track_caller]
    const fn __taper_counted(__macs: bool) -> u64 {
        let mut __storage = ::taper::__private::Storage::new();
        let mut __t = __storage.tracer(::taper::__private::Purpose::Count);
        <LeNet as ::taper::__private::Layer>::RULE
            .trace(
                &mut __t,
                &::taper::__private::Args::new(),
                &::taper::__private::Args::new(),
            );
        if __macs { __t.count_macs_total() } else { __t.count_params() }
    }
}
#[doc(hidden)]
#[allow(warnings, clippy::all, long_running_const_eval)]
const _: () = {
    use ::taper::__private as __p;
    #[automatically_derived]
    impl ::core::default::Default for LeNetConfig {
        fn default() -> Self {
            LeNet::config()
        }
    }
    #[automatically_derived]
    impl LeNetConfig {
        /// How many classes.
        #[must_use]
        pub fn classes(mut self, classes: usize) -> Self {
            self.classes = classes;
            self
        }
        /** Checks all shapes and builds the model, drawing from the global generator.

# Errors
What `cargo check` would have shown, had these settings been known to it.*/
        pub fn init(&self, device: &__p::Device) -> __p::Result<LeNet> {
            __p::Config::init(self, device)
        }
        /** Like `init`, from a seed of its own.

# Errors
As `init`.*/
        pub fn init_seeded(
            &self,
            device: &__p::Device,
            seed: u64,
        ) -> __p::Result<LeNet> {
            __p::Config::init_seeded(self, device, seed)
        }
        /** Like `init`, from variables or stored tensors of Candle's, by PyTorch's names.

# Errors
As `init`, and if a stored tensor is missing or of another shape.*/
        pub fn build_from(
            &self,
            vb: __p::candle_nn::VarBuilder<'_>,
        ) -> __p::Result<LeNet> {
            __p::Config::build_from(self, vb)
        }
    }
    #[automatically_derived]
    impl LeNet {
        /// The settings of `LeNet`, with their defaults.
        pub fn config() -> LeNetConfig {
            let classes: usize = 10;
            LeNetConfig { classes }
        }
        /// The settings that this model was built with.
        pub fn settings(&self) -> LeNetConfig {
            LeNetConfig {
                classes: ::core::clone::Clone::clone(&self.classes),
            }
        }
        /** Builds the model with the defaults of all settings.

# Errors
As `config().init(device)`.*/
        pub fn init(device: &__p::Device) -> __p::Result<Self> {
            Self::config().init(device)
        }
    }
    #[automatically_derived]
    impl __p::Inspect for LeNet {
        type Config = LeNetConfig;
        fn current_settings(&self) -> LeNetConfig {
            self.settings()
        }
    }
    #[automatically_derived]
    impl __p::Config for LeNetConfig {
        type Layer = LeNet;
        fn args(&self, _: &mut __p::Tracer<'_>) -> __p::Args {
            let mut __args = __p::Args::new();
            __args.named("classes", __p::Leaf(self.classes).value());
            __args
        }
        fn as_any(&self) -> __p::Option<&dyn ::core::any::Any> {
            __p::Some(self)
        }
    }
    const _: () = {
        #[automatically_derived]
        impl ::core::fmt::Display for __Sequential0 {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&__p::format_module(self))
            }
        }
        #[automatically_derived]
        impl ::core::fmt::Debug for __Sequential0 {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&__p::format_module(self))
            }
        }
        #[automatically_derived]
        #[allow(warnings, clippy::all)]
        impl ::core::clone::Clone for __Sequential0 {
            fn clone(&self) -> Self {
                Self {
                    layer0: <Conv2d as __p::Layer>::copy_one(&self.layer0),
                    layer1: <ReLU as __p::Layer>::copy_one(&self.layer1),
                    layer2: <MaxPool2d as __p::Layer>::copy_one(&self.layer2),
                    layer3: <Conv2d as __p::Layer>::copy_one(&self.layer3),
                    layer4: <ReLU as __p::Layer>::copy_one(&self.layer4),
                    layer5: <MaxPool2d as __p::Layer>::copy_one(&self.layer5),
                    order: ::core::clone::Clone::clone(&self.order),
                    __taper: ::core::clone::Clone::clone(&self.__taper),
                }
            }
        }
        pub struct __Sequential0 {
            layer0: Conv2d,
            layer1: ReLU,
            layer2: MaxPool2d,
            layer3: Conv2d,
            layer4: ReLU,
            layer5: MaxPool2d,
            order: __p::Vec<u16>,
            __taper: __p::State,
        }
        pub struct __Sequential0Rule;
        #[allow(warnings, clippy::all)]
        impl __Sequential0Rule {
            pub const fn trace(
                self,
                __t: &mut __p::Tracer<'_>,
                _: &__p::Args,
                __inputs: &__p::Args,
            ) -> __p::Value {
                __t.describe("Sequential", __p::None, __inputs);
                let mut __x = __inputs.value(0);
                let mut __k = 0i64;
                {
                    let __args = __p::Args::new()
                        .ints(&[("", 6), ("", 3), ("padding", 2)], 65793);
                    __t.enter(16185618698036979943u64, "", __p::Some(__k), false);
                    let mut __in = __p::Args::for_method(13877517434493473859u64);
                    __in.positional(__x);
                    __t.at(65792u32);
                    __x = <Conv2d as __p::Layer>::RULE.trace(__t, &__args, &__in);
                    __t.leave();
                    __k += 1;
                }
                {
                    let __args = __p::Args::new();
                    __t.enter(1686393647987996997u64, "", __p::Some(__k), false);
                    let mut __in = __p::Args::for_method(13877517434493473859u64);
                    __in.positional(__x);
                    __t.at(65796u32);
                    __x = <ReLU as __p::Layer>::RULE.trace(__t, &__args, &__in);
                    __t.leave();
                    __k += 1;
                }
                {
                    let __args = __p::Args::new().ints(&[("", 2)], 65798);
                    __t.enter(2518407033602502719u64, "", __p::Some(__k), false);
                    let mut __in = __p::Args::for_method(13877517434493473859u64);
                    __in.positional(__x);
                    __t.at(65797u32);
                    __x = <MaxPool2d as __p::Layer>::RULE.trace(__t, &__args, &__in);
                    __t.leave();
                    __k += 1;
                }
                {
                    let __args = __p::Args::new().ints(&[("", 16), ("", 5)], 65800);
                    __t.enter(5524914901212578603u64, "", __p::Some(__k), false);
                    let mut __in = __p::Args::for_method(13877517434493473859u64);
                    __in.positional(__x);
                    __t.at(65799u32);
                    __x = <Conv2d as __p::Layer>::RULE.trace(__t, &__args, &__in);
                    __t.leave();
                    __k += 1;
                }
                {
                    let __args = __p::Args::new();
                    __t.enter(243276082560148149u64, "", __p::Some(__k), false);
                    let mut __in = __p::Args::for_method(13877517434493473859u64);
                    __in.positional(__x);
                    __t.at(65802u32);
                    __x = <ReLU as __p::Layer>::RULE.trace(__t, &__args, &__in);
                    __t.leave();
                    __k += 1;
                }
                {
                    let __args = __p::Args::new().ints(&[("", 2)], 65804);
                    __t.enter(18104360603125581689u64, "", __p::Some(__k), false);
                    let mut __in = __p::Args::for_method(13877517434493473859u64);
                    __in.positional(__x);
                    __t.at(65803u32);
                    __x = <MaxPool2d as __p::Layer>::RULE.trace(__t, &__args, &__in);
                    __t.leave();
                    __k += 1;
                }
                __x
            }
        }
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __p::Layer for __Sequential0 {
            type Rule = __Sequential0Rule;
            const RULE: __Sequential0Rule = __Sequential0Rule;
            fn trace(
                __t: &mut __p::Tracer<'_>,
                __args: &__p::Args,
                __inputs: &__p::Args,
            ) -> __p::Value {
                __Sequential0Rule.trace(__t, __args, __inputs)
            }
            fn build(__at: &mut __p::Build<'_, '_>) -> __p::Result<Self> {
                let layer0 = __at.one(16185618698036979943u64, "0")?;
                let layer1 = __at.one(1686393647987996997u64, "1")?;
                let layer2 = __at.one(2518407033602502719u64, "2")?;
                let layer3 = __at.one(5524914901212578603u64, "3")?;
                let layer4 = __at.one(243276082560148149u64, "4")?;
                let layer5 = __at.one(18104360603125581689u64, "5")?;
                let order = __at
                    .order(
                        &[
                            16185618698036979943u64, 1686393647987996997u64,
                            2518407033602502719u64, 5524914901212578603u64,
                            243276082560148149u64, 18104360603125581689u64,
                        ],
                    );
                __p::Ok(Self {
                    layer0,
                    layer1,
                    layer2,
                    layer3,
                    layer4,
                    layer5,
                    order,
                    __taper: __p::State::new(),
                })
            }
        }
        #[automatically_derived]
        impl __p::Module for __Sequential0 {
            fn type_name(&self) -> &'static str {
                "Sequential"
            }
            #[allow(warnings, clippy::all)]
            fn visit<'__a>(&'__a self, visitor: &mut dyn __p::Visitor<'__a>) {
                let mut __next = [0usize; 6usize];
                for (__k, __n) in self.order.iter().enumerate() {
                    match *__n {
                        0u16 => visitor.module(&__p::position(__k), &self.layer0),
                        1u16 => visitor.module(&__p::position(__k), &self.layer1),
                        2u16 => visitor.module(&__p::position(__k), &self.layer2),
                        3u16 => visitor.module(&__p::position(__k), &self.layer3),
                        4u16 => visitor.module(&__p::position(__k), &self.layer4),
                        5u16 => visitor.module(&__p::position(__k), &self.layer5),
                        _ => {}
                    }
                }
            }
            #[allow(warnings, clippy::all)]
            fn visit_mut(
                &mut self,
                visitor: &mut dyn __p::VisitorMut,
            ) -> __p::Result<()> {
                let mut __next = [0usize; 6usize];
                for (__k, __n) in self.order.iter().enumerate() {
                    match *__n {
                        0u16 => visitor.module(&__p::position(__k), &mut self.layer0)?,
                        1u16 => visitor.module(&__p::position(__k), &mut self.layer1)?,
                        2u16 => visitor.module(&__p::position(__k), &mut self.layer2)?,
                        3u16 => visitor.module(&__p::position(__k), &mut self.layer3)?,
                        4u16 => visitor.module(&__p::position(__k), &mut self.layer4)?,
                        5u16 => visitor.module(&__p::position(__k), &mut self.layer5)?,
                        _ => {}
                    }
                }
                __p::Ok(())
            }
            fn state(&self) -> ::core::option::Option<&__p::State> {
                __p::Some(&self.__taper)
            }
        }
        #[automatically_derived]
        #[allow(warnings, clippy::all)]
        impl __p::Forward for __Sequential0 {
            fn forward(&self, __x: &__p::Tensor) -> __p::Result<__p::Tensor> {
                let __x = __p::within("0", __p::Call::call(&self.layer0, (__x,)))?;
                let __x = __p::within("1", __p::Call::call(&self.layer1, (&__x,)))?;
                let __x = __p::within("2", __p::Call::call(&self.layer2, (&__x,)))?;
                let __x = __p::within("3", __p::Call::call(&self.layer3, (&__x,)))?;
                let __x = __p::within("4", __p::Call::call(&self.layer4, (&__x,)))?;
                let __x = __p::within("5", __p::Call::call(&self.layer5, (&__x,)))?;
                __p::Ok(__x)
            }
        }
        impl __p::Part<2392946144548103029u64> for LeNet {
            type Type = __Sequential0;
        }
    };
    #[automatically_derived]
    impl __p::Module for LeNet {
        fn type_name(&self) -> &'static str {
            "LeNet"
        }
        fn visit<'__a>(&'__a self, visitor: &mut dyn __p::Visitor<'__a>) {
            visitor
                .module(
                    "features",
                    <<LeNet as __p::Part<
                        2392946144548103029u64,
                    >>::Type as __p::Layer>::as_module(&self.features),
                );
            visitor.module("fc1", <Linear as __p::Layer>::as_module(&self.fc1));
            visitor.module("bn1", <BatchNorm1d as __p::Layer>::as_module(&self.bn1));
            visitor.module("fc2", <Linear as __p::Layer>::as_module(&self.fc2));
        }
        fn visit_mut(&mut self, visitor: &mut dyn __p::VisitorMut) -> __p::Result<()> {
            visitor
                .module(
                    "features",
                    <<LeNet as __p::Part<
                        2392946144548103029u64,
                    >>::Type as __p::Layer>::as_module_mut(&mut self.features),
                )?;
            visitor.module("fc1", <Linear as __p::Layer>::as_module_mut(&mut self.fc1))?;
            visitor
                .module(
                    "bn1",
                    <BatchNorm1d as __p::Layer>::as_module_mut(&mut self.bn1),
                )?;
            visitor.module("fc2", <Linear as __p::Layer>::as_module_mut(&mut self.fc2))?;
            __p::Ok(())
        }
        fn state(&self) -> __p::Option<&__p::State> {
            __p::Some(&self.__taper)
        }
        fn size_setting(&self, __name: u64) -> __p::Option<usize> {
            match __name {
                5249744443589067621u64 => __p::Some(self.classes),
                _ => __p::None,
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Display for LeNet {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&__p::format_module(self))
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for LeNet {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&__p::format_module(self))
        }
    }
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl ::core::clone::Clone for LeNet {
        fn clone(&self) -> Self {
            Self {
                classes: ::core::clone::Clone::clone(&self.classes),
                features: <<LeNet as __p::Part<
                    2392946144548103029u64,
                >>::Type as __p::Layer>::copy_one(&self.features),
                fc1: <Linear as __p::Layer>::copy_one(&self.fc1),
                bn1: <BatchNorm1d as __p::Layer>::copy_one(&self.bn1),
                fc2: <Linear as __p::Layer>::copy_one(&self.fc2),
                __taper: ::core::clone::Clone::clone(&self.__taper),
            }
        }
    }
    pub struct __Rule;
    impl __Rule {
        /// Proves the model for all values of its hyperparameters.
        pub const fn prove(self, __t: &mut __p::Tracer<'_>) {
            if __t.open("LeNet") {
                {
                    let __v = __p::Value::Dim(__t.algebra.hyper("classes"));
                    __t.set(5249744443589067621u64, __v);
                }
                __t.seal();
                <LeNet as __p::Traced>::BODY.run(__t, &__p::Args::new());
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
                __p::Param::optional("classes", __p::Takes::Int, __p::Value::Unit),
            ];
            if __t.is_nested() && <LeNet as __p::Traced>::PROOF.broken() {
                return __p::Value::Any;
            }
            let __p::Some(mut __bound) = __t.bind("LeNet", __TABLE, __args) else {
                return __p::Value::Any;
            };
            if !__t.open("LeNet") {
                return __p::Value::Any;
            }
            let mut __row = 0usize;
            {
                let __v = match __bound.value(__row) {
                    __p::Value::Unit => __p::Value::int(10),
                    __given => __given,
                };
                __bound.set(__row, __v);
                __t.set(5249744443589067621u64, __v);
                __row += 1;
            }
            __t.seal();
            __t.describe("LeNet", __p::Some(&__bound), __inputs);
            let __mark = __t.used();
            let __v = <LeNet as __p::Traced>::BODY.run(__t, __inputs);
            __t.release(__mark, __v);
            __t.close();
            __v
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __p::Layer for LeNet {
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
            let classes: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let features = <<LeNet as __p::Part<
                2392946144548103029u64,
            >>::Type as __p::Layer>::build_one(
                __at,
                2392946144548103029u64,
                "features",
            )?;
            let fc1 = <Linear as __p::Layer>::build_one(
                __at,
                16695093028469538533u64,
                "fc1",
            )?;
            let bn1 = <BatchNorm1d as __p::Layer>::build_one(
                __at,
                442153100890361573u64,
                "bn1",
            )?;
            let fc2 = <Linear as __p::Layer>::build_one(
                __at,
                5504015865189711961u64,
                "fc2",
            )?;
            __p::Ok(Self {
                classes,
                features,
                fc1,
                bn1,
                fc2,
                __taper: __p::State::new(),
            })
        }
    }
    #[doc(hidden)]
    #[automatically_derived]
    impl LeNet {
        pub const fn __taper_call(
            __t: &mut __p::Tracer<'_>,
            __field: u64,
            __index: __p::Value,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let __v = match __field {
                2392946144548103029u64 => {
                    <<LeNet as __p::Part<
                        2392946144548103029u64,
                    >>::Type as __p::Layer>::RULE
                        .trace(
                            __t.within(__field, "features"),
                            &__p::Args::new(),
                            __inputs,
                        )
                }
                16695093028469538533u64 => {
                    <Linear as __p::Layer>::RULE
                        .trace(
                            __t.within(__field, "fc1"),
                            &__p::Args::declared_at(66048).ints(&[("", 120)], 66049),
                            __inputs,
                        )
                }
                442153100890361573u64 => {
                    <BatchNorm1d as __p::Layer>::RULE
                        .trace(
                            __t.within(__field, "bn1"),
                            &__p::Args::declared_at(66304),
                            __inputs,
                        )
                }
                5504015865189711961u64 => {
                    let __args = {
                        let mut __a = __p::Args::declared_at(66560);
                        let __arg0 = __t.setting(5249744443589067621u64);
                        __a.push("", __arg0, 66561u32);
                        __a
                    };
                    <Linear as __p::Layer>::RULE
                        .trace(__t.within(__field, "fc2"), &__args, __inputs)
                }
                _ => return __p::Value::Any,
            };
            __t.leave_with(__v)
        }
        pub const fn __taper_get(__t: &mut __p::Tracer<'_>, __field: u64) -> __p::Value {
            match __field {
                5249744443589067621u64 => __t.setting(5249744443589067621u64),
                2392946144548103029u64 | 16695093028469538533u64 | 442153100890361573u64
                | 5504015865189711961u64 => {
                    __p::Value::Layer(__field, __p::Dim::Known(0))
                }
                _ => __p::Value::Any,
            }
        }
        pub const __TAPER_INPUTS: usize = 1usize;
        pub const __TAPER_PROOF: &'static __p::Proof = <LeNet as __p::Traced>::PROOF;
        pub const fn __taper_accept(
            __t: &mut __p::Tracer<'_>,
            __inputs: &mut __p::Args,
        ) -> bool {
            let mut __e = __t
                .expect_input(__inputs, 0usize, 4usize, __p::Kind::Float, false);
            __t.expect_name(&mut __e, "B", 4841548343642211269u64);
            __t.expect_size(&mut __e, 1);
            __t.expect_size(&mut __e, 28);
            __t.expect_size(&mut __e, 28);
            if !__t.accept(&__e, __inputs, 0usize, "forward") {
                return false;
            }
            true
        }
        pub const fn __taper_promise(__t: &mut __p::Tracer<'_>, __result: __p::Value) {
            __t.expect_results(__result, 1usize, "forward");
            let mut __e = __t
                .expect_output(__result, 0usize, false, 2usize, __p::Kind::Float);
            __t.expect_name(&mut __e, "B", 4841548343642211269u64);
            {
                let __d = __t.setting(5249744443589067621u64);
                __t.expect_dim(&mut __e, __d);
            }
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
                "LeNet",
                &[
                    __p::Entrance {
                        kind: __p::Kind::Float,
                        dims: &[
                            __p::Side::Free("B"),
                            __p::Side::Is(1),
                            __p::Side::Is(28),
                            __p::Side::Is(28),
                        ],
                    },
                ],
                __inputs,
            )
        }
    }
};
const _: () = {
    LeNet::__TAPER_PROOF.check(65792);
    LeNet::__TAPER_PROOF.check(65793);
    LeNet::__TAPER_PROOF.check(65794);
    LeNet::__TAPER_PROOF.check(65795);
};
const _: () = LeNet::__TAPER_PROOF.check(65796);
const _: () = {
    LeNet::__TAPER_PROOF.check(65797);
    LeNet::__TAPER_PROOF.check(65798);
};
const _: () = {
    LeNet::__TAPER_PROOF.check(65799);
    LeNet::__TAPER_PROOF.check(65800);
    LeNet::__TAPER_PROOF.check(65801);
};
const _: () = LeNet::__TAPER_PROOF.check(65802);
const _: () = {
    LeNet::__TAPER_PROOF.check(65803);
    LeNet::__TAPER_PROOF.check(65804);
};
const _: () = {
    LeNet::__TAPER_PROOF.check(66048);
    LeNet::__TAPER_PROOF.check(66049);
};
const _: () = LeNet::__TAPER_PROOF.check(66304);
const _: () = {
    LeNet::__TAPER_PROOF.check(66560);
    LeNet::__TAPER_PROOF.check(66561);
};
const _: () = {
    #[allow(unused_imports)]
    use ::taper::__private as __p;
    impl LeNet {
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
        ) -> __p::Result<Tensor> {
            let x: Tensor = <Tensor as ::core::clone::Clone>::clone(
                ::core::borrow::Borrow::borrow(&x),
            );
            self.__taper_door(&[::core::option::Option::Some(&x)])?;
            let __seen = self.__taper_state().watch(&[::core::option::Option::Some(&x)]);
            let __result = (move || -> __p::Result<Tensor> {
                let x = __p::lift(__p::Call::call(&self.features, (x,))?.flatten(1))?;
                let x = __p::lift(
                    __p::Call::call(&self.bn1, (__p::Call::call(&self.fc1, (x,))?,))?
                        .relu(),
                )?;
                ::core::result::Result::Ok(__p::Call::call(&self.fc2, (x,))?)
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
    }
    #[doc(hidden)]
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl LeNet {
        pub const fn __taper_m_forward(
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let mut __inputs = *__inputs;
            __t.at(0u32);
            if !__t.expect_parameters(Self::__TAPER_INPUTS, 1usize, "forward") {
                return __p::Value::Any;
            }
            if !Self::__taper_accept(__t, &mut __inputs) {
                return __p::Value::Any;
            }
            __t.received(&__inputs);
            let x = __t.tensor_input(&__inputs, 0usize);
            let __result = {
                let x = {
                    let __taper_1 = Self::__taper_layer(
                        x,
                        __t,
                        1,
                        2392946144548103029u64,
                    );
                    let __taper_2 = __p::Value::int(1);
                    __t.operate(2, 9810021411268062773u64, __taper_1, &[("", __taper_2)])
                };
                let x = {
                    let __taper_3 = Self::__taper_layer(
                        Self::__taper_layer(x, __t, 3, 16695093028469538533u64),
                        __t,
                        4,
                        442153100890361573u64,
                    );
                    __t.operate(5, 8269036542489463021u64, __taper_3, &[])
                };
                Self::__taper_layer(x, __t, 6, 5504015865189711961u64)
            };
            __t.at(7u32);
            Self::__taper_promise(__t, __result);
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
        pub const __TAPER_CHECKED: &'static __p::Proof = <LeNet as __p::Traced>::PROOF;
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
                    if (<LeNet>::__TAPER_INPUTS != usize::MAX) || __t.wants_all()
                        || !__inputs.is_empty()
                    {
                        let mut __forward = *__inputs;
                        __forward.method = 1;
                        __v = <LeNet>::__taper_m_forward(__t, &__forward);
                    }
                    __v
                }
                13877517434493473859u64 => <LeNet>::__taper_m_forward(__t, __inputs),
                _ => __t.no_method(),
            }
        }
    }
    #[automatically_derived]
    #[allow(long_running_const_eval)]
    impl __p::Traced for LeNet {
        type Body = __Body;
        const BODY: __Body = __Body;
        const PROOF: &'static __p::Proof = &{
            let mut __storage = __p::Storage::new();
            let mut __t = __storage.tracer(__p::Purpose::Proof);
            <LeNet as __p::Layer>::RULE.prove(&mut __t);
            __t.finish()
        };
    }
    #[automatically_derived]
    impl __p::Forward for LeNet {
        fn forward(&self, x: &__p::Tensor) -> __p::Result<__p::Tensor> {
            <LeNet>::forward(self, x)
        }
        fn forward_hooked(&self, x: &__p::Tensor) -> __p::Result<__p::Tensor> {
            <LeNet>::forward(self, x)
        }
    }
    #[automatically_derived]
    impl __p::candle_nn::Module for LeNet {
        fn forward(
            &self,
            xs: &__p::candle_core::Tensor,
        ) -> __p::candle_core::Result<__p::candle_core::Tensor> {
            __p::candle_forward(self, xs)
        }
    }
};
const _: () = {
    <LeNet>::__TAPER_CHECKED.check(0);
    <LeNet>::__TAPER_CHECKED.check(7);
};
const _: () = {
    <LeNet>::__TAPER_CHECKED.check(1);
    <LeNet>::__TAPER_CHECKED.check(2);
};
const _: () = {
    <LeNet>::__TAPER_CHECKED.check(3);
    <LeNet>::__TAPER_CHECKED.check(4);
    <LeNet>::__TAPER_CHECKED.check(5);
};
const _: () = <LeNet>::__TAPER_CHECKED.check(6);
const _: () = <LeNet>::__TAPER_CHECKED.check_rest(8);
