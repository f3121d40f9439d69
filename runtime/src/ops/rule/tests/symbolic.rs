//! Shapes with names, and the exact text of errors.

use super::check;

#[test]
fn element_wise() {
    check(&[
        ("relu", "[B, C]", "[B, C]"),
        ("abs", "[B; int]", "[B; int]"),
        ("exp", "[B; int]", "[B]"),
        ("relu", "[..]", "[..]"),
        ("leaky_relu", "[B] negative_slope=0.2", "[B]"),
        (
            "leaky_relu",
            "[B] slope=0.2",
            "! leaky_relu has no argument `slope`\nhelp: expected `negative_slope`",
        ),
        ("dropout", "[B, T] p=0.1", "[B, T]"),
        ("stochastic_depth", "[B, T] 0.1 'row'", "[B, T]"),
        (
            "stochastic_depth",
            "[B, T] 0.1 'column'",
            "! stochastic_depth: `mode` is \"batch\" or \"row\", but got \"column\"",
        ),
        (
            "stochastic_depth",
            "[] 0.1 'row'",
            "! stochastic_depth: mode \"row\" needs a dimension of samples",
        ),
        (
            "gelu",
            "[B] approximate='tan'",
            "! gelu: `approximate` is \"none\" or \"tanh\", but got \"tan\"",
        ),
        ("clamp", "[B] 0 1", "[B]"),
        (
            "clamp",
            "[B]",
            "! clamp needs a number for `min`, `max` or both",
        ),
        ("add", "[B, 1, C] [T, 1]", "[B, T, C]"),
        ("add", "[B; int] 0.5", "[B]"),
        ("div", "[B; int] 2", "[B]"),
        ("mul", "[B; int] 2", "[B; int]"),
        ("mul", "[B, C] opaque", "[B, C]"),
        (
            "add",
            "[B, C] [B, D]",
            "! add: shapes [B, C] and [B, D] do not broadcast: C against D",
        ),
        ("maximum", "[B, 3] 0", "[B, 3]"),
        ("pow", "n 2", "n*n"),
        ("lt", "[B, 3] [3]", "[B, 3; bool]"),
        (
            "eq",
            "[2] [3]",
            "! eq: shapes [2] and [3] do not broadcast: 2 against 3",
        ),
        ("where_", "[B, 1; bool] [B, C] 0", "[B, C]"),
        (
            "where_",
            "[B] 1 0",
            "! where_: the condition [B] holds floats\nhelp: compare it: `.ne(0)`",
        ),
        ("prelu", "[B, C, H] [C]", "[B, C, H]"),
        (
            "prelu",
            "[B, C] [3]",
            "! prelu: expected a weight of 1 or C elements for an input [B, C], but got [3]",
        ),
    ]);
}

#[test]
fn reductions() {
    check(&[
        ("sum", "[B, C]", "[]"),
        ("mean", "[B, C, H, W] (2, 3)", "[B, C]"),
        ("mean", "[B, C, H, W] (-1, -2) keepdim=true", "[B, C, 1, 1]"),
        ("mean", "[B, C] dim=1", "[B]"),
        ("mean", "[B; int]",
            "! mean takes floats, but [B; int] holds integers\nhelp: convert it with `.to_dtype(DType::F32)`"),
        ("mean", "[B, C] 2", "! mean: dimension 2 is out of range for shape [B, C]"),
        ("mean", "[B, C] (0, -2)", "! mean: dimension 0 is listed twice"),
        ("mean", "[B, C] 1 keepdims=true",
            "! mean has no argument `keepdims`\nhelp: expected one of `keepdim`, `dim`"),
        ("sum", "[B, C, D] n", "[?, ?]"),
        ("sum", "[..] 1", "[..]"),
        ("argmax", "[B, C] 1", "[B; int]"),
        ("max", "n 3", "?"),
        ("max", "[B, C] (0, 1)",
            "! max: expected one dimension or none, but 2 are listed\nhelp: `amax` and `amin` take several"),
        ("max_with_indices", "[B, C] 1", "([B] [B; int])"),
        ("norm", "[B, C] 1 p=1", "[B]"),
        ("softmax", "[B, T, T] -1", "[B, T, T]"),
        ("softmax", "[B, T] 2", "! softmax: dimension 2 is out of range for shape [B, T]"),
        ("log_softmax", "[B; int] 0",
            "! log_softmax takes floats, but [B; int] holds integers\nhelp: convert it with `.to_dtype(DType::F32)`"),
    ]);
}

