use taper::prelude::*;
fn main() {
    let net = {
        const __SIGNATURE: ::taper::__private::Signed = ::taper::__private::Some(
            &::taper::__private::Signature::new(
                &[
                    ::taper::__private::Pattern::floats(
                        &[
                            ::taper::__private::Side::Named("B", 4841548343642211269u64),
                            ::taper::__private::Side::Is(784),
                        ],
                    ),
                ],
                &[
                    ::taper::__private::Pattern::floats(
                        &[
                            ::taper::__private::Side::Named("B", 4841548343642211269u64),
                            ::taper::__private::Side::Is(10),
                        ],
                    ),
                ],
            ),
        );
        #[allow(warnings, clippy::all)]
        const fn __trace(
            __t: &mut ::taper::__private::Tracer<'_>,
            __args: &::taper::__private::Args,
            __given: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            if !__t.open("sequential!") {
                return ::taper::__private::Value::Any;
            }
            let mut __inputs = *__given;
            __inputs.method = 13877517434493473859u64;
            let mut __result = ::taper::__private::Value::Any;
            if __t
                .begin_method(
                    __SIGNATURE,
                    &mut __inputs,
                    1,
                    "sequential!",
                    ::taper::__private::NO_SITE,
                )
            {
                __result = __Sequential0Rule.trace(__t, __args, &__inputs);
                __t.end_method(
                    __SIGNATURE,
                    __result,
                    "sequential!",
                    ::taper::__private::NO_SITE,
                );
            }
            __t.close();
            __result
        }
        const fn __proof() -> ::taper::__private::Proof {
            let mut __storage = ::taper::__private::Storage::new();
            let mut __t = __storage.tracer(::taper::__private::Purpose::Proof);
            __trace(
                &mut __t,
                &::taper::__private::Args::new(),
                &::taper::__private::Args::new(),
            );
            __t.finish()
        }
        #[allow(long_running_const_eval)]
        const __PROOF: &::taper::__private::Proof = &__proof();
        impl ::taper::__private::Display for __Sequential1 {
            fn fmt(
                &self,
                f: &mut ::taper::__private::Formatter<'_>,
            ) -> ::taper::__private::Formatted {
                ::taper::__private::write_module(self, f)
            }
        }
        impl ::taper::__private::Debug for __Sequential1 {
            fn fmt(
                &self,
                f: &mut ::taper::__private::Formatter<'_>,
            ) -> ::taper::__private::Formatted {
                ::taper::__private::write_module(self, f)
            }
        }
        impl ::taper::__private::Clone for __Sequential1 {
            fn clone(&self) -> Self {
                Self {
                    layer0: <Dropout as ::taper::__private::Layer>::copy_one(
                        &self.layer0,
                    ),
                    layer1: <Linear as ::taper::__private::Layer>::copy_list(
                        &self.layer1,
                    ),
                    order: ::taper::__private::Clone::clone(&self.order),
                    __taper: ::taper::__private::Clone::clone(&self.__taper),
                }
            }
        }
        pub struct __Sequential1 {
            layer0: Dropout,
            layer1: ::taper::__private::Vec<Linear>,
            order: ::taper::__private::Vec<u16>,
            __taper: ::taper::__private::State,
        }
        pub struct __Sequential1Rule;
        #[allow(warnings, clippy::all)]
        impl __Sequential1Rule {
            pub const fn trace(
                self,
                __t: &mut ::taper::__private::Tracer<'_>,
                _: &::taper::__private::Args,
                __inputs: &::taper::__private::Args,
            ) -> ::taper::__private::Value {
                __t.describe("Sequential", ::taper::__private::None, __inputs);
                let mut __x = __inputs.value(0);
                let mut __k = 0i64;
                {
                    let __args = {
                        let mut __a = ::taper::__private::Args::declared(65539, &[]);
                        let __arg0 = ::taper::__private::Value::Num(0.5f64);
                        __a.push("", __arg0, 65540u32);
                        __a
                    };
                    __x = <Dropout as ::taper::__private::Layer>::RULE
                        .trace(
                            __t.entry(16185618698036979943u64, "", &mut __k, 65539u32),
                            &__args,
                            &::taper::__private::Args::forward(__x),
                        );
                    __t.leave();
                }
                let __n = ::taper::__private::Value::int(2);
                let mut __times = __t.range(::taper::__private::Value::int(0), __n);
                let mut __first = __x;
                while __t.next(&mut __times) {
                    __x = <Linear as ::taper::__private::Layer>::RULE
                        .trace(
                            __t.entry(1686393647987996997u64, "", &mut __k, 65541u32),
                            &::taper::__private::Args::numbers(65541, &[64]),
                            &::taper::__private::Args::forward(__x),
                        );
                    __t.leave();
                    __x = __t.settle(&__times, &mut __first, __x);
                }
                __x
            }
        }
        #[automatically_derived]
        impl ::taper::__private::Layer for __Sequential1 {
            type Rule = __Sequential1Rule;
            const RULE: __Sequential1Rule = __Sequential1Rule;
            const TRACE: ::taper::__private::TraceFn<Self> = __Sequential1Rule::trace;
            fn build(
                __at: &mut ::taper::__private::Build<'_, '_>,
            ) -> ::taper::__private::Result<Self> {
                ::taper::__private::Ok(Self {
                    layer0: __at.one(16185618698036979943u64, "0")?,
                    layer1: __at.list(1686393647987996997u64)?,
                    order: __at
                        .order(&[16185618698036979943u64, 1686393647987996997u64]),
                    __taper: ::taper::__private::State::new(),
                })
            }
        }
        #[automatically_derived]
        impl ::taper::__private::Module for __Sequential1 {
            fn type_name(&self) -> &'static str {
                "Sequential"
            }
            #[allow(warnings, clippy::all)]
            fn visit<'__a>(
                &'__a self,
                visitor: &mut dyn ::taper::__private::Visitor<'__a>,
            ) {
                let mut __next = [0usize; 2usize];
                for (__k, __n) in self.order.iter().enumerate() {
                    match *__n {
                        0u16 => {
                            visitor
                                .module(&::taper::__private::position(__k), &self.layer0)
                        }
                        1u16 => {
                            if let ::taper::__private::Some(__m) = self
                                .layer1
                                .get(__next[1usize])
                            {
                                visitor.module(&::taper::__private::position(__k), __m);
                            }
                            __next[1usize] += 1;
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
                let mut __next = [0usize; 2usize];
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
                            if let ::taper::__private::Some(__m) = self
                                .layer1
                                .get_mut(__next[1usize])
                            {
                                visitor.module(&::taper::__private::position(__k), __m)?;
                            }
                            __next[1usize] += 1;
                        }
                        _ => {}
                    }
                }
                ::taper::__private::Ok(())
            }
            fn state(&self) -> ::taper::__private::Option<&::taper::__private::State> {
                ::taper::__private::Some(&self.__taper)
            }
        }
        #[automatically_derived]
        #[allow(warnings, clippy::all)]
        impl ::taper::__private::Forward for __Sequential1 {
            fn forward(
                &self,
                __x: &::taper::__private::Tensor,
            ) -> ::taper::__private::Result<::taper::__private::Tensor> {
                let mut __next = [0usize; 2usize];
                let mut __x = ::core::clone::Clone::clone(__x);
                for (__k, __n) in self.order.iter().enumerate() {
                    let __y = match *__n {
                        0u16 => ::taper::__private::Call::call(&self.layer0, (&__x,)),
                        1u16 => {
                            __next[1usize] += 1;
                            ::taper::__private::CallAt::call_at(
                                &self.layer1,
                                __next[1usize] - 1,
                                (&__x,),
                            )
                        }
                        _ => continue,
                    };
                    __x = ::taper::__private::within(
                        &::taper::__private::position(__k),
                        __y,
                    )?;
                }
                ::taper::__private::Ok(__x)
            }
        }
        impl ::taper::__private::Display for __Sequential0 {
            fn fmt(
                &self,
                f: &mut ::taper::__private::Formatter<'_>,
            ) -> ::taper::__private::Formatted {
                ::taper::__private::write_module(self, f)
            }
        }
        impl ::taper::__private::Debug for __Sequential0 {
            fn fmt(
                &self,
                f: &mut ::taper::__private::Formatter<'_>,
            ) -> ::taper::__private::Formatted {
                ::taper::__private::write_module(self, f)
            }
        }
        impl ::taper::__private::Clone for __Sequential0 {
            fn clone(&self) -> Self {
                Self {
                    layer0: <Linear as ::taper::__private::Layer>::copy_one(
                        &self.layer0,
                    ),
                    layer1: <ReLU as ::taper::__private::Layer>::copy_one(&self.layer1),
                    layer2: <__Sequential1 as ::taper::__private::Layer>::copy_one(
                        &self.layer2,
                    ),
                    layer3: <Linear as ::taper::__private::Layer>::copy_list(
                        &self.layer3,
                    ),
                    layer4: <Dropout as ::taper::__private::Layer>::copy_list(
                        &self.layer4,
                    ),
                    layer5: <Linear as ::taper::__private::Layer>::copy_one(
                        &self.layer5,
                    ),
                    order: ::taper::__private::Clone::clone(&self.order),
                    __taper: ::taper::__private::Clone::clone(&self.__taper),
                }
            }
        }
        pub struct __Sequential0 {
            layer0: Linear,
            layer1: ReLU,
            layer2: __Sequential1,
            layer3: ::taper::__private::Vec<Linear>,
            layer4: ::taper::__private::Vec<Dropout>,
            layer5: Linear,
            order: ::taper::__private::Vec<u16>,
            __taper: ::taper::__private::State,
        }
        pub struct __Sequential0Rule;
        #[allow(warnings, clippy::all)]
        impl __Sequential0Rule {
            pub const fn trace(
                self,
                __t: &mut ::taper::__private::Tracer<'_>,
                _: &::taper::__private::Args,
                __inputs: &::taper::__private::Args,
            ) -> ::taper::__private::Value {
                __t.describe("Sequential", ::taper::__private::None, __inputs);
                let mut __x = __inputs.value(0);
                let mut __k = 0i64;
                __x = <Linear as ::taper::__private::Layer>::RULE
                    .trace(
                        __t.entry(16185618698036979943u64, "hidden", &mut __k, 65536u32),
                        &::taper::__private::Args::numbers(65536, &[256]),
                        &::taper::__private::Args::forward(__x),
                    );
                __t.leave();
                __x = <ReLU as ::taper::__private::Layer>::RULE
                    .trace(
                        __t.entry(1686393647987996997u64, "", &mut __k, 65538u32),
                        &::taper::__private::Args::numbers(65538, &[]),
                        &::taper::__private::Args::forward(__x),
                    );
                __t.leave();
                __x = <__Sequential1 as ::taper::__private::Layer>::RULE
                    .trace(
                        __t.entry(2518407033602502719u64, "tail", &mut __k, 65543u32),
                        &::taper::__private::Args::numbers(65543, &[]),
                        &::taper::__private::Args::forward(__x),
                    );
                __t.leave();
                let mut __row = 0usize;
                while __row < TABLE.len() {
                    let (width, p) = TABLE[__row];
                    let width = ::taper::__private::Leaf(width).value();
                    let p = ::taper::__private::Leaf(p).value();
                    {
                        let __args = {
                            let mut __a = ::taper::__private::Args::declared(65544, &[]);
                            let __arg0 = width;
                            __a.push("", __arg0, 65545u32);
                            __a
                        };
                        __x = <Linear as ::taper::__private::Layer>::RULE
                            .trace(
                                __t.entry(5524914901212578603u64, "", &mut __k, 65544u32),
                                &__args,
                                &::taper::__private::Args::forward(__x),
                            );
                        __t.leave();
                    }
                    {
                        let __args = {
                            let mut __a = ::taper::__private::Args::declared(65546, &[]);
                            let __arg0 = p;
                            __a.push("", __arg0, 65547u32);
                            __a
                        };
                        __x = <Dropout as ::taper::__private::Layer>::RULE
                            .trace(
                                __t.entry(243276082560148149u64, "", &mut __k, 65546u32),
                                &__args,
                                &::taper::__private::Args::forward(__x),
                            );
                        __t.leave();
                    }
                    __row += 1;
                }
                __x = <Linear as ::taper::__private::Layer>::RULE
                    .trace(
                        __t.entry(18104360603125581689u64, "", &mut __k, 65548u32),
                        &::taper::__private::Args::numbers(65548, &[10]),
                        &::taper::__private::Args::forward(__x),
                    );
                __t.leave();
                __x
            }
        }
        #[automatically_derived]
        impl ::taper::__private::Layer for __Sequential0 {
            type Rule = __Sequential0Rule;
            const RULE: __Sequential0Rule = __Sequential0Rule;
            const TRACE: ::taper::__private::TraceFn<Self> = __Sequential0Rule::trace;
            fn build(
                __at: &mut ::taper::__private::Build<'_, '_>,
            ) -> ::taper::__private::Result<Self> {
                ::taper::__private::Ok(Self {
                    layer0: __at.one(16185618698036979943u64, "hidden")?,
                    layer1: __at.one(1686393647987996997u64, "1")?,
                    layer2: __at.one(2518407033602502719u64, "tail")?,
                    layer3: __at.list(5524914901212578603u64)?,
                    layer4: __at.list(243276082560148149u64)?,
                    layer5: __at.one(18104360603125581689u64, "5")?,
                    order: __at
                        .order(
                            &[
                                16185618698036979943u64, 1686393647987996997u64,
                                2518407033602502719u64, 5524914901212578603u64,
                                243276082560148149u64, 18104360603125581689u64,
                            ],
                        ),
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
            fn visit<'__a>(
                &'__a self,
                visitor: &mut dyn ::taper::__private::Visitor<'__a>,
            ) {
                let mut __next = [0usize; 6usize];
                for (__k, __n) in self.order.iter().enumerate() {
                    match *__n {
                        0u16 => visitor.module("hidden", &self.layer0),
                        1u16 => {
                            visitor
                                .module(&::taper::__private::position(__k), &self.layer1)
                        }
                        2u16 => visitor.module("tail", &self.layer2),
                        3u16 => {
                            if let ::taper::__private::Some(__m) = self
                                .layer3
                                .get(__next[3usize])
                            {
                                visitor.module(&::taper::__private::position(__k), __m);
                            }
                            __next[3usize] += 1;
                        }
                        4u16 => {
                            if let ::taper::__private::Some(__m) = self
                                .layer4
                                .get(__next[4usize])
                            {
                                visitor.module(&::taper::__private::position(__k), __m);
                            }
                            __next[4usize] += 1;
                        }
                        5u16 => {
                            visitor
                                .module(&::taper::__private::position(__k), &self.layer5)
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
                        0u16 => visitor.module("hidden", &mut self.layer0)?,
                        1u16 => {
                            visitor
                                .module(
                                    &::taper::__private::position(__k),
                                    &mut self.layer1,
                                )?
                        }
                        2u16 => visitor.module("tail", &mut self.layer2)?,
                        3u16 => {
                            if let ::taper::__private::Some(__m) = self
                                .layer3
                                .get_mut(__next[3usize])
                            {
                                visitor.module(&::taper::__private::position(__k), __m)?;
                            }
                            __next[3usize] += 1;
                        }
                        4u16 => {
                            if let ::taper::__private::Some(__m) = self
                                .layer4
                                .get_mut(__next[4usize])
                            {
                                visitor.module(&::taper::__private::position(__k), __m)?;
                            }
                            __next[4usize] += 1;
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
                ::taper::__private::Ok(())
            }
            fn state(&self) -> ::taper::__private::Option<&::taper::__private::State> {
                ::taper::__private::Some(&self.__taper)
            }
        }
        #[automatically_derived]
        #[allow(warnings, clippy::all)]
        impl ::taper::__private::Forward for __Sequential0 {
            fn forward(
                &self,
                __x: &::taper::__private::Tensor,
            ) -> ::taper::__private::Result<::taper::__private::Tensor> {
                let mut __next = [0usize; 6usize];
                let mut __x = ::core::clone::Clone::clone(__x);
                for (__k, __n) in self.order.iter().enumerate() {
                    let __y = match *__n {
                        0u16 => ::taper::__private::Call::call(&self.layer0, (&__x,)),
                        1u16 => ::taper::__private::Call::call(&self.layer1, (&__x,)),
                        2u16 => ::taper::__private::Call::call(&self.layer2, (&__x,)),
                        3u16 => {
                            __next[3usize] += 1;
                            ::taper::__private::CallAt::call_at(
                                &self.layer3,
                                __next[3usize] - 1,
                                (&__x,),
                            )
                        }
                        4u16 => {
                            __next[4usize] += 1;
                            ::taper::__private::CallAt::call_at(
                                &self.layer4,
                                __next[4usize] - 1,
                                (&__x,),
                            )
                        }
                        5u16 => ::taper::__private::Call::call(&self.layer5, (&__x,)),
                        _ => continue,
                    };
                    __x = ::taper::__private::within(
                        &::taper::__private::position(__k),
                        __y,
                    )?;
                }
                ::taper::__private::Ok(__x)
            }
        }
        const _: () = {
            __PROOF.check(65536);
            __PROOF.check(65537);
        };
        const _: () = __PROOF.check(65538);
        const _: () = {
            __PROOF.check(65539);
            __PROOF.check(65540);
        };
        const _: () = {
            __PROOF.check(65541);
            __PROOF.check(65542);
        };
        const _: () = __PROOF.check(65543);
        const _: () = {
            __PROOF.check(65544);
            __PROOF.check(65545);
        };
        const _: () = {
            __PROOF.check(65546);
            __PROOF.check(65547);
        };
        const _: () = {
            __PROOF.check(65548);
            __PROOF.check(65549);
        };
        const _: () = __PROOF.check_rest(65550);
        #[derive(Clone)]
        struct __Net(__Sequential0);
        impl ::taper::__private::Display for __Net {
            fn fmt(
                &self,
                f: &mut ::taper::__private::Formatter<'_>,
            ) -> ::taper::__private::Formatted {
                ::taper::__private::write_module(self, f)
            }
        }
        impl ::taper::__private::Debug for __Net {
            fn fmt(
                &self,
                f: &mut ::taper::__private::Formatter<'_>,
            ) -> ::taper::__private::Formatted {
                ::taper::__private::write_module(self, f)
            }
        }
        struct __Rule;
        impl ::taper::__private::Layer for __Net {
            type Rule = __Rule;
            const RULE: __Rule = __Rule;
            const TRACE: ::taper::__private::TraceFn<Self> = |_, __t, __args, __inputs| __trace(
                __t,
                __args,
                __inputs,
            );
            fn build(
                __at: &mut ::taper::__private::Build<'_, '_>,
            ) -> ::taper::__private::Result<Self> {
                ::core::result::Result::Ok(
                    __Net(<__Sequential0 as ::taper::__private::Layer>::build(__at)?),
                )
            }
        }
        impl ::taper::__private::Module for __Net {
            fn type_name(&self) -> &'static str {
                "Sequential"
            }
            fn visit<'__a>(
                &'__a self,
                visitor: &mut dyn ::taper::__private::Visitor<'__a>,
            ) {
                ::taper::__private::Module::visit(&self.0, visitor)
            }
            fn visit_mut(
                &mut self,
                visitor: &mut dyn ::taper::__private::VisitorMut,
            ) -> ::taper::__private::Result<()> {
                ::taper::__private::Module::visit_mut(&mut self.0, visitor)
            }
            fn state(&self) -> ::core::option::Option<&::taper::__private::State> {
                ::taper::__private::Module::state(&self.0)
            }
        }
        impl ::taper::__private::Forward for __Net {
            fn forward(
                &self,
                __x: &::taper::__private::Tensor,
            ) -> ::taper::__private::Result<::taper::__private::Tensor> {
                ::taper::__private::door(
                    ::taper::__private::None,
                    "sequential!",
                    __SIGNATURE,
                    &[::taper::__private::Some(__x)],
                )?;
                ::taper::__private::Forward::forward_hooked(&self.0, __x)
            }
            fn runs_hooks(&self) -> bool {
                true
            }
        }
        impl ::taper::__private::candle_nn::Module for __Net {
            fn forward(
                &self,
                __xs: &::taper::__private::candle_core::Tensor,
            ) -> ::taper::__private::candle_core::Result<
                ::taper::__private::candle_core::Tensor,
            > {
                ::taper::__private::candle_forward(self, __xs)
            }
        }
        impl ::taper::__private::WithoutSettings for __Net {}
        ::taper::__private::NoSettings::<__Net>::new()
    };
}
