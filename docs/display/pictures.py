#!/usr/bin/env python3
"""Makes the pictures of docs/display.md: runs the program in tmux, and turns what tmux captured into SVG.

usage: pictures.py PATH-OF-PIECES     (needs tmux; touches nothing outside one temporary folder but the SVG files beside this script)
"""
import html
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import unicodedata
import urllib.parse

NAMES = [
    "debian-13.1.0-amd64-netinst.iso",
    "北京的秋天 2024 高清.mkv",
    "👩‍💻 family 👍🏽 holiday.zip",
    "שלום עולם 2024.mkv",
    "evil\x1b[31mred\u202egnp.exe",
    "zéro combining e\u0301\u030a.txt",
    "مرحبا بالعالم 01.mp3",
]
PEER = "127.0.0.1:7099"
TEN = r"1\d\.\d %"
# name of the picture, torrents, columns, rows, limit of the rate and other flags, what is on the screen at the right moment
SCENES = [
    ("one-40", 1, 40, 8, "200K", TEN),
    ("one-80", 1, 80, 8, "200K", TEN),
    ("one-200", 1, 200, 8, "200K", TEN),
    ("several-80", 4, 80, 16, "400K", TEN),
    ("queue-80", 20, 80, 16, "400K -j 2", TEN),
    ("many-40", 20, 40, 24, "1M -j 20", TEN),
    ("many-80", 20, 80, 24, "1M -j 20", TEN),
    ("many-200", 20, 200, 24, "1M -j 20", TEN),
    ("cut-80", 20, 80, 12, "1M -j 20", TEN),
    ("magnet-80", 0, 80, 12, "6K", r" (16|32|48)\.0 of 80"),
]
COLOURS = {"2": "#4e9a06", "3": "#c4a000", "4": "#5c8fd6", "6": "#06989a"}
CELL, LINE, MARGIN = 8.4, 18, 10


def style_of(codes, style):
    """The style after one SGR sequence: (colour, bold)."""
    colour, bold = style
    for code in (codes or "0").split(";"):
        if code in ("0", ""):
            colour, bold = None, False
        elif code == "1":
            bold = True
        elif code == "39":
            colour = None
        elif len(code) == 2 and code[0] in "39":
            colour = "#8a8a8a" if code == "90" else COLOURS.get(code[1], "#d3d7cf")
    return colour, bold


def width_of(char):
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or 0x1F3FB <= ord(char) <= 0x1F3FF:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def columns_of(text):
    """Columns that a text takes. An emoji of several parts counts as its first."""
    width, joined = 0, False
    for char in text:
        width += 0 if joined else width_of(char)
        joined = char == "\u200d"
    return width


def runs_of(line):
    """Stretches of one style without spaces around them: (column, width, text, style)."""
    column, style = 0, (None, False)
    for part in re.split(r"(\x1b\[[\d;]*m)", line):
        if part.startswith("\x1b"):
            style = style_of(part[2:-1], style)
            continue
        for match in re.finditer(r"\S+(?: \S+)*", part):
            yield column + columns_of(part[: match.start()]), columns_of(match[0]), match[0], style
        column += columns_of(part)


def svg_of(screen, columns):
    lines = screen.rstrip("\n").split("\n")
    width, height = columns * CELL + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">',
        '<rect width="100%" height="100%" rx="6" fill="#1e1e1e"/>',
        '<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#d3d7cf">',
    ]
    for row, line in enumerate(lines):
        y = MARGIN + row * LINE + 14
        for column, run, text, (colour, bold) in runs_of(line):
            fill = f' fill="{colour}"' if colour else ""
            weight = ' font-weight="bold"' if bold else ""
            out.append(
                f'<text x="{MARGIN + column * CELL:.1f}" y="{y}" textLength="{run * CELL:.1f}" lengthAdjust="spacingAndGlyphs"{fill}{weight}>'
                f"{html.escape(text)}</text>")
    return "\n".join(out + ["</g>", "</svg>", ""])


