// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "completion.h"

/* FUNCTION_table COMMAND OPTION: what can follow, in variables of the caller.  Both
 * shells read it. */
static const char table_head[] =
	"_%1$s_table()\n{\n"
	"\tsubs='' opts='' operand=any kind=none set=''\n"
	"\tcase $1 in\n";

static const char bash_engine[] =
	"# _%1$s_names KIND: the names of a kind, one per line\n"
	"_%1$s_names()\n{\n"
	"\tlocal ask=\"timeout ${DISCMUX_COMPLETION_S:-2}\"\n"
	"\tcase $1 in\n"
	"\twords) printf '%%s\\n' $set ;;\n"
	"\tfile) compgen -f -- \"$cur\" ;;\n"
	"\tfolder) compgen -d -- \"$cur\" ;;\n"
	"\tdrive) $ask \"$program\" completion drives ;;\n"
	"\treader) $ask \"$program\" completion readers ;;\n"
	"\timage) $ask \"$program\" completion images ;;\n"
	"\tdevice) $ask \"$program\" completion devices ;;\n"
	"\tdisc) $ask \"$program\" completion devices; $ask \"$program\" completion discs\n"
	"\t\tcompgen -f -- \"$cur\" ;;\n"
	"\tsource) $ask \"$program\" completion drives; $ask \"$program\" completion images\n"
	"\t\tcompgen -f -- \"$cur\" ;;\n"
	"\trecorders) echo all; $ask \"$program\" completion recorders ;;\n"
	"\tplace) printf '%%s\\n' mail mail-closed arm printer; $ask \"$program\" completion drives ;;\n"
	"\tesac 2>/dev/null\n"
	"}\n\n"
	"_%1$s()\n{\n"
	"\tlocal program=$1 line=${COMP_LINE:0:COMP_POINT} command='' operands=0 prev='' start='' word i\n"
	"\tlocal subs opts operand kind set cur\n"
	"\tlocal -a all names\n\n"
	"\tCOMPREPLY=()\n"
	"\tread -ra all <<<\"$line\"\n"
	"\t[[ $line == *[[:space:]] ]] && all+=('')\n"
	"\tcur=${all[${#all[@]} - 1]}\n"
	"\tfor ((i = 1; i < ${#all[@]} - 1; i++)); do\n"
	"\t\tword=${all[i]}\n"
	"\t\t_%1$s_table \"$command\" \"$prev\"\n"
	"\t\tprev=''\n"
	"\t\t[[ $kind == none ]] || continue\n"
	"\t\tcase $word in\n"
	"\t\t-*=*) ;;\n"
	"\t\t-*) prev=$word ;;\n"
	"\t\t*) if [[ -z $command ]]; then command=$word; else operands=$((operands + 1)); fi ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tif [[ $cur == --*=* ]]; then\n"
	"\t\tprev=${cur%%%%=*} start=$prev= cur=${cur#*=}\n"
	"\t\t[[ $COMP_WORDBREAKS == *=* ]] && start=''\n"
	"\tfi\n"
	"\t_%1$s_table \"$command\" \"$prev\"\n"
	"\tif [[ $kind == none && $cur == -* ]]; then\n"
	"\t\tset=$opts kind=words\n"
	"\telif [[ $kind == none && $operands == 0 && -n $subs ]]; then\n"
	"\t\tset=$subs kind=words\n"
	"\telif [[ $kind == none ]]; then\n"
	"\t\tkind=$operand\n"
	"\tfi\n"
	"\tif [[ $kind == recorders ]]; then\n"
	"\t\t[[ $cur == *,* ]] && start+=${cur%%,*},\n"
	"\t\tcur=${cur##*,}\n"
	"\t\tcompopt -o nospace 2>/dev/null\n"
	"\tfi\n"
	"\tmapfile -t names < <(_%1$s_names \"$kind\")\n"
	"\tfor word in \"${names[@]}\"; do\n"
	"\t\t[[ $word == \"$cur\"* && ! ($word == all && $start == *,) ]] && COMPREPLY+=(\"$start$word\")\n"
	"\tdone\n"
	"\tcase $kind in file | folder | source | disc) compopt -o filenames 2>/dev/null ;; esac\n"
	"\t# bash has only the part behind the last colon to replace\n"
	"\tif [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then\n"
	"\t\tstart=${cur%%\"${cur##*:}\"}\n"
	"\t\tCOMPREPLY=(\"${COMPREPLY[@]#\"$start\"}\")\n"
	"\tfi\n"
	"}\n\n"
	"complete -F _%1$s %2$s\n";

