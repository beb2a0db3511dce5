"""Colours of layers: ordered like the layers, and apart for every kind of colour vision."""

from lrviz.gui.theme import Theme, mix

_RAMPS = {
    "dark": ("#8a63ff", "#4aa8ff", "#45d6c0", "#f2f0a8"),
    "light": ("#2b1160", "#1763b0", "#0f9a8a", "#a3ae00"),
}


def layer_colors(theme: Theme, count: int) -> list[str]:
    """A colour for each of `count` layers from the inputs on; lightness alone tells neighbours apart."""
    ramp = _RAMPS[theme.name]
    places = [layer * (len(ramp) - 1) / max(count - 1, 1) for layer in range(count)]
    pieces = [min(int(place), len(ramp) - 2) for place in places]
    return [
        mix(ramp[piece], ramp[piece + 1], place - piece) for place, piece in zip(places, pieces, strict=True)
    ]
