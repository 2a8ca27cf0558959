/* SPDX-License-Identifier: Apache-2.0 */
/* A library that is no toolset: it has no toolset_entry. */
__attribute__((visibility("default"))) int bad_symbol(void);

int bad_symbol(void)
{
	return 0;
}