static const char zsh_engine[] =
	"# _%1$s_names KIND: completes the names of a kind\n"
	"_%1$s_names()\n{\n"
	"\tlocal -a names\n"
	"\tcase $1 in\n"
	"\twords) names=(${=set}) ;;\n"
	"\tdrive | source | place) names=(${(f)\"$(timeout ${DISCMUX_COMPLETION_S:-2} $program completion drives 2>/dev/null)\"}) ;;\n"
	"\treader) names=(${(f)\"$(timeout ${DISCMUX_COMPLETION_S:-2} $program completion readers 2>/dev/null)\"}) ;;\n"
	"\timage) names=(${(f)\"$(timeout ${DISCMUX_COMPLETION_S:-2} $program completion images 2>/dev/null)\"}) ;;\n"
	"\tdevice) names=(${(f)\"$(timeout ${DISCMUX_COMPLETION_S:-2} $program completion devices 2>/dev/null)\"}) ;;\n"
	"\tdisc) names=(${(f)\"$(timeout ${DISCMUX_COMPLETION_S:-2} $program completion devices 2>/dev/null)\"}\n"
	"\t\t${(f)\"$(timeout ${DISCMUX_COMPLETION_S:-2} $program completion discs 2>/dev/null)\"}) ;;\n"
	"\trecorders) names=(${(f)\"$(timeout ${DISCMUX_COMPLETION_S:-2} $program completion recorders 2>/dev/null)\"})\n"
	"\t\tcompset -P '*,' || names=(all $names) ;;\n"
	"\tesac\n"
	"\t[[ $1 == source ]] &&\n"
	"\t\tnames+=(${(f)\"$(timeout ${DISCMUX_COMPLETION_S:-2} $program completion images 2>/dev/null)\"})\n"
	"\t[[ $1 == place ]] && names+=(mail mail-closed arm printer)\n"
	"\t(( $#names )) && compadd -- $names\n"
	"\tcase $1 in\n"
	"\tfile | source | disc) _files ;;\n"
	"\tfolder) _files -/ ;;\n"
	"\tesac\n"
	"}\n\n"
	"_%1$s()\n{\n"
	"\tlocal program=$words[1] command='' prev='' cur=$words[CURRENT] word subs opts operand kind set\n"
	"\tlocal -i operands=0 i\n\n"
	"\tfor ((i = 2; i < CURRENT; i++)); do\n"
	"\t\tword=$words[i]\n"
	"\t\t_%1$s_table \"$command\" \"$prev\"\n"
	"\t\tprev=''\n"
	"\t\t[[ $kind == none ]] || continue\n"
	"\t\tcase $word in\n"
	"\t\t-*=*) ;;\n"
	"\t\t-*) prev=$word ;;\n"
	"\t\t*) if [[ -z $command ]]; then command=$word; else operands+=1; fi ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tif [[ $cur == --*=* ]]; then\n"
	"\t\tprev=${cur%%%%=*} cur=${cur#*=}\n"
	"\t\tcompset -P '*='\n"
	"\tfi\n"
	"\t_%1$s_table \"$command\" \"$prev\"\n"
	"\tif [[ $kind == none && $cur == -* ]]; then\n"
	"\t\tset=$opts kind=words\n"
	"\telif [[ $kind == none && -z $command ]]; then\n"
	"\t\t_describe command _%1$s_commands\n"
	"\t\treturn\n"
	"\telif [[ $kind == none && $operands == 0 && -n $subs ]]; then\n"
	"\t\tset=$subs kind=words\n"
	"\telif [[ $kind == none ]]; then\n"
	"\t\tkind=$operand\n"
	"\tfi\n"
	"\t_%1$s_names $kind\n"
	"}\n\n"
	"_%1$s \"$@\"\n";

