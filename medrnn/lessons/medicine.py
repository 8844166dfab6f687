"""Beside the lessons: where recurrent networks are used in medicine, each figure with its source."""

from dataclasses import dataclass

from medrnn.lessons.lesson import Knob, Lesson, Question

KINDS = {
    "all": "all",
    "slices": "slices of a scan",
    "records": "patients' records",
    "signals": "signals",
    "images": "sweeps over images",
}

LESSON = Lesson(
    id="medicine",
    title="Where recurrent networks are used in medicine",
    idea="Wherever things come one after another: slices of a scan, visits of a patient, seconds of a signal.",
    minutes=5,
    knobs=(
        Knob(
            "kind",
            "What is read",
            tuple(KINDS),
            "all",
            "Shows the studies of one kind of data alone. Look what one step is in each of them.",
            tuple(KINDS.values()),
        ),
    ),
    question=Question(
        "The winners of the RSNA 2019 challenge found bleeding in CT scans of the head. What did the recurrent part of "
        "their network read?",
        (
            "The rows of pixels of each slice",
            "What a CNN had made of each slice",
            "The radiologists' reports",
        ),
        1,
        "A 2-D CNN looks at each slice by itself; two sequence models then read its results slice by slice, so that a "
        "slice is judged with its neighbours. Most uses are of this kind: the steps are given by the data, not cut "
        "out of one image. Figures of different studies cannot be compared with each other.",
    ),
    sources=(
        "Each study below with its own. Figures as the authors give them in their abstracts; none was measured "
        "here.",
    ),
    is_aside=True,
)


@dataclass(frozen=True)
class Use:
    """One published use.

    Attributes:
        kind: a key of ``KINDS``.
        task: what it is for.
        network: what reads.
        step: what one step is.
        count: how many cases it was made or tested with, as the source counts them; None where the abstract says
            nothing of it.
        counted: what is counted.
        found: the figure, in the source's own terms.
        authors: with the year.
        journal: with volume and pages.
        link: of its DOI, or its permanent address.
    """

    kind: str
    task: str
    network: str
    step: str
    count: int | None
    counted: str
    found: str
    authors: str
    journal: str
    link: str

    @property
    def source(self) -> str:
        """In one line of Markdown."""
        return f"{self.authors}, [{self.journal}]({self.link})"


USES = (
    Use(
        "slices",
        "Bleeding in CT of the head",
        "2-D CNN, then two sequence models",
        "a slice",
        25_000,
        "CT scans and more",
        "AUC 0.988; 0.964 and 0.949 on two external sets; 1st of 1,345 teams",
        "Wang et al. 2021",
        "NeuroImage: Clinical 32:102785",
        "https://doi.org/10.1016/j.nicl.2021.102785",
    ),
    Use(
        "slices",
        "Bleeding in CT of the head",
        "CNN with RNN and attention",
        "a slice",
        55_179,
        "CT scans",
        "accuracy 99.41 % on validation, 96.02 % in the prospective test on 452 scans",
        "Alis et al. 2022",
        "Scientific Reports 12:2084",
        "https://doi.org/10.1038/s41598-022-05872-x",
    ),
    Use(
        "slices",
        "Cine MR images of the heart from few data",
        "convolutional RNN",
        "a frame",
        None,
        "",
        "better and faster than the methods it was compared with, by the authors' tests",
        "Qin et al. 2019",
        "IEEE Transactions on Medical Imaging 38:280-290",
        "https://doi.org/10.1109/TMI.2018.2863670",
    ),
    Use(
        "records",
        "Acute kidney injury, up to 48 h ahead",
        "RNN",
        "an entry of the record",
        703_782,
        "adult patients",
        "55.8 % of all inpatient episodes found, two false alerts for each true one",
        "Tomašev et al. 2019",
        "Nature 572:116-119",
        "https://doi.org/10.1038/s41586-019-1390-1",
    ),
    Use(
        "records",
        "Kidney injury after heart surgery",
        "RNN",
        "a time of measurement",
        15_564,
        "admissions",
        "AUC 0.893 on 350 admissions; against clinicians 0.901 to 0.745",
        "Rank et al. 2020",
        "npj Digital Medicine 3:139",
        "https://doi.org/10.1038/s41746-020-00346-8",
    ),
    Use(
        "records",
        "Onset of heart failure",
        "GRU",
        "an event of the record",
        32_787,
        "primary care patients",
        "AUC 0.883 with 18 months of records, best other method 0.834",
        "Choi et al. 2017",
        "J Am Med Inform Assoc 24:361-370",
        "https://doi.org/10.1093/jamia/ocw112",
    ),
    Use(
        "records",
        "128 diagnoses in intensive care of children",
        "LSTM",
        "a time of measurement",
        None,
        "",
        "F1 0.714 for diabetic ketoacidosis, 0.632 for status asthmaticus; near an MLP with hand-made features",
        "Lipton et al. 2016",
        "ICLR, arXiv:1511.03677",
        "https://arxiv.org/abs/1511.03677",
    ),
    Use(
        "signals",
        "Sleep stages from one channel of EEG",
        "CNN, then LSTM in both directions",
        "an epoch of the EEG",
        None,
        "",
        "accuracy 86.2 % (MASS) and 82.0 % (Sleep-EDF)",
        "Supratak et al. 2017",
        "IEEE Trans. Neural Systems and Rehabilitation Engineering 25:1998-2008",
        "https://doi.org/10.1109/TNSRE.2017.2721116",
    ),
    Use(
        "images",
        "Tissues in MR images of the brain",
        "PyraMiD-LSTM, sweeps through the volume",
        "a plane of the volume",
        None,
        "",
        "best known result on MRBrainS13 at that time",
        "Stollenga et al. 2015",
        "NeurIPS 28:2998-3006",
        "https://arxiv.org/abs/1506.07452",
    ),
)


def choose(kind: str) -> tuple[Use, ...]:
    """The studies of a kind, oldest first.

    Args:
        kind: a key of ``KINDS``.
    """
    found = [use for use in USES if kind in ("all", use.kind)]
    return tuple(sorted(found, key=lambda use: use.authors.rpartition(" ")[2]))
