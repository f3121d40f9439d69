//! With numbers for all sizes, a rule gives the shape that the operation gives, and fails where the operation fails.

use super::random::{agree, floats, integers, one, All, Arg, Flag, Int, Ints, Named, Tensors};
use crate::ops::{self, *};

macro_rules! agreements {
    ($($op:ident $r:ident => $case:block)*) => {$(
        #[test]
        fn $op() {
            agree(stringify!($op), |$r| Ok($case));
        }
    )*};
}

agreements! {
    add r => {
        let (a, b) = (r.tensor(0, 3)?, r.tensor(0, 3)?);
        let real = one(a.add(&b));
        (vec![Arg::Tensor(a), Arg::Tensor(b)], real)
    }
    maximum r => {
        let (a, b) = (r.tensor(0, 3)?, r.tensor(0, 3)?);
        let real = one(a.maximum(&b));
        (vec![Arg::Tensor(a), Arg::Tensor(b)], real)
    }
    le r => {
        let (a, b) = (r.tensor(0, 3)?, r.tensor(0, 3)?);
        let real = one(a.le(&b));
        (vec![Arg::Tensor(a), Arg::Tensor(b)], real)
    }
    where_ r => {
        let (sizes, a, b) = (r.sizes(2), r.tensor(0, 2)?, r.tensor(0, 2)?);
        let condition = integers(&sizes)?;
        let real = one(ops::where_(&condition, &a, &b));
        (vec![Arg::Tensor(condition), Arg::Tensor(a), Arg::Tensor(b)], real)
    }
    prelu r => {
        let (x, w) = (r.tensor(1, 3)?, r.tensor(0, 1)?);
        let real = one(x.prelu(&w));
        (vec![Arg::Tensor(x), Arg::Tensor(w)], real)
    }
    sum r => {
        let (x, dim, keep) = (r.tensor(0, 3)?, r.int(-4, 3), r.below(2) == 0);
        let real = one(x.sum_with(dim, SumOptions::default().keepdim(keep)));
        (vec![Arg::Tensor(x), Int(dim), Flag("keepdim", keep)], real)
    }
    mean r => {
        let x = r.tensor(0, 3)?;
        let count = r.below(4) as usize;
        let dims = r.ints(count, -3, 2);
        let real = one(x.mean(dims.clone()));
        (vec![Arg::Tensor(x), if dims.is_empty() { All } else { Ints(dims) }], real)
    }
    amax r => {
        let (x, dims) = (r.tensor(1, 3)?, r.ints(2, -3, 2));
        let real = one(x.amax(dims.clone()));
        (vec![Arg::Tensor(x), Ints(dims)], real)
    }
    argmax r => {
        let (x, dim) = (r.tensor(0, 3)?, r.int(-4, 3));
        let real = one(x.argmax(dim));
        (vec![Arg::Tensor(x), Int(dim)], real)
    }
    max r => {
        let (x, dim) = (r.tensor(0, 3)?, r.int(-4, 3));
        let real = one(x.max(dim));
        (vec![Arg::Tensor(x), Int(dim)], real)
    }
    max_with_indices r => {
        let (x, dim) = (r.tensor(0, 3)?, r.int(-4, 3));
        let real = x.max_with_indices(dim).map(|(values, at)| vec![values, at]);
        (vec![Arg::Tensor(x), Int(dim)], real)
    }
    norm r => {
        let (x, dim) = (r.tensor(0, 3)?, r.int(-4, 3));
        let real = one(x.norm(dim));
        (vec![Arg::Tensor(x), Int(dim)], real)
    }
    cosine_similarity r => {
        let (a, b, dim) = (r.tensor(0, 3)?, r.tensor(0, 3)?, r.int(-4, 3));
        let real = one(a.cosine_similarity_with(&b, CosineSimilarityOptions::default().dim(dim)));
        (vec![Arg::Tensor(a), Arg::Tensor(b), Named("dim", dim)], real)
    }
    pairwise_distance r => {
        let (a, b, keep) = (r.tensor(0, 3)?, r.tensor(0, 3)?, r.below(2) == 0);
        let real = one(a.pairwise_distance_with(&b, PairwiseDistanceOptions::default().keepdim(keep)));
        (vec![Arg::Tensor(a), Arg::Tensor(b), Flag("keepdim", keep)], real)
    }
    matmul r => {
        let (a, b) = (r.tensor(0, 3)?, r.tensor(0, 3)?);
        let real = one(a.matmul(&b));
        (vec![Arg::Tensor(a), Arg::Tensor(b)], real)
    }
    bmm r => {
        let (batch, inner) = (r.int(1, 2) as usize, r.int(1, 2) as usize);
        let (a, b) = (floats(&[2, 3, inner])?, floats(&[batch, 2, 4])?);
        let real = one(a.bmm(&b));
        (vec![Arg::Tensor(a), Arg::Tensor(b)], real)
    }
    scaled_dot_product_attention r => {
        let (batch, inner, keys) = (r.int(1, 2) as usize, r.int(1, 2) as usize, r.int(1, 2) as usize);
        let (q, k, v) = (floats(&[2, 3, inner])?, floats(&[batch, keys, 2])?, floats(&[2, 4])?);
        let v = if r.below(3) == 0 { v } else { floats(&[2, 2, 5])? };
        let real = one(q.scaled_dot_product_attention(&k, &v));
        (vec![Arg::Tensor(q), Arg::Tensor(k), Arg::Tensor(v)], real)
    }
    embedding r => {
        let rank = r.below(3) as usize;
        let sizes = r.sizes(rank);
        let x = if r.below(3) == 0 { floats(&sizes)? } else { integers(&sizes)? };
        let w = r.tensor(1, 3)?;
        let real = one(x.embedding(&w));
        (vec![Arg::Tensor(x), Arg::Tensor(w)], real)
    }
    linear r => {
        let (x, w, b) = (r.tensor(1, 3)?, r.tensor(2, 2)?, r.tensor(1, 1)?);
        let real = one(x.linear(&w, Some(&b)));
        (vec![Arg::Tensor(x), Arg::Tensor(w), Arg::Tensor(b)], real)
    }
    reshape r => {
        let x = r.tensor(0, 3)?;
        let count = r.below(4) as usize;
        let sizes: Vec<i64> = r.ints(count, -1, 4).into_iter().map(|n| if n == 0 { 2 } else { n }).collect();
        let real = one(x.reshape(sizes.clone()));
        (vec![Arg::Tensor(x), Ints(sizes)], real)
    }
    flatten r => {
        let (x, start, end) = (r.tensor(0, 4)?, r.int(-4, 3), r.int(-3, 3));
        let real = one(x.flatten_with(start, FlattenOptions::default().end_dim(end)));
        (vec![Arg::Tensor(x), Int(start), Named("end_dim", end)], real)
    }
    unflatten r => {
        let (x, dim, sizes) = (r.tensor(1, 3)?, r.int(-3, 2), vec![r.int(1, 3), -1]);
        let real = one(x.unflatten(dim, sizes.clone()));
        (vec![Arg::Tensor(x), Int(dim), Ints(sizes)], real)
    }
    transpose r => {
        let (x, a, b) = (r.tensor(1, 4)?, r.int(-4, 3), r.int(-2, 2));
        let real = one(x.transpose(a, b));
        (vec![Arg::Tensor(x), Int(a), Int(b)], real)
    }
    permute r => {
        let (x, dims) = (r.tensor(2, 3)?, r.ints(2, -2, 1));
        let real = one(x.permute(dims.clone()));
        (vec![Arg::Tensor(x), Ints(dims)], real)
    }
    t r => {
        let x = r.tensor(0, 3)?;
        let real = one(x.t());
        (vec![Arg::Tensor(x)], real)
    }
    squeeze r => {
        let (x, dim) = (r.tensor(1, 3)?, r.int(-3, 2));
        let real = one(x.squeeze(dim));
        (vec![Arg::Tensor(x), Int(dim)], real)
    }
    unsqueeze r => {
        let (x, dim) = (r.tensor(0, 3)?, r.int(-4, 4));
        let real = one(x.unsqueeze(dim));
        (vec![Arg::Tensor(x), Int(dim)], real)
    }
    expand r => {
        let x = r.tensor(0, 2)?;
        let sizes: Vec<i64> = r.ints(2, -1, 3).into_iter().map(|n| if n == 0 { 1 } else { n }).collect();
        let real = one(x.expand(sizes.clone()));
        (vec![Arg::Tensor(x), Ints(sizes)], real)
    }
    repeat r => {
        let (x, counts) = (r.tensor(0, 3)?, r.ints(2, 0, 3));
        let real = one(x.repeat(counts.clone()));
        (vec![Arg::Tensor(x), Ints(counts)], real)
    }
    flip r => {
        let (x, dims) = (r.tensor(1, 3)?, r.ints(2, -3, 2));
        let real = one(x.flip(dims.clone()));
        (vec![Arg::Tensor(x), Ints(dims)], real)
    }
    narrow r => {
        let (x, dim, start, length) = (r.tensor(1, 3)?, r.int(-3, 2), r.int(-4, 4), r.int(-1, 4));
        let real = one(x.narrow(dim, start, length));
        (vec![Arg::Tensor(x), Int(dim), Int(start), Int(length)], real)
    }
    select r => {
        let (x, dim, index) = (r.tensor(0, 3)?, r.int(-3, 2), r.int(-4, 4));
        let real = one(x.select(dim, index));
        (vec![Arg::Tensor(x), Int(dim), Int(index)], real)
    }
    index r => {
        let (x, start, end, at) = (r.tensor(1, 3)?, r.int(-5, 4), r.int(-5, 4), r.int(-3, 2));
        let closed = r.below(2) == 0;
        let real = one(if closed { x.index((start..=end, at)) } else { x.index((start..end, at)) });
        (vec![Arg::Tensor(x), Arg::RangeAndPosition(start, end, closed, at)], real)
    }
    chunk r => {
        let (x, count, dim) = (r.tensor(1, 3)?, r.int(0, 5), r.int(-3, 2));
        let real = x.chunk(count as usize, dim);
        (vec![Arg::Tensor(x), Int(count), Int(dim)], real)
    }
    split r => {
        let (x, dim) = (r.tensor(1, 3)?, r.int(-3, 2));
        if r.below(2) == 0 {
            let each = r.int(-1, 4);
            let real = x.split(each, dim);
            (vec![Arg::Tensor(x), Int(each), Int(dim)], real)
        } else {
            let sizes = r.ints(2, 0, 3);
            let real = x.split(sizes.clone(), dim);
            (vec![Arg::Tensor(x), Ints(sizes), Int(dim)], real)
        }
    }
    cat r => {
        let (a, b, dim) = (r.tensor(1, 2)?, r.tensor(1, 2)?, r.int(-2, 1));
        let real = one(ops::cat([&a, &b], dim));
        (vec![Tensors(vec![a, b]), Int(dim)], real)
    }
    stack r => {
        let (a, dim) = (r.tensor(0, 2)?, r.int(-3, 3));
        let b = if r.below(4) == 0 { r.tensor(0, 2)? } else { a.clone() };
        let real = one(ops::stack([&a, &b], dim));
        (vec![Tensors(vec![a, b]), Int(dim)], real)
    }
    index_select r => {
        let (x, dim, rank) = (r.tensor(1, 3)?, r.int(-3, 2), r.below(3) as usize);
        let index = integers(&r.sizes(rank))?;
        let real = one(x.index_select(dim, &index));
        (vec![Arg::Tensor(x), Int(dim), Arg::Tensor(index)], real)
    }
    gather r => {
        let (x, dim, rank) = (r.tensor(1, 2)?, r.int(-2, 1), r.int(1, 2) as usize);
        let index = integers(&r.sizes(rank))?;
        let real = one(x.gather(dim, &index));
        (vec![Arg::Tensor(x), Int(dim), Arg::Tensor(index)], real)
    }
    pad r => {
        let x = r.tensor(0, 2)?;
        let count = r.int(1, 4) as usize;
        let pad = r.ints(count, -2, 2);
        let real = one(x.pad(pad.clone()));
        (vec![Arg::Tensor(x), Ints(pad)], real)
    }
    conv2d r => {
        let groups = r.int(1, 2);
        let x = [r.int(1, 2), 2, r.int(1, 8), r.int(3, 8)].map(|n| n as usize);
        let w = [2 * r.int(1, 2), r.int(1, 2), r.int(1, 4), r.int(1, 3)].map(|n| n as usize);
        let (x, w) = (floats(&x)?, floats(&w)?);
        let [stride, padding, dilation] = [r.int(0, 3), r.int(0, 2), r.int(1, 2)];
        let options = Conv2dOptions::default()
            .stride(stride as usize)
            .padding(padding as usize)
            .dilation(dilation as usize)
            .groups(groups as usize);
        let real = one(x.conv2d_with(&w, None, options));
        let args = vec![
            Arg::Tensor(x), Arg::Tensor(w), Named("stride", stride), Named("padding", padding),
            Named("dilation", dilation), Named("groups", groups),
        ];
        (args, real)
    }
    max_pool2d r => {
        let x = [2, 1, r.int(1, 9), r.int(4, 9)].map(|n| n as usize);
        let x = floats(&x)?;
        let [kernel, stride, padding] = [r.int(1, 4), r.int(0, 4), r.int(0, 2)];
        let ceil = r.below(2) == 0;
        let options = MaxPool2dOptions::default()
            .stride(stride as usize)
            .padding(padding as usize)
            .ceil_mode(ceil);
        let real = one(x.max_pool2d_with(kernel as usize, options));
        let args = vec![
            Arg::Tensor(x), Int(kernel), Named("stride", stride), Named("padding", padding), Flag("ceil_mode", ceil),
        ];
        (args, real)
    }
    avg_pool2d r => {
        let x = r.tensor(2, 4)?;
        let kernel = r.int(1, 3);
        let real = one(x.avg_pool2d(kernel as usize));
        (vec![Arg::Tensor(x), Int(kernel)], real)
    }
    adaptive_avg_pool2d r => {
        let x = r.tensor(2, 4)?;
        let size = r.int(1, 3);
        let real = one(x.adaptive_avg_pool2d(size as usize));
        (vec![Arg::Tensor(x), Int(size)], real)
    }
    layer_norm r => {
        let x = r.tensor(1, 3)?;
        let size = r.int(1, 4);
        let real = one(x.layer_norm(size as usize, None, None));
        (vec![Arg::Tensor(x), Int(size)], real)
    }
}
