"""Writes test/golden/ops.json: for each op small random inputs, its output, and the gradient of
sum(output * cotangent) with respect to every float input; all computed in float64 by PyTorch's autograd."""

import math

import torch
import torch.nn.functional as F

from storage import GOLDEN, Line, numbers, write_json

IGNORED = -100
FAR = -30000.0  # a finite "not attended" that float16 can hold


class Inputs:
    """Seeded random tensors."""

    def __init__(self, seed: int):
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int, scale: float = 1.0) -> torch.Tensor:
        return (scale * torch.randn(shape, generator=self.generator)).double()

    def positive(self, *shape: int) -> torch.Tensor:
        return (0.2 + 2 * torch.rand(shape, generator=self.generator)).double()

    def integers(self, below: int, *shape: int) -> torch.Tensor:
        return torch.randint(0, below, shape, generator=self.generator)


CASES: list[dict] = []


def case(op: str, name: str, inputs: dict, function, **attributes) -> None:
    """Runs `function(*inputs)` in float64 on the inputs rounded to float32, and records output and gradients."""
    inputs = {k: v.float().double() if v.is_floating_point() else v for k, v in inputs.items()}
    leaves = {k: v.clone().requires_grad_(v.is_floating_point()) for k, v in inputs.items()}
    output = function(*leaves.values())
    cotangent = Inputs(len(CASES) + 1000).normal(*output.shape)
    floats = {k: v for k, v in leaves.items() if v.is_floating_point()}
    gradients = torch.autograd.grad((output * cotangent).sum(), list(floats.values()))
    CASES.append(
        {
            "op": op,
            "name": name,
            "attributes": attributes,
            "inputs": {k: tensor(v) for k, v in inputs.items()},
            "output": tensor(output),
            "cotangent": tensor(cotangent),
            "gradients": {k: tensor(v) for k, v in zip(floats, gradients, strict=True)},
        }
    )


def tensor(value: torch.Tensor) -> dict:
    return {
        "shape": list(value.shape),
        "dtype": "f32" if value.is_floating_point() else "i32",
        "values": numbers(value),
    }


def products(r: Inputs) -> None:
    case("linear", "rows", {"x": r.normal(5, 8), "weight": r.normal(6, 8)}, lambda x, weight: x @ weight.T)
    case("linear", "one row", {"x": r.normal(1, 32), "weight": r.normal(3, 32)}, lambda x, weight: x @ weight.T)
    case("linear", "batch", {"x": r.normal(2, 3, 8), "weight": r.normal(4, 8)}, lambda x, weight: x @ weight.T)
    case("matmul", "two matrices", {"a": r.normal(4, 6), "b": r.normal(6, 5)}, lambda a, b: a @ b)
    case("matmul", "batch", {"a": r.normal(2, 3, 4, 6), "b": r.normal(2, 3, 6, 5)}, lambda a, b: a @ b)
    case("matmul", "batch, second transposed", {"a": r.normal(3, 4, 8), "b": r.normal(3, 5, 8)},
         lambda a, b: a @ b.transpose(-1, -2), transposeB=True)  # fmt: skip
    # Grouped heads: head h of 4 uses key and value head h // 2 of 2.
    case("attention_scores", "grouped heads [H,T,D] x [Hkv,S,D]", {"q": r.normal(4, 3, 8), "k": r.normal(2, 5, 8)},
         lambda q, k: q @ grouped(k, 2, 0).transpose(-1, -2))  # fmt: skip
    case("attention_scores", "grouped heads, batch", {"q": r.normal(2, 4, 3, 8), "k": r.normal(2, 2, 5, 8)},
         lambda q, k: q @ grouped(k, 2, 1).transpose(-1, -2))  # fmt: skip
    case("attention_values", "grouped heads [H,T,S] x [Hkv,S,D]", {"p": r.normal(4, 3, 5), "v": r.normal(2, 5, 8)},
         lambda p, v: p @ grouped(v, 2, 0))  # fmt: skip
    case("attention_values", "grouped heads, batch", {"p": r.normal(2, 4, 3, 5), "v": r.normal(2, 2, 5, 8)},
         lambda p, v: p @ grouped(v, 2, 1))  # fmt: skip


def grouped(x: torch.Tensor, times: int, axis: int) -> torch.Tensor:
    return x.repeat_interleave(times, dim=axis)


