//! The path of the crate `taper`, whatever its user calls it.

use crate::emit::{quote, TokenStream};
use proc_macro2::Span;
use proc_macro_crate::{crate_name, FoundCrate};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;
use std::{env, fs};
use syn::Ident;

/// `::taper`, or the name it has in the user's `Cargo.toml`. Inside taper itself `::taper` works too: the library declares
/// `extern crate self as taper`, and its tests and examples depend on it by that name.
pub(crate) fn path() -> TokenStream {
    if is_plain() {
        return quote!(::taper);
    }
    match crate_name("taper") {
        Ok(FoundCrate::Name(name)) => {
            let name =
                syn::parse_str(&name).unwrap_or_else(|_| Ident::new_raw(&name, Span::call_site()));
            quote!(::#name)
        }
        Ok(FoundCrate::Itself) | Err(_) => quote!(::taper),
    }
}

/// A manifest as it was read last: rust-analyzer keeps this process, and people change manifests.
struct Read {
    path: PathBuf,
    changed: SystemTime,
    plain: bool,
}

/// Whether the user's manifest has a dependency by the name `taper`. [`crate_name`] knows that too, but runs `cargo` to find the
/// manifest of the workspace, in each `cargo check` anew: as long as ten models take.
fn is_plain() -> bool {
    static LAST: Mutex<Option<Read>> = Mutex::new(None);
    let Some(folder) = env::var_os("CARGO_MANIFEST_DIR") else {
        return false;
    };
    let path = Path::new(&folder).join("Cargo.toml");
    let Ok(changed) = fs::metadata(&path).and_then(|file| file.modified()) else {
        return false;
    };
    let Ok(mut last) = LAST.lock() else {
        return false;
    };
    if let Some(read) = &*last {
        if read.path == path && read.changed == changed {
            return read.plain;
        }
    }
    let plain = fs::read_to_string(&path).is_ok_and(|manifest| names_taper(&manifest));
    *last = Some(Read {
        path,
        changed,
        plain,
    });
    plain
}

/// Whether a manifest has a dependency `taper` that is no other package under that name; sooner no than a wrong yes.
fn names_taper(manifest: &str) -> bool {
    let mut listed = false;
    manifest.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            listed = line == "[dependencies]" || line == "[dev-dependencies]";
        }
        let value = line.strip_prefix("taper").map(str::trim_start);
        listed
            && value.is_some_and(|value| value.starts_with(['=', '.']))
            && !line.contains("package")
    })
}

#[cfg(test)]
mod tests {
    use super::names_taper;

    #[test]
    fn a_dependency_is_found_by_its_name() {
        for manifest in [
            "[package]\nname = \"x\"\n\n[dependencies]\ncandle = \"1\"\ntaper = { path = \"..\" }\n",
            "[dependencies]\ntaper.workspace = true",
            "[dev-dependencies]\n  taper=\"0.1\"",
        ] {
            assert!(names_taper(manifest), "{manifest}");
        }
    }

    #[test]
    fn other_names_and_other_packages_are_left_to_cargo() {
        for manifest in [
            "[package]\nname = \"taper\"\n\n[dependencies]\ncandle = \"1\"",
            "[dependencies]\nnn = { package = \"taper\", path = \"..\" }",
            "[dependencies]\ntaper = { package = \"tapir\", version = \"1\" }",
            "[dependencies]\ntaper-macros = \"1\"",
            "[build-dependencies]\ntaper = \"0.1\"",
            "[features]\ntaper = []",
        ] {
            assert!(!names_taper(manifest), "{manifest}");
        }
    }
}
