# The ROM alone, for a copy of rom/ with a fault in it. No warnings: a fault may leave something unused.

CC   ?= gcc
Q    := @
say   =
WARN :=

rom:

include rom/build.mk
