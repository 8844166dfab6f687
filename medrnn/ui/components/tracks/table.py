"""The numbers of the tracks as CSV, so that every picture has its data one download away."""

import io
from collections.abc import Iterator, Sequence

import numpy as np

from medrnn.models.inference import Inference, TableWriter, table_head
from medrnn.ui.components.tracks.rows import Bars, Heat, Lines, Marks, Row


def _series(row: Row) -> Iterator[tuple[str, np.ndarray]]:
    if isinstance(row, Heat):
        labels = range(row.values.shape[1]) if row.labels is None else row.labels
        part = f"{row.part}, {row.symbol}" if row.part else row.symbol
        yield from (
            (f"{part}, unit {label}", values) for label, values in zip(labels, row.values.T, strict=True)
        )
    elif isinstance(row, Lines):
        yield from ((f"{row.series or row.name}, {name}", values) for name, values in row.curves.items())
    elif isinstance(row, Bars):
        yield row.series or row.name, row.values


def rows_table(rows: Sequence[Row], inference: Inference | None = None) -> str:
    """All values, columns ``series, step, value``; steps count from 1, as on the axis. Marks: the words are the value.

    The first lines, each behind a ``#``, say "research and teaching only", the verdict and the trace of inference.
    """
    out = io.StringIO()
    out.write(table_head(inference))
    writer = TableWriter(out)
    writer.writerow(["series", "step", "value"])
    for row in rows:
        for name, values in _series(row):
            writer.writerows([name, step, value] for step, value in enumerate(np.asarray(values).tolist(), 1))
        if isinstance(row, Marks):
            writer.writerows([row.series or row.name, step + 1, words] for step, words in row.marks)
    return out.getvalue()
