"""Plots as inline SVG: no script, no font and no image from anywhere; pure functions of numbers.

Every text passes through `Markup.format`, which escapes it. Colours are CSS classes of the page, so
that a plot follows the reader's light or dark scheme.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from markupsafe import Markup

WIDTH, HEIGHT = 640, 230
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 12, 26
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
MOST_LABELS = 10

_SVG = Markup(
    '<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
    "<title>{title}</title>{body}</svg>"
)
_TEXT = Markup('<text x="{x:.1f}" y="{y:.1f}" class="{css}">{text}</text>')
_RECT = Markup(
    '<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" class="{css}">'
    "<title>{tip}</title></rect>"
)
_LINE = Markup('<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="grid"/>')
_PATH = Markup('<polyline points="{points}" class="line {css}"/>')
_DOT = Markup('<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="{css}"><title>{tip}</title></circle>')


def stacked_bars(
    title: str, labels: Sequence[str], series: Mapping[str, Sequence[float]]
) -> Markup:
    """One bar a label, cut into the series in their order; series i has the class `c<i>`."""
    stacks = [[0.0, *accumulate(values)] for values in zip(*series.values(), strict=True)]
    top = _round_up(max((stack[-1] for stack in stacks), default=0))
    step = PLOT_WIDTH / max(len(labels), 1)
    bars = [
        _RECT.format(
            x=LEFT + i * step + step * 0.12,
            y=_y(high, top),
            w=step * 0.76,
            h=_y(low, top) - _y(high, top),
            css=f"c{rank}",
            tip=f"{label} · {name}: {high - low:,.0f}",
        )
        for i, (label, stack) in enumerate(zip(labels, stacks, strict=True))
        for rank, (name, (low, high)) in enumerate(zip(series, pairwise(stack), strict=True))
        if high > low
    ]
    return _plot(title, [*_grid(top, "{:,.0f}"), *bars, *_labels(labels)])


def bars(title: str, counts: Mapping[str, float]) -> Markup:
    """One plain bar a label, with its number on top."""
    top = _round_up(max(counts.values(), default=0))
    step = PLOT_WIDTH / max(len(counts), 1)
    drawn = [
        _RECT.format(
            x=LEFT + i * step + step * 0.15,
            y=_y(count, top),
            w=step * 0.7,
            h=_y(0, top) - _y(count, top),
            css="c0",
            tip=f"{label}: {count:,.0f}",
        )
        + _TEXT.format(
            x=LEFT + (i + 0.5) * step, y=_y(count, top) - 4, css="number", text=f"{count:,.0f}"
        )
        for i, (label, count) in enumerate(counts.items())
    ]
    return _plot(title, [*_grid(top, "{:,.0f}"), *drawn, *_labels(list(counts))])


def lines(
    title: str, labels: Sequence[str], series: Mapping[str, Sequence[float | None]]
) -> Markup:
    """Rates (0..1) over the labels, one line a series; a missing value ends its line there."""
    top = _round_up(max((v for vs in series.values() for v in vs if v is not None), default=0))
    step = PLOT_WIDTH / max(len(labels) - 1, 1)
    body = list(_grid(top, "{:.0%}"))
    for rank, (name, values) in enumerate(series.items()):
        known = [
            (LEFT + i * step, _y(value, top), f"{name} · {labels[i]}: {value:.1%}")
            for i, value in enumerate(values)
            if value is not None
        ]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in known)
        body.append(_PATH.format(points=points, css=f"c{rank}"))
        body += [_DOT.format(x=x, y=y, css=f"c{rank}", tip=tip) for x, y, tip in known]
    return _plot(title, [*body, *_labels(labels, is_edge_to_edge=True)])


def steps(title: str, counts: Mapping[str, float]) -> Markup:
    """A funnel: one centred bar a step, with its share of the step before."""
    first = max(next(iter(counts.values()), 0), 1)
    height = PLOT_HEIGHT / max(len(counts), 1)
    name_width = 170
    body: list[Markup] = []
    previous: float | None = None
    for i, (label, count) in enumerate(counts.items()):
        y = TOP + i * height
        width = (WIDTH - name_width - 150) * count / first
        share = "" if previous is None else f" · {count / max(previous, 1):.0%}"
        body += [
            _TEXT.format(x=name_width - 10, y=y + height / 2 + 4, css="name", text=label),
            _RECT.format(
                x=name_width,
                y=y + height * 0.12,
                w=width,
                h=height * 0.76,
                css="c0",
                tip=f"{label}: {count:,.0f}",
            ),
            _TEXT.format(
                x=name_width + width + 8,
                y=y + height / 2 + 4,
                css="beside",
                text=f"{count:,.0f}{share}",
            ),
        ]
        previous = count
    return _plot(title, body)


def _plot(title: str, parts: Sequence[Markup]) -> Markup:
    return _SVG.format(width=WIDTH, height=HEIGHT, title=title, body=Markup("").join(parts))


def _y(value: float, top: float) -> float:
    return TOP + PLOT_HEIGHT * (1 - value / top)


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 4, 5, 8 times a power of ten; 1 for nothing, so that it divides."""
    if value <= 0:
        return 1.0
    power = 10.0 ** len(str(int(value))) / 10 if value >= 1 else 0.01
    while power * 10 <= value:
        power *= 10
    return next(power * m for m in (1, 2, 2.5, 4, 5, 8, 10) if power * m >= value)


def _grid(top: float, number: str) -> list[Markup]:
    parts = []
    for quarter in range(5):
        y = _y(top * quarter / 4, top)
        parts.append(_LINE.format(x1=LEFT, y1=y, x2=WIDTH - RIGHT, y2=y))
        text = number.format(top * quarter / 4)
        parts.append(_TEXT.format(x=LEFT - 6, y=y + 4, css="axis", text=text))
    return parts


def _labels(labels: Sequence[str], *, is_edge_to_edge: bool = False) -> list[Markup]:
    every = -(-len(labels) // MOST_LABELS) or 1
    step = PLOT_WIDTH / max(len(labels) - is_edge_to_edge, 1)
    first = LEFT + (0 if is_edge_to_edge else step / 2)
    return [
        _TEXT.format(x=first + i * step, y=HEIGHT - 8, css="label", text=label)
        for i, label in enumerate(labels)
        if i % every == 0
    ]
