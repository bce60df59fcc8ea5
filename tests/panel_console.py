"""A console of a few lines for the panel's tests: it shows the states it is given and answers as it is told.

It knows the verbs that the real one has and those that a daemon with a clinic's course adds. It drives nothing and checks
no PIN.
tests/contract/test_panel_console.py holds it to the real console.
"""

import copy
import json
import socket
import threading
from pathlib import Path
from typing import Any

from pumpd.console_words import VERBS

CARE_VERBS = {"checklist", "prime", "observe", "sign_off", "close", "handover", "event", "given", "note"}
HEARTBEAT_S = 0.5

STATE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "vectors" / "panel_state.json").read_text(encoding="utf-8")
)


class PanelConsole:
    """Serves one socket from threads until closed. `answers`: the last stage and its reasons, by verb."""

    def __init__(self, path: Path, state: dict[str, Any] | None = None, more: tuple[str, ...] = ()) -> None:
        self.path = path
        self.state = copy.deepcopy(STATE if state is None else state)
        self.beds: dict[str, dict[str, Any]] = {}
        self.listeners: list[str] = []
        self.heard: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.told: dict[str, dict[str, Any]] = {}
        self._verbs = VERBS | CARE_VERBS | set(more)
        self._is_over = threading.Event()
        self._changed = threading.Event()
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(16)
        self._clients: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def show(self, **changes: Any) -> None:
        """Another state from now on."""
        self.state = {**self.state, **changes, "at_ms": self.state["at_ms"] + 100}
        self._changed.set()

    def close(self) -> None:
        """As if the daemon had died."""
        self._is_over.set()
        self._changed.set()
        self._server.close()
        for one in self._clients:
            one.close()
        self.path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while not self._is_over.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._clients.append(client)
            threading.Thread(target=self._converse, args=(client,), daemon=True).start()

    def _converse(self, client: socket.socket) -> None:
        try:
            with client.makefile("rb") as lines:
                for line in lines:
                    asked = json.loads(line)
                    if asked["verb"] == "listening":
                        self.listeners.append(asked["args"]["listener"])
                    else:
                        self.heard.append(asked)
                    if asked["verb"] == "watch":
                        threading.Thread(
                            target=self._watch, args=(client, asked["id"], asked.get("channel")), daemon=True
                        ).start()
                    else:
                        self._answer(client, asked)
        except (OSError, ValueError):
            return

    def _watch(self, client: socket.socket, request_id: str, channel: str | None) -> None:
        try:
            while not self._is_over.is_set():
                self._say(client, request_id, "state", state=self.beds.get(channel or "", self.state))
                self._changed.wait(HEARTBEAT_S)
                self._changed.clear()
        except OSError:
            return

    def _answer(self, client: socket.socket, asked: dict[str, Any]) -> None:
        verb, request_id = asked["verb"], asked["id"]
        if verb not in self._verbs:
            self._say(
                client, request_id, "refused", [f"verb must be one of: {', '.join(sorted(self._verbs))}"]
            )
        elif verb == "status" or verb in self.told:
            self._say(client, request_id, "state", state=self.told.get(verb, self.state))
            self._say(client, request_id, "end")
        elif verb in self.answers:
            self._say(client, request_id, **self.answers[verb])
        else:
            self._say(client, request_id, "accepted", state=self.state)
            if verb in ("pause", "stop", "start", "resume", "restore"):
                self._say(client, request_id, "confirmed", state=self.state)

    def _say(
        self,
        client: socket.socket,
        request_id: str,
        stage: str,
        reasons: list[str] | None = None,
        state: dict[str, Any] | None = None,
        problems: list[dict[str, Any]] | None = None,
    ) -> None:
        reply = {
            "id": request_id,
            "stage": stage,
            "reasons": reasons or [],
            "state": state,
            "problems": problems or [],
        }
        client.sendall(json.dumps(reply).encode() + b"\n")