#[test]
fn angles_and_distances() {
    check(&[
        ("cosine_similarity", "[B, D] [B, D]", "[B]"),
        ("cosine_similarity", "[B, 1, D] [T, D] dim=-1", "[B, T]"),
        (
            "cosine_similarity",
            "[B, D] [K, D] eps=0.5",
            "! cosine_similarity: shapes [B, D] and [K, D] do not broadcast: B against K",
        ),
        (
            "cosine_similarity",
            "[D] [D]",
            "! cosine_similarity: dimension 1 is out of range for shape [D]",
        ),
        (
            "cosine_similarity",
            "[B, D; int] [B, D; int]",
            "! cosine_similarity takes floats, but [B, D; int] holds integers\n\
             help: convert it with `.to_dtype(DType::F32)`",
        ),
        ("pairwise_distance", "[B, D] [D] p=1", "[B]"),
        (
            "pairwise_distance",
            "[B, T, D; int] [B, T, D; int] keepdim=true",
            "[B, T, 1]",
        ),
        ("pairwise_distance", "[..] [B, D]", "[..]"),
        (
            "pairwise_distance",
            "[B, D] [B, E]",
            "! pairwise_distance: shapes [B, D] and [B, E] do not broadcast: D against E",
        ),
    ]);
}

#[test]
fn products() {
    check(&[
        ("matmul", "[B, T, D] [D, E]", "[B, T, E]"),
        ("matmul", "[B, 1, T, D] [h, D, T]", "[B, h, T, T]"),
        ("matmul", "[D] [D]", "[]"),
        ("matmul", "[D] [B, D, E]", "[B, E]"),
        ("matmul", "[B, T, D] [D]", "[B, T]"),
        ("matmul", "[B, T, D] [B, T, D]",
            "! matmul: the inner sizes of [B, T, D] and [B, T, D] differ: D columns against T rows\n\
             help: transpose the second: `.transpose(-2, -1)`"),
        ("matmul", "[2, 3] [4, 5]",
            "! matmul: the inner sizes of [2, 3] and [4, 5] differ: 3 columns against 4 rows"),
        ("matmul", "[2, T, D] [3, D, T]",
            "! matmul: the batch dimensions of [2, T, D] and [3, D, T] do not fit: 2 against 3"),
        ("matmul", "[] [3]", "! matmul: expected at least one dimension on either side, but got [] and [3]"),
        ("matmul", "[..] [3]", "[..]"),
        ("bmm", "[B, T, D] [B, D, E]", "[B, T, E]"),
        ("bmm", "[T, D] [D, E]",
            "! bmm: expected [B, n, k] and [B, k, m], but got [T, D] and [D, E]\n\
             help: `matmul` takes any number of dimensions"),
        ("linear", "[B, T, D] [out, D] [out]", "[B, T, out]"),
        ("linear", "[B, C] [10, 84] None",
            "! linear expects 84 input features for a weight [10, 84], but its input has shape [B, C]"),
        ("linear", "[B, 84] [10, 84] [84]", "! linear: expected a bias [10], but got [84]"),
    ]);
}

#[test]
fn shapes() {
    check(&[
        ("reshape", "[B, 16, 5, 5] (B, _)", "[B, 400]"),
        ("reshape", "[B, T, e] (B, T, h, e/h)", "[B, T, h, e/h]"),
        ("reshape", "[B, 12] (B, 3, 5)",
            "! reshape: 12*B elements of [B, 12] don't fit the sizes [B, 3, 5], which make 15*B"),
        ("reshape", "[7] (2, _)",
            "! reshape: 7 elements of [7] don't fit the sizes [2, _]: they are no multiple of 2"),
        ("view", "[B, 4] (_, _)", "! view: one size can be inferred, but 2 of [_, _] are left open"),
        ("reshape", "[B, 4] (B, -2)", "! reshape: -2 is no size\nhelp: `_` (or -1) stands for the one that is inferred"),
        ("reshape", "[..] (3, _)", "[3, ?]"),
        ("reshape", "[B, ?] (7, 3)", "[7, 3]"),
        ("reshape", "[1] ()", "[]"),
        ("flatten", "[B, C, H, W] 1", "[B, C*H*W]"),
        ("flatten", "[B, C, H] ()", "[B*C*H]"),
        ("flatten", "[B, C, H, W] 1 end_dim=2", "[B, C*H, W]"),
        ("flatten", "[B, C] 2", "! flatten: dimension 2 is out of range for shape [B, C]"),
        ("flatten", "[B, C, D] 2 1", "! flatten: start_dim 2 comes after end_dim 1"),
        ("unflatten", "[B, h*d] 1 (h, _)", "[B, h, d]"),
        ("transpose", "[B, T, h, d] 1 2", "[B, h, T, d]"),
        ("permute", "[B, C, H, W] (0, 2, 3, 1)", "[B, H, W, C]"),
        ("permute", "[B, C, H] (0, 1)", "! permute: [B, C, H] has 3 dimensions, but 2 are listed"),
        ("t", "[B, C]", "[C, B]"),
        ("t", "[B, C, D]",
            "! t: expected at most two dimensions, but got [B, C, D]\nhelp: use `.transpose(-2, -1)`"),
        ("squeeze", "[B, 1, 3] 1", "[B, 3]"),
        ("squeeze", "[B, 1] ()", "[..]"),
        ("squeeze", "[2, 1]", "[2]"),
        ("unsqueeze", "[B, C] -1", "[B, C, 1]"),
        ("unsqueeze", "[B] 2", "! unsqueeze: dimension 2 is out of range for shape [B]"),
        ("expand", "[B, 1] (_, T)", "[B, T]"),
        ("expand", "[B, C] (B, T)", "! expand: shape [B, C] does not broadcast to [B, T]"),
        ("repeat", "[B, C] (2, 1, 3)", "[2, B, 3*C]"),
        ("flip", "[B, T] 1", "[B, T]"),
        ("shape", "[B, T]", "(B T)"),
        ("rank", "[B, T]", "2"),
        ("elem_count", "[B, T, 2]", "2*B*T"),
        ("dim", "[B, T] -1", "T"),
        ("dim", "[B, T] 2", "! dim: dimension 2 is out of range for shape [B, T]"),
    ]);
}

