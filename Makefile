CONFIGURATION ?= Release

.PHONY: build test

build:
	dotnet build Pieces.sln -c $(CONFIGURATION)

test:
	dotnet test Pieces.sln -c $(CONFIGURATION)
