// SPDX-License-Identifier: GPL-2.0
/* What any program that uses the installed library starts with. */
#include <stdio.h>

#include <libdiscmux.h>

int main(void)
{
	return printf("uapi %d\n", DISCMUX_UAPI_VERSION) < 0;
}
