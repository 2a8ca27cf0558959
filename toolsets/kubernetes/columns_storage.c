/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes, and objects that only hold data. */
#include "toolsets/kubernetes/columns.h"

#include <string.h>

#include "toolsets/lib/field.h"

#define AGE_COLUMN                                                                                                     \
	{                                                                                                              \
		"AGE", "age:metadata.creationTimestamp", NULL                                                          \
	}
#define END_COLUMN                                                                                                     \
	{                                                                                                              \
		NULL, NULL, NULL                                                                                       \
	}
#define KEYS_SHOWN 6u

static void access_modes(const struct view *v, json_t *o, struct reply *out)
{
	static const char *const words[][2] = {{"ReadWriteOnce", "RWO"},
					       {"ReadOnlyMany", "ROX"},
					       {"ReadWriteMany", "RWX"},
					       {"ReadWriteOncePod", "RWOP"}};
	json_t *mode;
	size_t i;

	(void)v;
	json_array_foreach (fld_at(o, "spec.accessModes"), i, mode)
		for (size_t k = 0; json_is_string(mode) && k < 4; k++)
			if (strcmp(json_string_value(mode), words[k][0]) == 0)
				rep_add(out, "%s%s", i ? "," : "", words[k][1]);
}

static void claim_capacity(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	if (*fld_str(o, "status.capacity.storage"))
		rep_put(out, fld_str(o, "status.capacity.storage"));
	else
		rep_add(out, "%s wanted", fld_str(o, "spec.resources.requests.storage"));
}

static void claim_ref(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	if (*fld_str(o, "spec.claimRef.name"))
		rep_add(out, "%s/%s", fld_str(o, "spec.claimRef.namespace"), fld_str(o, "spec.claimRef.name"));
}

static void claim_status(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	rep_put(out, *fld_str(o, "metadata.deletionTimestamp") ? "Terminating" : fld_str(o, "status.phase"));
}

static void default_class(const struct view *v, json_t *o, struct reply *out)
{
	const char *word = json_string_value(
		json_object_get(fld_at(o, "metadata.annotations"), "storageclass.kubernetes.io/is-default-class"));

	(void)v;
	rep_put(out, word && strcmp(word, "true") == 0 ? "yes" : "");
}

static void data_keys(const struct view *v, json_t *o, struct reply *out)
{
	static const char *const places[] = {"data", "binaryData"};
	size_t n = 0;

	(void)v;
	for (size_t p = 0; p < 2; p++) {
		json_t *value;
		const char *key;

		json_object_foreach (json_object_get(o, places[p]), key, value)
			if (n++ < KEYS_SHOWN)
				rep_add(out, "%s%s", n > 1 ? "," : "", key);
	}
	if (n > KEYS_SHOWN)
		rep_add(out, " +%zu", n - KEYS_SHOWN);
}

static const struct column claims[] = {
	{"STATUS", NULL, claim_status},
	{"VOLUME", "spec.volumeName", NULL},
	{"CAPACITY", NULL, claim_capacity},
	{"ACCESS", NULL, access_modes},
	{"CLASS", "spec.storageClassName", NULL},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column volumes[] = {
	{"CAPACITY", "spec.capacity.storage", NULL},
	{"ACCESS", NULL, access_modes},
	{"RECLAIM", "spec.persistentVolumeReclaimPolicy", NULL},
	{"STATUS", NULL, claim_status},
	{"CLAIM", NULL, claim_ref},
	{"CLASS", "spec.storageClassName", NULL},
	{"REASON", "status.reason", NULL},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column classes[] = {
	{"PROVISIONER", "provisioner", NULL},
	{"RECLAIM", "reclaimPolicy", NULL},
	{"BINDING", "volumeBindingMode", NULL},
	{"EXPANDS", "allowVolumeExpansion", NULL},
	{"DEFAULT", NULL, default_class},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column attachments[] = {
	{"ATTACHER", "spec.attacher", NULL},
	{"VOLUME", "spec.source.persistentVolumeName", NULL},
	{"NODE", "spec.nodeName", NULL},
	{"ATTACHED", "status.attached", NULL},
	{"ERROR", "status.attachError.message", NULL},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column maps[] = {{"DATA", NULL, data_keys}, AGE_COLUMN, END_COLUMN};
static const struct column secrets[] = {{"TYPE", "type", NULL}, {"DATA", NULL, data_keys}, AGE_COLUMN, END_COLUMN};

const struct column_set kubernetes_columns_storage[] = {
	{"persistentvolumeclaims", claims},
	{"persistentvolumes", volumes},
	{"storageclasses.storage.k8s.io", classes},
	{"volumeattachments.storage.k8s.io", attachments},
	{"configmaps", maps},
	{"secrets", secrets},
	{NULL, NULL},
};
