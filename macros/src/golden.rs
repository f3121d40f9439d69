//! Golden files: what the macros make of a few models, as text in `tests/golden`.
//!
//! `lenet.rs` is what a user writes, `lenet.expanded.rs` what rustc then compiles. A change of the expansion shows there,
//! line by line. `TAPER_BLESS=1 cargo test -p taper-macros golden` writes the files anew.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, File, Item, Meta};

use crate::diag::Diag;
use crate::{ast, emit, forward, model};

type Expanded<T = ()> = Result<T, String>;

const BLESS: &str = "TAPER_BLESS";

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The value, if `diag` has no errors.
fn checked<T>(parsed: Option<T>, diag: &Diag) -> Expanded<T> {
    let messages = diag.messages();
    parsed
        .filter(|_| messages.is_empty())
        .ok_or_else(|| messages.join("\n"))
}

/// What stands between an attribute's parentheses.
fn content(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    }
}

/// The attributes of an item that a macro of taper may stand on.
fn attributes(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Struct(item) => Some(&mut item.attrs),
        Item::Impl(item) => Some(&mut item.attrs),
        Item::Fn(item) => Some(&mut item.attrs),
        _ => None,
    }
}

/// An item with its macro run, as rustc would.
fn expand(mut item: Item, krate: &emit::TokenStream) -> Expanded<TokenStream> {
    let diag = Diag::new();
    let found = attributes(&mut item).and_then(|attrs| {
        let is_taper =
            |attr: &Attribute| attr.path().is_ident("model") || attr.path().is_ident("forward");
        let at = attrs.iter().position(is_taper)?;
        Some(attrs.remove(at))
    });
    match found {
        Some(attr) if attr.path().is_ident("model") => {
            let parsed = ast::Model::parse(content(&attr), item.to_token_stream(), &diag);
            Ok(model::expand(&checked(parsed, &diag)?, krate).into())
        }
        Some(attr) => {
            let parsed = forward::ForwardItem::parse(content(&attr), item.to_token_stream(), &diag);
            Ok(forward::expand(&checked(parsed, &diag)?, krate).into())
        }
        None => {
            checked(Some(()), &diag)?;
            let mut networks = Networks {
                krate,
                errors: Vec::new(),
            };
            networks.visit_item_mut(&mut item);
            match networks.errors.as_slice() {
                [] => Ok(item.to_token_stream()),
                errors => Err(errors.join("\n")),
            }
        }
    }
}

/// Runs `sequential!` where it is an expression.
struct Networks<'a> {
    krate: &'a emit::TokenStream,
    errors: Vec<String>,
}

impl VisitMut for Networks<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let Expr::Macro(call) = expr else { return };
        if !call.mac.path.is_ident("sequential") {
            return;
        }
        let diag = Diag::new();
        let parsed = ast::Sequential::parse_expression(call.mac.tokens.clone(), &diag);
        let expanded = checked(parsed, &diag)
            .map(|block| model::literal::expand(&block, self.krate))
            .and_then(|tokens| syn::parse2(tokens.into()).map_err(|error| error.to_string()));
        match expanded {
            Ok(expanded) => *expr = expanded,
            Err(error) => self.errors.push(error),
        }
    }
}

/// What becomes of a file, as rustfmt would nearly print it.
fn expanded(source: &str) -> Expanded<String> {
    let file = syn::parse_file(source).map_err(|error| error.to_string())?;
    let krate = emit::quote!(::taper);
    let items = file
        .items
        .into_iter()
        .map(|item| expand(item, &krate))
        .collect::<Expanded<TokenStream>>()?;
    let file: File = syn::parse2(items).map_err(|error| error.to_string())?;
    Ok(prettyplease::unparse(&file))
}

/// The first line in which two texts differ, with its number.
fn difference(expected: &str, actual: &str) -> Option<String> {
    let (mut old, mut new) = (expected.lines(), actual.lines());
    for number in 1.. {
        let (old, new) = (old.next(), new.next());
        if old != new {
            let shown = |line: Option<&str>| line.unwrap_or("(the end)").to_owned();
            return Some(format!(
                "line {number}\n  expected: {}\n  expanded: {}",
                shown(old),
                shown(new)
            ));
        }
        old?;
    }
    None
}

/// Compares one model's expansion with its golden file, or writes that.
fn compare(source: &Path) -> Expanded {
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let golden = source.with_extension("expanded.rs");
    let actual =
        expanded(&read(source)?).map_err(|error| format!("{}: {error}", source.display()))?;
    if std::env::var_os(BLESS).is_some() {
        return fs::write(&golden, actual)
            .map_err(|error| format!("{}: {error}", golden.display()));
    }
    match difference(&read(&golden)?, &actual) {
        None => Ok(()),
        Some(first) => Err(format!("{}, {first}", golden.display())),
    }
}

#[test]
fn golden() -> Expanded {
    let entries = fs::read_dir(directory()).map_err(|error| error.to_string())?;
    let mut sources: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| !path.to_string_lossy().ends_with(".expanded.rs"))
        .collect();
    sources.sort();
    if sources.is_empty() {
        return Err(format!("no models in {}", directory().display()));
    }
    let differences: Vec<String> = sources
        .iter()
        .filter_map(|source| compare(source).err())
        .collect();
    assert!(
        differences.is_empty(),
        "{}\nif the new expansions are right, write them with `{BLESS}=1 cargo test -p taper-macros golden`",
        differences.join("\n")
    );
    Ok(())
}

#[test]
fn differences_name_their_line() {
    assert_eq!(difference("a\nb", "a\nb"), None);
    assert_eq!(
        difference("a\nb", "a\nc").as_deref(),
        Some("line 2\n  expected: b\n  expanded: c")
    );
    assert_eq!(
        difference("a", "a\nc").as_deref(),
        Some("line 2\n  expected: (the end)\n  expanded: c")
    );
}
