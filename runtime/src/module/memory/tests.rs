//! Plans that can be counted by hand.

use super::machine::Machine;
use super::program::{Operand, Planned, Source, Step};
use crate::ops::keeps::{Keeps, Order, ALL};

/// A call that takes these results, each of 10 bytes.
fn call(keeps: Keeps, from: &[Source], params: &[(usize, usize)]) -> Planned {
    let operands = from.iter().map(|&from| Operand { bytes: 10, from });
    Planned {
        keeps,
        operands: operands.collect(),
        result: 10,
        rank: 2,
        params: params.to_vec(),
        beside: 0,
        forward: 0,
        backward: 0,
        recorded: true,
        unread: false,
    }
}

fn steps(calls: std::ops::Range<usize>) -> Vec<Step> {
    calls.map(Step::Call).collect()
}

const LINEAR: Keeps = Keeps::EACH_OTHER;

/// A linear map, an activation, a second map.
fn mlp() -> Vec<Planned> {
    vec![
        call(LINEAR, &[Source::Outside], &[(0, 3)]),
        call(Keeps::RESULT, &[Source::Call(0)], &[]),
        call(LINEAR, &[Source::Call(1)], &[(1, 4)]),
    ]
}

#[test]
fn what_is_kept_twice_counts_once() {
    let calls = mlp();
    // The activation's result is the second map's input; the loss keeps one more.
    let (saved, peak) = Machine::new(&calls).step(&steps(0..3));
    assert_eq!(saved, 20);
    // The second map's way back: the activation, two gradients, the weight's; then the activation's, with both gradients.
    assert_eq!(peak, 10 + 10 + 10 + 4);
}

#[test]
fn a_frozen_start_keeps_its_last_result() {
    let mut calls = mlp();
    for call in &mut calls[..2] {
        call.recorded = false;
        call.params.clear();
    }
    let (saved, peak) = Machine::new(&calls).step(&steps(0..3));
    assert_eq!((saved, peak), (20, 30));
}

#[test]
fn views_share_what_they_view() {
    let mut calls = mlp();
    calls.insert(2, call(Keeps::TURNED, &[Source::Call(1)], &[]));
    calls[3] = call(LINEAR, &[Source::Call(2)], &[(1, 4)]);
    assert_eq!(Machine::new(&calls).step(&steps(0..4)), (20, 34));
    // Out of order it is copied.
    calls.insert(3, call(Keeps::SHAPED, &[Source::Call(2)], &[]));
    calls[4] = call(LINEAR, &[Source::Call(3)], &[(1, 4)]);
    assert_eq!(Machine::new(&calls).step(&steps(0..5)).0, 30);
}

#[test]
fn channels_that_lie_last_stay_so_through_functions_of_their_shape() {
    let convolution = Keeps {
        order: Order::ChannelsLast,
        ..LINEAR
    };
    let mut calls = vec![
        call(convolution, &[Source::Outside], &[(0, 3)]),
        call(Keeps::RESULT, &[Source::Call(0)], &[]),
        call(Keeps::SHAPED, &[Source::Call(1)], &[]),
        call(LINEAR, &[Source::Call(2)], &[(1, 4)]),
    ];
    calls[0].rank = 4;
    calls[1].rank = 4;
    // The activation, its copy row by row, the loss.
    assert_eq!(Machine::new(&calls).step(&steps(0..4)).0, 30);
}

#[test]
fn gradients_of_a_residual_are_summed() {
    // x → f(x) → f(x) + x
    let calls = vec![
        call(LINEAR, &[Source::Outside], &[(0, 3)]),
        call(Keeps::INPUT, &[Source::Call(0)], &[]),
        call(Keeps::SUM, &[Source::Call(1), Source::Call(0)], &[]),
    ];
    let (saved, peak) = Machine::new(&calls).step(&steps(0..3));
    assert_eq!(saved, 20);
    // The sum passes one gradient to both; that of the function's input, and the sum of the two, are new.
    assert_eq!(peak, 10 + 10 + 10 + 10);
}

#[test]
fn of_a_checkpoint_the_inputs_are_kept() {
    let keep = Keeps {
        result: ALL,
        ..Keeps::NOTHING
    };
    let from = |call| [Source::Call(call)];
    let mut calls = vec![call(LINEAR, &[Source::Outside], &[(0, 3)])];
    calls.extend((0..4).map(|i| call(keep, &from(i), &[])));
    let plain = Machine::new(&calls).step(&steps(0..5));
    let blocks = [
        Step::Call(0),
        Step::Again(steps(1..3)),
        Step::Again(steps(3..5)),
    ];
    let again = Machine::new(&calls).step(&blocks);
    // The four results and the loss; of the blocks, what goes into each, and the loss.
    assert_eq!((plain.0, again.0), (50, 30));
    let nested = [
        Step::Call(0),
        Step::Again(vec![Step::Again(steps(1..3)), Step::Again(steps(3..5))]),
    ];
    let nested = Machine::new(&calls).step(&nested);
    assert_eq!(nested.0, 20);
    assert!(nested.1 <= again.1 && again.1 < plain.1);
}
