# dkboot: does direct kernel boot still work?
#
#   make          build everything          make gate     every check there is (an hour at most)
#   make run      boot the gate matrix      make bench    the figures of the README
#   make test     all tests, a sample of    make mutants  planted faults in the ROM, each must be found
#                 what is long              make install  PREFIX=/usr/local
#   make fuzz     what reads foreign bytes, FUZZ_SECONDS=60
#
# V=1 shows the commands, O=DIR builds somewhere else. Each room brings its own build.mk.

O      ?= build
PREFIX ?= /usr/local
CC      = gcc
V      ?= 0
Q      := $(if $(filter 1,$(V)),,@)
say     = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)')

WARN   := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all clean

all:

include rom/build.mk
include guests/build.mk
include rom/fuzz/build.mk
include harness/build.mk
include cases/build.mk
include ci/build.mk

clean:
	$(Q)rm -rf $(O)
