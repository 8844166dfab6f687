"""Modules as other people write them: what they do to a sequence before their network reads it, and with what state."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


class LearnedStart(nn.Module):
    """A first state that is learned."""

    def __init__(self, kind=nn.LSTM, **more):
        super().__init__()
        self.rnn = kind(3, 4, 2, **more)
        places = 2 * (2 if more.get("bidirectional") else 1)
        self.h = nn.Parameter(torch.randn(places, 1, 4))
        self.c = nn.Parameter(torch.randn(places, 1, 4))

    def forward(self, x):
        batch = x.shape[0 if self.rnn.batch_first else 1]
        h, c = (s.expand(-1, batch, -1).contiguous() for s in (self.h, self.c))
        return self.rnn(x, (h, c) if isinstance(self.rnn, nn.LSTM) else h)[0]


class Normed(nn.Module):
    """A LayerNorm and a projection before the network."""

    def __init__(self, kind=nn.GRU, **more):
        super().__init__()
        self.before = nn.Sequential(nn.LayerNorm(3), nn.Linear(3, 5), nn.ReLU())
        self.rnn = kind(5, 4, **more)
        self.head = nn.Linear(4 * (2 if more.get("bidirectional") else 1), 2)

    def forward(self, x):
        return self.head(self.rnn(self.before(x))[0])


class Words(nn.Module):
    """Whole numbers that are looked up; batch first."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(9, 5)
        self.rnn = nn.LSTM(5, 4, batch_first=True)

    def forward(self, tokens):
        return self.rnn(self.words(tokens))[1][0][-1]


class Packed(nn.Module):
    """A packed sequence and a first state that is learned; zeros at the end are padding."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 4, 2, batch_first=True, bidirectional=True)
        self.start = nn.Parameter(torch.randn(4, 1, 4))

    def forward(self, x):
        lengths = (x.abs().sum(-1) > 0).sum(1)
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return self.rnn(packed, self.start.expand(-1, len(x), -1).contiguous())[0].data


class Turned(nn.Module):
    """Takes the batch first, while its network takes the step first; speaks by name."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 4)

    def forward(self, x):
        return self.rnn(input=2 * x.transpose(0, 1))[0]


class Twice(nn.Module):
    """Calls its network twice, the second time from where it was."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x):
        _, state = self.rnn(x)
        return self.rnn(x.flip(1), state)[0]


class StepByStep(nn.Module):
    """Leaves its state, a counter and a buffer behind, as some modules do."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 4, batch_first=True)
        self.register_buffer("seen", torch.zeros(1))
        self.last, self.calls, self.log = None, 0, []

    def forward(self, x):
        out, self.last = self.rnn(x, self.last)
        self.seen += 1
        self.calls += 1
        self.log.append(self.calls)
        return out
