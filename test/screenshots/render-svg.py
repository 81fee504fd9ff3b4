"""Draws a terminal's screen, as `tmux capture-pane -e` gives it on stdin, as an SVG on stdout: NAME TITLE COLUMNS [SECONDS,...].

With seconds, each row is shown after so many; a program that draws no animation shows all of them at once.
"""

import html
import io
import re
import sys

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

# Rich's cells are so wide, px.
cell = 12.2
name, title, columns = sys.argv[1], sys.argv[2], int(sys.argv[3])
seconds = [float(each) for each in sys.argv[4].split(",")] if len(sys.argv) > 4 else []

colours = TerminalTheme(
    (24, 26, 31),
    (205, 209, 216),
    [(57, 62, 72), (240, 113, 120), (135, 196, 110), (229, 192, 123), (97, 175, 239), (198, 134, 221), (86, 182, 194), (205, 209, 216)],
    [(110, 118, 132), (255, 139, 146), (165, 224, 140), (255, 214, 140), (130, 198, 255), (222, 160, 245), (115, 210, 222), (255, 255, 255)],
)

console = Console(width=columns, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
for line in sys.stdin.read().rstrip("\n").split("\n"):
    console.print(Text.from_ansi(line), no_wrap=True, overflow="crop", crop=True, soft_wrap=False)

svg = console.export_svg(title=title, theme=colours, unique_id=f"tsbox-{name}")
# Its own font would be fetched from the web; each text says how long it is, so that any monospaced one fits.
svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S)
svg = svg.replace("Fira Code, monospace", "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace")
svg = svg.replace("<!-- Generated with Rich https://www.textualize.io -->", "")
svg = svg.replace("font-size: 20px", "font-size: 20.2px")


def delay(clip):
    """When the text of a row is shown."""
    row = int(re.search(r"-line-(\d+)", clip).group(1)) if "-line-" in clip else len(seconds)
    return f' style="animation: row 1ms {seconds[row]:.2f}s backwards"' if row < len(seconds) else ""


def split_text(match):
    """A run of text as an element for each part between blanks: not every program keeps blanks, or stretches a text."""
    before, x, y, clip, text = match.groups()
    pieces = []
    for part in re.finditer(r"\S+(?: \S+)*", text.replace("&#160;", " ").rstrip("\n")):
        plain = text.replace("&#160;", " ")
        at = float(x) + len(html.unescape(plain[: part.start()])) * cell
        length = len(html.unescape(part.group())) * cell
        shown = part.group().replace(" ", "&#160;")
        pieces.append(f'<text class="{before}"{delay(clip)} x="{at:.1f}" y="{y}" textLength="{length:.1f}" clip-path="{clip}">{shown}</text>')
    return "".join(pieces)


svg = re.sub(r'<text class="([^"]*)" x="([^"]*)" y="([^"]*)" textLength="[^"]*" clip-path="([^"]*)">([^<]*)</text>', split_text, svg)
if seconds:
    svg = svg.replace("</style>", "@keyframes row { from { opacity: 0 } to { opacity: 1 } }\n    </style>", 1)
svg = "\n".join(line.rstrip() for line in svg.split("\n"))
sys.stdout.write(svg.rstrip("\n") + "\n")
