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
impl ::core::default::Default for LeNetConfig {
    fn default() -> Self {
        LeNet::config()
    }
}
#[automatically_derived]
#[allow(missing_docs, dead_code)]
impl LeNetConfig {
    /// How many classes.
    #[must_use]
    pub fn classes(mut self, classes: usize) -> Self {
        self.classes = classes;
        self
    }
    /// Checks all shapes and builds the model, drawing from the global generator.
    ///
    /// # Errors
    /// What `cargo check` would have shown, had these settings been known to it.
    pub fn init(&self, device: &::taper::Device) -> ::taper::Result<LeNet> {
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
    ) -> ::taper::Result<LeNet> {
        ::taper::__private::Config::init_seeded(self, device, seed)
    }
}
#[automatically_derived]
#[allow(dead_code, unused_variables, clippy::all)]
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
    /// Builds the model with the defaults of all settings.
    ///
    /// # Errors
    /// As `config().init(device)`.
    pub fn init(device: &::taper::Device) -> ::taper::Result<Self> {
        Self::config().init(device)
    }
}
#[automatically_derived]
impl ::taper::__private::Inspect for LeNet {
    type Config = LeNetConfig;
    fn current_settings(&self) -> LeNetConfig {
        self.settings()
    }
}
#[automatically_derived]
impl ::taper::__private::Config for LeNetConfig {
    type Layer = LeNet;
    fn args(&self, _: &mut ::taper::__private::Tracer<'_>) -> ::taper::__private::Args {
        let mut __args = ::taper::__private::Args::new();
        __args.named("classes", ::taper::__private::Leaf(self.classes).value());
        __args
    }
    fn as_any(&self) -> ::core::option::Option<&dyn ::core::any::Any> {
        ::core::option::Option::Some(self)
    }
}
const _: () = {
    #[automatically_derived]
    impl ::core::fmt::Display for __Sequential0 {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&::taper::__private::format_module(self))
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for __Sequential0 {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&::taper::__private::format_module(self))
        }
    }
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl ::core::clone::Clone for __Sequential0 {
        fn clone(&self) -> Self {
            Self {
                layer0: <Conv2d as ::taper::__private::Layer>::copy_one(&self.layer0),
                layer1: <ReLU as ::taper::__private::Layer>::copy_one(&self.layer1),
                layer2: <MaxPool2d as ::taper::__private::Layer>::copy_one(&self.layer2),
                layer3: <Conv2d as ::taper::__private::Layer>::copy_one(&self.layer3),
                layer4: <ReLU as ::taper::__private::Layer>::copy_one(&self.layer4),
                layer5: <MaxPool2d as ::taper::__private::Layer>::copy_one(&self.layer5),
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
        order: ::taper::__private::Vec<u16>,
        __taper: ::taper::__private::State,
    }
    #[derive(Clone, Copy)]
    pub struct __Sequential0Rule;
    #[allow(warnings, clippy::all)]
    impl __Sequential0Rule {
        pub const fn trace(
            self,
            __t: &mut ::taper::__private::Tracer<'_>,
            _: &::taper::__private::Args,
            __inputs: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            __t.describe("Sequential", ::core::option::Option::None, __inputs);
            let mut __x = __inputs.value(0);
            let mut __k = 0i64;
            {
                let __args = {
                    let mut __a = ::taper::__private::Args::new();
                    let __arg0 = ::taper::__private::Value::int(6i64);
                    __a.push("", __arg0, 65793u32);
                    let __arg1 = ::taper::__private::Value::int(3i64);
                    __a.push("", __arg1, 65794u32);
                    let __arg2 = ::taper::__private::Value::int(2i64);
                    __a.push("padding", __arg2, 65795u32);
                    __a
                };
                __t.enter(
                    16185618698036979943u64,
                    "",
                    ::core::option::Option::Some(__k),
                    false,
                );
                let mut __in = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __in.positional(__x);
                __t.at(65792u32);
                __x = <Conv2d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, &__in);
                __t.leave();
                __k += 1;
            }
            {
                let __args = ::taper::__private::Args::new();
                __t.enter(
                    1686393647987996997u64,
                    "",
                    ::core::option::Option::Some(__k),
                    false,
                );
                let mut __in = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __in.positional(__x);
                __t.at(65796u32);
                __x = <ReLU as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, &__in);
                __t.leave();
                __k += 1;
            }
            {
                let __args = {
                    let mut __a = ::taper::__private::Args::new();
                    let __arg0 = ::taper::__private::Value::int(2i64);
                    __a.push("", __arg0, 65798u32);
                    __a
                };
                __t.enter(
                    2518407033602502719u64,
                    "",
                    ::core::option::Option::Some(__k),
                    false,
                );
                let mut __in = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __in.positional(__x);
                __t.at(65797u32);
                __x = <MaxPool2d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, &__in);
                __t.leave();
                __k += 1;
            }
            {
                let __args = {
                    let mut __a = ::taper::__private::Args::new();
                    let __arg0 = ::taper::__private::Value::int(16i64);
                    __a.push("", __arg0, 65800u32);
                    let __arg1 = ::taper::__private::Value::int(5i64);
                    __a.push("", __arg1, 65801u32);
                    __a
                };
                __t.enter(
                    5524914901212578603u64,
                    "",
                    ::core::option::Option::Some(__k),
                    false,
                );
                let mut __in = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __in.positional(__x);
                __t.at(65799u32);
                __x = <Conv2d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, &__in);
                __t.leave();
                __k += 1;
            }
            {
                let __args = ::taper::__private::Args::new();
                __t.enter(
                    243276082560148149u64,
                    "",
                    ::core::option::Option::Some(__k),
                    false,
                );
                let mut __in = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __in.positional(__x);
                __t.at(65802u32);
                __x = <ReLU as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, &__in);
                __t.leave();
                __k += 1;
            }
            {
                let __args = {
                    let mut __a = ::taper::__private::Args::new();
                    let __arg0 = ::taper::__private::Value::int(2i64);
                    __a.push("", __arg0, 65804u32);
                    __a
                };
                __t.enter(
                    18104360603125581689u64,
                    "",
                    ::core::option::Option::Some(__k),
                    false,
                );
                let mut __in = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __in.positional(__x);
                __t.at(65803u32);
                __x = <MaxPool2d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, &__in);
                __t.leave();
                __k += 1;
            }
            __x
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::taper::__private::Layer for __Sequential0 {
        type Rule = __Sequential0Rule;
        const RULE: __Sequential0Rule = __Sequential0Rule;
        fn trace(
            __t: &mut ::taper::__private::Tracer<'_>,
            __args: &::taper::__private::Args,
            __inputs: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            __Sequential0Rule.trace(__t, __args, __inputs)
        }
        fn build(
            __at: &mut ::taper::__private::Build<'_, '_>,
        ) -> ::taper::__private::Result<Self> {
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
            ::core::result::Result::Ok(Self {
                layer0,
                layer1,
                layer2,
                layer3,
                layer4,
                layer5,
                order,
                __taper: ::taper::__private::State::new(),
            })
        }
    }
    #[automatically_derived]
    impl ::taper::__private::Module for __Sequential0 {
        fn type_name(&self) -> &'static str {
            "Sequential"
        }
        #[allow(warnings, clippy::all)]
        fn visit<'__a>(&'__a self, visitor: &mut dyn ::taper::__private::Visitor<'__a>) {
            let mut __next = [0usize; 6usize];
            for (__k, __n) in self.order.iter().enumerate() {
                match *__n {
                    0u16 => {
                        visitor.module(&::taper::__private::position(__k), &self.layer0)
                    }
                    1u16 => {
                        visitor.module(&::taper::__private::position(__k), &self.layer1)
                    }
                    2u16 => {
                        visitor.module(&::taper::__private::position(__k), &self.layer2)
                    }
                    3u16 => {
                        visitor.module(&::taper::__private::position(__k), &self.layer3)
                    }
                    4u16 => {
                        visitor.module(&::taper::__private::position(__k), &self.layer4)
                    }
                    5u16 => {
                        visitor.module(&::taper::__private::position(__k), &self.layer5)
                    }
                    _ => {}
                }
            }
        }
        #[allow(warnings, clippy::all)]
        fn visit_mut(
            &mut self,
            visitor: &mut dyn ::taper::__private::VisitorMut,
        ) -> ::taper::__private::Result<()> {
            let mut __next = [0usize; 6usize];
            for (__k, __n) in self.order.iter().enumerate() {
                match *__n {
                    0u16 => {
                        visitor
                            .module(
                                &::taper::__private::position(__k),
                                &mut self.layer0,
                            )?
                    }
                    1u16 => {
                        visitor
                            .module(
                                &::taper::__private::position(__k),
                                &mut self.layer1,
                            )?
                    }
                    2u16 => {
                        visitor
                            .module(
                                &::taper::__private::position(__k),
                                &mut self.layer2,
                            )?
                    }
                    3u16 => {
                        visitor
                            .module(
                                &::taper::__private::position(__k),
                                &mut self.layer3,
                            )?
                    }
                    4u16 => {
                        visitor
                            .module(
                                &::taper::__private::position(__k),
                                &mut self.layer4,
                            )?
                    }
                    5u16 => {
                        visitor
                            .module(
                                &::taper::__private::position(__k),
                                &mut self.layer5,
                            )?
                    }
                    _ => {}
                }
            }
            ::core::result::Result::Ok(())
        }
        fn state(&self) -> ::core::option::Option<&::taper::__private::State> {
            ::core::option::Option::Some(&self.__taper)
        }
    }
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl ::taper::__private::Forward for __Sequential0 {
        fn forward(
            &self,
            __x: &::taper::__private::Tensor,
        ) -> ::taper::__private::Result<::taper::__private::Tensor> {
            let __x = ::taper::__private::within(
                "0",
                ::taper::__private::Call::call(&self.layer0, (__x,)),
            )?;
            let __x = ::taper::__private::within(
                "1",
                ::taper::__private::Call::call(&self.layer1, (&__x,)),
            )?;
            let __x = ::taper::__private::within(
                "2",
                ::taper::__private::Call::call(&self.layer2, (&__x,)),
            )?;
            let __x = ::taper::__private::within(
                "3",
                ::taper::__private::Call::call(&self.layer3, (&__x,)),
            )?;
            let __x = ::taper::__private::within(
                "4",
                ::taper::__private::Call::call(&self.layer4, (&__x,)),
            )?;
            let __x = ::taper::__private::within(
                "5",
                ::taper::__private::Call::call(&self.layer5, (&__x,)),
            )?;
            ::core::result::Result::Ok(__x)
        }
    }
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65792u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65793u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65794u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65795u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65796u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65797u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65798u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65799u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65800u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65801u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65802u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65803u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(65804u32);
    impl ::taper::__private::Part<2392946144548103029u64> for LeNet {
        type Type = __Sequential0;
    }
};
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl ::taper::__private::Module for LeNet {
    fn type_name(&self) -> &'static str {
        "LeNet"
    }
    fn visit<'__a>(&'__a self, visitor: &mut dyn ::taper::__private::Visitor<'__a>) {
        {
            let __as = <<LeNet as ::taper::__private::Part<
                2392946144548103029u64,
            >>::Type as ::taper::__private::Layer>::as_module;
            visitor.module("features", __as(&self.features));
        }
        {
            let __as = <Linear as ::taper::__private::Layer>::as_module;
            visitor.module("fc1", __as(&self.fc1));
        }
        {
            let __as = <BatchNorm1d as ::taper::__private::Layer>::as_module;
            visitor.module("bn1", __as(&self.bn1));
        }
        {
            let __as = <Linear as ::taper::__private::Layer>::as_module;
            visitor.module("fc2", __as(&self.fc2));
        }
    }
    fn visit_mut(
        &mut self,
        visitor: &mut dyn ::taper::__private::VisitorMut,
    ) -> ::taper::__private::Result<()> {
        {
            let __as = <<LeNet as ::taper::__private::Part<
                2392946144548103029u64,
            >>::Type as ::taper::__private::Layer>::as_module_mut;
            visitor.module("features", __as(&mut self.features))?;
        }
        {
            let __as = <Linear as ::taper::__private::Layer>::as_module_mut;
            visitor.module("fc1", __as(&mut self.fc1))?;
        }
        {
            let __as = <BatchNorm1d as ::taper::__private::Layer>::as_module_mut;
            visitor.module("bn1", __as(&mut self.bn1))?;
        }
        {
            let __as = <Linear as ::taper::__private::Layer>::as_module_mut;
            visitor.module("fc2", __as(&mut self.fc2))?;
        }
        ::core::result::Result::Ok(())
    }
    fn state(&self) -> ::core::option::Option<&::taper::__private::State> {
        ::core::option::Option::Some(&self.__taper)
    }
}
#[automatically_derived]
impl ::core::fmt::Display for LeNet {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(&::taper::__private::format_module(self))
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for LeNet {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(&::taper::__private::format_module(self))
    }
}
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl ::core::clone::Clone for LeNet {
    fn clone(&self) -> Self {
        Self {
            classes: ::core::clone::Clone::clone(&self.classes),
            features: <<LeNet as ::taper::__private::Part<
                2392946144548103029u64,
            >>::Type as ::taper::__private::Layer>::copy_one(&self.features),
            fc1: <Linear as ::taper::__private::Layer>::copy_one(&self.fc1),
            bn1: <BatchNorm1d as ::taper::__private::Layer>::copy_one(&self.bn1),
            fc2: <Linear as ::taper::__private::Layer>::copy_one(&self.fc2),
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
            if __t.open("LeNet") {
                {
                    let __v = ::taper::__private::Value::Dim(
                        __t.algebra.hyper("classes"),
                    );
                    __t.set(5249744443589067621u64, __v);
                }
                __t.seal();
                <LeNet as ::taper::__private::Traced>::BODY
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
                ::taper::__private::Param::optional(
                    "classes",
                    ::taper::__private::Takes::Int,
                    ::taper::__private::Value::Unit,
                ),
            ];
            if __t.is_nested() && <LeNet as ::taper::__private::Traced>::PROOF.broken() {
                return ::taper::__private::Value::Any;
            }
            let ::core::option::Option::Some(mut __bound) = __t
                .bind("LeNet", __TABLE, __args) else {
                return ::taper::__private::Value::Any;
            };
            if !__t.open("LeNet") {
                return ::taper::__private::Value::Any;
            }
            let mut __row = 0usize;
            {
                let __v = match __bound.value(__row) {
                    ::taper::__private::Value::Unit => {
                        ::taper::__private::Value::int(10i64)
                    }
                    __given => __given,
                };
                __bound.set(__row, __v);
                __t.set(5249744443589067621u64, __v);
                __row += 1;
            }
            __t.seal();
            __t.describe("LeNet", ::core::option::Option::Some(&__bound), __inputs);
            let __mark = __t.used();
            let __v = <LeNet as ::taper::__private::Traced>::BODY.run(__t, __inputs);
            __t.release(__mark, __v);
            __t.close();
            __v
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::taper::__private::Layer for LeNet {
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
            let classes: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let features = {
                let __build = <<LeNet as ::taper::__private::Part<
                    2392946144548103029u64,
                >>::Type as ::taper::__private::Layer>::build_one;
                __build(__at, 2392946144548103029u64, "features")?
            };
            let fc1 = {
                let __build = <Linear as ::taper::__private::Layer>::build_one;
                __build(__at, 16695093028469538533u64, "fc1")?
            };
            let bn1 = {
                let __build = <BatchNorm1d as ::taper::__private::Layer>::build_one;
                __build(__at, 442153100890361573u64, "bn1")?
            };
            let fc2 = {
                let __build = <Linear as ::taper::__private::Layer>::build_one;
                __build(__at, 5504015865189711961u64, "fc2")?
            };
            ::core::result::Result::Ok(Self {
                classes,
                features,
                fc1,
                bn1,
                fc2,
                __taper: ::taper::__private::State::new(),
            })
        }
    }
};
#[doc(hidden)]
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl LeNet {
    pub const fn __taper_call(
        __t: &mut ::taper::__private::Tracer<'_>,
        __field: u64,
        __index: ::taper::__private::Value,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        match __field {
            2392946144548103029u64 => {
                let __args = ::taper::__private::Args::new();
                __t.enter(
                    2392946144548103029u64,
                    "features",
                    ::core::option::Option::None,
                    false,
                );
                let __v = <<LeNet as ::taper::__private::Part<
                    2392946144548103029u64,
                >>::Type as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, __inputs);
                __t.leave_with(__v)
            }
            16695093028469538533u64 => {
                let __args = {
                    let mut __a = ::taper::__private::Args::declared_at(66048u32);
                    let __arg0 = ::taper::__private::Value::int(120i64);
                    __a.push("", __arg0, 66049u32);
                    __a
                };
                __t.enter(
                    16695093028469538533u64,
                    "fc1",
                    ::core::option::Option::None,
                    false,
                );
                let __v = <Linear as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, __inputs);
                __t.leave_with(__v)
            }
            442153100890361573u64 => {
                let __args = ::taper::__private::Args::declared_at(66304u32);
                __t.enter(
                    442153100890361573u64,
                    "bn1",
                    ::core::option::Option::None,
                    false,
                );
                let __v = <BatchNorm1d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, __inputs);
                __t.leave_with(__v)
            }
            5504015865189711961u64 => {
                let __args = {
                    let mut __a = ::taper::__private::Args::declared_at(66560u32);
                    let __arg0 = __t.setting(5249744443589067621u64);
                    __a.push("", __arg0, 66561u32);
                    __a
                };
                __t.enter(
                    5504015865189711961u64,
                    "fc2",
                    ::core::option::Option::None,
                    false,
                );
                let __v = <Linear as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, __inputs);
                __t.leave_with(__v)
            }
            _ => ::taper::__private::Value::Any,
        }
    }
    pub const fn __taper_get(
        __t: &mut ::taper::__private::Tracer<'_>,
        __field: u64,
    ) -> ::taper::__private::Value {
        match __field {
            5249744443589067621u64 => __t.setting(5249744443589067621u64),
            2392946144548103029u64 => {
                ::taper::__private::Value::Layer(
                    2392946144548103029u64,
                    ::taper::__private::Dim::Known(0),
                )
            }
            16695093028469538533u64 => {
                ::taper::__private::Value::Layer(
                    16695093028469538533u64,
                    ::taper::__private::Dim::Known(0),
                )
            }
            442153100890361573u64 => {
                ::taper::__private::Value::Layer(
                    442153100890361573u64,
                    ::taper::__private::Dim::Known(0),
                )
            }
            5504015865189711961u64 => {
                ::taper::__private::Value::Layer(
                    5504015865189711961u64,
                    ::taper::__private::Dim::Known(0),
                )
            }
            _ => ::taper::__private::Value::Any,
        }
    }
    pub const __TAPER_SIGNED: bool = true;
    pub const __TAPER_INPUTS: usize = 1usize;
    pub const __TAPER_PROOF: &'static ::taper::__private::Proof = <LeNet as ::taper::__private::Traced>::PROOF;
    pub const fn __taper_accept(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &mut ::taper::__private::Args,
    ) -> bool {
        let mut __e = __t
            .expect_input(
                __inputs,
                0usize,
                4usize,
                ::taper::__private::Kind::Float,
                false,
            );
        __t.expect_name(&mut __e, "B", 4841548343642211269u64);
        {
            let __d = ::taper::__private::Value::int(1i64);
            __t.expect_dim(&mut __e, __d);
        }
        {
            let __d = ::taper::__private::Value::int(28i64);
            __t.expect_dim(&mut __e, __d);
        }
        {
            let __d = ::taper::__private::Value::int(28i64);
            __t.expect_dim(&mut __e, __d);
        }
        if !__t.accept(&__e, __inputs, 0usize, "forward") {
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
            let __d = __t.setting(5249744443589067621u64);
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
            "LeNet",
            &[
                ::taper::__private::Entrance {
                    kind: ::taper::__private::Kind::Float,
                    dims: &[
                        ::taper::__private::Side::Free("B"),
                        ::taper::__private::Side::Is(1),
                        ::taper::__private::Side::Is(28),
                        ::taper::__private::Side::Is(28),
                    ],
                },
            ],
            __inputs,
        )
    }
}
const _: () = {
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(66048u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(66049u32);
};
const _: () = {
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(66304u32);
};
const _: () = {
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(66560u32);
    #[allow(long_running_const_eval)]
    const _: () = LeNet::__TAPER_PROOF.check(66561u32);
};
#[automatically_derived]
#[allow(long_running_const_eval, dead_code)]
impl LeNet {
    /// The number of parameters, with the defaults of all settings.
    pub const PARAMS: u64 = {
        let mut __storage = ::taper::__private::Storage::new();
        let mut __t = __storage.tracer(::taper::__private::Purpose::Count);
        <LeNet as ::taper::__private::Layer>::RULE
            .trace(
                &mut __t,
                &::taper::__private::Args::new(),
                &::taper::__private::Args::new(),
            );
        __t.count_params()
    };
    /// Multiply-accumulates of `forward` for one sample, with the defaults of all settings.
    pub const MACS: u64 = {
        let mut __storage = ::taper::__private::Storage::new();
        let mut __t = __storage.tracer(::taper::__private::Purpose::Count);
        <LeNet as ::taper::__private::Layer>::RULE
            .trace(
                &mut __t,
                &::taper::__private::Args::new(),
                &::taper::__private::Args::new(),
            );
        __t.count_macs_total()
    };
}
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
    ) -> ::taper::Result<Tensor> {
        let x: Tensor = <Tensor as ::core::clone::Clone>::clone(
            ::core::borrow::Borrow::borrow(&x),
        );
        self.__taper_door(&[::core::option::Option::Some(&x)])?;
        let x = ::taper::__private::lift(
            ::taper::__private::Call::call(&self.features, (x,))?.flatten(1),
        )?;
        let x = ::taper::__private::lift(
            ::taper::__private::Call::call(
                    &self.bn1,
                    (::taper::__private::Call::call(&self.fc1, (x,))?,),
                )?
                .relu(),
        )?;
        ::core::result::Result::Ok(::taper::__private::Call::call(&self.fc2, (x,))?)
    }
}
#[doc(hidden)]
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl LeNet {
    pub const fn __taper_m_forward(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        let mut __inputs = *__inputs;
        __t.at(0u32);
        if !__t.expect_parameters(Self::__TAPER_INPUTS, 1usize, "forward") {
            return ::taper::__private::Value::Any;
        }
        if !Self::__taper_accept(__t, &mut __inputs) {
            return ::taper::__private::Value::Any;
        }
        __t.received(&__inputs);
        let x = __t.tensor_input(&__inputs, 0usize);
        let __result = {
            let x = {
                let __taper_2 = {
                    let __taper_1 = x;
                    let mut __args = ::taper::__private::Args::for_method(
                        13877517434493473859u64,
                    );
                    __args.push("", __taper_1, ::taper::__private::QUIET);
                    __t.at(1u32);
                    Self::__taper_call(
                        __t,
                        2392946144548103029u64,
                        ::taper::__private::Value::Unit,
                        &__args,
                    )
                };
                let __taper_3 = ::taper::__private::Value::int(1i64);
                let mut __args = ::taper::__private::Args::for_method(0u64);
                __args.positional(__taper_2);
                __args.push("", __taper_3, ::taper::__private::QUIET);
                __t.at(2u32);
                __t.op(9810021411268062773u64, &__args)
            };
            let x = {
                let __taper_6 = {
                    let __taper_4 = {
                        let __taper_5 = x;
                        let mut __args = ::taper::__private::Args::for_method(
                            13877517434493473859u64,
                        );
                        __args.push("", __taper_5, ::taper::__private::QUIET);
                        __t.at(3u32);
                        Self::__taper_call(
                            __t,
                            16695093028469538533u64,
                            ::taper::__private::Value::Unit,
                            &__args,
                        )
                    };
                    let mut __args = ::taper::__private::Args::for_method(
                        13877517434493473859u64,
                    );
                    __args.push("", __taper_4, ::taper::__private::QUIET);
                    __t.at(4u32);
                    Self::__taper_call(
                        __t,
                        442153100890361573u64,
                        ::taper::__private::Value::Unit,
                        &__args,
                    )
                };
                let mut __args = ::taper::__private::Args::for_method(0u64);
                __args.positional(__taper_6);
                __t.at(5u32);
                __t.op(8269036542489463021u64, &__args)
            };
            {
                let __taper_7 = x;
                let mut __args = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __args.push("", __taper_7, ::taper::__private::QUIET);
                __t.at(6u32);
                Self::__taper_call(
                    __t,
                    5504015865189711961u64,
                    ::taper::__private::Value::Unit,
                    &__args,
                )
            }
        };
        __t.at(7u32);
        Self::__taper_promise(__t, __result);
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
                __v
            }
            13877517434493473859u64 => Self::__taper_m_forward(__t, __inputs),
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
            <LeNet>::__taper_trace(__t, __inputs)
        }
    }
    #[automatically_derived]
    impl ::taper::__private::Traced for LeNet {
        type Body = __Body;
        const BODY: __Body = __Body;
        const PROOF: &'static ::taper::__private::Proof = &{
            let mut __storage = ::taper::__private::Storage::new();
            let mut __t = __storage.tracer(::taper::__private::Purpose::Proof);
            <LeNet as ::taper::__private::Layer>::RULE.prove(&mut __t);
            __t.finish()
        };
    }
};
#[automatically_derived]
impl ::taper::__private::Forward for LeNet {
    fn forward(&self, x: &::taper::Tensor) -> ::taper::Result<::taper::Tensor> {
        <LeNet>::forward(self, x)
    }
}
#[automatically_derived]
impl ::taper::__private::candle_nn::Module for LeNet {
    fn forward(
        &self,
        xs: &::taper::__private::candle_core::Tensor,
    ) -> ::taper::__private::candle_core::Result<
        ::taper::__private::candle_core::Tensor,
    > {
        ::taper::__private::candle_forward(self, xs)
    }
}
#[allow(long_running_const_eval)]
const _: () = <LeNet as ::taper::__private::Traced>::PROOF.check(0u32);
#[allow(long_running_const_eval)]
const _: () = <LeNet as ::taper::__private::Traced>::PROOF.check(1u32);
#[allow(long_running_const_eval)]
const _: () = <LeNet as ::taper::__private::Traced>::PROOF.check(2u32);
#[allow(long_running_const_eval)]
const _: () = <LeNet as ::taper::__private::Traced>::PROOF.check(3u32);
#[allow(long_running_const_eval)]
const _: () = <LeNet as ::taper::__private::Traced>::PROOF.check(4u32);
#[allow(long_running_const_eval)]
const _: () = <LeNet as ::taper::__private::Traced>::PROOF.check(5u32);
#[allow(long_running_const_eval)]
const _: () = <LeNet as ::taper::__private::Traced>::PROOF.check(6u32);
#[allow(long_running_const_eval)]
const _: () = <LeNet as ::taper::__private::Traced>::PROOF.check(7u32);
#[allow(long_running_const_eval)]
const _: () = <LeNet as ::taper::__private::Traced>::PROOF.check_rest(8u32);
