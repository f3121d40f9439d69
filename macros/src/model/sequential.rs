//! `sequential!` and its hidden structs: layers in a row, each with a rule, construction and a forward of its own.

use super::fields::LayerInputs;
use super::standard;
use crate::ast::{plain_name, Entry, EntryKind, LayerArgs, Sequential};
use crate::emit::{quote, TokenStream, Word};
use crate::lower::{hash, Lower, Sites};
use crate::tokens::Tokens;
use proc_macro2::Ident;
use syn::Expr;

/// One layer of a block after flattening.
struct Leaf {
    /// The struct's field.
    field: Word,
    hash: u64,
    name: Option<String>,
    ty: TokenStream,
    /// Whether it may occur any number of times: within `for`, or with `* n`.
    many: bool,
}

/// Defines the structs of one block and of those nested in it.
pub(crate) struct Hidden<'a> {
    p: Tokens,
    configs: &'a [String],
    var: Option<&'a Ident>,
    sites: Sites,
    items: TokenStream,
    count: usize,
}

impl<'a> Hidden<'a> {
    /// `configs` are the hyperparameters that arguments may name, `var` the index of the list the block stands in.
    pub(crate) fn new(
        p: &Tokens,
        configs: &'a [String],
        var: Option<&'a Ident>,
        sites: Sites,
    ) -> Self {
        Hidden {
            p: p.clone(),
            configs,
            var,
            sites,
            items: TokenStream::new(),
            count: 0,
        }
    }

    /// The items.
    pub(crate) fn items(&self) -> TokenStream {
        self.items.clone()
    }

    /// One check per entry and its arguments.
    pub(crate) fn checks(&self, proof: &TokenStream) -> TokenStream {
        self.sites.checks(proof)
    }

    /// The number after the last site.
    pub(crate) fn end(&self) -> u32 {
        self.sites.end()
    }

