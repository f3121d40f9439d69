//! Pseudo-random expressions and questions against plain evaluation.

use super::*;
use crate::trace::hash::mix;
use crate::trace::monomial;
use crate::trace::symbol::Kind;

/// How many algebras are tried, each with a handful of expressions.
const ROUNDS: u64 = 400;

/// A deterministic source of small numbers.
struct Source(u64);

impl Source {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = mix(self.0, 0x51_7c_c1);
        (self.0 >> 17) % n
    }
}

/// Values of the named symbols and of the choices.
#[derive(Debug)]
struct World {
    free: [i64; 2],
    hyper: [i64; 2],
    first: bool,
}

impl World {
    fn new(source: &mut Source) -> World {
        let range = [3, 8, 40][source.below(3) as usize];
        let mut next = || source.below(range) as i64;
        World {
            free: [next() + 1, next() + 1],
            hyper: [next(), next()],
            first: next() % 2 == 0,
        }
    }
}

/// An expression as written.
#[derive(Clone, Debug)]
enum Tree {
    Number(i64),
    Free(usize),
    Hyper(usize),
    Add(Box<[Tree; 2]>),
    Sub(Box<[Tree; 2]>),
    Mul(Box<[Tree; 2]>),
    Div(Box<[Tree; 2]>),
    Rem(Box<[Tree; 2]>),
    Either(Box<[Tree; 2]>),
}

use Tree::*;

impl Tree {
    fn new(source: &mut Source, depth: u32) -> Tree {
        if depth == 0 || source.below(5) == 0 {
            return match source.below(5) {
                0 => Number(source.below(9) as i64 - 3),
                1 | 2 => Free(source.below(2) as usize),
                _ => Hyper(source.below(2) as usize),
            };
        }
        let left = Tree::new(source, depth - 1);
        let kind = source.below(11);
        let right = match kind {
            // Mostly small numbers divide.
            5..=8 if source.below(4) > 0 => Number(source.below(4) as i64 + 1),
            _ => Tree::new(source, depth - 1),
        };
        let both = Box::new([left, right]);
        match kind {
            0 | 1 => Add(both),
            2 | 3 => Sub(both),
            4 => Mul(both),
            5..=7 => Div(both),
            8 => Rem(both),
            9 => Either(both),
            _ => Add(both),
        }
    }

    /// Direct evaluation; `None` where it is undefined.
    fn evaluate(&self, world: &World) -> Option<i64> {
        let two = |both: &[Tree; 2]| Some((both[0].evaluate(world)?, both[1].evaluate(world)?));
        let floor = |a: i64, b: i64| match b.signum() {
            0 => None,
            sign => (a * sign).checked_div_euclid(b * sign),
        };
        match self {
            Number(value) => Some(*value),
            Free(i) => Some(world.free[*i]),
            Hyper(i) => Some(world.hyper[*i]),
            Add(both) => two(both).map(|(a, b)| a + b),
            Sub(both) => two(both).map(|(a, b)| a - b),
            Mul(both) => {
                two(both).and_then(|(a, b)| a.checked_mul(b).filter(|p| p.abs() < 1 << 40))
            }
            Div(both) => two(both).and_then(|(a, b)| floor(a, b)),
            Rem(both) => two(both).and_then(|(a, b)| Some(a - b * floor(a, b)?)),
            // Both must be defined: the expression is made in either case.
            Either(both) => two(both).map(|(a, b)| if world.first { a } else { b }),
        }
    }

    fn build(&self, g: &mut Algebra, names: &[Dim; 4]) -> Dim {
        let mut two = |both: &[Tree; 2]| (both[0].build(g, names), both[1].build(g, names));
        match self {
            Number(value) => Known(*value),
            Free(i) => names[*i],
            Hyper(i) => names[2 + *i],
            Add(both) => {
                let (a, b) = two(both);
                g.add(a, b)
            }
            Sub(both) => {
                let (a, b) = two(both);
                g.sub(a, b)
            }
            Mul(both) => {
                let (a, b) = two(both);
                g.mul(a, b)
            }
            Div(both) => {
                let (a, b) = two(both);
                g.div(a, b)
            }
            Rem(both) => {
                let (a, b) = two(both);
                g.rem(a, b)
            }
            Either(both) => {
                let (a, b) = two(both);
                g.either(a, b)
            }
        }
    }
}

