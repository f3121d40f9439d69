use super::*;
#[test]
fn smoke() {
    let mut g = Algebra::new();
    let h = g.free("H");
    let x = g.add(h, Dim::Known(-1));
    let x = g.div(x, Dim::Known(2));
    let x = g.add(x, Dim::Known(1));
    let mut t = Text::new();
    g.write(x, &mut t);
    assert_eq!(t.as_str(), "(H + 1)/2");
    println!("{}", core::mem::size_of::<Algebra>());
}
