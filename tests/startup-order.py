# Writes the order of the functions that the native program runs when it prints its version, shows a torrent, downloads one and seeds one, for the
# linker to lay them side by side (IlcOrderFile): one short stretch of the file to page in instead of a page here and there over the whole of it.
#
#   gdb -batch -x tests/startup-order.py artifacts/publish/native/pieces      writes src/Pieces.Cli/startup.order
#
# A name that the program no longer has is passed over by the compiler, so an old file costs speed and nothing else.
import os
import subprocess
import tempfile

import gdb

PROGRAM = gdb.current_progspace().filename
ORDER = "src/Pieces.Cli/startup.order"
BREAKPOINT = b"\xcc"
PORT = 47391


def managed_section():
    for line in subprocess.check_output(["readelf", "-SW", PROGRAM], text=True).splitlines():
        if "__managedcode" in line:
            fields = line.split("]")[1].split()
            start = int(fields[2], 16)
            return start, start + int(fields[4], 16)
    raise gdb.GdbError(f"{PROGRAM} has no managed code: build it with `make publish`")


def managed_functions():
    low, high = managed_section()
    functions = {}
    for line in subprocess.check_output(["nm", "--defined-only", PROGRAM + ".dbg"], text=True).splitlines():
        address, kind, name = line.split(None, 2)
        if kind in "tTwW" and low <= int(address, 16) < high:
            functions.setdefault(int(address, 16), name)
    return functions


def load_base(process):
    with open(f"/proc/{process.pid}/maps") as maps:
        return next(int(line.split("-")[0], 16) for line in maps if line.rstrip().endswith(PROGRAM))


def run(arguments):
    gdb.execute(f"starti {arguments}", to_string=True)
    process = gdb.selected_inferior()
    base = load_base(process)
    functions = {base + address: name for address, name in managed_functions().items()}
    first_bytes = {address: bytes(process.read_memory(address, 1)) for address in functions}
    for address in functions:
        process.write_memory(address, BREAKPOINT)
    while True:
        try:
            gdb.execute("continue", to_string=True)
        except gdb.error as gone:
            # The end of the thread that gdb had stopped may come before the news of the process's end.
            if "No such process" not in str(gone):
                raise
            return
        if not gdb.selected_inferior().pid:
            return
        address = int(gdb.parse_and_eval("$pc")) - 1
        if address not in functions:
            continue
        process.write_memory(address, first_bytes[address])
        gdb.execute(f"set $pc={address}")
        yield functions[address]


def commands(folder):
    """The runs whose functions lie side by side, and what runs beside each of them."""
    content, torrent = f"{folder}/album", f"{folder}/album.torrent"
    os.mkdir(content)
    for i in range(8):
        with open(f"{content}/{i}", "wb") as file:
            file.write(os.urandom(1 << 20))
    subprocess.check_call([PROGRAM, "create", content, "-o", torrent, "-t", f"http://127.0.0.1:{PORT}/announce", "-q"])
    here = "--interface 127.0.0.1 --dht-bootstrap 127.0.0.1:9 --progress plain"
    yield "--version", None
    yield f"show {torrent}", None
    yield f"download {torrent} -o {folder}/out {here} -p {PORT + 1}", f"seed {torrent} --data {folder} {here} -p {PORT + 2}"
    yield (f"seed {torrent} --data {folder} {here} -p {PORT + 3} --seed-ratio 1",
           f"download {torrent} -o {folder}/out2 {here} -p {PORT + 4} --peer 127.0.0.1:{PORT + 3} --deadline 120")


for setting in ("pagination off", "debuginfod enabled off", "print thread-events off"):
    gdb.execute(f"set {setting}")
gdb.execute("handle SIG34 SIG35 SIG36 nostop noprint pass", to_string=True)
names = {}
tracker = subprocess.Popen([PROGRAM, "tracker", "--port", str(PORT), "-q"], stdout=subprocess.DEVNULL)
with tempfile.TemporaryDirectory() as folder:
    for arguments, beside in commands(folder):
        other = subprocess.Popen([PROGRAM, *beside.split()], stderr=subprocess.DEVNULL) if beside else None
        names.update(dict.fromkeys(run(arguments)))
        if other:
            other.terminate()
            other.wait()
tracker.terminate()
with open(ORDER, "w") as file:
    file.write("\n".join(names) + "\n")
print(f"{len(names)} functions in {ORDER}")
