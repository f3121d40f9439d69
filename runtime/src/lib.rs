//! Declarative neural networks in Rust, on Candle.
