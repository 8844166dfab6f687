"""Classifiers as others write them, for the tests that bring their weights here."""

import torch
from torch import nn


class Stranger(nn.Module):
    """A recurrent module under any name and a linear head over its last states."""

    def __init__(
        self,
        kind="LSTM",
        *,
        features=10,
        width=6,
        layers=2,
        both=True,
        classes=3,
        bias=True,
        pool=False,
        name="lstm",
    ):
        super().__init__()
        self.name, self.pool = name, pool
        self.add_module(
            name, getattr(nn, kind)(features, width, layers, bias=bias, batch_first=True, bidirectional=both)
        )
        self.fc = nn.Linear(width * (1 + both) * (1 + pool), classes, bias=bias)

    def forward(self, x):
        rnn = getattr(self, self.name)
        outputs, states = rnn(x)
        if self.pool:
            return self.fc(torch.cat([outputs.mean(1), outputs.amax(1)], -1))
        hidden = states[0] if isinstance(states, tuple) else states
        last = hidden[-2:] if rnn.bidirectional else hidden[-1:]
        return self.fc(torch.cat(list(last), -1))