    /// Defines the struct of a block; its name.
    pub(crate) fn define(&mut self, block: &'a Sequential) -> TokenStream {
        let name = format!("__Sequential{}", self.count);
        self.count += 1;
        let mut leaves = Vec::new();
        let trace = self.entries(&block.entries, false, &mut leaves);
        let (rule, p) = (Word::new(&format!("{name}Rule")), &self.p);
        let name = Word::new(&name);
        let fields = leaves.iter().map(|l| {
            let (field, ty) = (&l.field, &l.ty);
            if l.many {
                quote!(#field: #p::Vec<#ty>)
            } else {
                quote!(#field: #ty)
            }
        });
        let (build, module, forward) = (
            self.build(&leaves),
            self.module(&leaves),
            self.forward(&leaves),
        );
        let copies = leaves.iter().map(|l| {
            let (field, ty) = (&l.field, &l.ty);
            let copy = if l.many {
                quote!(copy_list)
            } else {
                quote!(copy_one)
            };
            quote!(#field: <#ty as #p::Layer>::#copy(&self.#field),)
        });
        let order = in_order(&leaves).then(TokenStream::new);
        let order = order.unwrap_or_else(|| quote!(order: #p::Clone::clone(&self.order),));
        let copies = quote!(#(#copies)* #order __taper: #p::Clone::clone(&self.__taper),);
        let (text, copy) = (standard::text(p, &name), standard::copy(p, &name, &copies));
        let order = (!in_order(&leaves)).then(|| quote!(order: #p::Vec<u16>,));
        self.items.extend(quote! {
            #text
            #copy

            pub struct #name { #(#fields,)* #order __taper: #p::State }

            pub struct #rule;

            #[allow(warnings, clippy::all)]
            impl #rule {
                pub const fn trace(self, __t: &mut #p::Tracer<'_>, _: &#p::Args, __inputs: &#p::Args) -> #p::Value {
                    __t.describe("Sequential", #p::None, __inputs);
                    let mut __x = __inputs.value(0);
                    let mut __k = 0i64;
                    #trace
                    __x
                }
            }

            #[automatically_derived]
            impl #p::Layer for #name {
                type Rule = #rule;
                const RULE: #rule = #rule;

                const TRACE: #p::TraceFn<Self> = #rule::trace;

                fn build(__at: &mut #p::Build<'_, '_>) -> #p::Result<Self> {
                    #build
                }
            }

            #[automatically_derived]
            impl #p::Module for #name {
                fn type_name(&self) -> &'static str { "Sequential" }
                #module
                fn state(&self) -> #p::Option<&#p::State> {
                    #p::Some(&self.__taper)
                }
            }

            #[automatically_derived]
            #[allow(warnings, clippy::all)]
            impl #p::Forward for #name {
                fn forward(&self, __x: &#p::Tensor) -> #p::Result<#p::Tensor> {
                    #forward
                }
            }
        });
        quote!(#name)
    }

    /// The trace of some entries; their leaves are added.
    fn entries(&mut self, entries: &'a [Entry], many: bool, leaves: &mut Vec<Leaf>) -> TokenStream {
        let mut code = TokenStream::new();
        for entry in entries {
            code.extend(self.entry(entry, many, leaves, &[]));
        }
        code
    }

    fn entry(
        &mut self,
        entry: &'a Entry,
        many: bool,
        leaves: &mut Vec<Leaf>,
        vars: &[&'a syn::Pat],
    ) -> TokenStream {
        let p = self.p.clone();
        match &entry.kind {
            EntryKind::Layer { ty, args, times } => {
                let many = many || times.is_some();
                let leaf = self.leaf(leaves, entry, quote!(#ty), many);
                let step = self.step(leaf, ty, args, vars);
                match times {
                    None => step,
                    Some(times) => {
                        let count = self.value(times, vars);
                        quote! {
                            let __n = #count;
                            let mut __times = __t.range(#p::Value::int(0), __n);
                            let mut __first = __x;
                            while __t.next(&mut __times) {
                                #step
                                __x = __t.settle(&__times, &mut __first, __x);
                            }
                        }
                    }
                }
            }
            EntryKind::Block(block) => {
                let ty = self.define(block);
                let leaf = self.leaf(leaves, entry, ty.clone(), many);
                let path: syn::Path = syn::parse_quote!(#ty);
                self.step(leaf, &path, &LayerArgs::default(), vars)
            }
            EntryKind::For {
                pat,
                table,
                entries,
            } => {
                let mut all = vars.to_vec();
                all.push(pat);
                let mut body = TokenStream::new();
                for inner in entries {
                    body.extend(self.entry(inner, true, leaves, &all));
                }
                let names = names_of(pat);
                quote! {
                    let mut __row = 0usize;
                    while __row < #table.len() {
                        let #pat = #table[__row];
                        #(let #names = #p::Leaf(#names).value();)*
                        #body
                        __row += 1;
                    }
                }
            }
        }
    }

    fn leaf(
        &mut self,
        leaves: &mut Vec<Leaf>,
        entry: &'a Entry,
        ty: TokenStream,
        many: bool,
    ) -> (u64, Option<String>) {
        let n = leaves.len();
        let field = Word::new(&format!("layer{n}"));
        let h = hash(&format!("layer{n}"));
        let name = entry.name.as_ref().map(plain_name);
        leaves.push(Leaf {
            field,
            hash: h,
            name: name.clone(),
            ty,
            many,
        });
        (h, name)
    }

    /// One layer in the trace: its arguments, its path, its rule. An error of its shapes points at the entry.
    fn step(
        &mut self,
        (h, name): (u64, Option<String>),
        ty: &syn::Path,
        args: &LayerArgs,
        vars: &[&'a syn::Pat],
    ) -> TokenStream {
        let p = self.p.clone();
        let outer = self.sites.group();
        let site = self.sites.over(ty);
        let args = self.lower(vars, |l| l.layer_inputs(args, Some(site)));
        self.sites.resume(outer);
        let shown = name.unwrap_or_default();
        let at = quote!(__t.entry(#h, #shown, &mut __k, #site));
        let step = |args| {
            quote! {
                __x = <#ty as #p::Layer>::RULE.trace(#at, &#args, &#p::Args::forward(__x));
                __t.leave();
            }
        };
        match args {
            LayerInputs::Constant(args) => step(args),
            LayerInputs::Computed(args) => {
                let step = step(quote!(__args));
                quote!({ let __args = #args; #step })
            }
        }
    }

    fn value(&mut self, e: &Expr, vars: &[&'a syn::Pat]) -> TokenStream {
        self.lower(vars, |l| l.expr(e))
    }

    fn lower<T>(&mut self, vars: &[&'a syn::Pat], f: impl FnOnce(&mut Lower<'_>) -> T) -> T {
        let mut lower = Lower::arguments(self.p.clone(), self.configs, &mut self.sites);
        if let Some(var) = self.var {
            lower.index(var);
        }
        for name in vars.iter().flat_map(|v| names_of(v)) {
            lower.declare(&name);
        }
        f(&mut lower)
    }

    fn build(&self, leaves: &[Leaf]) -> TokenStream {
        let p = &self.p;
        let fields = leaves.iter().enumerate().map(|(n, leaf)| {
            let (field, h) = (&leaf.field, leaf.hash);
            if leaf.many {
                quote!(#field: __at.list(#h)?)
            } else {
                let shown = leaf.shown(n);
                quote!(#field: __at.one(#h, #shown)?)
            }
        });
        let order = (!in_order(leaves)).then(|| {
            let hashes = leaves.iter().map(|leaf| leaf.hash);
            quote!(order: __at.order(&[#(#hashes),*]),)
        });
        quote!(#p::Ok(Self { #(#fields,)* #order __taper: #p::State::new() }))
    }

    /// Visiting in the order of execution, under the names that the trace gave.
    fn module(&self, leaves: &[Leaf]) -> TokenStream {
        let p = &self.p;
        if in_order(leaves) {
            let names: Vec<_> = leaves.iter().enumerate().map(|(n, l)| l.shown(n)).collect();
            let (all, fields) = (names.join(" "), leaves.iter().map(|l| &l.field));
            let fields: Vec<_> = fields.collect();
            return quote! {
                fn visit<'__a>(&'__a self, visitor: &mut dyn #p::Visitor<'__a>) {
                    #p::visit_all(visitor, #all, &[#(&self.#fields),*]);
                }

                fn visit_mut(&mut self, visitor: &mut dyn #p::VisitorMut) -> #p::Result<()> {
                    #p::visit_all_mut(visitor, #all, &mut [#(&mut self.#fields),*])
                }
            };
        }
        let mut arms = (TokenStream::new(), TokenStream::new());
        let count = leaves.len();
        for (n, leaf) in leaves.iter().enumerate() {
            let (n, field) = (n as u16, &leaf.field);
            let name = match &leaf.name {
                Some(name) => quote!(#name),
                None => quote!(&#p::position(__k)),
            };
            if leaf.many {
                let slot = n as usize;
                arms.0.extend(quote!(#n => {
                    if let #p::Some(__m) = self.#field.get(__next[#slot]) { visitor.module(#name, __m); }
                    __next[#slot] += 1;
                }));
                arms.1.extend(quote!(#n => {
                    if let #p::Some(__m) = self.#field.get_mut(__next[#slot]) { visitor.module(#name, __m)?; }
                    __next[#slot] += 1;
                }));
            } else {
                arms.0
                    .extend(quote!(#n => visitor.module(#name, &self.#field),));
                arms.1
                    .extend(quote!(#n => visitor.module(#name, &mut self.#field)?,));
            }
        }
        let (shared, exclusive) = arms;
        quote! {
            #[allow(warnings, clippy::all)]
            fn visit<'__a>(&'__a self, visitor: &mut dyn #p::Visitor<'__a>) {
                let mut __next = [0usize; #count];
                for (__k, __n) in self.order.iter().enumerate() {
                    match *__n { #shared _ => {} }
                }
            }

            #[allow(warnings, clippy::all)]
            fn visit_mut(&mut self, visitor: &mut dyn #p::VisitorMut) -> #p::Result<()> {
                let mut __next = [0usize; #count];
                for (__k, __n) in self.order.iter().enumerate() {
                    match *__n { #exclusive _ => {} }
                }
                #p::Ok(())
            }
        }
    }

    /// One call where every layer occurs once, else a walk in the order of the trace.
    fn forward(&self, leaves: &[Leaf]) -> TokenStream {
        let p = &self.p;
        if leaves.is_empty() {
            return quote!(#p::Ok(::core::clone::Clone::clone(__x)));
        }
        if in_order(leaves) {
            let names = leaves.iter().enumerate().map(|(n, l)| l.shown(n));
            let fields = leaves.iter().map(|l| &l.field);
            return quote!(#p::in_sequence(__x, &[#((#names, &self.#fields)),*]));
        }
        let count = leaves.len();
        let arms = leaves.iter().enumerate().map(|(n, l)| {
            let (n, field) = (n as u16, &l.field);
            if l.many {
                let slot = n as usize;
                quote!(#n => {
                    __next[#slot] += 1;
                    #p::CallAt::call_at(&self.#field, __next[#slot] - 1, (&__x,))
                })
            } else {
                quote!(#n => #p::Call::call(&self.#field, (&__x,)),)
            }
        });
        quote! {
            let mut __next = [0usize; #count];
            let mut __x = ::core::clone::Clone::clone(__x);
            for (__k, __n) in self.order.iter().enumerate() {
                let __y = match *__n { #(#arms)* _ => continue };
                __x = #p::within(&#p::position(__k), __y)?;
            }
            #p::Ok(__x)
        }
    }
}

impl Leaf {
    /// The name of the only layer that stands here.
    fn shown(&self, n: usize) -> String {
        self.name.clone().unwrap_or_else(|| n.to_string())
    }
}

/// Whether every layer occurs once: the order of execution is that of the fields then.
fn in_order(leaves: &[Leaf]) -> bool {
    leaves.iter().all(|leaf| !leaf.many)
}

/// The names that a pattern binds.
fn names_of(pat: &syn::Pat) -> Vec<Ident> {
    match pat {
        syn::Pat::Ident(pat) => vec![pat.ident.clone()],
        syn::Pat::Tuple(tuple) => tuple.elems.iter().flat_map(names_of).collect(),
        syn::Pat::TupleStruct(t) => t.elems.iter().flat_map(names_of).collect(),
        syn::Pat::Slice(slice) => slice.elems.iter().flat_map(names_of).collect(),
        syn::Pat::Paren(pat) => names_of(&pat.pat),
        syn::Pat::Reference(pat) => names_of(&pat.pat),
        syn::Pat::Type(pat) => names_of(&pat.pat),
        _ => Vec::new(),
    }
}
