//! The Lovász extension of the Jaccard loss: its value for errors of any size, of which it is a weighted sum.

use super::chunks::for_each_chunk;

/// About how many additions sorting one element costs.
const SORT_COST: usize = 32;

/// Rows of `width` elements, each a mask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lovasz {
    pub(crate) width: usize,
}

impl Lovasz {
    /// The slope of each element's error, 0 where it is not positive or doesn't count.
    ///
    /// Taken from the greatest error down, equal ones in their order, an element's slope is by how much the Jaccard loss
    /// grows when it is wrong too.
    pub(crate) fn slopes(self, errors: &[f64], truth: &[f64], counts: Option<&[u8]>) -> Vec<f64> {
        let mut out = vec![0.; errors.len()];
        let cost = errors.len() * SORT_COST;
        for_each_chunk(&mut out, self.width, cost, |i, out| {
            let range = i * self.width..(i + 1) * self.width;
            let counts = counts.map(|counts| &counts[range.clone()]);
            row(&errors[range.clone()], &truth[range], counts, out);
        });
        out
    }
}

fn row(errors: &[f64], truth: &[f64], counts: Option<&[u8]>, out: &mut [f64]) {
    let counted = |&i: &usize| counts.is_none_or(|counts| counts[i] != 0);
    let mut order: Vec<usize> = (0..errors.len()).filter(counted).collect();
    // A NaN is greater than all.
    order.sort_by(|&a, &b| errors[b].total_cmp(&errors[a]));
    let total: f64 = order.iter().map(|&i| truth[i]).sum();
    let (mut missed, mut wrong, mut before) = (0., 0., 0.);
    for i in order {
        missed += truth[i];
        wrong += 1. - truth[i];
        let loss = 1. - (total - missed) / (total + wrong);
        if errors[i] > 0. || errors[i].is_nan() {
            out[i] = loss - before;
        }
        before = loss;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_one_give_the_jaccard_loss() {
        // Three of the mask, one of them missed; one outside of it is taken for it: 2 of 4.
        let truth = [1., 1., 1., 0., 0.];
        let errors = [1., 0., 0., 1., 0.];
        let slopes = Lovasz { width: 5 }.slopes(&errors, &truth, None);
        let loss: f64 = slopes.iter().zip(errors).map(|(s, e)| s * e).sum();
        assert!((loss - 0.5).abs() < 1e-15);
    }

    #[test]
    fn what_does_not_count_changes_nothing() {
        let (errors, truth) = ([0.5, 0.9, 0.1, 2.], [1., 0., 1., 1.]);
        let all = Lovasz { width: 3 }.slopes(&errors[..3], &truth[..3], None);
        let some = Lovasz { width: 4 }.slopes(&errors, &truth, Some(&[1, 1, 1, 0]));
        assert_eq!((&some[..3], some[3]), (&all[..], 0.));
        let negative = Lovasz { width: 2 }.slopes(&[-1., -2.], &[0., 0.], None);
        assert_eq!(negative, [0., 0.]);
    }
}
