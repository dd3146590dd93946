"""Writes test/golden/evaluate/statistics.json: tests, corrections, agreement, calibration and bootstrap intervals as
SciPy, statsmodels and scikit-learn compute them."""

import numpy as np
from scipy.stats import binomtest, bootstrap, permutation_test
from sklearn.calibration import calibration_curve
from sklearn.metrics import cohen_kappa_score, f1_score
from statsmodels.stats.multitest import multipletests

from storage import GOLDEN, Line, write_json

OTHER = "\u0000other"
BINS = 15
RESAMPLES = 20000

FAIR_COIN = [
    (0, 0), (0, 1), (1, 0), (1, 1), (2, 1), (5, 0), (0, 6), (3, 9), (10, 10), (7, 21), (12, 30), (50, 50), (49, 51),
    (40, 62), (3, 200), (0, 1074), (500, 501), (480, 560), (1000, 1100), (5000, 5200), (49000, 51000), (50000, 50001),
    (99000, 101000), (499000, 501000), (500000, 500000), (999000, 1001000), (1, 100000),
]  # fmt: skip

P_VALUES = {
    "none": [],
    "one": [0.03],
    "ascending": [0.001, 0.01, 0.02, 0.04],
    "in no order": [0.04, 0.001, 0.3, 0.012, 0.02],
    "ties": [0.02, 0.01, 0.02, 0.01],
    "sums beyond 1": [0.6, 0.7, 0.2],
    "a smaller one lifts a larger": [0.01, 0.013, 0.014],
    "zero and one": [0.0, 1.0, 0.5],
}

# name: answers of two models; None is an answer that is no label
ANSWERS = {
    "equal": (["a", "b", "c"], ["a", "b", "c"]),
    "never equal": (["a", "b", "a", "b"], ["b", "a", "b", "a"]),
    "one always says the same": (["a", "a", "a", "a"], ["a", "b", "a", "b"]),
    "as by chance": (["a", "a", "b", "b"], ["a", "b", "a", "b"]),
    "some no label": (["a", None, "b", None, "c"], ["a", None, None, "b", "c"]),
    "Chinese": (["财经", "彩票", "财经", "房产"], ["财经", "财经", "财经", "房产"]),
}


def draw_answers(random, classes, rows, right):
    labels = np.array([f"c{i}" for i in range(classes)])
    truths = random.choice(classes, rows, p=random.dirichlet(np.full(classes, 5)))
    other = random.choice(classes, rows)
    return labels.tolist(), truths, np.where(random.random(rows) < right, truths, other)


def kappa(first, second):
    mark = [[OTHER if answer is None else answer for answer in answers] for answers in (first, second)]
    return float(cohen_kappa_score(*mark))


def kappa_cases(random):
    cases = dict(ANSWERS)
    for classes, rows, right in [(2, 50, 0.7), (8, 160, 0.8), (14, 1000, 0.3)]:
        labels, first, second = draw_answers(random, classes, rows, right)
        cases[f"{classes} classes, {rows} rows"] = ([labels[i] for i in first], [labels[i] for i in second])
    return [
        {"name": name, "first": Line(first), "second": Line(second), "kappa": kappa(first, second)}
        for name, (first, second) in cases.items()
    ]


def calibration_cases(random):
    def case(name, confidences, right):
        accuracy, confidence = calibration_curve(right, confidences, n_bins=BINS)
        bins = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidences)
        rows = np.bincount(bins, minlength=BINS)
        error = np.sum(rows[rows > 0] * np.abs(accuracy - confidence)) / len(confidences)
        filled = {"rows": rows.tolist(), "confidence": confidence.tolist(), "accuracy": accuracy.tolist()}
        return {
            "name": name,
            "confidences": Line(confidences.tolist()),
            "right": Line([bool(r) for r in right]),
            "error": error,
            "filled": Line(filled),
        }

    sure = random.beta(5, 1, 200).round(4)
    return [
        case("calibrated", sure, random.random(200) < sure),
        case("too sure", sure, random.random(200) < 0.5),
        case("always right", sure[:40], np.ones(40, bool)),
        case("borders of bins", np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0]), np.array([0, 1, 0, 1, 0, 1], bool)),
        case("one row", np.array([0.93]), np.array([True])),
    ]


def accuracy(truths, answers, axis=-1):
    return np.mean(truths == answers, axis=axis)


def f1_of(label, truths, answers):
    right = np.sum((truths == label) & (answers == label), axis=-1)
    both = np.sum(truths == label, axis=-1) + np.sum(answers == label, axis=-1)
    return np.where(both > 0, 2 * right / np.maximum(both, 1), 0)


def bootstrap_cases(random):
    def case(classes, rows, right, other_right):
        labels, truths, first = draw_answers(random, classes, rows, right)
        second = np.where(random.random(rows) < other_right, truths, random.choice(classes, rows))

        def macro(truths, answers, axis=-1):
            return np.mean([f1_of(label, truths, answers) for label in range(classes)], axis=0)

        assert abs(macro(truths, first) - f1_score(truths, first, labels=range(classes), average="macro")) < 1e-12
        statistics = {
            "accuracy": accuracy,
            "macro_f1": macro,
            "f1 of class 0": lambda truths, answers, axis=-1: f1_of(0, truths, answers),
        }

        def interval(statistic, *columns):
            drawn = bootstrap(
                columns, statistic, n_resamples=RESAMPLES, paired=True, vectorized=True, method="percentile", batch=500,
                rng=np.random.default_rng(3),
            )  # fmt: skip
            low, high = drawn.confidence_interval
            return Line({
                "value": float(statistic(*columns)),
                "low": float(low),
                "high": float(high),
                "error": float(drawn.standard_error),
            })  # fmt: skip

        differences = {
            name: (lambda t, a, b, axis=-1, s=statistic: s(t, a) - s(t, b)) for name, statistic in statistics.items()
        }
        chances = {
            name: float(
                permutation_test(
                    (first, second), lambda a, b, axis=-1, s=statistic: s(truths, a) - s(truths, b), vectorized=True,
                    permutation_type="samples", n_resamples=RESAMPLES - 1, batch=500, rng=np.random.default_rng(4),
                ).pvalue
            )
            for name, statistic in statistics.items()
        }  # fmt: skip
        return {
            "name": f"{classes} classes, {rows} rows",
            "labels": Line(labels),
            "truths": Line(truths.tolist()),
            "first": Line(first.tolist()),
            "second": Line(second.tolist()),
            "figures": {name: interval(statistic, truths, first) for name, statistic in statistics.items()},
            "differences": {name: interval(statistic, truths, first, second) for name, statistic in differences.items()},
            "chances": Line(chances),
        }

    return [case(2, 200, 0.8, 0.6), case(4, 300, 0.7, 0.66), case(10, 600, 0.85, 0.8), case(2, 12, 0.9, 0.3)]


def main() -> None:
    random = np.random.default_rng(11)
    tests = [
        Line({"heads": a, "tails": b, "p": float(binomtest(a, a + b).pvalue) if a + b else 1.0}) for a, b in FAIR_COIN
    ]
    holm = [
        {"name": name, "p": Line(p), "corrected": Line(multipletests(p, method="holm")[1].tolist() if p else [])}
        for name, p in P_VALUES.items()
    ]
    document = {
        "fairCoin": tests,
        "holm": holm,
        "kappa": kappa_cases(random),
        "calibration": calibration_cases(random),
        "bootstrap": bootstrap_cases(random),
        "resamples": RESAMPLES,
    }
    write_json(GOLDEN / "evaluate" / "statistics.json", document)


if __name__ == "__main__":
    main()
