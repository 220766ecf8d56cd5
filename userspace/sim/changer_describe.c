// SPDX-License-Identifier: GPL-2.0
/* What people see of the virtual library. */
#include "changer_priv.h"

static json_t *element_json(const struct sim_changer *c, const struct changer_element *e,
			    unsigned int n)
{
	json_t *o = changer_unit_json(c, &e->unit, n);

	json_object_set_new(o, "element", json_integer(e->address));
	if (e->asc)
		json_object_set_new(o, "error", json_sprintf("%02X/%02X", e->asc, e->ascq));
	return o;
}

static json_t *slots_json(struct sim_changer *c)
{
	json_t *a = json_array();
	unsigned int i;

	for (i = 0; i < c->slots; i++)
		json_array_append_new(a, element_json(c, changer_element_of(c, CHANGER_ST, i), i + 1));
	return a;
}

static json_t *drives_json(struct sim_changer *c)
{
	json_t *a = json_array();
	unsigned int i;

	for (i = 0; i < c->drives; i++) {
		json_t *o = element_json(c, changer_element_of(c, CHANGER_DT, i), i + 1);

		json_object_set_new(o, "id", json_integer(c->drive_id[i]));
		json_object_set_new(o, "name", json_string(c->drive[i]->name));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *mail_json(struct sim_changer *c, unsigned int i)
{
	json_t *o = element_json(c, changer_element_of(c, CHANGER_IE, i), 0);

	json_object_set_new(o, "open", json_boolean(c->mail_open));
	json_object_set_new(o, "locked", json_boolean(changer_removal_prevented(c)));
	return o;
}

static json_t *printer_json(struct sim_changer *c)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} ink[] = {
		{ SIM_INK_BLACK, "black" }, { SIM_INK_CYAN, "cyan" },
		{ SIM_INK_MAGENTA, "magenta" }, { SIM_INK_YELLOW, "yellow" },
	};
	json_t *o, *empty;
	size_t i;

	if (!c->printer_fitted)
		return json_null();
	o = element_json(c, changer_element_of(c, CHANGER_LP, 0), 0);
	empty = json_array();
	for (i = 0; i < sizeof(ink) / sizeof(ink[0]); i++)
		if (c->printer.empty & ink[i].bit)
			json_array_append_new(empty, json_string(ink[i].name));
	json_object_set_new(o, "busy", json_boolean(c->printer.busy_until != 0));
	json_object_set_new(o, "finish", json_boolean(c->printer.finish));
	json_object_set_new(o, "on", json_boolean(!c->printer.off));
	json_object_set_new(o, "empty", empty);
	return o;
}

/* Where there are several */
static void add_more(struct sim_changer *c, json_t *o)
{
	json_t *arms = json_array(), *mails = json_array();
	unsigned int i;

	for (i = 0; i < c->arms; i++)
		json_array_append_new(arms, element_json(c, changer_element_of(c, CHANGER_MT, i), 0));
	for (i = 0; i < c->mails; i++)
		json_array_append_new(mails, mail_json(c, i));
	if (c->arms > 1)
		json_object_set(o, "arms", arms);
	if (c->mails > 1)
		json_object_set(o, "mails", mails);
	json_decref(arms);
	json_decref(mails);
}

json_t *sim_changer_describe(struct sim_device *dev)
{
	struct sim_changer *c = changer_of(dev);
	json_t *o;

	pthread_mutex_lock(&c->lock);
	changer_printer_tick(c);
	o = json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:I}",
		      "name", c->dev.name, "model", c->model->name,
		      "product", c->dev.identity.product,
		      "ready", changer_now() >= c->busy_until,
		      "slots", slots_json(c), "drives", drives_json(c),
		      "arm", element_json(c, changer_element_of(c, CHANGER_MT, 0), 0),
		      "mail", mail_json(c, 0), "printer", printer_json(c),
		      "moves", (json_int_t)c->moves);
	if (o)
		add_more(c, o);
	pthread_mutex_unlock(&c->lock);
	return o;
}