#[test]
fn parts() {
    check(&[
        ("narrow", "[B, T, D] 1 0 1", "[B, 1, D]"),
        (
            "narrow",
            "[B, 4] 1 2 3",
            "! narrow: 3 positions from 2 on leave dimension 1 of [B, 4]",
        ),
        ("select", "[B, T, D] 1 0", "[B, D]"),
        (
            "select",
            "[B, 3] 1 3",
            "! select: index 3 is out of range for dimension 1 of [B, 3]",
        ),
        (
            "chunk",
            "[B, T, 3*d] 3 -1",
            "([B, T, d] [B, T, d] [B, T, d])",
        ),
        ("chunk", "[5] 2", "([3] [2])"),
        ("chunk", "[7] 6 0", "([2] [2] [2] [1])"),
        ("chunk", "[B] 3 0", "([(B + 2)/3] [?] [?])"),
        (
            "chunk",
            "[B] 0 0",
            "! chunk: 0 chunks were asked for, which must be at least 1",
        ),
        ("split", "[B, 2*d] d 1", "([B, d] [B, d])"),
        ("split", "[B, 5] 2 1", "([B, 2] [B, 2] [B, 1])"),
        ("split", "[B, 5] (2, 3) 1", "([B, 2] [B, 3])"),
        ("split", "[B, T] 2 1", "opaque"),
        (
            "split",
            "[B, 5] (2, 2) 1",
            "! split: the sizes add up to 4, but dimension 1 of [B, 5] is 5",
        ),
        ("cat", "([B, C, H], [B, D, H]) 1", "[B, C + D, H]"),
        (
            "cat",
            "([B, C], [B, D]) dim=0",
            "! cat: shapes [B, C] and [B, D] differ in more than the joined dimension",
        ),
        (
            "cat",
            "([B, C], [B]) 1",
            "! cat: shapes [B, C] and [B] have different ranks",
        ),
        (
            "cat",
            "() 1",
            "! cat: expected at least one tensor, but none came",
        ),
        ("cat", "opaque 1", "[..]"),
        ("stack", "([B, C], [B, C])", "[2, B, C]"),
        (
            "stack",
            "([B, C], [B, D]) 0",
            "! stack: shapes [B, C] and [B, D] differ",
        ),
        ("index_select", "[B, C] 1 [N; int]", "[B, N]"),
        (
            "index_select",
            "[B, C] 1 [N]",
            "! index_select: positions must be integers, but [N] holds floats\n\
             help: convert it with `.to_dtype(DType::I64)`",
        ),
        ("gather", "[B, C] 1 [B, 1; int]", "[B, 1]"),
        (
            "gather",
            "[B, C] 1 [B; int]",
            "! gather: positions [B; int] do not fit a tensor [B, C]",
        ),
        ("pad", "[B, C, H, W] (1, 1, 2, 2)", "[B, C, H + 4, W + 2]"),
        (
            "pad",
            "[4] (1, 1, 1, 1)",
            "! pad: expected two sizes for each of the last dimensions of [4], but got 4",
        ),
        (
            "pad",
            "[4] (-3, -2)",
            "! pad: borders of -3 and -2 cut more off dimension 0 of [4] than there is",
        ),
    ]);
}
