//! What `forward` reaches of the model in the trace: submodules and all other fields, by `__taper_call`.

use super::listed::{as_row, FieldCall};
use super::signature::signed;
use super::{guarded, rule::argument_sites, Context, PART};
use crate::ast::{
    is_opaque, plain_name, template, DictField, Field, FieldKind, LayerArg, LayerArgs, LayerField,
    LayerType, ParamForm, TemplatePart, Wrap,
};
use crate::emit::{quote, TokenStream, Word};
use crate::lower::{hash, whole_number, Lower, Sites};
use crate::tokens::Tokens;
use proc_macro2::Literal;

impl Context<'_> {
    /// The functions of the trace that `#[forward]`'s code calls, and the checks of the arguments.
    pub(super) fn trace_functions(&self) -> (TokenStream, TokenStream) {
        let (p, model) = (&self.p, &self.name);
        let names = self.model.argument_names();
        let mut calls = Vec::new();
        let mut gets = TokenStream::new();
        let mut layers = Vec::new();
        let mut checks = TokenStream::new();
        for (n, f) in self.model.fields.iter().enumerate() {
            let cfgs: Vec<_> = f.cfgs().collect();
            let h = hash(&f.name());
            let mut sites = argument_sites(n);
            if let Some(call) = self.call(f, &names, &mut sites) {
                calls.push((f.name(), call));
            }
            match self.get_arm(f) {
                None if cfgs.is_empty() => layers.push(f.name()),
                get => {
                    let get = get.unwrap_or_else(|| single_layer(p));
                    gets.extend(quote!(#(#cfgs)* #h => #get,));
                }
            }
            checks.extend(guarded(&cfgs, sites.checks(&self.proof())));
        }
        let signature = signed(self.model.signature.as_ref(), p);
        let layer = match layers.is_empty() {
            true => quote!(#p::Value::Any),
            false => {
                let names = layers.join(" ");
                quote!(__t.layer_of(__field, #names))
            }
        };
        let get = quote!(match __field { #gets _ => #layer });
        let call = self.call_function(&calls, &get);
        let (counted, custom) = (self.counted(), self.custom());
        let proved = self.proved();
        let code = quote! {
            #[doc(hidden)]
            impl #model {
                #call

                pub const __TAPER_SIGNATURE: #p::Signed = #signature;

                pub const __TAPER_PROOF: &'static #p::Proof = #proved;

                #counted

                // A check is a call of this at the user's place.
                #[track_caller]
                pub const fn __taper_check(__site: u32) {
                    Self::__TAPER_PROOF.check(__site)
                }
            }
            #custom
        };
        (code, checks)
    }

    /// `__taper_call`, which calls submodules by their fields' hashes, or gives what a field is in the trace. The calls come first:
    /// evaluating them needs the tracer too.
    ///
    /// A function's frame has room for all of its locals, which const evaluation makes anew for each call: so in a long model each
    /// part of the fields has a function of its own.
    fn call_function(&self, arms: &[(String, FieldCall<'_>)], get: &TokenStream) -> TokenStream {
        let p = &self.p;
        let calls = |value: TokenStream| {
            quote! {
                pub const fn __taper_call(mut __c: #p::Calls<'_>, __t: &mut #p::Tracer<'_>) -> #p::Value {
                    if let #p::Some(__field) = __c.field() {
                        return #get;
                    }
                    while let #p::Some((__field, __index, __inputs)) = __c.next(__t) {
                        let __inputs = &__inputs;
                        __c.value = #value;
                    }
                    __c.value
                }
            }
        };
        let by_arms = |calls: &[(String, FieldCall<'_>)]| {
            let listed = self.listed(calls);
            let mut arms = calls.iter().filter_map(|(_, call)| match call {
                FieldCall::Code(arm) => Some(arm),
                FieldCall::Row { .. } => None,
            });
            let value = match arms.next() {
                Some(first) => quote!(match __field { #first #(#arms)* _ => #listed }),
                None => listed,
            };
            quote!('__out: { let __v = #value; __t.leave_with(__v) })
        };
        if arms.len() <= PART {
            return calls(by_arms(arms));
        }
        let (mut parts, mut choices) = (TokenStream::new(), TokenStream::new());
        for (n, part) in arms.chunks(PART).enumerate() {
            let name = Word::new(&format!("__taper_call_{n}"));
            let hashes = part.iter().map(|(name, _)| hash(name));
            choices.extend(quote!(#(#hashes)|* => Self::#name(__t, __field, __index, __inputs),));
            let value = by_arms(part);
            parts.extend(quote! {
                const fn #name(
                    __t: &mut #p::Tracer<'_>,
                    __field: u64,
                    __index: #p::Value,
                    __inputs: &#p::Args,
                ) -> #p::Value {
                    #value
                }
            });
        }
        let whole = calls(quote!(match __field { #choices _ => #p::Value::Any }));
        quote!(#whole #parts)
    }

    /// Calls a submodule: enters its path, binds its arguments, runs its rule.
    fn call<'f>(&self, f: &'f Field, names: &[String], sites: &mut Sites) -> Option<FieldCall<'f>> {
        let code = match &f.kind {
            FieldKind::Layer(layer) => {
                if let Some(call) = as_row(f, layer, sites) {
                    return Some(call);
                }
                self.layer_arm(f, layer, names, sites)
            }
            FieldKind::Dict(dict) => self.dict_arm(f, dict, names, sites),
            _ => return None,
        };
        let (cfgs, h) = (f.cfgs(), hash(&f.name()));
        Some(FieldCall::Code(quote!(#(#cfgs)* #h => #code,)))
    }

    fn layer_arm(
        &self,
        f: &Field,
        layer: &LayerField,
        names: &[String],
        sites: &mut Sites,
    ) -> TokenStream {
        let p = &self.p;
        let name = f.name();
        let h = hash(&name);
        let ty = self.layer_type(&name, layer, p);
        let Some(repeat) = layer.repeat.as_ref().filter(|_| layer.wrap == Wrap::List) else {
            let shown = layer.name.as_ref().map_or(name, |n| n.value());
            let own_type = matches!(layer.layer, LayerType::Type(_));
            let declared = own_type.then(|| sites.between(layer.declared));
            let args =
                Lower::arguments(p.clone(), names, sites).layer_inputs(&layer.args, declared);
            let at = quote!(__t.within(__field, #shown));
            return match args {
                LayerInputs::Constant(args) => {
                    quote!(<#ty as #p::Layer>::RULE.trace(#at, &#args, __inputs))
                }
                LayerInputs::Computed(args) => quote!({
                    let __args = #args;
                    <#ty as #p::Layer>::RULE.trace(#at, &__args, __inputs)
                }),
            };
        };
        let declared = sites.between(layer.declared);
        let mut lower = Lower::arguments(p.clone(), names, sites);
        let count = lower.expr(&repeat.count);
        if let Some(var) = &repeat.var {
            lower.index(var);
        }
        let args = lower.layer_args(&layer.args, Some(declared));
        let (prefix, shown, joined) = match layer.name.as_ref().map(template) {
            Some(Ok(parts)) => name_template(&parts, &mut lower),
            _ => (name, quote!(#p::Value::int(__i)), false),
        };
        let index = repeat.var.as_ref().map(index_hash).unwrap_or(0);
        quote!({
            let __count = #count;
            match __index {
                #p::Value::Dim(__d) => {
                    let __i = match __t.algebra.known(__d) {
                        #p::Some(__i) => __i,
                        #p::None => 0,
                    };
                    if !__t.check_index(__i, __count) {
                        break '__out #p::Value::Any;
                    }
                    let __before = __t.lookup(#index);
                    __t.set(#index, #p::Value::int(__i));
                    let __shown = #shown;
                    let __args = #args;
                    let __shown = __t.known_i64(__shown);
                    __t.enter(#h, #prefix, __shown, #joined);
                    <#ty as #p::Layer>::RULE.trace(__t, &__args, __inputs)
                }
                // The list called as a whole: each element is fed by the one before.
                _ => break '__out {
                    let mut __x = __inputs.value(0);
                    let mut __first = __x;
                    let mut __turn = __t.range(#p::Value::int(0), __count);
                    while __t.next(&mut __turn) {
                        let mut __one = *__inputs;
                        __one.set(0, __x);
                        let __i = __t.loop_index(&__turn);
                        __x = Self::__taper_call(#p::Calls::of(#h, __i, &__one), __t);
                        __x = __t.settle(&__turn, &mut __first, __x);
                    }
                    __x
                }
            }
        })
    }

    fn dict_arm(
        &self,
        f: &Field,
        dict: &DictField,
        names: &[String],
        sites: &mut Sites,
    ) -> TokenStream {
        let p = &self.p;
        let name = f.name();
        let h = hash(&name);
        let mut out = quote!(#p::Value::Any);
        // A key is only known at run time: all entries are followed, as branches.
        for (key, ty, args) in dict.entries.iter().rev() {
            let declared = sites.over(ty);
            let args = Lower::arguments(p.clone(), names, sites).layer_args(args, Some(declared));
            let (kh, key) = (hash(&plain_name(key)), plain_name(key));
            out = quote!({
                let mut __b = __t.branch(#p::Value::Opaque);
                let mut __then = #p::Value::Any;
                if __t.begin(&mut __b, true) {
                    let __args = #args;
                    __t.enter(#kh, #key, #p::None, false);
                    __then = <#ty as #p::Layer>::RULE.trace(__t, &__args, __inputs);
                    __t.leave();
                    __t.end(&mut __b, true);
                }
                let mut __other = __then;
                if __t.begin(&mut __b, false) {
                    __other = #out;
                    __t.end(&mut __b, false);
                }
                __t.merge(&__b, __then, __other)
            });
        }
        quote!({
            __t.enter(#h, #name, #p::None, false);
            __t.describe("ModuleDict", #p::None, &#p::Args::new());
            #out
        })
    }

    /// The value of a field: a setting, a tensor or a module list; nothing for a single submodule.
    fn get_arm(&self, f: &Field) -> Option<TokenStream> {
        let p = &self.p;
        let h = hash(&f.name());
        let tensor = |dims: &[syn::Expr]| {
            let dims = self.dims(dims);
            quote!({ let __dims = #dims; #p::Value::Tensor(#p::TensorValue::floats(&__dims)) })
        };
        Some(match &f.kind {
            FieldKind::Config(_) => quote!(__t.setting(#h)),
            FieldKind::Param(param) | FieldKind::Buffer(param) => match &param.form {
                ParamForm::One(dims) => tensor(dims),
                ParamForm::List(list) => {
                    let items = list.iter().map(|dims| tensor(dims));
                    quote!({ let __items = [#(#items),*]; __t.list(&__items) })
                }
                ParamForm::Dict(entries) => {
                    let items = entries.iter().map(|(_, dims)| tensor(dims));
                    quote!({ let __items = [#(#items),*]; __t.list(&__items) })
                }
            },
            FieldKind::Layer(layer) => match (&layer.wrap, &layer.repeat) {
                (Wrap::List, Some(repeat)) => {
                    let names = self.model.argument_names();
                    let mut sites = Sites::default();
                    let count = Lower::arguments(p.clone(), &names, &mut sites).expr(&repeat.count);
                    quote!({ let __n = #count; #p::Value::Layers(#h, #p::as_dim(__n)) })
                }
                _ => return None,
            },
            FieldKind::Dict(_) => return None,
        })
    }
}

/// What stands for the submodule in the field that is asked for.
fn single_layer(p: &Tokens) -> TokenStream {
    quote!(#p::Value::Layer(__field, #p::Dim::Known(0)))
}

/// A layer's arguments in the trace.
pub(super) enum LayerInputs {
    /// Known as they are written.
    Constant(TokenStream),
    /// Computed with the help of the tracer.
    Computed(TokenStream),
}

/// The hash of a repetition's index, different from that of any field.
pub(super) fn index_hash(var: &syn::Ident) -> u64 {
    hash(&format!("{} in 0..n", plain_name(var)))
}

/// A name template as prefix, index and whether they are joined.
fn name_template(parts: &[TemplatePart], lower: &mut Lower<'_>) -> (String, TokenStream, bool) {
    let p = lower.p.clone();
    let mut prefix = String::new();
    for part in parts {
        match part {
            TemplatePart::Text(text) => prefix.push_str(text),
            TemplatePart::Index(e) => return (prefix, lower.expr(e), true),
        }
    }
    (prefix, quote!(#p::Value::Unit), true)
}

impl Lower<'_> {
    /// Declares the index of a repetition.
    pub(crate) fn index(&mut self, var: &syn::Ident) {
        self.setting(&plain_name(var), index_hash(var));
    }

    /// The arguments of a layer, each with a site of its own. What is missing is reported at `declared`, or else at the
    /// call.
    pub(crate) fn layer_args(&mut self, args: &LayerArgs, declared: Option<u32>) -> TokenStream {
        match self.layer_inputs(args, declared) {
            LayerInputs::Constant(args) | LayerInputs::Computed(args) => args,
        }
    }

    pub(super) fn layer_inputs(&mut self, args: &LayerArgs, declared: Option<u32>) -> LayerInputs {
        let p = self.p.clone();
        let first = self.sites.end();
        // Where there is no declaration to point at, what is missing is reported at the call.
        let at = |site: Option<u32>| match site {
            Some(site) => {
                let site = Literal::u32_unsuffixed(site);
                quote!(#site)
            }
            None => quote!(#p::NO_SITE),
        };
        let numbers: Option<Vec<_>> = args.items.iter().map(|a| whole_number(&a.value)).collect();
        if let Some(numbers) =
            numbers.filter(|_| args.items.is_empty() || declared == first.checked_sub(1))
        {
            let names: Vec<_> = args.items.iter().map(|arg| self.argument(arg).0).collect();
            let site = at(declared);
            if names.iter().all(String::is_empty) {
                return LayerInputs::Constant(quote!(#p::Args::numbers(#site, &[#(#numbers),*])));
            }
            return LayerInputs::Constant(
                quote!(#p::Args::declared(#site, &[#((#names, #numbers)),*])),
            );
        }
        let site = at(declared);
        let none = quote!(#p::Args::declared(#site, &[]));
        let mut pushes = TokenStream::new();
        for (i, arg) in args.items.iter().enumerate() {
            let (name, site) = self.argument(arg);
            if let Some(n) = whole_number(&arg.value) {
                pushes.extend(quote!(__a.int(#name, #n, #site);));
                continue;
            }
            let (v, value) = (Word::new(&format!("__arg{i}")), self.expr(&arg.value));
            let push = if is_opaque(&arg.value, &[]) {
                quote!(push_foreign)
            } else {
                quote!(push)
            };
            pushes.extend(quote!(let #v = #value; __a.#push(#name, #v, #site);));
        }
        LayerInputs::Computed(quote!({ let mut __a = #none; #pushes __a }))
    }

    /// An argument's name, empty if it goes by position, and its site.
    fn argument(&mut self, arg: &LayerArg) -> (String, u32) {
        match &arg.name {
            Some(name) => (plain_name(name), self.sites.over(name)),
            None => (String::new(), self.sites.over(&arg.value)),
        }
    }
}
