"""Twenty browsers that look at the panel's wall, as far as the panel can tell: paired, streaming, reading.

Theory of operation. One process with one connection a viewer; it pairs once, shares the cookie and reads what comes.
"""

import http.client
import re
import selectors
import sys
from urllib.parse import urlencode


def main() -> None:
    """`viewers.py HOST:PORT CODE COUNT`, until killed."""
    address, code, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    pairing = http.client.HTTPConnection(address, timeout=10)
    form = urlencode({"code": code, "name": "bench"})
    headers = {"origin": f"http://{address}", "content-type": "application/x-www-form-urlencoded"}
    pairing.request("POST", "/pair", form, headers)
    cookie = re.match(r"[^;]+", pairing.getresponse().headers["set-cookie"])
    assert cookie is not None
    reading = selectors.DefaultSelector()
    held = []
    for _ in range(count):
        stream = http.client.HTTPConnection(address, timeout=10)
        stream.request("GET", "/stream", headers={"cookie": cookie[0]})
        held.append(stream)
        reading.register(stream.sock, selectors.EVENT_READ)
    print("READY", flush=True)
    while True:
        for key, _ in reading.select():
            if not key.fileobj.recv(65_536):  # type: ignore[union-attr]
                sys.exit("the panel hung up")


if __name__ == "__main__":
    main()
