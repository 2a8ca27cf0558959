# SPDX-License-Identifier: Apache-2.0
"""One connection to the fake API server: routing, answers, and the ways in which they go wrong."""

import base64
import gzip
import json
import select
import urllib.parse
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from . import kube_kinds
from .kube_logs import text_pieces
from .kube_objects import field_selector, label_selector, parse_time, table

REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    410: "Expired",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}
MESSAGES = {
    401: "Unauthorized",
    403: 'forbidden: User "test" cannot get this path',
    410: "The provided continue parameter is too old to display a consistent list result.",
    429: "Too many requests, please try again later.",
    500: "Internal error occurred: etcdserver: request timed out",
    404: "the server could not find the requested resource",
}


def status_body(code, message=None, reason=None, details=None):
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "code": code,
        "message": message or MESSAGES.get(code, "something went wrong"),
        "reason": reason or REASONS.get(code, ""),
        "details": details or {},
    }


@dataclass
class Request:
    method: str
    path: str  # with the query, as it was sent
    headers: dict  # names in lower case
    body: bytes
    status: int = 0  # as answered; 0: nothing was


class Answer(Exception):
    """Raised to answer: a JSON document, bytes, or pieces of bytes."""

    def __init__(self, status, body, content_type="application/json", headers=None):
        super().__init__(status)
        self.status, self.body, self.type, self.headers = status, body, content_type, headers or {}


def fail(code, message=None, **more):
    raise Answer(code, status_body(code, message, **more))