def elementwise(r: Inputs) -> None:
    binary = {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "mul": lambda a, b: a * b,
        "div": lambda a, b: a / b,
    }
    shapes = {"same shape": ((3, 4), (3, 4)), "row": ((2, 3, 4), (4,)), "column": ((3, 4), (3, 1)),
              "scalar": ((3, 4), (1,)), "outer batch": ((2, 3, 4), (3, 4)), "middle": ((2, 3, 4), (2, 1, 4))}  # fmt: skip
    for op, function in binary.items():
        for name, (a, b) in shapes.items():
            if op in ("sub", "div") and name in ("outer batch", "middle"):
                continue  # add and mul show these
            right = r.positive(*b) if op == "div" else r.normal(*b)
            case(op, f"broadcast: {name}", {"a": r.normal(*a), "b": right}, function)
    case("scale", "by a number", {"x": r.normal(3, 4)}, lambda x: x * -0.75, scale=-0.75)
    unary = {
        "silu": F.silu,
        "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
    }
    for op, function in unary.items():
        case(op, "both signs, large values too", {"x": r.normal(4, 8, scale=3.0)}, function)
    case("log", "positive", {"x": r.positive(3, 4)}, torch.log)
    case("sqrt", "positive", {"x": r.positive(3, 4)}, torch.sqrt)


def softmax_and_norms(r: Inputs) -> None:
    case("softmax", "last axis", {"x": r.normal(3, 7)}, lambda x: x.softmax(-1))
    case("softmax", "large values", {"x": r.normal(2, 5, scale=100.0)}, lambda x: x.softmax(-1))
    # Queries are the last 3 of 5 positions: query t sees keys 0 .. t + 2.
    mask = torch.full((3, 5), FAR).triu(3).double()
    attend = lambda x, mask: ((x * 0.35) + mask).softmax(-1)  # noqa: E731
    case("softmax", "causal mask [T,S] over [H,T,S]", {"x": r.normal(4, 3, 5, scale=2.0), "mask": mask}, attend, scale=0.35)
    case("softmax", "causal mask [T,S] over [B,H,T,S]", {"x": r.normal(2, 2, 3, 5), "mask": mask}, attend, scale=0.35)
    case("softmax", "mask of any values", {"x": r.normal(2, 3, 5), "mask": r.normal(3, 5)}, attend, scale=0.35)

    def rms_norm(x, weight, epsilon):
        return x * (x.pow(2).mean(-1, keepdim=True) + epsilon).rsqrt() * weight

    for name, shape, epsilon in [("rows", (3, 8), 1e-6), ("heads", (2, 3, 8), 1e-5), ("epsilon that counts", (2, 8), 0.5)]:
        case("rms_norm", name, {"x": r.normal(*shape), "weight": r.normal(shape[-1])},
             lambda x, weight, epsilon=epsilon: rms_norm(x, weight, epsilon), epsilon=epsilon)  # fmt: skip


