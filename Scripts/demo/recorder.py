"""A loopback TCP proxy that remembers every byte that passes, in both directions."""

import socket
import threading


class Recorder:
    """Listens on a free port; `upstream` is the server's port, or None while it is down."""

    def __init__(self):
        self.upstream = None
        self._bytes = bytearray()
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def recorded(self):
        """Everything so far."""
        with self._lock:
            return bytes(self._bytes)

    def close(self):
        self._socket.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.upstream or 1), timeout=5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        back = threading.Thread(target=self._pass, args=(server, client), daemon=True)
        back.start()
        self._pass(client, server)
        back.join()
        client.close()
        server.close()

    def _pass(self, source, target):
        # Each direction of each connection is kept together, so that nothing hides at a seam.
        heard = bytearray()
        try:
            while chunk := source.recv(65536):
                heard += chunk
                target.sendall(chunk)
        except OSError:
            pass
        with self._lock:
            self._bytes += heard
        for end, how in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
            try:
                end.shutdown(how)
            except OSError:
                pass