def not_found(kind, name):
    fail(
        404,
        f'{kind.plural}{"." + kind.group if kind.group else ""} "{name}" not found',
        details={"name": name, "group": kind.group, "kind": kind.plural},
    )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass

    def do_GET(self):
        self.serve()

    def do_POST(self):
        self.serve()

    do_PUT = do_PATCH = do_DELETE = do_POST

    def serve(self):
        api = self.server.api
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        api.record(request)
        rule = api.rule_for(self.path)
        if rule and rule.hang:
            api.hung.release()
            self.hang()
            return
        try:
            if rule and rule.status:
                text = rule.body if rule.body is not None else status_body(rule.status, rule.message, rule.reason)
                raise Answer(rule.status, text, headers=rule.headers)
            if rule and rule.body is not None:
                raise Answer(200, rule.body, headers=rule.headers)
            self.route(request)
            fail(404)
        except Answer as answer:
            request.status = answer.status
            self.send(answer, rule)

    def hang(self):
        self.close_connection = True
        while not self.server.api.stopping.is_set():
            if select.select([self.connection], [], [], 0.05)[0]:
                return

    def send(self, answer, rule):
        body, pieces = answer.body, None
        if isinstance(body, (dict, list)):
            body = json.dumps(body, separators=(",", ":")).encode()
        elif isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes):
            pieces = body
        if rule and pieces is None:
            body += b" " * rule.huge
        if pieces is None and len(body) > 128 * 1024 and not rule and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1)
            answer.headers["Content-Encoding"] = "gzip"
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if pieces is None:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if pieces is not None:
            for piece in pieces:
                if piece:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_body(body, rule)

    def send_body(self, body, rule):
        if rule and rule.cut is not None:
            self.wfile.write(body[: rule.cut])
            self.wfile.flush()
            self.close_connection = True
        elif rule and rule.drip:
            for i in range(0, len(body), rule.drip_bytes):
                self.wfile.write(body[i : i + rule.drip_bytes])
                self.wfile.flush()
                if self.server.api.stopping.wait(rule.drip):
                    return
        else:
            self.wfile.write(body)

    # Routes ---------------------------------------------------------------------------------------------------------

    def route(self, request):
        api = self.server.api
        path, _, query = request.path.partition("?")
        parts = [urllib.parse.unquote(p) for p in path.strip("/").split("/")]
        args = {k: v[-1] for k, v in urllib.parse.parse_qs(query, keep_blank_values=True).items()}
        login = request.headers.get("authorization", "")
        if api.tokens is not None and login.partition("Bearer ")[2] not in api.tokens:
            fail(401)
        if request.method == "POST":
            self.review(parts, request.body)
        if request.method != "GET":
            fail(405, "the server does not allow this method on the requested resource")
        if parts[0] in ("version", "healthz", "livez", "readyz") and len(parts) == 1:
            raise Answer(
                200, {"major": "1", "minor": "34", "gitVersion": api.version} if parts[0] == "version" else "ok"
            )
        if parts[0] not in ("api", "apis"):
            raise Answer(404, b"404 page not found\n", "text/plain")
        self.discover(parts)
        group, version, rest = ("", parts[1], parts[2:]) if parts[0] == "api" else (parts[1], parts[2], parts[3:])
        self.resource(group, version, rest, args)

    def discover(self, parts):
        api = self.server.api
        core = parts[0] == "api"
        if len(parts) == 1:
            accept = self.headers.get("Accept", "")
            if api.aggregated and "as=APIGroupDiscoveryList" in accept:
                raise Answer(
                    200,
                    kube_kinds.aggregated(api.kinds, core),
                    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
                )
            raise Answer(200, {"kind": "APIVersions", "versions": ["v1"]} if core else kube_kinds.group_list(api.kinds))
        versions = kube_kinds.versions_of(api.kinds).get("" if core else parts[1])
        if core and len(parts) == 2 and versions and parts[1] in versions:
            raise Answer(200, kube_kinds.resource_list(api.kinds, "", parts[1]))
        if not core and len(parts) == 2 and versions:
            raise Answer(200, {"kind": "APIGroup", "apiVersion": "v1", **kube_kinds.api_group(parts[1], versions)})
        if not core and len(parts) == 3 and versions and parts[2] in versions:
            raise Answer(200, kube_kinds.resource_list(api.kinds, parts[1], parts[2]))
        if not versions or len(parts) < (3 if core else 4):
            raise Answer(404, b"404 page not found\n", "text/plain")

    def resource(self, group, version, rest, args):
        api = self.server.api
        namespace = None
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        kinds = [k for k in api.kinds if (k.group, k.version, k.plural) == (group, version, rest[0])]
        if not kinds or (namespace and not kinds[0].namespaced):
            fail(404)
        kind, sub = kinds[0], rest[2:]
        if api.is_forbidden(group, kind.plural + ("/" + sub[0] if sub else ""), namespace):
            what = f'{kind.plural}{"." + group if group else ""}{"/" + sub[0] if sub else ""}'
            where = f' in the namespace "{namespace}"' if namespace else " at the cluster scope"
            fail(
                403,
                f'{what} is forbidden: User "test" cannot {"get" if len(rest) > 1 else "list"} resource "{kind.plural}"'
                f' in API group "{group}"{where}',
                details={"group": group, "kind": kind.plural},
            )
        if len(rest) == 1:
            self.list_of(kind, namespace, args)
        if sub and sub[0] == "proxy":
            self.proxy(namespace, rest[0], rest[1], "/" + "/".join(sub[1:]))
        obj = api.objects.get((group, kind.plural), {}).get((namespace, rest[1]))
        if obj is None:
            not_found(kind, rest[1])
        if sub == ["log"] and kind.plural == "pods":
            self.log(obj, args)
        if sub and sub != ["status"]:
            fail(404)
        shown = {**obj, "apiVersion": kind.api_version}
        if "as=Table" in self.headers.get("Accept", ""):
            raise Answer(200, table(kind.plural, [shown], args.get("includeObject", "Metadata"), {}, api.now()))
        raise Answer(200, shown)

    def list_of(self, kind, namespace, args):
        api = self.server.api
        with api.lock:
            found = sorted(
                api.objects.get((kind.group, kind.plural), {}).items(), key=lambda i: (i[0][0] or "", i[0][1])
            )
        found = [o for (ns, _), o in found if namespace in (None, ns)]
        if args.get("labelSelector"):
            match = label_selector(args["labelSelector"])
            found = [o for o in found if match(o["metadata"].get("labels"))]
        if args.get("fieldSelector"):
            match = field_selector(args["fieldSelector"])
            found = [o for o in found if match(o)]
        start, limit = 0, int(args.get("limit") or 0)
        if args.get("continue"):
            start = json.loads(base64.urlsafe_b64decode(args["continue"] + "==="))["start"]
        meta = {"resourceVersion": "1000"}
        page = found[start : start + limit] if limit else found[start:]
        if start + len(page) < len(found):
            token = {"v": "meta.k8s.io/v1", "rv": 1000, "start": start + len(page)}
            meta["continue"] = base64.urlsafe_b64encode(json.dumps(token).encode()).decode().rstrip("=")
            meta["remainingItemCount"] = len(found) - start - len(page)
        if "as=Table" in self.headers.get("Accept", "") and api.tables == "refuse":
            fail(406, "only the following media types are accepted: application/json, application/yaml")
        if "as=Table" in self.headers.get("Accept", "") and api.tables == "serve":
            raise Answer(200, table(kind.plural, page, args.get("includeObject", "Metadata"), meta, api.now()))
        # Items of built-in kinds carry neither kind nor apiVersion in a real server's lists.
        drop = ("kind", "apiVersion") if kind.builtin else ()
        raise Answer(
            200,
            {
                "kind": kind.kind + "List",
                "apiVersion": kind.api_version,
                "metadata": meta,
                "items": [{k: v for k, v in o.items() if k not in drop} for o in page],
            },
        )

    def log(self, pod, args):
        api = self.server.api
        meta, spec = pod["metadata"], pod.get("spec", {})
        names = [
            c["name"] for part in ("initContainers", "containers", "ephemeralContainers") for c in spec.get(part, [])
        ]
        container = args.get("container") or (spec["containers"][0]["name"] if len(names) == 1 else None)
        previous = args.get("previous") in ("true", "1")
        if container is None:
            fail(400, f"a container name must be specified for pod {meta['name']}, choose one of: [{' '.join(names)}]")
        if container not in names:
            fail(400, f"container {container} is not valid for pod {meta['name']}")
        log = api.logs.get((meta["namespace"], meta["name"], container, previous))
        if log is None and previous:
            fail(400, f'previous terminated container "{container}" in pod "{meta["name"]}" not found')
        states = pod.get("status", {}).get("containerStatuses", []) + pod.get("status", {}).get(
            "initContainerStatuses", []
        )
        for c in states:
            waiting = c.get("state", {}).get("waiting", {}).get("reason")
            if log is None and c.get("name") == container and waiting:
                fail(400, f'container "{container}" in pod "{meta["name"]}" is waiting to start: {waiting}')
        tail = int(args["tailLines"]) if args.get("tailLines") else None
        limit = int(args["limitBytes"]) if args.get("limitBytes") else None
        since = parse_time(args["sinceTime"]) if args.get("sinceTime") else None
        if isinstance(log, str) or log is None:
            raise Answer(200, iter(text_pieces(log or "", tail, since, limit)), "text/plain")
        raise Answer(200, log.pieces(tail, since, limit), "text/plain")

    def proxy(self, namespace, plural, name, path):
        """The pod or service behind "[scheme:]name[:port]"."""
        words = name.split(":")
        bare = words[1] if len(words) == 3 else words[0]
        for known in (name, bare):
            answer = self.server.api.proxies.get((namespace, plural, known, path))
            if answer:
                raise Answer(answer[0], answer[2], answer[1])
        port = words[-1] if len(words) > 1 else 80
        fail(503, f"error trying to reach service: dial tcp 10.0.0.1:{port}: connect: connection refused")

    def review(self, parts, body):
        api = self.server.api
        if parts[:3] != ["apis", "authorization.k8s.io", "v1"] or len(parts) != 4:
            fail(403, "this fake is read-only")
        doc = json.loads(body or b"{}")
        if parts[3] == "selfsubjectaccessreviews":
            a = doc.get("spec", {}).get("resourceAttributes", {})
            plural = a.get("resource", "") + ("/" + a["subresource"] if a.get("subresource") else "")
            doc["status"] = {"allowed": not api.is_forbidden(a.get("group", ""), plural, a.get("namespace") or None)}
            raise Answer(201, doc)
        if parts[3] == "selfsubjectrulesreviews":
            doc["status"] = {
                "resourceRules": [{"verbs": ["get", "list", "watch"], "apiGroups": ["*"], "resources": ["*"]}],
                "nonResourceRules": [],
                "incomplete": False,
            }
            raise Answer(201, doc)
        fail(404)
