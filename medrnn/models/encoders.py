"""What stands before the recurrent core: a layer on each step, or a convolution stem over the whole image."""

import torch
from torch import Tensor, nn

from medrnn import sequences
from medrnn.config import ModelConfig, ReadingConfig
from medrnn.models.readouts import mean_max

TOGETHER = 2**17  # pixels of the tiles that are encoded at once


def convolution(channels: int, out: int, stride: int) -> list[nn.Module]:
    """A 3 x 3 convolution with batch norm and ReLU (Ioffe and Szegedy 2015); a stride of 2 halves the map."""
    layer = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return [layer, nn.BatchNorm2d(out), nn.ReLU()]


class Stem(nn.Module):
    """Convolutions over the image, so that what is read are edges and shadows and no single pixels.

    The lines of the reading are put back into the image first; a place of the map that comes out stands for
    ``config.stride`` x ``config.stride`` pixels.
    """

    def __init__(self, config: ModelConfig, reading: ReadingConfig) -> None:
        super().__init__()
        self.reading = reading
        channels = (reading.planes, *config.stem)
        layers = [convolution(*one) for one in zip(channels[:-1], channels[1:], config.strides, strict=True)]
        self.layers = nn.Sequential(*(part for layer in layers for part in layer))

    def forward(self, values: Tensor) -> Tensor:
        """(batch, step, feature) to a map (batch, row, column, channel)."""
        images = to_images(values, self.reading)
        found: Tensor = self.layers(images.movedim(-1, 1)).movedim(1, -1)
        return found


class EachStep(nn.Module):
    """The same layers over what each step reads, by itself.

    Attributes:
        layers: from (tile, plane, row, column) to a map (tile, channel, row, column).
        tile: (rows, columns) of what a step reads.
        planes: values of a pixel.
    """

    layers: nn.Sequential

    def __init__(self, reading: ReadingConfig) -> None:
        super().__init__()
        self.tile, self.planes = reading.tile, reading.planes

    def pool(self, found: Tensor) -> Tensor:
        """What is kept of a map, (tile, value)."""
        raise NotImplementedError

    def forward(self, values: Tensor) -> Tensor:
        """(batch, step, feature) to (batch, step, value).

        On the CPU so many tiles run at a time as the processor's cache holds, which gives the same numbers in a part of
        the time; not in training, and not where gradients are asked for, which are those of all tiles.
        """
        batch, steps, _ = values.shape
        tiles = values.reshape(batch * steps, *self.tile, self.planes).movedim(-1, 1)
        together = max(1, TOGETHER // (self.tile[0] * self.tile[1]))
        if self.training or torch.is_grad_enabled() or values.device.type != "cpu":
            together = len(tiles)
        found = [self.pool(self.layers(some)) for some in tiles.split(together)]
        return (found[0] if len(found) == 1 else torch.cat(found)).reshape(batch, steps, -1)


class StepConvolution(EachStep):
    """One small convolution on what each step reads, and the mean over its places: the same for every step."""

    def __init__(self, config: ModelConfig, reading: ReadingConfig) -> None:
        super().__init__(reading)
        self.layers = nn.Sequential(
            *convolution(reading.planes, config.encoded, 1), *convolution(config.encoded, config.encoded, 1)
        )

    def pool(self, found: Tensor) -> Tensor:
        """The mean over the places."""
        return found.mean((-2, -1))


class StepStem(EachStep):
    """The same convolutions over what each step reads, then the mean and the maximum over the places of the map."""

    def __init__(self, config: ModelConfig, reading: ReadingConfig) -> None:
        super().__init__(reading)
        channels = (reading.planes, *config.stem)
        layers = [convolution(*one) for one in zip(channels[:-1], channels[1:], config.strides, strict=True)]
        self.layers = nn.Sequential(*(part for layer in layers for part in layer))

    def pool(self, found: Tensor) -> Tensor:
        """The mean and the maximum over the places."""
        return mean_max(found.flatten(2).movedim(-1, 1))


class StepLinear(nn.Module):
    """One linear layer with ReLU on what each step reads."""

    def __init__(self, config: ModelConfig, reading: ReadingConfig) -> None:
        super().__init__()
        self.layer = nn.Linear(reading.features, config.encoded)

    def forward(self, values: Tensor) -> Tensor:
        """(batch, step, feature) to (batch, step, channel)."""
        return torch.relu(self.layer(values))


class AsItIs(nn.Identity):
    """No encoder."""

    def __init__(self, config: ModelConfig, reading: ReadingConfig | None) -> None:
        super().__init__()


MAKERS = {"none": AsItIs, "linear": StepLinear, "steps": StepConvolution, "stem": Stem, "stems": StepStem}


def to_images(values: Tensor, reading: ReadingConfig) -> Tensor:
    """Steps (batch, step, feature) back to images (batch, row, column, plane)."""
    images = sequences.place(values, reading)
    return images if reading.is_colour else images[..., None]


def to_map(values: Tensor, reading: ReadingConfig) -> Tensor:
    """Encoded steps (batch, step, channel) to a map of the patches (batch, row, column, channel)."""
    down, across = (side // tile for side, tile in zip(reading.size, reading.tile, strict=True))
    back = sequences.tile_places(reading)
    return values[:, back].reshape(len(values), down, across, -1)
