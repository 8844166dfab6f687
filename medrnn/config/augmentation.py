"""How much training images may be changed at random: the settings of an augmentation."""

from dataclasses import dataclass

from medrnn.config.record import Record, between, one_of

MIRRORS = {
    "none": "never",
    "across": "left and right",
    "down": "top and bottom",
    "both": "left and right, top and bottom",
}
LIMITS = {  # the most of each
    "shift": 0.5,
    "degrees": 180.0,
    "scale": 0.5,
    "gain": 0.9,
    "offset": 0.5,
    "blur": 4.0,
    "coarse": 4.0,
    "stain": 0.5,
    "crop": 0.5,
    "erase": 0.5,
}


@dataclass(frozen=True)
class Strength(Record):
    """How much an image may change at most, each in either direction.

    Attributes:
        shift: of the image's side.
        degrees: of rotation.
        scale: 0.1 makes the image up to 10 % larger or smaller.
        gain, offset: of grey values in [0, 1].
        blur: standard deviation in pixels; every second image is left sharp.
        coarse: the image is made up to so many times smaller and brought back, 1 never; every second one is left.
        mirror: a key of ``MIRRORS``, each in half of the images. It makes the left side the right one.
        stain: gain of each colour by itself.
        crop: share of the side that is cut off at most; what is left fills the image, its place is random.
        erase: share of the area under a square of the image's mean at most; every second image is left whole.
    """

    shift: float = 0.10
    degrees: float = 12.0
    scale: float = 0.12
    gain: float = 0.30
    offset: float = 0.15
    blur: float = 0.0
    coarse: float = 1.0
    mirror: str = "none"
    stain: float = 0.0
    crop: float = 0.0
    erase: float = 0.0

    def __post_init__(self) -> None:
        one_of("mirror", self.mirror, MIRRORS)
        for name, most in LIMITS.items():
            between(name, getattr(self, name), 1 if name == "coarse" else 0, most)

    @property
    def is_mirrored(self) -> bool:
        """True where left may become right, or top bottom."""
        return self.mirror != "none"
