# `make demo` and `make test` need the .NET SDK and nothing else; `make publish` needs a native toolchain too, and says what is missing.
CONFIGURATION ?= Release
# Another system than this one to publish for, for example linux-arm64; what that takes, tests/native-toolchain.sh says.
RID ?=

.PHONY: build demo test test-fast test-all check publish man bench growth dht swarm faults clean

build:
	dotnet build Pieces.sln -c $(CONFIGURATION)

demo:
	dotnet build src/Pieces.Cli -c Release --verbosity quiet --nologo
	@tests/demo.sh artifacts/bin/Pieces.Cli/release/pieces

# All tests but those that run the program of tests/Pieces.Benchmarks, which is not built here. CI sets RUN_TESTS to the runner that runs failed tests
# again. The tests start the program more than a thousand times: where a native toolchain is found, they run the native program, which starts at once.
RUN_TESTS ?= dotnet test --project tests/Pieces.Tests -c $(CONFIGURATION)
test:
	@tests/with-native.sh $(RUN_TESTS)

# The tests that need a processor and a temporary folder alone; TierTests.cs names the tiers.
test-fast:
	dotnet test --project tests/Pieces.Tests -c $(CONFIGURATION) -- --filter-trait Tier=Pure

# Everything: static checks, all tests against the native program, those of the benchmarks' program, and those that need a quiet machine.
test-all:
	@tests/test-all.sh

# Each system call of a small download that is resumed fails once, some hundred runs of the program under strace; Linux only.
.PHONY: call-faults
call-faults:
	dotnet test --project tests/Pieces.Tests -c $(CONFIGURATION) -- --explicit only --filter-class Pieces.Tests.Loopback.SystemCallFaultTests

check:
	tests/check.sh
	dotnet format Pieces.sln --verify-no-changes
	dotnet build Pieces.sln -c $(CONFIGURATION)
	dotnet test --project tests/Pieces.Tests -c $(CONFIGURATION) --no-build

publish:
	@tests/native-toolchain.sh "$(RID)"
	dotnet publish src/Pieces.Cli -c Release $(if $(RID),-r $(RID),--use-current-runtime) -o artifacts/publish/native
	install -m 755 artifacts/publish/native/pieces artifacts/pieces
	@$(MAKE) --no-print-directory $(if $(RID),man,share PIECES=artifacts/pieces)

# The manual pages by themselves, in artifacts/share/man: made by the program, from the tables that its --help is made of.
man:
	dotnet build src/Pieces.Cli -c Release --verbosity quiet --nologo
	@$(MAKE) --no-print-directory share PIECES=artifacts/bin/Pieces.Cli/release/pieces

# Their date is that of the last change, so that the same source gives the same pages.
.PHONY: share
share:
	rm -rf "$(BUILT)/share"
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 0)} "$(PIECES)" help --share-files "$(BUILT)/share"

# Archives and packages land in artifacts/dist. The archive holds the native executable of this system, or of RID.
dist: publish
	@tests/archive.sh artifacts/pieces "$(RID)"

# The times in the packages are that of the last change, as in the manual pages.
pack: export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
pack:
	dotnet pack src/Pieces -c Release -o artifacts/dist
	dotnet pack src/Pieces.Cli -c Release -p:PublishAot=false -o artifacts/dist

bench:
	dotnet run --project tests/Pieces.Benchmarks -c Release -- --filter '*'

# How costs grow with pieces, files, peers and torrents, on the native executable; docs/growth.md explains the tables. Linux only.
growth: SCENARIOS ?= pieces files idle seeders torrents allocation
growth:
	dotnet run --project tests/Pieces.Benchmarks -c Release -- growth $(SCENARIOS) --pieces artifacts/pieces

# Each parser for SECONDS, or one of them for a number of inputs: make fuzz TARGETS=metainfo SECONDS=600. docs/fuzzing.md explains the table.
.PHONY: fuzz
fuzz: SECONDS ?= 10
fuzz:
	tests/fuzz.sh $(TARGETS) --seconds $(SECONDS)

# Clients under load and attack for MINUTES, on Linux: docs/soak.md says what is a fault.
.PHONY: soak
soak: MINUTES ?= 30
soak:
	dotnet run --project tests/Pieces.Benchmarks -c Release -- soak --minutes $(MINUTES)

.PHONY: startup-order
startup-order: publish
	gdb -batch -x tests/startup-order.py artifacts/publish/native/pieces

# A DHT of 10,000 nodes, simulated, and a node under a flood; docs/dht.md explains the tables.
dht:
	DOTNET_GCgen0size=40000000 dotnet run --project tests/Pieces.Benchmarks -c Release -- dht
	dotnet run --project tests/Pieces.Benchmarks -c Release -- dht flood

.PHONY: faults
# Schedules of disk, network, clock and process faults in the simulated tier. A failure names its seed: `make faults SCHEDULES=1 SEED=17` replays it.
faults: SCHEDULES ?= 1000
faults: SEED ?= 1
faults:
	dotnet build tests/Pieces.Tests -c Release --verbosity quiet --nologo
	FAULT_SCHEDULES=$(SCHEDULES) FAULT_SEED=$(SEED) artifacts/bin/Pieces.Tests/release/Pieces.Tests -class Pieces.Tests.Swarm.Faults.FaultScheduleTests

# A swarm of whole clients, simulated, for example `make swarm SCENE='flash leechers=200 order=rarest-first'`; docs/swarm.md explains scene and table.
swarm: SCENE ?= crowd8
swarm:
	dotnet run --project tests/Pieces.Benchmarks -c Release -- swarm $(SCENE)

# Writes docs/limits.md from the code.
.PHONY: limits
limits:
	PIECES_WRITE_LIMITS=1 dotnet test --project tests/Pieces.Tests -c Release -- --filter-class Pieces.Tests.Limits.LimitsPageTests

# Starts and ends the program COUNT times in each of the ways of ExitTests, and keeps the stacks of a process that does not end. PIECES_UNDER_TEST names
# another program.
.PHONY: exits
exits: COUNT ?= 200
exits:
	PIECES_EXITS=$(COUNT) dotnet test --project tests/Pieces.Tests -c Release -- --filter-class Pieces.Tests.Loopback.ExitTests

# Kills a download COUNT times at random moments, and detaches its disk as often (Linux, as root).
.PHONY: kills
kills: COUNT ?= 100
kills:
	PIECES_KILLS=$(COUNT) dotnet test --project tests/Pieces.Tests -c $(CONFIGURATION) -- --explicit only --filter-class Pieces.Tests.Loopback.KillTests

clean:
	rm -rf artifacts

include install.mk
