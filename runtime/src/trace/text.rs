//! Text that const code can build: there is no heap at compile time, hence no `String`.

/// Closes a text that did not fit.
const ELLIPSIS: &[u8] = "…".as_bytes();

/// Set in [`Text::len`] once the text has been cut: what follows is dropped.
const CUT: u16 = 1 << 15;

/// A fixed buffer of UTF-8 that const code can format into.
///
/// When it is full the text is cut between two characters and ends in `…`; later pushes are ignored.
///
/// ```
/// use taper::trace::Text;
///
/// const GREETING: Text = {
///     let mut text = Text::new();
///     text.push("expected ");
///     text.push_int(32);
///     text
/// };
/// assert_eq!(GREETING.as_str(), "expected 32");
/// ```
#[derive(Clone, Copy)]
pub struct Text {
    buf: [u8; Text::CAP],
    len: u16,
}

impl Text {
    /// The most bytes that a text holds.
    pub const CAP: usize = 480;

    /// An empty text.
    pub const fn new() -> Text {
        Text {
            buf: [0; Text::CAP],
            len: 0,
        }
    }

    /// Appends `text`.
    pub const fn push(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    /// Appends `value` in decimal.
    pub const fn push_int(&mut self, value: i64) {
        // 20 bytes hold every i64: 19 digits and a sign.
        let mut digits = [0; 20];
        let mut start = digits.len();
        let mut rest = value.unsigned_abs();
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            start -= 1;
            digits[start] = b'-';
        }
        self.push_bytes(digits.split_at(start).1);
    }

    /// Appends `value` in decimal, with at most seven digits if it is not whole.
    pub const fn push_number(&mut self, value: f64) {
        if value.is_nan() {
            return self.push("NaN");
        }
        if value < 0. {
            self.push("-");
        }
        let size = value.abs();
        if size.is_infinite() {
            self.push("inf");
        } else if size < 1e15 && (size as i64) as f64 == size {
            self.push_int(size as i64);
        } else {
            self.push_digits(size);
        }
    }

    /// Appends a number > 0 as `0.25` or, where that would have many zeros, as `2.5e-7`.
    const fn push_digits(&mut self, size: f64) {
        let (mut size, mut exponent) = (size, 0);
        while size >= 10. {
            size /= 10.;
            exponent += 1;
        }
        while size < 1. {
            size *= 10.;
            exponent -= 1;
        }
        let mut digits = (size * 1e6 + 0.5) as i64;
        if digits == 10_000_000 {
            (digits, exponent) = (1_000_000, exponent + 1);
        }
        let plain = -5 <= exponent && exponent < 7;
        let whole = if plain && exponent > 0 { exponent } else { 0 };
        // How many of the digits stand behind the point.
        let mut behind = 6;
        while digits % 10 == 0 && behind > whole {
            digits /= 10;
            behind -= 1;
        }
        if plain {
            behind -= exponent;
        }
        let mut unit = 1;
        let mut i = 0;
        while i < behind {
            unit *= 10;
            i += 1;
        }
        self.push_int(digits / unit);
        if behind > 0 {
            self.push(".");
            let mut rest = digits % unit;
            while unit > 1 {
                unit /= 10;
                self.push_int(rest / unit);
                rest %= unit;
            }
        }
        if !plain {
            self.push("e");
            self.push_int(exponent);
        }
    }

    /// Appends another text.
    pub const fn push_text(&mut self, text: &Text) {
        self.push_bytes(text.bytes());
        // A text that was cut stays so, wherever it ends up.
        self.len |= text.len & CUT;
    }

    /// The text.
    pub const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes()) {
            Ok(text) => text,
            // Only whole characters are ever pushed or cut.
            Err(_) => "",
        }
    }

    /// The number of bytes.
    pub const fn len(&self) -> usize {
        (self.len & !CUT) as usize
    }

    /// Whether nothing has been pushed.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    const fn bytes(&self) -> &[u8] {
        self.buf.split_at(self.len()).0
    }

    const fn push_bytes(&mut self, bytes: &[u8]) {
        if self.len & CUT != 0 {
            return;
        }
        let start = self.len();
        let room = Text::CAP - start;
        let fits = bytes.len() <= room;
        let kept = if fits { bytes.len() } else { room };
        let (_, free) = self.buf.split_at_mut(start);
        free.split_at_mut(kept)
            .0
            .copy_from_slice(bytes.split_at(kept).0);
        self.len = (start + kept) as u16;
        if !fits {
            self.cut();
        }
    }

    /// Ends a full buffer in `…`, at the last character boundary that leaves room for it.
    const fn cut(&mut self) {
        let mut end = Text::CAP - ELLIPSIS.len();
        while self.buf[end] & 0b1100_0000 == 0b1000_0000 {
            end -= 1;
        }
        let (_, tail) = self.buf.split_at_mut(end);
        tail.split_at_mut(ELLIPSIS.len())
            .0
            .copy_from_slice(ELLIPSIS);
        self.len = (end + ELLIPSIS.len()) as u16 | CUT;
    }
}

impl Default for Text {
    fn default() -> Text {
        Text::new()
    }
}

impl core::fmt::Display for Text {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::fmt::Debug for Text {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self.as_str(), f)
    }
}
