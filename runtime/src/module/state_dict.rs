//! A model's tensors by name.

use std::collections::HashMap;
use std::fmt;

use crate::{Result, Tensor};

/// Tensors by name, in order (`torch.nn.Module.state_dict`).
///
/// [`ModuleExt::state_dict`](super::ModuleExt::state_dict) makes one. Its tensors share the storage of the model, as in
/// PyTorch: they show the values of the moment. [`copied`](Self::copied) keeps the present ones.
///
/// # Example
/// ```
/// use taper::module::{ModuleExt, StateDict};
/// # use taper::testing::Toy;
/// # let net = Toy::linear(2, 3)?;
/// let state: StateDict = net.state_dict();
/// assert_eq!(state.names().collect::<Vec<_>>(), ["weight", "bias"]);
/// assert_eq!(state.get("weight").map(|w| w.dims()), Some(&[3, 2][..]));
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct StateDict {
    entries: Vec<(String, Tensor)>,
    index: HashMap<String, usize>,
}

impl StateDict {
    /// Without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tensor at the end, or replaces the one of this name in its place, which it then returns.
    ///
    /// ```
    /// use taper::{module::StateDict, Device, Tensor};
    /// let mut state = StateDict::new();
    /// assert!(state.insert("weight", Tensor::new(&[1f32], &Device::Cpu)?).is_none());
    /// assert!(state.insert("weight", Tensor::new(&[2f32], &Device::Cpu)?).is_some());
    /// assert_eq!(state.len(), 1);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn insert(&mut self, name: impl Into<String>, tensor: impl Into<Tensor>) -> Option<Tensor> {
        let (name, tensor) = (name.into(), tensor.into());
        if let Some(&at) = self.index.get(&name) {
            return Some(std::mem::replace(&mut self.entries[at].1, tensor));
        }
        self.index.insert(name.clone(), self.entries.len());
        self.entries.push((name, tensor));
        None
    }

    /// The tensor of this name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.index.get(name).map(|&at| &self.entries[at].1)
    }

    /// Whether there is a tensor of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    /// Takes a tensor out; the order of the others stays.
    pub fn remove(&mut self, name: &str) -> Option<Tensor> {
        let at = *self.index.get(name)?;
        let (_, tensor) = self.entries.remove(at);
        self.reindex();
        Some(tensor)
    }

    /// Keeps the entries for which `keep` is true.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy};
    /// # let net = Toy::linear(2, 3)?;
    /// let mut state = net.state_dict();
    /// state.retain(|name, tensor| tensor.rank() == 2);
    /// assert_eq!(state.names().collect::<Vec<_>>(), ["weight"]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Tensor) -> bool) {
        self.entries.retain(|(name, tensor)| keep(name, tensor));
        self.reindex();
    }

    /// The same tensors under other names, for files of models that name their layers differently. Of two that get the same
    /// name, the later one is kept.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy};
    /// # let net = Toy::linear(2, 3)?;
    /// let state = net.state_dict().rename(|name| format!("module.{name}"));
    /// let back = state.rename(|name| name.trim_start_matches("module.").to_owned());
    /// assert_eq!(back.names().collect::<Vec<_>>(), ["weight", "bias"]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    #[must_use]
    pub fn rename(self, mut name: impl FnMut(&str) -> String) -> Self {
        let entries = self.entries.into_iter();
        entries.map(|(old, tensor)| (name(&old), tensor)).collect()
    }

    /// Copies of all tensors, which the model's later steps don't change.
    ///
    /// # Errors
    /// If a device has no room.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy};
    /// # let net = Toy::linear(1, 1)?;
    /// let (live, best) = (net.state_dict(), net.state_dict().copied()?);
    /// net.get_parameter("bias")?.set(net.get_parameter("bias")?.add(1.0)?)?;
    /// assert!(live.get("bias").unwrap().item()? > best.get("bias").unwrap().item()?);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn copied(&self) -> Result<Self> {
        let copy = |(name, tensor): (&str, &Tensor)| {
            Ok((name.to_owned(), Tensor::from(tensor.as_candle().copy()?)))
        };
        self.iter().map(copy).collect()
    }

    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// Names and tensors, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.entries
            .iter()
            .map(|(name, tensor)| (name.as_str(), tensor))
    }

    fn reindex(&mut self) {
        let entries = self.entries.iter().enumerate();
        self.index = entries.map(|(at, (name, _))| (name.clone(), at)).collect();
    }
}

impl<N: Into<String>, T: Into<Tensor>> FromIterator<(N, T)> for StateDict {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(entries: I) -> Self {
        let mut state = StateDict::new();
        state.extend(entries);
        state
    }
}

impl<N: Into<String>, T: Into<Tensor>> Extend<(N, T)> for StateDict {
    fn extend<I: IntoIterator<Item = (N, T)>>(&mut self, entries: I) {
        for (name, tensor) in entries {
            self.insert(name, tensor);
        }
    }
}

impl IntoIterator for StateDict {
    type Item = (String, Tensor);
    type IntoIter = std::vec::IntoIter<(String, Tensor)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

/// Names, shapes and types, without the values.
impl fmt::Debug for StateDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
