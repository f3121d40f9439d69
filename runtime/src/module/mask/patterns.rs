//! A list of patterns, known at compile time or not.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Clone, Debug)]
pub(super) enum Patterns {
    Static(&'static [&'static str]),
    Owned(Vec<String>),
}

impl Patterns {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        // One of the two is empty: an iterator over either, without a box.
        let (fixed, owned): (&[&'static str], &[String]) = match self {
            Patterns::Static(patterns) => (patterns, &[]),
            Patterns::Owned(patterns) => (&[], patterns),
        };
        fixed
            .iter()
            .copied()
            .chain(owned.iter().map(String::as_str))
    }
}

impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Patterns {}

impl Serialize for Patterns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Patterns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Patterns::Owned(Vec::deserialize(deserializer)?))
    }
}