static const char *const kinds[] = {
	[COMPLETION_NONE] = "none", [COMPLETION_ANY] = "any", [COMPLETION_WORDS] = "words",
	[COMPLETION_FILE] = "file", [COMPLETION_FOLDER] = "folder", [COMPLETION_DRIVE] = "drive",
	[COMPLETION_SOURCE] = "source", [COMPLETION_RECORDERS] = "recorders",
	[COMPLETION_READER] = "reader", [COMPLETION_IMAGE] = "image",
	[COMPLETION_DEVICE] = "device", [COMPLETION_DISC] = "disc", [COMPLETION_PLACE] = "place",
};

const char *completion_kind_name(enum completion_kind kind)
{
	return kind < COMPLETION_KINDS ? kinds[kind] : "none";
}

static void print_options(const struct completion_command *c, FILE *out)
{
	size_t i;

	for (i = 0; i < c->nr; i++)
		fprintf(out, "%s%s", i ? " " : "", c->options[i].name);
}

static void print_values(const struct completion_command *c, FILE *out)
{
	size_t i;

	for (i = 0; i < c->nr; i++) {
		const struct completion_option *o = &c->options[i];

		if (o->kind == COMPLETION_NONE)
			continue;
		fprintf(out, "\t'%s %s') kind='%s'", c->name, o->name, kinds[o->kind]);
		if (o->kind == COMPLETION_WORDS)
			fprintf(out, " set='%s'", o->words);
		fputs(" ;;\n", out);
	}
}

static void print_table(const char *function, const struct completion_command *list, size_t count,
			FILE *out)
{
	size_t i;

	fprintf(out, table_head, function);
	for (i = 0; i < count; i++) {
		fprintf(out, "\t%s) subs='%s' operand=%s opts='", *list[i].name ? list[i].name : "''",
			list[i].words, kinds[list[i].operand]);
		print_options(&list[i], out);
		fputs("' ;;\n", out);
	}
	fputs("\tesac\n\tcase \"$1 $2\" in\n", out);
	for (i = 0; i < count; i++)
		print_values(&list[i], out);
	fputs("\tesac\n}\n\n", out);
}

/* 'copy:one master to many recorders at once'; colons and quotes are zsh's own. */
static void print_commands(const char *function, const struct completion_command *list,
			   size_t count, FILE *out)
{
	const char *p;
	size_t i;

	fprintf(out, "typeset -ga _%s_commands=(\n", function);
	for (i = 0; i < count; i++) {
		if (!*list[i].name)
			continue;
		fprintf(out, "\t'%s:", list[i].name);
		for (p = list[i].purpose; *p; p++) {
			if (*p == '\'')
				fputs("'\\'", out);
			if (*p == ':')
				fputc('\\', out);
			fputc(*p, out);
		}
		fputs("'\n", out);
	}
	fputs(")\n\n", out);
}

int completion_print(const char *shell, const char *program,
		     const struct completion_command *list, size_t count, FILE *out)
{
	char function[32], *p;
	int zsh = !strcmp(shell, "zsh");

	if (!zsh && strcmp(shell, "bash"))
		return -1;
	snprintf(function, sizeof(function), "%s", program);
	for (p = function; *p; p++)
		if (*p == '-')
			*p = '_';
	if (zsh)
		fprintf(out, "#compdef %s\n", program);
	fprintf(out, "# shellcheck shell=bash disable=SC2034,SC2086,SC2154\n"
		"# Completion for %s in %s; made by: %s completion %s\n\n", program, shell, program,
		shell);
	print_table(function, list, count, out);
	if (zsh)
		print_commands(function, list, count, out);
	if (zsh)
		fprintf(out, zsh_engine, function);
	else
		fprintf(out, bash_engine, function, program);
	return 0;
}