/// The value of a normal form.
fn value(g: &Algebra, a: Dim, world: &World) -> Option<i64> {
    let id = match a {
        Known(value) => return Some(value),
        Dim::Unknown => return None,
        Dim::Expr(id) => id,
    };
    let (start, end) = g.polys.span(id);
    let mut sum = 0_i64;
    for place in start..end {
        let term = g.polys.term(place);
        let mut product = term.coef;
        let mut key = term.key;
        while key != monomial::ONE {
            product = product.checked_mul(symbol_value(g, monomial::first(key), world)?)?;
            key = monomial::rest(key);
        }
        sum = sum.checked_add(product)?;
    }
    Some(sum)
}

fn symbol_value(g: &Algebra, number: u32, world: &World) -> Option<i64> {
    let symbol = *g.symbols.get(number);
    let parts = || {
        let a = value(g, g.polys.dim(symbol.a), world)?;
        let b = value(g, g.polys.dim(symbol.b), world)?;
        Some((a, b))
    };
    match symbol.kind {
        Kind::Free => Some(world.free[symbol.a as usize]),
        Kind::Hyper => Some(world.hyper[symbol.a as usize - 2]),
        Kind::Floor => match parts()? {
            (_, 0) => None,
            (a, b) => (a * b.signum()).checked_div_euclid(b.abs()),
        },
        Kind::Either(_) => parts().map(|(a, b)| if world.first { a } else { b }),
    }
}

struct Case {
    g: Box<Algebra>,
    trees: Vec<Tree>,
    dims: Vec<Dim>,
    worlds: Vec<World>,
}

fn case(seed: u64) -> Case {
    let mut source = Source(mix(seed, 1));
    let mut g = Box::new(Algebra::new());
    let names = [g.free("H"), g.free("C"), g.hyper("k"), g.hyper("n")];
    let mut trees: Vec<_> = (0..5).map(|_| Tree::new(&mut source, 3)).collect();
    // Some that are likely to be equal.
    let d = Number(source.below(4) as i64 + 1);
    let product = Mul(Box::new([d.clone(), Div(Box::new([trees[0].clone(), d]))]));
    trees.push(product);
    let shifted = Add(Box::new([trees[1].clone(), Number(1)]));
    trees.push(shifted);
    let dims = trees
        .iter()
        .map(|tree| tree.build(&mut g, &names))
        .collect();
    let worlds = (0..60).map(|_| World::new(&mut source)).collect();
    Case {
        g,
        trees,
        dims,
        worlds,
    }
}

/// The values of two expressions wherever both are defined.
fn pairs<'a>(
    case_worlds: &'a [World],
    a: &'a Tree,
    b: &'a Tree,
) -> impl Iterator<Item = (&'a World, i64, i64)> {
    case_worlds
        .iter()
        .filter_map(move |w| Some((w, a.evaluate(w)?, b.evaluate(w)?)))
}

#[test]
fn normal_forms_keep_values() {
    let mut known = 0;
    for seed in 0..ROUNDS {
        let Case {
            g,
            trees,
            dims,
            worlds,
        } = case(seed);
        for (tree, dim) in trees.iter().zip(&dims) {
            for world in &worlds {
                if let (Some(direct), false) = (tree.evaluate(world), dim.is_unknown()) {
                    let normal = value(&g, *dim, world);
                    assert_eq!(
                        normal,
                        Some(direct),
                        "{seed}: {tree:?} is {} at {world:?}",
                        shown(&g, *dim)
                    );
                    known += 1;
                }
            }
        }
    }
    assert!(known > 50_000, "{known}");
}

