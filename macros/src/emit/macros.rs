//! `quote!` and `quote_spanned!`.

/// `quote!` of the crate `quote`, into a [`TokenStream`] of this module.
macro_rules! quote {
    ($($token:tt)*) => {{
        let _at: Option<proc_macro2::Span> = None;
        #[allow(unused_mut)]
        let mut _s = $crate::emit::TokenStream::new();
        $crate::emit::quote_each! { _s _at $($token)* }
        _s
    }};
}

/// `quote_spanned!` of the crate `quote`, into a [`TokenStream`] of this module.
macro_rules! quote_spanned {
    ($span:expr=> $($token:tt)*) => {{
        let _at: Option<proc_macro2::Span> = Some($span);
        #[allow(unused_mut)]
        let mut _s = $crate::emit::TokenStream::new();
        $crate::emit::quote_each! { _s _at $($token)* }
        _s
    }};
}

/// Each token with the three before it and the three behind it, as `quote` does: that is enough to see what is part of an
/// interpolation, and needs no recursion.
macro_rules! quote_each {
    ($s:ident $at:ident $($token:tt)*) => {
        $crate::emit::quote_in_context! { $s $at
            (@ @ @ @ @ @ $($token)*)
            (@ @ @ @ @ $($token)* @)
            (@ @ @ @ $($token)* @ @)
            (@ @ @ $(($token))* @ @ @)
            (@ @ $($token)* @ @ @ @)
            (@ $($token)* @ @ @ @ @)
            ($($token)* @ @ @ @ @ @)
        }
    };
}

macro_rules! quote_in_context {
    ($s:ident $at:ident
        ($($b3:tt)*) ($($b2:tt)*) ($($b1:tt)*) ($($token:tt)*) ($($a1:tt)*) ($($a2:tt)*) ($($a3:tt)*)
    ) => {
        $($crate::emit::quote_one! { $s $at $b3 $b2 $b1 $token $a1 $a2 $a3 })*
    };
}

macro_rules! quote_one {
    ($s:ident $at:ident $b3:tt $b2:tt $b1:tt @ $a1:tt $a2:tt $a3:tt) => {};

    // `#(…)*`, and its last two tokens.
    ($s:ident $at:ident $b3:tt $b2:tt $b1:tt (#) ($($inner:tt)*) * $a3:tt) => {{
        #[allow(unused_imports)]
        use $crate::emit::repeat::*;
        $crate::emit::quote_names! { bind_in_turn!() $($inner)* }
        loop {
            $crate::emit::quote_names! { bind_next!() $($inner)* }
            $crate::emit::quote_each! { $s $at $($inner)* }
        }
    }};
    ($s:ident $at:ident $b3:tt $b2:tt # (($($inner:tt)*)) * $a2:tt $a3:tt) => {};
    ($s:ident $at:ident $b3:tt # ($($inner:tt)*) (*) $a1:tt $a2:tt $a3:tt) => {};

    // `#(…),*`, and its last three tokens.
    ($s:ident $at:ident $b3:tt $b2:tt $b1:tt (#) ($($inner:tt)*) $between:tt *) => {{
        #[allow(unused_imports)]
        use $crate::emit::repeat::*;
        let mut _first = true;
        $crate::emit::quote_names! { bind_in_turn!() $($inner)* }
        loop {
            $crate::emit::quote_names! { bind_next!() $($inner)* }
            if !_first {
                $crate::emit::quote_token! { $s $at $between }
            }
            _first = false;
            $crate::emit::quote_each! { $s $at $($inner)* }
        }
    }};
    ($s:ident $at:ident $b3:tt $b2:tt # (($($inner:tt)*)) $between:tt * $a3:tt) => {};
    ($s:ident $at:ident $b3:tt # ($($inner:tt)*) ($between:tt) * $a2:tt $a3:tt) => {};
    ($s:ident $at:ident # ($($inner:tt)*) $between:tt (*) $a1:tt $a2:tt $a3:tt) => {};

    // `#name`, and its name.
    ($s:ident $at:ident $b3:tt $b2:tt $b1:tt (#) $name:ident $a2:tt $a3:tt) => {
        $crate::emit::ToTokens::to_tokens(&$name, &mut $s);
    };
    ($s:ident $at:ident $b3:tt $b2:tt # ($name:ident) $a1:tt $a2:tt $a3:tt) => {};

    ($s:ident $at:ident $b3:tt $b2:tt $b1:tt ($token:tt) $a1:tt $a2:tt $a3:tt) => {
        $crate::emit::quote_token! { $s $at $token }
    };
}

macro_rules! quote_token {
    ($s:ident $at:ident ($($inner:tt)*)) => {
        $crate::emit::quote_group! { $s $at Parenthesis $($inner)* }
    };
    ($s:ident $at:ident [$($inner:tt)*]) => {
        $crate::emit::quote_group! { $s $at Bracket $($inner)* }
    };
    ($s:ident $at:ident {$($inner:tt)*}) => {
        $crate::emit::quote_group! { $s $at Brace $($inner)* }
    };
    ($s:ident $at:ident $token:tt) => {
        $s.push_written(stringify!($token), $at);
    };
}

macro_rules! quote_group {
    ($s:ident $at:ident $delimiter:ident $($inner:tt)*) => {{
        #[allow(unused_mut)]
        let mut _inside = $crate::emit::TokenStream::new();
        $crate::emit::quote_each! { _inside $at $($inner)* }
        $s.push_group(proc_macro2::Delimiter::$delimiter, _inside, $at);
    }};
}

/// Calls a macro with each `#name` of some tokens.
macro_rules! quote_names {
    ($call:ident!() $($token:tt)*) => {
        $crate::emit::quote_names_in_context! { $call!() (@ $($token)*) ($($token)* @) }
    };
}

macro_rules! quote_names_in_context {
    ($call:ident!() ($($before:tt)*) ($($token:tt)*)) => {
        $($crate::emit::quote_name! { $call!() $before $token })*
    };
}

macro_rules! quote_name {
    ($call:ident!() $before:tt ($($inner:tt)*)) => {
        $crate::emit::quote_names! { $call!() $($inner)* }
    };
    ($call:ident!() $before:tt [$($inner:tt)*]) => {
        $crate::emit::quote_names! { $call!() $($inner)* }
    };
    ($call:ident!() $before:tt {$($inner:tt)*}) => {
        $crate::emit::quote_names! { $call!() $($inner)* }
    };
    ($call:ident!() # $name:ident) => {
        $crate::emit::$call! { $name }
    };
    ($call:ident!() $before:tt $token:tt) => {};
}

macro_rules! bind_in_turn {
    ($name:ident) => {
        // `mut` is of no use to a name that occurs twice.
        #[allow(unused_mut)]
        let mut $name = $name.in_turn();
    };
}

macro_rules! bind_next {
    ($name:ident) => {
        let $name = match $name.next() {
            Some(value) => $crate::emit::repeat::Item(value),
            None => break,
        };
    };
}

pub(crate) use {
    bind_in_turn, bind_next, quote, quote_each, quote_group, quote_in_context, quote_name,
    quote_names, quote_names_in_context, quote_one, quote_spanned, quote_token,
};
