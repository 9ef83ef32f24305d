"""Holds answers of the gateway against its OpenAPI document: check_answers.py document FILE [ROUTES], or
check_answers.py answers FILE FOLDER [all], where FOLDER has what the function call of lib.bash recorded, and with
`all` each operation of the admin API has to be among them. Reports in TAP."""

import json
import os
import re
import sys
from collections import Counter

from jsonschema import Draft202012Validator, FormatChecker, RefResolver

METHODS = {"get", "put", "post", "patch", "delete"}
SHOWN_MAX = 40
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

formats = FormatChecker(formats=())


@formats.checks("date-time")
def is_time(text):
    return not isinstance(text, str) or TIME.fullmatch(text) is not None


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, method, item, operation


class Refs:
    """Where a $ref leads; each is looked up once."""

    def __init__(self, document):
        self.document, self.seen = document, set()

    def __call__(self, part):
        while "$ref" in part:
            self.seen.add(part["$ref"])
            at = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                at = at[name]
            part = at
        return part


# ---- the document ----


def schemas_in(part):
    """Every schema that stands in a part of the document: whatever is a member `schema`."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "schema":
                yield value
            else:
                yield from schemas_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from schemas_in(value)


def refs_in(part):
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from refs_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from refs_in(value)


def open_objects(schema, place):
    """Objects with members but without a word on others."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") and "additionalProperties" not in schema:
            yield place
        if not set(schema.get("required", [])) <= set(schema.get("properties", {})):
            yield place + ": requires what it does not know"
        for name, value in schema.items():
            yield from open_objects(value, f"{place}/{name}")
    elif isinstance(schema, list):
        for i, value in enumerate(schema):
            yield from open_objects(value, f"{place}/{i}")


def check_operation(document, path, method, item, operation):
    """The rules of OpenAPI 3.1 for one operation, as far as a schema cannot say them."""
    refs = Refs(document)
    known = {tag["name"] for tag in document["tags"]}
    if not set(operation["tags"]) <= known:
        yield "a tag that is not declared"
    if not set().union(*operation["security"]) <= set(document["components"]["securitySchemes"]):
        yield "a security scheme that is not declared"
    parameters = [refs(p) for p in operation.get("parameters", [])]
    places = Counter((p["name"], p["in"]) for p in parameters)
    if [p for p, n in places.items() if n > 1]:
        yield "a parameter twice"
    in_path = {name for name, place in places if place == "path"}
    if in_path != set(re.findall(r"\{(\w+)\}", path)):
        yield "other parameters than its path"
    for p in parameters:
        if p["in"] not in ("path", "query") or "schema" not in p or (p["in"] == "path" and p.get("required") is not True):
            yield f"parameter {p['name']} is incomplete"
    if "requestBody" in operation and (method == "get" or not operation["requestBody"]["content"]):
        yield "a body that it cannot have"
    if not any(code.startswith("2") for code in operation["responses"]):
        yield "no good answer"
    for code, response in operation["responses"].items():
        if not re.fullmatch(r"[2-5]\d\d|default", code) or not refs(response).get("description"):
            yield f"answer {code} is incomplete"


def check_document(file, routes=None):
    with open(file) as f:
        document = json.load(f)
    wrong = []
    if not re.fullmatch(r"3\.1\.\d+", document["openapi"]):
        wrong.append("openapi is not 3.1")
    for member in ("title", "version", "license"):
        if not document["info"].get(member):
            wrong.append(f"info has no {member}")
    ids = Counter()
    for path, method, item, operation in operations(document):
        place = f"{method.upper()} {path}"
        ids[operation["operationId"]] += 1
        wrong += [f"{place}: {w}" for w in check_operation(document, path, method, item, operation)]
        if not set(item) <= METHODS | {"servers"}:
            wrong.append(f"{place}: a member of the path that is none")
    wrong += [f"operationId {name} is there twice" for name, n in ids.items() if n > 1]
    templates = Counter(re.sub(r"\{\w+\}", "{}", path) for path in document["paths"])
    wrong += [f"{path} is there twice" for path, n in templates.items() if n > 1 or not path.startswith("/")]
    refs = Refs(document)
    referred = set()
    for ref in refs_in(document):
        referred.add(ref)
        try:
            refs({"$ref": ref})
        except KeyError:
            wrong.append(f"{ref} leads nowhere")
    components = document["components"]
    for kind in ("schemas", "responses", "parameters", "headers"):
        wrong += [f"{kind}/{name} is not used" for name in components[kind] if f"#/components/{kind}/{name}" not in referred]
    for name, schema in components["schemas"].items():
        Draft202012Validator.check_schema(schema)
        wrong += list(open_objects(schema, name))
    for schema in schemas_in(document["paths"]):
        Draft202012Validator.check_schema(schema)
        wrong += list(open_objects(schema, "a schema of paths"))
    if routes:
        with open(routes) as f:
            rows = re.findall(r'^(?:ROUTE|PROXY)\((\w+), (\w+), "([^"]*)"', f.read(), re.M)
        there = {(method.upper(), path) for path, method, _, _ in operations(document)}
        wrong += [f"routes.def: {id} is not in the document" for id, method, path in rows if (method, path) not in there]
        if len(rows) != len(there):
            wrong.append(f"routes.def has {len(rows)} rows, the document {len(there)} operations")
    for w in wrong[:SHOWN_MAX]:
        print(f"not ok openapi: {w}")
    if not wrong:
        print(f"ok openapi: a good document of {sum(ids.values())} operations")
    return not wrong


# ---- answers ----


