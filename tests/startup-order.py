# Writes the order of the functions that the native program runs between its start and its end, for the linker to lay them side by side
# (IlcOrderFile): one short stretch of the file to page in instead of a page here and there over the whole of it.
#
#   gdb -batch -x tests/startup-order.py artifacts/publish/native/pieces      writes src/Pieces.Cli/startup.order
#
# A name that the program no longer has is passed over by the compiler, so an old file costs speed and nothing else.
import subprocess

import gdb

PROGRAM = gdb.current_progspace().filename
ORDER = "src/Pieces.Cli/startup.order"
BREAKPOINT = b"\xcc"


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


def run():
    for command in ("set pagination off", "set debuginfod enabled off", "handle SIG34 SIG35 SIG36 nostop noprint pass", "starti --version"):
        gdb.execute(command, to_string=True)
    process = gdb.selected_inferior()
    base = load_base(process)
    functions = {base + address: name for address, name in managed_functions().items()}
    first_bytes = {address: bytes(process.read_memory(address, 1)) for address in functions}
    for address in functions:
        process.write_memory(address, BREAKPOINT)
    order = []
    while True:
        try:
            gdb.execute("continue", to_string=True)
        except gdb.error as gone:
            # The end of the thread that gdb had stopped may come before the news of the process's end.
            if "No such process" not in str(gone):
                raise
            return order
        if not gdb.selected_inferior().pid:
            return order
        address = int(gdb.parse_and_eval("$pc")) - 1
        process.write_memory(address, first_bytes[address])
        gdb.execute(f"set $pc={address}")
        order.append(functions[address])


names = run()
with open(ORDER, "w") as file:
    file.write("\n".join(names) + "\n")
print(f"{len(names)} functions in {ORDER}")
