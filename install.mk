# Puts the program, its manual pages and its completion scripts where the system looks for them, and takes them away again. The repository's Makefile includes
# this; an archive of a release has it as its own.
PREFIX ?= /usr/local
DESTDIR ?=
# What is installed: the program, and below share/ its manual pages and completion scripts.
BUILT ?= artifacts
PROGRAM ?= $(BUILT)/pieces

.PHONY: install uninstall

# Only what is there already, so that a privileged install builds nothing.
install:
	@test -x "$(PROGRAM)" -a -d "$(BUILT)/share" || { echo "$(PROGRAM) or $(BUILT)/share is not there; run 'make publish' first" >&2; exit 1; }
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 "$(PROGRAM)" "$(DESTDIR)$(PREFIX)/bin/pieces"
	@find "$(BUILT)/share" -type f -exec sh -c 'from=$$0; to=$$1; shift; for file; do target=$$to/$${file#"$$from"/}; echo "$$target"; \
		install -d "$${target%/*}" && install -m 644 "$$file" "$$target" || exit 1; done' "$(BUILT)/share" "$(DESTDIR)$(PREFIX)/share" {} +

# Takes away what `make install` put there, and no folder that others may use.
uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/pieces"
	rm -f "$(DESTDIR)$(PREFIX)"/share/man/man1/pieces.1 "$(DESTDIR)$(PREFIX)"/share/man/man1/pieces-*.1
	rm -f "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/pieces" "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_pieces"
	rm -f "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/pieces.fish"