class Terminal:
    """A shell in tmux."""

    def __init__(self, folder, name, columns, rows):
        self.socket = os.path.join(folder, f"tmux-{name}")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", folder,
                  "env", "-u", "NO_COLOR", "PS1=$ ", "bash", "--norc", "--noprofile")

    def tmux(self, *arguments):
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        return subprocess.run(["tmux", "-u", "-S", self.socket, *arguments], check=True, capture_output=True, text=True, env=environment).stdout

    def until(self, pattern):
        for _ in range(600):
            if re.search(pattern, self.tmux("capture-pane", "-p"), re.MULTILINE):
                return
            time.sleep(0.05)
        raise SystemExit(f"nothing like {pattern!r} came:\n" + self.tmux("capture-pane", "-p"))

    def close(self):
        self.tmux("kill-server")


def links_of(pieces, folder):
    """Magnet links: one whose peer has much metadata to give, and one that nobody knows of."""
    path, torrent = os.path.join(folder, "here", "ubuntu-26.04-desktop-amd64.iso"), os.path.join(folder, "metadata")
    with open(path, "wb") as file:
        file.truncate(64 * 1024 * 1024)
    subprocess.run([pieces, "create", path, "-o", torrent, "--piece-size", "16K", "-q"], check=True)
    link = subprocess.run([pieces, "magnet", torrent], check=True, capture_output=True, text=True).stdout.strip()
    return torrent, [f"{link}&x.pe={PEER}", f"magnet:?xt=urn:btih:{'0123456789' * 4}&dn={urllib.parse.quote(NAMES[1])}"]


def make_content(pieces, folder):
    here = os.path.join(folder, "here")
    os.mkdir(here)
    names = NAMES + [f"album - track {i:02d}.flac" for i in range(1, 14)]
    for i, name in enumerate(names):
        path = os.path.join(here, name)
        with open(path, "wb") as file:
            file.write(os.urandom(4_000_000 + 300_000 * i))
        subprocess.run([pieces, "create", path, "-o", os.path.join(folder, f"{i:02d}.torrent"), "--piece-size", "32K", "-q"], check=True)


def main():
    pieces = os.path.realpath(sys.argv[1])
    beside = os.path.dirname(os.path.realpath(__file__))
    with tempfile.TemporaryDirectory() as folder:
        make_content(pieces, folder)
        os.symlink(pieces, os.path.join(folder, "pieces"))
        torrents = sorted(name for name in os.listdir(folder) if name.endswith(".torrent"))
        metadata, links = links_of(pieces, folder)
        seeder = subprocess.Popen(
            [pieces, "seed", *torrents, metadata, "--data", "here", "--no-trackers", "--interface", "127.0.0.1", "-p", PEER.split(":")[1],
             "--progress", "none"], cwd=folder)
        try:
            time.sleep(3)
            for name, count, columns, rows, flags, moment in SCENES:
                sources = [*torrents[:count], "--peer", PEER] if count else links
                with open(os.path.join(folder, "run"), "w", encoding="utf-8") as script:
                    script.write(f"exec ./pieces download {shlex.join(sources)} -o {name} --no-trackers --no-dht --interface 127.0.0.1 -p 0 "
                                 f"--down-limit {flags} 2> /dev/tty\n")
                terminal = Terminal(folder, name, columns, rows)
                terminal.tmux("send-keys", "clear; sh run", "Enter")
                terminal.until(moment)
                screen = terminal.tmux("capture-pane", "-p", "-e")
                with open(os.path.join(beside, f"{name}.svg"), "w", encoding="utf-8") as file:
                    file.write(svg_of(screen, columns))
                terminal.tmux("send-keys", "C-c", "")
                terminal.until(r"^\$ *$")
                terminal.close()
        finally:
            seeder.terminate()
            seeder.wait()


main()