class Operation:
    def __init__(self, path, method, item, operation):
        pattern = re.sub(r"\{(\w+)\}", lambda m: ".+" if m[1] == "rest" else "[^/]+", re.sub(r"([.+])", r"\\\1", path))
        prefix = "(?:/[^/]+)?" if len(item.get("servers", [])) > 1 else ""
        self.name, self.method = f"{method.upper()} {path}", method.upper()
        self.path = re.compile(prefix + pattern)
        self.literal = "{" not in path and not prefix
        self.proxied, self.operation = operation.get("x-proxied", False), operation
        self.schemas, self.good = {}, 0

    def is_admin(self):
        return "x-role" in self.operation


class Check:
    def __init__(self, document):
        self.document, self.refs = document, Refs(document)
        self.resolver = RefResolver.from_schema(document)
        self.operations = [Operation(*o) for o in operations(document)]
        self.operations.sort(key=lambda o: not o.literal)
        self.findings, self.answers, self.seen = Counter(), 0, set()
        self.errors = self.validator({"$ref": "#/components/schemas/Error"})
        self.found = {}

    def validator(self, schema):
        return Draft202012Validator(schema, resolver=self.resolver, format_checker=formats)

    def find(self, path):
        """Those with this path; one without parameters counts more than one with."""
        if path not in self.found:
            all_ = [o for o in self.operations if o.path.fullmatch(path)]
            self.found[path] = [o for o in all_ if o.literal] + [o for o in all_ if not o.literal]
        return self.found[path]

    def body(self, place, validator, body):
        try:
            value = json.loads(body)
        except ValueError as e:
            self.findings[f"{place}: no JSON: {e}"] += 1
            return
        error = next(validator.iter_errors(value), None)
        while error is not None and error.context:
            # of several forms, the one that comes nearest: whose error is deepest
            error = max(error.context, key=lambda e: len(e.absolute_path))
        if error is not None:
            at = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
            self.findings[f"{place}: body{re.sub(r'[0-9]+', '', at)}: {error.message[:200]}"] += 1

    def of_nothing(self, place, method, status, type_, body):
        """No operation has this path and method: an error that says so, or what pages ask beforehand."""
        if status == 204 and method == "OPTIONS" and body == "":
            return
        if status not in (401, 404, 405):
            self.findings[f"{place}: no operation has this method and path"] += 1
        elif type_ != "application/json":
            self.findings[f"{place}: an error of type {type_}"] += 1
        elif method != "HEAD":
            self.body(place, self.errors, body)

    def response(self, operation, status):
        """Validators by content type of an answer; None: it is not in the document."""
        if status not in operation.schemas:
            response = operation.operation["responses"].get(str(status))
            content = None if response is None else self.refs(response).get("content", {})
            operation.schemas[status] = content and {t: self.validator(c.get("schema", {})) for t, c in content.items()}
        return operation.schemas[status]

    def request(self, operation, status, place, body):
        """What was taken has to be what the document says can be sent."""
        content = operation.operation.get("requestBody", {}).get("content", {})
        if body == "" or body.startswith("@") or not 200 <= status < 300 or "application/json" not in content:
            return
        if not body.lstrip().startswith("{"):
            return  # text
        if "request" not in operation.schemas:
            operation.schemas["request"] = self.validator(content["application/json"]["schema"])
        self.body(f"{place}, request", operation.schemas["request"], body)

    def answer(self, method, path, status, type_, sent, body):
        self.answers += 1
        place = f"{method} {path} {status}"
        same = [o for o in self.find(path) if o.method == ("GET" if method == "HEAD" else method)]
        if not same:
            self.of_nothing(place, method, status, type_, body)
            return
        operation = same[0]
        operation.good += 200 <= status < 300
        if operation.proxied:
            return
        place = f"{operation.name} {status}"
        self.request(operation, status, place, sent)
        content = self.response(operation, status)
        if content is None:
            if "default" not in operation.operation["responses"]:
                self.findings[f"{place}: this status is not in the document"] += 1
            return
        if type_ == "-" or method == "HEAD":
            return  # cut short, or none
        if not content:
            if body:
                self.findings[f"{place}: a body, where there is none"] += 1
            return
        if type_.split(";")[0] not in content:
            self.findings[f"{place}: the type {type_} is not in the document"] += 1
        elif type_ == "application/json":
            self.body(place, content[type_], body)

    def read(self, file):
        """A record has three parts, each ended by a NUL: method, path, status and type; what was sent; what came."""
        with open(file, encoding="utf-8", errors="surrogateescape") as f:
            parts = f.read().split("\0")[:-1]
        for record in zip(parts[0::3], parts[1::3], parts[2::3], strict=True):
            if record in self.seen:
                self.answers += 1
                continue
            self.seen.add(record)
            head, sent, body = record
            method, path, status, type_ = head.split("\t")
            self.answer(method, path.split("?")[0].split("#")[0], int(status), type_, sent, body)


def check_answers(file, folder, all_=None):
    with open(file) as f:
        check = Check(json.load(f))
    for name in sorted(os.listdir(folder)):
        check.read(os.path.join(folder, name))
    used = [o for o in check.operations if o.good]
    wrong = [f"{finding} ({n} times)" for finding, n in check.findings.items()]
    if all_:
        wrong += [f"{o.name}: no test calls it with success" for o in check.operations if o.is_admin() and not o.good]
    for w in wrong[:SHOWN_MAX]:
        print(f"not ok openapi: {w}")
    if len(wrong) > SHOWN_MAX:
        print(f"# and {len(wrong) - SHOWN_MAX} more")
    if not wrong:
        print(f"ok openapi: {check.answers} answers of {len(used)} operations")
    return not wrong


if __name__ == "__main__":
    command = {"document": check_document, "answers": check_answers}[sys.argv[1]]
    sys.exit(0 if command(*sys.argv[2:]) else 1)
