//! The macros of taper.
