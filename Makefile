# `make demo` and `make test` need the .NET SDK and nothing else; `make publish` needs a native toolchain too, and says what is missing.
CONFIGURATION ?= Release
PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: build demo test check publish bench growth dht install clean

build:
	dotnet build Pieces.sln -c $(CONFIGURATION)

demo:
	dotnet build src/Pieces.Cli -c Release --verbosity quiet --nologo
	@tests/demo.sh artifacts/bin/Pieces.Cli/release/pieces

test:
	dotnet test --solution Pieces.sln -c $(CONFIGURATION)

check:
	dotnet format Pieces.sln --verify-no-changes
	dotnet build Pieces.sln -c $(CONFIGURATION)
	dotnet test --solution Pieces.sln -c $(CONFIGURATION) --no-build

publish:
	@tests/native-toolchain.sh
	dotnet publish src/Pieces.Cli -c Release --use-current-runtime -o artifacts/publish/native
	install -m 755 artifacts/publish/native/pieces artifacts/pieces

bench:
	dotnet run --project tests/Pieces.Benchmarks -c Release -- --filter '*'

# How costs grow with pieces, files, peers and torrents, on the native executable; docs/growth.md explains the tables. Linux only.
growth: SCENARIOS ?= pieces files idle seeders torrents allocation
growth:
	dotnet run --project tests/Pieces.Benchmarks -c Release -- growth $(SCENARIOS) --pieces artifacts/pieces

# A DHT of 10,000 nodes, simulated, and a node under a flood; docs/dht.md explains the tables.
dht:
	DOTNET_GCgen0size=40000000 dotnet run --project tests/Pieces.Benchmarks -c Release -- dht
	dotnet run --project tests/Pieces.Benchmarks -c Release -- dht flood

# Installs what `make publish` made, so that a privileged install builds nothing.
install:
	@test -x artifacts/pieces || { echo "artifacts/pieces is not there; run 'make publish' first" >&2; exit 1; }
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 artifacts/pieces "$(DESTDIR)$(PREFIX)/bin/pieces"

clean:
	rm -rf artifacts
