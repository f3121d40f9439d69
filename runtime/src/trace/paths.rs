//! Where in the network the trace is: paths of layers, the parameters met, their matching against patterns.

use super::bind::distance;
use super::glob::glob;
use super::{Dim, TensorValue, Text, Tracer, Truth, Value};
use super::{Record, RecordKind};

/// One segment of a path: `fc1`, `blocks.3`, `denselayer4`.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// The field's name, or what precedes the index in a name template; may be empty.
    pub name: &'static str,
    /// Index within a list.
    pub index: Option<i64>,
    /// Whether the index follows the name directly (`denselayer4`) instead of after a dot.
    pub joined: bool,
    /// What follows the index: `_reverse` of `weight_ih_l0_reverse`.
    pub suffix: &'static str,
    /// Hash of the field.
    pub field: u64,
    /// Hash of the path up to and including this segment.
    pub(super) hash: u64,
    /// The record of this component, if records are kept.
    pub(super) record: u32,
    /// Whether this path is visited for the first time.
    pub(super) fresh: bool,
}

impl Segment {
    pub(super) const EMPTY: Segment = Segment {
        name: "",
        index: None,
        joined: false,
        suffix: "",
        field: 0,
        hash: 0,
        record: u32::MAX,
        fresh: false,
    };

    /// The segment of a member that has but a name.
    const fn named(name: &'static str) -> Segment {
        Segment {
            name,
            ..Segment::EMPTY
        }
    }

    /// Writes the segment.
    pub const fn write(&self, out: &mut Text) {
        out.push(self.name);
        if let Some(i) = self.index {
            if !self.name.is_empty() && !self.joined {
                out.push(".");
            }
            out.push_int(i);
        }
        out.push(self.suffix);
    }
}

/// The parameter name nearest to a pattern that matches nothing.
#[derive(Clone, Copy)]
pub(super) struct Nearest {
    pub(super) distance: usize,
    pub(super) name: Text,
}

impl Nearest {
    pub(super) const NONE: Nearest = Nearest {
        distance: usize::MAX,
        name: Text::new(),
    };
}

