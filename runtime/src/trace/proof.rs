//! The outcome of a proof, kept as a constant: its mistakes, each tied to a call site.

use super::args::NO_SITE;
use super::tracer::MAX_ISSUES;
use super::{Issue, Purpose, Seen, Text, Tracer, Value};

/// What remains of the trace of a component where it is defined.
pub struct Proof {
    issues: [Issue; MAX_ISSUES],
    count: usize,
}

impl Proof {
    /// The proof of something that can only be checked where it is used.
    pub const OPEN: Proof = Proof {
        issues: [Issue {
            site: 0,
            text: Text::new(),
        }; MAX_ISSUES],
        count: 0,
    };

    /// Whether the component is broken where it is defined; it is then silent where it is used.
    pub const fn broken(&self) -> bool {
        self.count > 0
    }

    /// Panics with the mistake found at call site `site`, if there is one.
    #[track_caller]
    pub const fn check(&self, site: u32) {
        let mut i = 0;
        while i < self.count {
            if self.issues[i].site == site {
                panic!("{}", self.issues[i].text.as_str());
            }
            i += 1;
        }
    }

    /// Panics with the first mistake that has none of the `sites` call sites nor of the `arguments` listed.
    #[track_caller]
    pub const fn check_rest(&self, sites: u32) {
        let mut i = 0;
        while i < self.count {
            let site = self.issues[i].site;
            if site == NO_SITE || (site >= sites && site < ARGUMENT_SITES) {
                panic!("{}", self.issues[i].text.as_str());
            }
            i += 1;
        }
    }

    /// The mistakes, for tests and tools.
    pub const fn issues(&self) -> &[Issue] {
        let (head, _) = self.issues.split_at(self.count);
        head
    }
}

/// Sites from here on are arguments of fields, checked beside the struct; those below are calls.
pub const ARGUMENT_SITES: u32 = 1 << 16;

/// Storage for a trace at compile time.
pub struct Storage {
    values: [Value; 1024],
    seen: [Seen; 16384],
}

impl Storage {
    /// Empty storage.
    pub const fn new() -> Self {
        Storage {
            values: [Value::Any; 1024],
            seen: [Seen::EMPTY; 16384],
        }
    }

    /// A tracer over this storage that keeps no records.
    pub const fn tracer(&mut self, purpose: Purpose) -> Tracer<'_> {
        Tracer::new(purpose, &mut self.values, &mut self.seen, &mut [])
    }
}

impl Default for Storage {
    fn default() -> Self {
        Self::new()
    }
}

impl Tracer<'_> {
    /// Ends a proof.
    pub const fn finish(&mut self) -> Proof {
        if self.overflow && self.issue_count == 0 {
            // Never a silent gap: what was not followed was not proved.
            let mut m = Text::new();
            m.push("the network is too large to be proved at compile time");
            m.push("\nhelp: split it into components of their own");
            self.error(&m);
            // It belongs to no call in particular.
            self.issues[0].site = NO_SITE;
        }
        Proof {
            issues: self.issues,
            count: self.issue_count,
        }
    }

    /// The number of parameters or, with `macs`, multiply-accumulates of `forward` for one sample; a compile-time error if
    /// it isn't a number.
    #[track_caller]
    pub const fn count(&self, macs: bool) -> u64 {
        if self.issue_count > 0 {
            panic!("{}", self.issues[0].text.as_str());
        }
        if self.overflow {
            panic!("the network is too large to be counted at compile time");
        }
        if macs && !self.macs.known {
            panic!("the multiply-accumulates depend on a dimension that the signature leaves free\nhelp: write a number or a `#[config(default = …)]` for it");
        }
        if !macs && !self.params.known {
            panic!("the number of parameters depends on a dimension that the signature leaves free\nhelp: write a number or a `#[config(default = …)]` for it");
        }
        if macs {
            self.macs.value
        } else {
            self.params.value
        }
    }

    /// Looks for parameters that match these glob patterns.
    pub const fn look_for(&mut self, patterns: &'static [&'static str]) {
        self.patterns = patterns;
    }

    /// Panics if pattern `i` matched no parameter.
    #[track_caller]
    pub const fn require_match(&self, model: &'static str, i: usize) {
        if i < 64 && self.matched & (1 << i) == 0 && self.issue_count == 0 {
            let mut m = Text::new();
            m.push("`");
            m.push(self.patterns[i]);
            m.push("` matches no parameter of ");
            m.push(model);
            if self.nearest.distance != usize::MAX {
                m.push("\nhelp: the nearest name is `");
                m.push_text(&self.nearest.name);
                m.push("`");
            }
            panic!("{}", m.as_str());
        }
    }
}
