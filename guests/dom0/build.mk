# The agent of dom0 is built by `make`; the image around it comes from downloads and is made by `make fetch`.

DOM0_AGENT := $(O)/guests/dom0/agent
DOM0_AGENT_SOURCES := $(wildcard guests/dom0/agent/*.c)

# The same bytes whatever the build folder is called: the image is cached by what is in it.
$(DOM0_AGENT): $(DOM0_AGENT_SOURCES) $(wildcard guests/dom0/agent/*.h) guests/dom0/build.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -Os $(WARN) -Wl,--build-id=none -s -o $@ $(DOM0_AGENT_SOURCES) -lxenctrl -lxenstore -lz

all: $(DOM0_AGENT)

# What the image is built with lies beside the agent, so that an installed dkboot can build it, too.
DOM0_RECIPE := $(addprefix $(O)/guests/dom0/,build files init packages)

$(DOM0_RECIPE): $(O)/guests/dom0/%: guests/dom0/%
	$(Q)mkdir -p $(@D)
	$(Q)cp -p $< $@

all: $(DOM0_RECIPE)
