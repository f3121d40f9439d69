//! Which vector instructions the kernels run with.

use std::env;
use std::sync::OnceLock;

use pulp::Arch;

/// The environment variable that names them.
const VARIABLE: &str = "TAPER_CPU_CAPABILITY";

/// The vector instructions that kernels run with: `"avx512"`, `"avx2"` (with FMA), `"neon"`, or `"default"` for what every processor
/// of its kind has; PyTorch's `torch.backends.cpu.get_cpu_capability`.
///
/// They are the best that this processor has, unless the environment variable `TAPER_CPU_CAPABILITY` names others of it, as
/// `ATEN_CPU_CAPABILITY` does for PyTorch. It is read once; a warning (`tracing`) says if this processor doesn't have what it names, and it
/// is ignored. Results of one set of instructions are the same to the bit from run to run; those of two differ by rounding. What Candle
/// computes by itself, and the matrix products of debug builds, choose for themselves.
///
/// ```
/// assert!(["avx512", "avx2", "neon", "default"].contains(&taper::cpu_capability()));
/// ```
pub fn cpu_capability() -> &'static str {
    name(arch())
}

/// The instructions of [`cpu_capability`].
#[inline]
pub(super) fn arch() -> Arch {
    static ARCH: OnceLock<Arch> = OnceLock::new();
    *ARCH.get_or_init(|| {
        let best = Arch::new();
        let Some(wanted) = env::var_os(VARIABLE) else {
            return best;
        };
        let all = available();
        let found = all.iter().find(|&&arch| *name(arch) == *wanted);
        if found.is_none() {
            tracing::warn!(
                wanted = %wanted.display(),
                available = ?all.iter().map(|&arch| name(arch)).collect::<Vec<_>>(),
                "this processor doesn't have the instructions that {VARIABLE} names: the best that it has are used",
            );
        }
        found.copied().unwrap_or(best)
    })
}

/// AVX2, if [`arch`] has it.
#[cfg(target_arch = "x86_64")]
pub(super) fn avx2() -> Option<pulp::x86::V3> {
    match arch() {
        Arch::V3(simd) => Some(simd),
        Arch::V4(simd) => Some(*simd),
        _ => None,
    }
}

/// All that this processor has, the best ones first.
pub(super) fn available() -> Vec<Arch> {
    let mut all = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        all.extend(pulp::x86::V4::try_new().map(Arch::V4));
        all.extend(pulp::x86::V3::try_new().map(Arch::V3));
    }
    #[cfg(target_arch = "aarch64")]
    all.extend(pulp::aarch64::Neon::try_new().map(Arch::Neon));
    all.push(Arch::Scalar);
    all
}

fn name(arch: Arch) -> &'static str {
    match arch {
        #[cfg(target_arch = "x86_64")]
        Arch::V4(_) => "avx512",
        #[cfg(target_arch = "x86_64")]
        Arch::V3(_) => "avx2",
        #[cfg(target_arch = "aarch64")]
        Arch::Neon(_) => "neon",
        _ => "default",
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// The instructions that a process of this test's was started with.
    const CHILD: &str = "TAPER_TEST_CAPABILITY";

    #[test]
    fn the_best_are_used_unless_others_are_named() {
        let best = name(available()[0]);
        match env::var(VARIABLE) {
            Err(_) => assert_eq!(cpu_capability(), best),
            Ok(wanted) => match available().iter().any(|&arch| name(arch) == wanted) {
                true => assert_eq!(cpu_capability(), wanted),
                false => assert_eq!(cpu_capability(), best),
            },
        }
    }

    /// Runs the tests of all kernels once more, with each of the lesser sets of instructions and with one that doesn't exist.
    #[test]
    fn kernels_are_right_with_all_instructions_that_are_here() {
        if env::var_os(CHILD).is_some() {
            return;
        }
        let lesser = available().split_off(1);
        let names = lesser.into_iter().map(name);
        for wanted in names {
            let tests = Command::new(env::current_exe().unwrap())
                .arg("kernels::")
                .env(VARIABLE, wanted)
                .env(CHILD, wanted)
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&tests.stdout);
            assert!(tests.status.success(), "{wanted}: {text}");
            assert!(!text.contains(" 0 passed"), "{wanted}: {text}");
        }
        let other = Command::new(env::current_exe().unwrap())
            .arg("the_best_are_used_unless_others_are_named")
            .env(VARIABLE, "sse9")
            .status();
        assert!(other.unwrap().success());
    }
}