def rope(x: torch.Tensor, positions: torch.Tensor, base: float, dims: int, divisors=None, sign: float = 1.0, factor: float = 1.0):
    """Neox style over x [..., T, H, D]: pairs (i, i + dims/2) of the first `dims` turn by
    sign * factor * position * base^(-2i/dims) / divisors[i]; the rest passes."""
    inverse = base ** (-torch.arange(0, dims, 2, dtype=torch.float64) / dims)
    if divisors is not None:
        inverse = inverse / divisors
    angle = (sign * factor * positions.double()[:, None] * inverse)[:, None, :]  # [T, 1, dims/2]
    left, right, rest = x[..., : dims // 2], x[..., dims // 2 : dims], x[..., dims:]
    return torch.cat([left * angle.cos() - right * angle.sin(), right * angle.cos() + left * angle.sin(), rest], -1)


def rotary(r: Inputs) -> None:
    def add(name, shape, positions, *, base=10000.0, divisors=None, dims=None, **more):
        dims = dims or shape[-1]
        inputs = {"x": r.normal(*shape), "positions": torch.tensor(positions)}
        attributes = {"base": base, "dims": dims, **more}
        if divisors is not None:
            attributes["divisors"] = numbers(divisors)
        case("rope", name, inputs, lambda x, positions: rope(x, positions, base, dims, divisors, **more), **attributes)

    add("from the start [T,H,D]", (4, 2, 8), [0, 1, 2, 3])
    add("later positions", (3, 2, 8), [37, 38, 39], base=1000000.0)
    add("positions in any order", (4, 2, 8), [5, 0, 700, 5])
    add("batch [B,T,H,D]", (2, 3, 2, 8), [0, 1, 2])
    add("turned back by the negated angle", (4, 2, 8), [3, 4, 5, 6], sign=-1.0)
    add("only the first 4 of 8 dimensions", (3, 2, 8), [1, 2, 9], dims=4)
    add("linear scaling, all angles by 1/8", (3, 2, 8), [1, 20, 300], factor=0.125)
    add("frequency divisors, as llama3 has", (3, 2, 8), [1, 20, 300], divisors=torch.tensor([1.0, 1.5, 4.0, 8.0]).double())


def rows_and_losses(r: Inputs) -> None:
    case("get_rows", "a row twice", {"table": r.normal(6, 4), "ids": torch.tensor([3, 0, 3, 5, 1])},
         lambda table, ids: table[ids])  # fmt: skip

    def cross_entropy(logits, labels):
        return F.cross_entropy(logits, labels, reduction="none")

    case("cross_entropy", "loss of each row", {"logits": r.normal(5, 9, scale=2.0), "labels": r.integers(9, 5)}, cross_entropy)
    case("cross_entropy", "sure and right: p close to 1", {"logits": 30 * torch.eye(3, 6).double() + r.normal(3, 6),
         "labels": torch.tensor([0, 1, 2])}, cross_entropy)  # fmt: skip
    case("cross_entropy", "sure and wrong", {"logits": 40 * torch.eye(2, 6).double(), "labels": torch.tensor([3, 0])}, cross_entropy)
    # What a step minimises: the sum over labelled rows, divided by their number over all its micro batches.
    labels = torch.tensor([IGNORED, 4, 0, IGNORED, 7])
    case("cross_entropy_mean", "labels of -100 are no rows", {"logits": r.normal(5, 9), "labels": labels},
         lambda logits, labels: F.cross_entropy(logits, labels, reduction="sum").reshape(1) / 6, labelCount=6)  # fmt: skip


def shapes_and_sums(r: Inputs) -> None:
    for axis, a, b in [(0, (2, 3, 4), (5, 3, 4)), (1, (2, 3, 4), (2, 1, 4)), (2, (2, 3, 4), (2, 3, 2))]:
        case("concat", f"axis {axis}", {"a": r.normal(*a), "b": r.normal(*b)},
             lambda a, b, axis=axis: torch.cat([a, b], axis), axis=axis)  # fmt: skip
    for axis, start, end in [(0, 1, 2), (1, 0, 2), (2, 1, 4)]:
        case("slice", f"axis {axis}", {"x": r.normal(2, 3, 4)},
             lambda x, axis=axis, start=start, end=end: x.narrow(axis, start, end - start), axis=axis, start=start, end=end)  # fmt: skip
    for axes in [(1, 0), (1, 0, 2), (0, 2, 1), (2, 0, 1), (0, 2, 1, 3), (3, 1, 0, 2)]:
        shape = (2, 3, 4, 5)[: len(axes)]
        case("permute", f"{list(axes)}", {"x": r.normal(*shape)}, lambda x, axes=axes: x.permute(axes), axes=list(axes))
    case("reshape", "split the last axis", {"x": r.normal(3, 8)}, lambda x: x.reshape(3, 2, 4), shape=[3, 2, 4])
    for op, function in {"sum": torch.sum, "mean": torch.mean}.items():
        case(op, "last axis, kept as 1", {"x": r.normal(2, 3, 4)},
             lambda x, function=function: function(x, dim=-1, keepdim=True), axis=-1)  # fmt: skip
        case(op, "of all", {"x": r.normal(3, 4)}, lambda x, function=function: function(x).reshape(1))


def adamw(r: Inputs) -> dict:
    """Three steps of torch.optim.AdamW, the learning rate of each given; moments after each step."""
    options = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.1}
    start, gradients, rates = r.normal(10).float().double(), [r.normal(10) for _ in range(3)], [1e-2, 5e-3, 2e-2]
    gradients[0][0] = gradients[1][0] = gradients[2][0] = 0.0
    gradients = [g * 10.0 ** -torch.arange(10) for g in gradients]
    gradients = [g.float().double() for g in gradients]  # as stored
    parameter = start.clone().requires_grad_()
    optimizer = torch.optim.AdamW([parameter], betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)
    steps = []
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.param_groups[0]["lr"] = rate
        parameter.grad = gradient.clone()
        optimizer.step()
        state = optimizer.state[parameter]
        steps.append(
            Line(
                {
                    "learningRate": rate,
                    "gradient": numbers(gradient),
                    "parameter": numbers(parameter),
                    "firstMoment": numbers(state["exp_avg"]),
                    "secondMoment": numbers(state["exp_avg_sq"]),
                }
            )
        )
    return {"options": options, "start": Line(numbers(start)), "steps": steps}


def main() -> None:
    for seed, group in enumerate([products, elementwise, softmax_and_norms, rotary, rows_and_losses, shapes_and_sums]):
        group(Inputs(seed))
    assert all(math.isfinite(v) for c in CASES for t in [c["output"], *c["gradients"].values()] for v in t["values"])
    write_json(GOLDEN / "ops.json", {"cases": [Line(case) for case in CASES], "adamw": adamw(Inputs(99))})
    print(len(CASES), "cases,", (GOLDEN / "ops.json").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
