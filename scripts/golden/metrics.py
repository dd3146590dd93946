"""Writes test/golden/evaluate/metrics.json: reports and confusion matrices as scikit-learn computes them, zero_division=0."""

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from storage import GOLDEN, Line, write_json

OTHER = "\u0000other"
NEWS = ["财经", "彩票", "房产", "股票", "家居", "教育", "科技", "社会"]

# name: labels, truths, predictions; None is an answer that is no label
WRITTEN = {
    "all right": (["a", "b"], ["a", "b", "a"], ["a", "b", "a"]),
    "all wrong": (["a", "b"], ["a", "b", "a"], ["b", "a", "b"]),
    "one row, right": (["a", "b"], ["a"], ["a"]),
    "one row, wrong": (["a", "b"], ["a"], ["b"]),
    "one row, no label": (["a", "b"], ["a"], [None]),
    "a single class": (["a"], ["a", "a", "a"], ["a", "a", "a"]),
    "a single class, some no label": (["a"], ["a", "a", "a"], ["a", None, None]),
    "a class that no row has": (["a", "b", "c"], ["a", "b", "a"], ["a", "b", "b"]),
    "a class that no row has, predicted": (["a", "b", "c"], ["a", "b", "a"], ["c", "b", "c"]),
    "a class never predicted": (["a", "b", "c"], ["a", "b", "c", "c"], ["a", "b", "a", "b"]),
    "classes neither true nor predicted": (["a", "b", "c", "d"], ["a", "a"], ["a", "a"]),
    "only one class predicted": (["a", "b", "c"], ["a", "b", "c", "a", "b", "c"], ["b"] * 6),
    "ties between two classes": (["a", "b"], ["a", "a", "b", "b"], ["a", "b", "a", "b"]),
    "ties between three classes": (["a", "b", "c"], ["a", "b", "c"] * 3, ["a"] * 3 + ["b"] * 3 + ["c"] * 3),
    "some answers are no label": (["a", "b"], ["a", "b", "a", "b", "a"], ["a", None, "b", "b", None]),
    "no answer is a label": (["a", "b"], ["a", "b", "a"], [None, None, None]),
    "labels not in order": (["c", "a", "b"], ["a", "b", "c", "c"], ["a", "c", "c", "b"]),
    "Chinese labels": (NEWS, NEWS * 2, NEWS + NEWS[1:] + NEWS[:1]),
    "very uneven classes": (["a", "b"], ["a"] * 99 + ["b"], ["a"] * 98 + ["b", "a"]),
}
# name: labels, rows, share of right answers, share of answers that are no label
DRAWN = {
    "2 classes, 100 rows": (2, 100, 0.7, 0.0),
    "3 classes, 7 rows": (3, 7, 0.5, 0.2),
    "8 classes, 160 rows": (8, 160, 0.8, 0.02),
    "14 classes, 1000 rows": (14, 1000, 0.75, 0.0),
    "14 classes, 1000 rows, many no label": (14, 1000, 0.2, 0.5),
    "50 classes, 60 rows": (50, 60, 0.3, 0.1),
}


def draw(random, classes, rows, right, other):
    labels = [f"c{i}" for i in range(classes)]
    # Uneven classes: some are rare, a few may be missing.
    truths = random.choice(labels, rows, p=random.dirichlet(np.ones(classes))).tolist()
    predictions = []
    for truth in truths:
        kind = random.random()
        predictions.append(truth if kind < right else None if kind < right + other else str(random.choice(labels)))
    return labels, truths, predictions


def expect(labels, truths, predictions):
    answers = [OTHER if p is None else p for p in predictions]

    def scores(average):
        p, r, f, _ = precision_recall_fscore_support(truths, answers, labels=labels, average=average, zero_division=0)
        return {"precision": p, "recall": r, "f1": f, "support": len(truths)}

    columns = precision_recall_fscore_support(truths, answers, labels=labels, zero_division=0)
    classes = [
        Line({"label": label, "precision": p, "recall": r, "f1": f, "support": int(s)})
        for label, p, r, f, s in zip(labels, *(column.tolist() for column in columns))
    ]
    counts = confusion_matrix(truths, answers, labels=[*labels, OTHER])[: len(labels)]
    return {
        "accuracy": accuracy_score(truths, answers),
        "classes": classes,
        **{average: Line(scores(average)) for average in ["macro", "micro", "weighted"]},
        "counts": [Line(row) for row in counts.tolist()],
    }


def main() -> None:
    random = np.random.default_rng(7)
    cases = {**WRITTEN, **{name: draw(random, *settings) for name, settings in DRAWN.items()}}
    document = [
        {
            "name": name,
            "labels": Line(labels),
            "truths": Line(truths),
            "predictions": Line(predictions),
            "expected": expect(labels, truths, predictions),
        }
        for name, (labels, truths, predictions) in cases.items()
    ]
    write_json(GOLDEN / "evaluate" / "metrics.json", {"cases": document})


if __name__ == "__main__":
    main()
