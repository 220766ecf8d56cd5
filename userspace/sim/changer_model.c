// SPDX-License-Identifier: GPL-2.0
/* Libraries told apart by data: what each has, where it is and how long it takes. */
#include "changer_priv.h"

#define MC_ADDRESSES { \
	[CHANGER_MT] = 0x2000, [CHANGER_ST] = 0x0001, [CHANGER_IE] = CHANGER_MAIL, \
	[CHANGER_DT] = 0x3001, [CHANGER_LP] = 0x5000 }
/* 1.3, 3.7; the manual has no times: these are of the order of such machines */
#define MC(model, slots_, drives_, travel_, home_) { \
	.name = "MC-" #model, .vendor = "JVC", .product = "JVC-CHG MC-" #model, \
	.revision = "1.00", .set = CHANGER_SET_MC, .version = 2, .trays = true, \
	.slots = (slots_), .drives = (drives_), .mails = 1, .arms = 1, .address = MC_ADDRESSES, \
	.travel = (travel_), .grip = 1.2, .load = 2.5, .unload = 2.5, .mail = 2.0, .flip = 2.0, \
	.home = (home_), .inspect = 0.03, .print = 60 }

static const struct changer_model models[] = {
	[SIM_MC8100] = MC(8100, 100, 4, 1.0, 3.0),
	[SIM_MC8200] = MC(8200, 200, 9, 1.3, 4.0),
	[SIM_MC8600] = MC(8600, 600, 12, 1.8, 5.0),
	/* What newer libraries have in common (SMC-3): no trays, bar codes, no printer */
	[SIM_SMC3] = {
		.name = "SMC3", .vendor = "DISCMUX", .product = "SMC-3 LIBRARY",
		.revision = "1.00", .set = CHANGER_SET_SMC3, .version = 5,
		.tags = true, .dvcid = true, .moves_slots = true, .moves_addresses = true,
		.slots = SIM_CHANGER_MAX_SLOTS, .drives = SIM_CHANGER_MAX_DRIVES,
		.mails = SIM_CHANGER_MAX_MAILS, .arms = SIM_CHANGER_MAX_ARMS,
		.address = {
			[CHANGER_MT] = 0x0001, [CHANGER_IE] = 0x0010,
			[CHANGER_DT] = 0x0100, [CHANGER_ST] = 0x1000,
		},
		.travel = 1.5, .grip = 1.0, .load = 2.5, .unload = 2.5, .mail = 2.0,
		.flip = 2.0, .home = 5.0, .inspect = 0.03,
	},
};

const struct changer_model *changer_model(enum sim_changer_model model)
{
	return (unsigned int)model < sizeof(models) / sizeof(models[0]) ? &models[model] : NULL;
}
