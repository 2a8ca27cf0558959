# SPDX-License-Identifier: Apache-2.0
"""Which kinds the fake API server serves, and the discovery documents made of them."""

from dataclasses import dataclass, field


@dataclass
class Kind:
    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    short: list = field(default_factory=list)
    builtin: bool = True

    @property
    def api_version(self):
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self):
        return self.kind.lower()


# group/version, then one kind a line: plural Kind scope(N or C) short names
STANDARD = """
v1
 pods Pod N po
 services Service N svc
 configmaps ConfigMap N cm
 secrets Secret N
 endpoints Endpoints N ep
 events Event N ev
 limitranges LimitRange N limits
 persistentvolumeclaims PersistentVolumeClaim N pvc
 podtemplates PodTemplate N
 replicationcontrollers ReplicationController N rc
 resourcequotas ResourceQuota N quota
 serviceaccounts ServiceAccount N sa
 namespaces Namespace C ns
 nodes Node C no
 persistentvolumes PersistentVolume C pv
 componentstatuses ComponentStatus C cs
apps/v1
 deployments Deployment N deploy
 replicasets ReplicaSet N rs
 statefulsets StatefulSet N sts
 daemonsets DaemonSet N ds
 controllerrevisions ControllerRevision N
batch/v1
 jobs Job N
 cronjobs CronJob N cj
autoscaling/v2
 horizontalpodautoscalers HorizontalPodAutoscaler N hpa
networking.k8s.io/v1
 ingresses Ingress N ing
 networkpolicies NetworkPolicy N netpol
 ingressclasses IngressClass C
policy/v1
 poddisruptionbudgets PodDisruptionBudget N pdb
rbac.authorization.k8s.io/v1
 roles Role N
 rolebindings RoleBinding N
 clusterroles ClusterRole C
 clusterrolebindings ClusterRoleBinding C
storage.k8s.io/v1
 storageclasses StorageClass C sc
 csidrivers CSIDriver C
 csinodes CSINode C
 volumeattachments VolumeAttachment C
 csistoragecapacities CSIStorageCapacity N
scheduling.k8s.io/v1
 priorityclasses PriorityClass C pc
coordination.k8s.io/v1
 leases Lease N
discovery.k8s.io/v1
 endpointslices EndpointSlice N
events.k8s.io/v1
 events Event N ev
admissionregistration.k8s.io/v1
 mutatingwebhookconfigurations MutatingWebhookConfiguration C
 validatingwebhookconfigurations ValidatingWebhookConfiguration C
 validatingadmissionpolicies ValidatingAdmissionPolicy C
 validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding C
apiextensions.k8s.io/v1
 customresourcedefinitions CustomResourceDefinition C crd crds
apiregistration.k8s.io/v1
 apiservices APIService C
certificates.k8s.io/v1
 certificatesigningrequests CertificateSigningRequest C csr
node.k8s.io/v1
 runtimeclasses RuntimeClass C
flowcontrol.apiserver.k8s.io/v1
 flowschemas FlowSchema C
 prioritylevelconfigurations PriorityLevelConfiguration C
resource.k8s.io/v1
 deviceclasses DeviceClass C
 resourceclaims ResourceClaim N
 resourceclaimtemplates ResourceClaimTemplate N
 resourceslices ResourceSlice C
"""

SUBRESOURCES = {"pods": ["log", "proxy", "status"], "services": ["proxy", "status"], "nodes": ["proxy", "status"]}
VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


def standard_kinds():
    kinds, group, version = [], "", ""
    for line in STANDARD.strip("\n").splitlines():
        words = line.split()
        if not line.startswith(" "):
            group, _, version = line.rpartition("/")
        else:
            kinds.append(Kind(group, version, words[0], words[1], words[2] == "N", words[3:]))
    return kinds


def guess_plural(kind):
    low = kind.lower()
    if low.endswith("y") and low[-2:-1] not in "aeiou":
        return low[:-1] + "ies"
    if low.endswith(("s", "x", "ch")):
        return low + "es"
    return low + "s"


def resource_list(kinds, group, version):
    resources = []
    for k in kinds:
        if (k.group, k.version) != (group, version):
            continue
        entry = {
            "name": k.plural,
            "singularName": k.singular,
            "namespaced": k.namespaced,
            "kind": k.kind,
            "verbs": VERBS,
        }
        if k.short:
            entry["shortNames"] = k.short
        resources.append(entry)
        for sub in SUBRESOURCES.get(k.plural, []) if not group else []:
            resources.append(
                {
                    "name": f"{k.plural}/{sub}",
                    "singularName": "",
                    "namespaced": k.namespaced,
                    "kind": "Pod" if sub == "log" else k.kind,
                    "verbs": ["get"],
                }
            )
    if group == "authorization.k8s.io":
        for name in ("SelfSubjectAccessReview", "SelfSubjectRulesReview"):
            resources.append(
                {
                    "name": name.lower() + "s",
                    "singularName": name.lower(),
                    "namespaced": False,
                    "kind": name,
                    "verbs": ["create"],
                }
            )
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/{version}" if group else version,
        "resources": resources,
    }


def versions_of(kinds):
    """{group: [versions]}; the first one is preferred."""
    found = {}
    for k in kinds:
        versions = found.setdefault(k.group, [])
        if k.version not in versions:
            versions.append(k.version)
    found["authorization.k8s.io"] = ["v1"]
    return found


def api_group(group, versions):
    entries = [{"groupVersion": f"{group}/{v}", "version": v} for v in versions]
    return {"name": group, "versions": entries, "preferredVersion": entries[0]}


def group_list(kinds):
    groups = [api_group(g, v) for g, v in versions_of(kinds).items() if g]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def aggregated(kinds, core):
    """The document of apidiscovery.k8s.io/v2 that /api (core) or /apis answers."""
    items = []
    for group, versions in versions_of(kinds).items():
        if (group == "") != core:
            continue
        entries = []
        for version in versions:
            resources = []
            for r in resource_list(kinds, group, version)["resources"]:
                if "/" in r["name"]:
                    resources[-1].setdefault("subresources", []).append(
                        {
                            "subresource": r["name"].partition("/")[2],
                            "verbs": r["verbs"],
                            "responseKind": {"group": group, "version": version, "kind": r["kind"]},
                        }
                    )
                    continue
                entry = {
                    "resource": r["name"],
                    "singularResource": r["singularName"],
                    "verbs": r["verbs"],
                    "scope": "Namespaced" if r["namespaced"] else "Cluster",
                    "responseKind": {"group": group, "version": version, "kind": r["kind"]},
                }
                if "shortNames" in r:
                    entry["shortNames"] = r["shortNames"]
                resources.append(entry)
            entries.append({"version": version, "resources": resources, "freshness": "Current"})
        items.append({"metadata": {"name": group or None, "creationTimestamp": None}, "versions": entries})
    for item in items:
        if item["metadata"]["name"] is None:
            del item["metadata"]["name"]
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}