/// FNV-1a with a final mix; what the macros use for the names of fields.
pub const fn hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    let mut i = 0;
    while i < bytes.len() {
        h = (h ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    mix(h)
}

const fn mix(h: u64) -> u64 {
    let h = (h ^ (h >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let h = (h ^ (h >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (h ^ (h >> 32)) | 1
}

impl Tracer<'_> {
    /// Enters field `name`. With an index, element `index` of a list; with `joined`, the index is part of the
    /// name. An empty name adds no segment of its own but the index.
    pub const fn enter(
        &mut self,
        field: u64,
        name: &'static str,
        index: Option<i64>,
        joined: bool,
    ) -> bool {
        if self.path_len >= self.path.len() {
            return false;
        }
        let parent = if self.path_len == 0 {
            0x51_7c_c1_b7
        } else {
            self.path[self.path_len - 1].hash
        };
        let parent_record = if self.path_len == 0 {
            u32::MAX
        } else {
            self.path[self.path_len - 1].record
        };
        let own = match index {
            Some(i) => {
                field
                    ^ (i as u64)
                        .wrapping_add(1)
                        .wrapping_mul(0xff51_afd7_ed55_8ccd)
            }
            None => field,
        };
        let hash = mix(parent.wrapping_mul(31).wrapping_add(own));
        let (slot, fresh) = self.visit(hash);
        let mut segment = Segment {
            name,
            index,
            joined,
            suffix: "",
            field,
            hash,
            record: u32::MAX,
            fresh,
        };
        if self.recording {
            segment.record = self.find_or_record(slot, fresh, parent_record, &segment);
        }
        self.path[self.path_len] = segment;
        self.path_len += 1;
        true
    }

    /// Enters a field that holds a single layer, for the call of its rule.
    pub const fn within(&mut self, field: u64, name: &'static str) -> &mut Self {
        self.enter(field, name, None, false);
        self
    }

    /// Enters a layer of a block, at the site of its entry: under its name or, where that is empty, its position.
    pub const fn entry(
        &mut self,
        field: u64,
        name: &'static str,
        position: &mut i64,
        site: u32,
    ) -> &mut Self {
        let index = if name.is_empty() {
            Some(*position)
        } else {
            None
        };
        *position += 1;
        self.enter(field, name, index, false);
        self.at(site);
        self
    }

    /// Leaves the field entered last.
    pub const fn leave(&mut self) {
        self.path_len -= 1;
    }

    /// Writes the path of the layer being traced.
    pub const fn write_path(&self, out: &mut Text) {
        let mut i = 0;
        let mut first = true;
        while i < self.path_len {
            let segment = &self.path[i];
            // The root of a network under construction has no name.
            if !segment.name.is_empty() || segment.index.is_some() {
                if !first {
                    out.push(".");
                }
                segment.write(out);
                first = false;
            }
            i += 1;
        }
    }

    const fn find_or_record(
        &mut self,
        slot: usize,
        fresh: bool,
        parent: u32,
        segment: &Segment,
    ) -> u32 {
        if fresh || slot == usize::MAX {
            let at = self.record(Record {
                parent,
                segment: *segment,
                ..Record::EMPTY
            });
            if slot != usize::MAX {
                self.seen[slot].record = at;
            }
            return at;
        }
        self.seen[slot].record
    }

    /// Slot of a path in the table of visited ones, and whether it is new there.
    const fn visit(&mut self, hash: u64) -> (usize, bool) {
        let n = self.seen.len();
        if n == 0 {
            return (usize::MAX, true);
        }
        let mut at = hash as usize & (n - 1);
        let mut tries = 0;
        while tries < n {
            if self.seen[at].hash == hash {
                return (at, false);
            }
            if self.seen[at].hash == 0 {
                self.seen[at].hash = hash;
                return (at, true);
            }
            at = (at + 1) & (n - 1);
            tries += 1;
        }
        self.overflow = true;
        (usize::MAX, true)
    }

    /// States the size that the current layer infers from its input. False, and an error, if an earlier call of
    /// the same layer inferred another.
    pub const fn infer(&mut self, layer: &'static str, what: &'static str, size: Dim) -> bool {
        if self.path_len == 0 {
            return true;
        }
        let hash = self.path[self.path_len - 1].hash;
        let (slot, _) = self.visit(hash);
        if slot == usize::MAX {
            return true;
        }
        let before = self.seen[slot].inferred;
        if let Dim::Unknown = before {
            self.seen[slot].inferred = size;
            return true;
        }
        if !matches!(self.algebra.equal(before, size), Truth::No) {
            return true;
        }
        let mut m = Text::new();
        m.push(layer);
        m.push(" is called with ");
        self.write_dim(size, &mut m);
        m.push(" ");
        m.push(what);
        m.push(", but an earlier call made it take ");
        self.write_dim(before, &mut m);
        m.push("\nhelp: a layer's weights have one size; declare a second layer");
        self.error(&m);
        false
    }

    /// Registers a parameter of the current layer.
    pub const fn param(&mut self, name: &'static str, dims: &[Dim]) {
        self.tensor(RecordKind::Parameter, Segment::named(name), dims);
    }

    /// Registers a parameter with a number in its name: `weight_ih_l`, 0 and `_reverse` are `weight_ih_l0_reverse`.
    pub const fn numbered_param(
        &mut self,
        name: &'static str,
        index: i64,
        suffix: &'static str,
        dims: &[Dim],
    ) {
        let segment = Segment {
            index: Some(index),
            joined: true,
            suffix,
            ..Segment::named(name)
        };
        self.tensor(RecordKind::Parameter, segment, dims);
    }

    /// States that the current layer has parameters whose number is not known.
    pub const fn unknown_params(&mut self) {
        self.params.add(Dim::Unknown);
    }

    /// Registers a buffer of the current layer.
    pub const fn buffer(&mut self, name: &'static str, dims: &[Dim]) {
        self.tensor(RecordKind::Buffer, Segment::named(name), dims);
    }

    const fn tensor(&mut self, kind: RecordKind, segment: Segment, dims: &[Dim]) {
        let fresh = self.path_len == 0 || self.path[self.path_len - 1].fresh;
        if !fresh || !self.measures() {
            return;
        }
        if let RecordKind::Parameter = kind {
            let mut product = Dim::Known(1);
            let mut i = 0;
            while i < dims.len() {
                product = self.algebra.mul(product, dims[i]);
                i += 1;
            }
            let product = self.algebra.resolve(product);
            self.params.add(product);
            if !self.patterns.is_empty() {
                self.match_patterns(&segment);
            }
        }
        if self.recording {
            let parent = if self.path_len == 0 {
                u32::MAX
            } else {
                self.path[self.path_len - 1].record
            };
            let mut shape = TensorValue::floats(dims);
            shape.ranked = true;
            let record = Record {
                parent,
                kind,
                segment,
                output: shape,
                ..Record::EMPTY
            };
            self.record(record);
        }
    }

    /// Counts multiply-accumulates: for every element of `out`, the product of `each`.
    pub const fn count_macs(&mut self, out: &TensorValue, each: &[Dim]) {
        if !self.measures() {
            return;
        }
        let mut macs = self.elements(out);
        let mut i = 0;
        while i < each.len() {
            macs = self.algebra.mul(macs, each[i]);
            i += 1;
        }
        let macs = self.algebra.div(macs, self.batch);
        let macs = self.algebra.resolve(macs);
        self.macs.add(macs);
        if self.recording && self.path_len > 0 {
            let r = self.path[self.path_len - 1].record as usize;
            if r < self.records.len() {
                self.records[r].macs.add(macs);
            }
        }
    }

    const fn match_patterns(&mut self, segment: &Segment) {
        let mut full = Text::new();
        self.write_path(&mut full);
        if !full.is_empty() {
            full.push(".");
        }
        segment.write(&mut full);
        let mut i = 0;
        while i < self.patterns.len() && i < 64 {
            if glob(self.patterns[i], full.as_str()) {
                self.matched |= 1 << i;
            } else if self.matched & (1 << i) == 0 {
                let d = distance(self.patterns[i], full.as_str());
                if i == 0 && d < self.nearest.distance {
                    self.nearest = Nearest {
                        distance: d,
                        name: full,
                    };
                }
            }
            i += 1;
        }
    }

    /// Gives the value back after leaving a component; for chaining.
    pub const fn leave_with(&mut self, v: Value) -> Value {
        self.leave();
        v
    }
}