#[test]
fn answers_hold_for_all_values() {
    let mut answered = [0; 4];
    for seed in 0..ROUNDS {
        let Case {
            mut g,
            trees,
            dims,
            worlds,
        } = case(seed);
        for i in 0..trees.len() {
            for j in 0..trees.len() {
                let (a, b) = (dims[i], dims[j]);
                let all = || pairs(&worlds, &trees[i], &trees[j]);
                let text = format!("{seed}: {} and {}", shown(&g, a), shown(&g, b));
                if g.equal(a, b).is_yes() {
                    assert!(all().all(|(_, a, b)| a == b), "equal: {text}");
                    answered[0] += usize::from(i != j);
                }
                match g.less(a, b) {
                    Truth::Yes => assert!(all().all(|(_, a, b)| a < b), "less: {text}"),
                    Truth::No => assert!(all().all(|(_, a, b)| a >= b), "not less: {text}"),
                    Truth::Unknown => answered[1] += 1,
                }
                match g.divides(a, b) {
                    Truth::Yes => {
                        assert!(
                            all().all(|(_, a, b)| a == 0 || b % a == 0),
                            "divides: {text}"
                        )
                    }
                    Truth::No => {
                        assert!(
                            all().all(|(_, a, b)| a == 0 || b % a != 0),
                            "not divides: {text}"
                        )
                    }
                    Truth::Unknown => answered[2] += 1,
                }
                let before = g.obligations();
                if g.require_equal(a, b).is_yes() {
                    // Those of earlier questions are in force too, and not repeated.
                    let obligations: Vec<_> =
                        (0..g.obligations()).map(|i| g.obligation(i)).collect();
                    answered[3] += g.obligations() - before;
                    for (world, a, b) in all() {
                        let met = obligations.iter().all(|&(n, d)| {
                            match (value(&g, n, world), value(&g, d, world)) {
                                (Some(n), Some(d)) => d != 0 && n % d == 0,
                                _ => false,
                            }
                        });
                        assert!(!met || a == b, "required: {text} at {world:?}");
                    }
                }
            }
        }
    }
    assert!(answered.iter().all(|&n| n > 100), "{answered:?}");
}

#[test]
fn assumptions_imply_what_is_answered() {
    let mut answered = [0; 3];
    for seed in 0..ROUNDS {
        let Case {
            mut g,
            trees,
            dims,
            worlds,
        } = case(seed);
        let n = trees.len();
        for k in 0..n * n {
            let (i, j, l) = (k / n, k % n, (k * 5 + 3) % n);
            let (kind, holds) = ((seed + k as u64) % 3, k % 4 < 2);
            let cond = match kind {
                0 => g.cond_eq(dims[i], dims[j]),
                1 => g.cond_lt(dims[i], dims[j]),
                _ => g.cond_le(dims[i], dims[j]),
            };
            let asked = match (seed + k as u64) % 5 {
                0 | 1 => g.cond_eq(dims[j], dims[l]),
                _ => g.cond_lt(dims[j], dims[l]),
            };
            let asks_equal = (seed + k as u64) % 5 < 2;
            let mark = g.mark();
            let possible = g.assume(cond, holds);
            let decided = g.decide(asked);
            let equal = g.equal(dims[j], dims[l]);
            let resolved = g.resolve(dims[l]);
            g.take(mark);
            for world in &worlds {
                let values = (
                    trees[i].evaluate(world),
                    trees[j].evaluate(world),
                    trees[l].evaluate(world),
                );
                let (Some(a), Some(b), Some(c)) = values else {
                    continue;
                };
                let fact = match kind {
                    0 => a == b,
                    1 => a < b,
                    _ => a <= b,
                };
                if fact != holds {
                    continue;
                }
                let text = || {
                    format!(
                        "{seed}: given {kind} {holds} of {} and {}; {} and {} at {world:?}",
                        shown(&g, dims[i]),
                        shown(&g, dims[j]),
                        shown(&g, dims[j]),
                        shown(&g, dims[l])
                    )
                };
                let unknown = [i, j, l].iter().any(|&i| dims[i].is_unknown());
                assert!(possible || unknown, "dead: {}", text());
                let truth = if asks_equal { b == c } else { b < c };
                if decided != Truth::Unknown {
                    assert_eq!(decided.is_yes(), truth, "decided: {}", text());
                    answered[0] += 1;
                }
                if equal.is_yes() {
                    assert_eq!(b, c, "equal: {}", text());
                    answered[1] += 1;
                }
                if let Some(resolved) = value(&g, resolved, world) {
                    assert_eq!(resolved, c, "resolved: {}", text());
                    answered[2] += 1;
                }
            }
        }
    }
    assert!(answered.iter().all(|&n| n > 1_000), "{answered:?}");
}
