# SPDX-License-Identifier: GPL-2.0
#
# "make help" lists the targets.  Everything built lands under build/.

VERSION	:= $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
PREFIX	?= /usr/local
export PREFIX DESTDIR VERSION

ifeq ($(V),1)
Q :=
else
Q := @
MAKEFLAGS += --no-print-directory
endif

# As many jobs as processors, without -j.  Only recipes see whether -j was given
JOBS	= $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

# The kernel to build the module for: KVER=6.1, 6.12, newest or debug are
# Debian's headers (and our debug kernel), fetched into a cache outside the
# tree; otherwise the headers at KDIR, of the running kernel unless told
# otherwise.
ifdef KVER
FIND_KDIR := tests/vm/kernel-cache headers $(KVER)
KMAKE	= tests/vm/kernel-cache make $(KVER)
else
KMAKE	= $(MAKE) -C $$KDIR
KDIR	?= /lib/modules/$(shell uname -r)/build
KVER	:= $(or $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null),none)
FIND_KDIR = $(if $(filter none,$(KVER)),echo "$(NO_HEADERS)" >&2; false,echo $(KDIR))
endif
MODDIR	:= build/modules/$(KVER)

.PHONY: all modules userspace tests unit kselftest flags clean check soak demo vm deps install uninstall help
.PHONY: bench bench-programs bench-sense bench-elements fuzz deps-build deps-module deps-newest deps-fuzz

all: userspace
ifneq ($(KVER),none)
all: modules
else
	@echo "$(NO_HEADERS)"
endif
NO_HEADERS := No kernel headers at $(KDIR), so no module: give KDIR=, KVER=6.1 or KVER=6.12

# Kbuild puts objects beside the sources, so each kernel gets a tree of
# symlinks to them.  The lock is for several builds of one kernel at a time.
modules: deps-module $(if $(filter newest,$(KVER)),deps-newest)
	$(Q)mkdir -p $(MODDIR)/src
	+$(Q)KDIR=$$($(FIND_KDIR)) && exec 9>$(MODDIR)/lock && flock 9 && \
	find $(MODDIR)/src -xtype l -delete && \
	cp -rsf $(CURDIR)/kmod $(CURDIR)/uapi $(CURDIR)/Kbuild $(MODDIR)/src/ && \
	$(KMAKE) $(JOBS) M=$(CURDIR)/$(MODDIR)/src W=1 KCFLAGS=-Werror modules && \
	cp -u $(MODDIR)/src/kmod/discmux.ko $(MODDIR)/discmux.ko

# A make of its own, so that it asks pkg-config after deps-build
userspace tests unit kselftest bench-programs flags: deps-build
	$(Q)mkdir -p build && flock build/lock$(SAN:%=-san) $(MAKE) $(JOBS) -f userspace/Makefile $@

bench: bench-programs userspace
	$(Q)packaging/deps module vm && tests/bench/run

bench-sense bench-elements: bench-programs
	$(Q)build/tests/bench/$(subst -,_,$@)

fuzz: deps-build deps-fuzz
	$(Q)$(MAKE) $(JOBS) -f tests/fuzz/Makefile programs && $(MAKE) -f tests/fuzz/Makefile

check:
	$(Q)tests/check $(if $(PARTS),--only "$(PARTS)") $(if $(TEST),--test "$(TEST)")

soak:
	$(Q)tests/check --soak "$(or $(SOAK),all)"

demo:
	$(Q)packaging/deps build module vm demo && tests/demo/run

vm:
	$(Q)packaging/deps build module vm && tests/vm/run --kernel $(or $(KERNEL),6.1) $(SIM:%=--sim %) -- bash

# The check reports what would make it fail before anything is built.
NO_MODULE := $(if $(filter no,$(MODULE)),--no-module)
install:
	$(Q)packaging/install check $(NO_MODULE) && $(MAKE) userspace && \
	packaging/install install $(NO_MODULE)

uninstall:
	$(Q)packaging/install uninstall $(if $(filter 1 yes,$(PURGE)),--purge)

clean:
	$(Q)rm -rf build

deps:
	$(Q)packaging/deps build module newest install vm debug check demo fuzz roots

deps-build deps-module deps-newest deps-fuzz:
	$(Q)packaging/deps $(@:deps-%=%)

help:
	@echo 'make              module (running kernel or KDIR=) and userspace'
	@echo 'make userspace    programs and library; SAN=1: with sanitizers, in build/san'
	@echo 'make modules KVER=6.1|6.12|newest|debug'
	@echo '                  module for a Debian kernel, in build/modules/KVER'
	@echo 'make check        all tests; PARTS="unit style build vm e2e install" for some'
	@echo '                  TEST="e2e/mtx unit/test_images kselftest/stream" for these; KERNEL='
	@echo '                  PARTS=machine: install to uninstall on a Debian with systemd (root)'
	@echo '                  PARTS=roots: all of this in empty roots of Debian 12 and 13 (root)'
	@echo 'make soak         tests that have no end, for long; SOAK=list names them'
	@echo 'make fuzz         the decoders fed with noise; RUNS=10000000'
	@echo 'make bench        what feeding recorders costs, beside what else there is: build/bench.json'
	@echo 'make bench-sense  time of a lookup in the tables of sense codes'
	@echo 'make bench-elements'
	@echo '                  time to decode the element status of a library'
	@echo 'make demo         the whole chain in a VM with virtual drives'
	@echo 'make vm           a shell in a VM; KERNEL=6.1|6.12|newest|debug SIM=tower:4'
	@echo 'make install      DESTDIR= PREFIX=/usr/local; MODULE=no: without the module'
	@echo 'make uninstall    takes it away; PURGE=1: jobs, stored masters and settings, too'
	@echo 'make deps         Debian packages for all of the above (root)'
	@echo 'make clean        removes build/'
	@echo 'V=1 shows the commands.'
