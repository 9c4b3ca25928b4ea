#!/usr/bin/env python3
"""Runs bench and draws what it has found: report.py BENCH [option of bench ...]

bench prints one JSON object. Its sections become Markdown on standard output and, with --record, the newest entry
of RESULTS.md, and the plot growth.svg. The exit code is bench's.
"""
import json
import math
import os
import platform
import signal
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).resolve().parent
MARK = "<!-- run.sh --record puts results below this line -->\n"


def table_text(table):
    rows = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in [table["heads"], *table["rows"]]]
    widths = [max(3, *(len(row[i]) for row in rows)) for i in range(len(rows[0]))]
    rows.insert(1, ["-" * width for width in widths])
    return "".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |\n" for row in rows)


def section_text(section):
    text = f"### {section['title']}\n\n"
    if section["plot"]:
        text += "![CPU per frame and per stream](growth.svg)\n\n"
    if "table" in section:
        text += table_text(section["table"]) + ("\n" if section["lines"] else "")
    return text + "".join(line + "\n" for line in section["lines"]) + "\n"


def round_step(most, steps):
    """1, 2 or 5 times a power of ten, so that `steps` of them reach `most`."""
    step = max(most, 1e-9) / steps
    power = 10 ** math.floor(math.log10(step))
    return next((factor * power for factor in (1, 2, 5) if step <= factor * power), 10 * power)


def panel(series, left, colour):
    """One series with axes of its own; the horizontal one is logarithmic, the vertical one begins at 0."""
    points, steps, top, width, height = series["points"], 4, 60, 280, 190
    step = round_step(max(y for _, y in points), steps)
    first, last = math.log10(points[0][0]), math.log10(points[-1][0])

    def x_of(x):
        return left + 60 + (((math.log10(x) - first) / (last - first)) if last > first else 0.5) * width

    def y_of(y):
        return top + height * (1 - y / (step * steps))

    def text(x, y, content, anchor="middle"):
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>\n'

    out = ""
    for i in range(steps + 1):
        y = y_of(step * i)
        out += f'<line x1="{left + 60:.1f}" y1="{y:.1f}" x2="{left + 60 + width:.1f}" y2="{y:.1f}" stroke="#ccc"/>\n'
        out += text(left + 52, y + 4, f"{step * i:.{2 if step < 1 else 0}f}", "end")
    path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in points)
    out += f'<polyline fill="none" stroke-width="2" stroke="{colour}" points="{path}"/>\n'
    for x, y in points:
        out += f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="4" fill="{colour}"/>\n'
        out += text(x_of(x), y_of(y) - 10, f"{y:.{1 if y < 100 else 0}f}") + text(x_of(x), 268, f"{x:.0f}")
    return out + text(left + 60 + width / 2, 48, series["name"]) + text(left + 60 + width / 2, 290, "open streams")


def plot(curves):
    width = 360 * len(curves)
    colours = ("#1f5fa8", "#b3541e", "#3c7a3a")
    panels = "".join(panel(series, 360 * i, colours[i % len(colours)]) for i, series in enumerate(curves))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 300" font-family="sans-serif" font-size="12">\n'
            f'<rect width="100%" height="100%" fill="white"/>\n'
            f'<text x="{width / 2:.1f}" y="20.0" text-anchor="middle">nginx and workers together</text>\n{panels}</svg>\n')


def machine():
    info = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")
    gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{name}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, {gib:.0f} GiB"


def record(what_changed, text, curves):
    said = subprocess.run(["git", "-C", FOLDER, "describe", "--always", "--dirty"], capture_output=True, text=True)
    commit = said.stdout.strip() or "no commit"
    file = FOLDER / "RESULTS.md"
    before, mark, after = file.read_text().partition(MARK)
    if not mark:
        sys.exit(f'{file} has no line "{MARK.strip()}": put it where the newest results belong')
    entry = f"\n## {datetime.now(timezone.utc):%Y-%m-%d}, {commit}: {what_changed}\n\n{machine()}\n\n{text}"
    file.write_text(before + mark + entry + after)
    if curves:
        (FOLDER / "growth.svg").write_text(plot(curves))
    print(f"written: {file}", file=sys.stderr)


def main(arguments):
    bench = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    for number in (signal.SIGINT, signal.SIGTERM):  # bench ends all that it has started, and then this ends
        signal.signal(number, lambda got, _: bench.send_signal(got))
    output = bench.communicate()[0]
    if not output.startswith("{"):  # --help, or nothing after an error
        print(output, end="")
        return bench.returncode
    found = json.loads(output)
    text = "".join(section_text(section) for section in found["sections"])
    print(text, end="")
    if "record" in found:
        record(found["record"], text, [series for section in found["sections"] for series in section["plot"]])
    return bench.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
