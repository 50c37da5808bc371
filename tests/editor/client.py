"""A small client of a language server: it opens one text and asks what an editor would show."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CAPABILITIES = {
    "textDocument": {
        "completion": {
            "completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}
        },
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
    "workspace": {"configuration": True},
}
YAML = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
SETTINGS = {"yaml": YAML}  # no store: nothing is fetched


def message(item: dict[str, Any]) -> str:
    """One thing that a server says of a text; its first line is the modeline."""
    start = item["range"]["start"]
    return f"{start['line']}:{start['character'] + 1} {item['message']}"


class Editor:
    """One running server that takes every text for a spec."""

    def __init__(self, server: subprocess.Popen[bytes], schema: Path) -> None:
        self.server, self.schema = server, schema
        self.numbers = itertools.count(1)
        root = {"processId": None, "rootUri": None, "capabilities": CAPABILITIES}
        self.ask("initialize", root)
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def messages(self, texts: Sequence[str]) -> list[list[str]]:
        """What the server says of each spec: ``line:column message``, both from 1."""
        return [[message(item) for item in found] for _, found in self._faults(texts)]

    def fixes(self, text: str) -> list[str]:
        """The titles of the quick fixes for the first thing that the server says of a text."""
        ((uri, (first, *_)),) = self._faults([text])
        context = {"diagnostics": [first]}
        params = {"textDocument": {"uri": uri}, "range": first["range"], "context": context}
        return [action["title"] for action in self.ask("textDocument/codeAction", params)]

    def _faults(self, texts: Sequence[str]) -> list[tuple[str, list[dict[str, Any]]]]:
        """All texts are opened at once, since the server lets each rest before it looks at it."""
        opened = [self.opened(text) for text in texts]
        found: dict[str, list[dict[str, Any]]] = {}
        while not found.keys() >= set(opened):
            told = self.read()
            if told.get("method") == "textDocument/publishDiagnostics":
                found[told["params"]["uri"]] = told["params"]["diagnostics"]
        return [(uri, found[uri]) for uri in opened]

    def offers(self, text: str) -> dict[str, dict[str, Any]]:
        """What completion offers where ``|`` stands in a text, by label."""
        found = self._at("textDocument/completion", text)
        items = found["items"] if isinstance(found, dict) else found or []
        return {item["label"]: item for item in items}

    def hover(self, text: str) -> str:
        """What stands in the box over the place that ``|`` marks in a text."""
        found = self._at("textDocument/hover", text)
        return found["contents"]["value"] if found else ""

    def _at(self, method: str, text: str) -> Any:
        before, _, after = text.partition("|")
        uri = self.opened(before + after)
        place = {"line": before.count("\n") + 1, "character": len(before.rpartition("\n")[2])}
        return self.ask(method, {"textDocument": {"uri": uri}, "position": place})

    def opened(self, text: str) -> str:
        """The address of a text that the server now has open, as one beside the schema."""
        uri = f"file:///specs/{next(self.numbers)}.yaml"
        modeline = f"# yaml-language-server: $schema={self.schema.as_uri()}"
        written = {"uri": uri, "languageId": "yaml", "version": 1, "text": f"{modeline}\n{text}"}
        self.tell("textDocument/didOpen", {"textDocument": written})
        return uri

    def ask(self, method: str, params: Any) -> Any:
        """The server's answer to a request."""
        number = next(self.numbers)
        self._send({"id": number, "method": method, "params": params})
        while True:
            told = self.read()
            if told.get("id") == number and "method" not in told:
                if "error" in told:
                    raise RuntimeError(told["error"])
                return told["result"]

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def read(self) -> dict[str, Any]:
        """The next message, where the server asks for settings after answering it."""
        pipe = self.server.stdout
        assert pipe is not None
        length = 0
        while line := pipe.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server has gone"
        told: dict[str, Any] = json.loads(pipe.read(length))
        if told.get("method") == "workspace/configuration":
            wanted = [SETTINGS.get(item["section"], {}) for item in told["params"]["items"]]
            self._send({"id": told["id"], "result": wanted})
        elif "method" in told and "id" in told:
            self._send({"id": told["id"], "result": None})
        return told

    def _send(self, message: dict[str, Any]) -> None:
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        pipe = self.server.stdin
        assert pipe is not None
        pipe.write(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
        pipe.flush()


@contextmanager
def running(program: Path, schema: Path) -> Iterator[Editor]:
    """A server started for the time of a ``with`` block."""
    command = ["node", str(program), "--stdio"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Editor(server, schema)
    finally:
        server.kill()
        server.communicate()
