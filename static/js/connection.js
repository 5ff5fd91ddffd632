// A socket that reconnects, and that notices when the server has fallen silent.
//
// A message is a hint that can be lost. After each opening, fetch what was missed, since a break or since the page was
// made; where that fails, call lost(): the connection then opens and fetches again.

const RECONNECT_AFTER_MS = [500, 1000, 2000, 4000, 8000];
const SILENT_AFTER_MS = 45_000; // the server beats every 20 s: a dead connection may never be closed
const SIGNED_OUT = 4401; // the server's close code

// How the page names the states of a connection.
export const STATE_LABELS = {
  connecting: "connecting",
  live: "live",
  reconnecting: "connection lost, reconnecting",
  offline: "you are offline",
  gone: "no longer available",
};

export class Connection {
  #address;
  #handlers;
  #socket = null;
  #attempts = 0;
  #timer = 0; // until the next attempt, or until the connection counts as dead
  #closing = new AbortController();

  // handlers: {onOpen() → false where fetching what was missed failed, onMessage(event), onLost()}
  constructor(address, handlers) {
    this.#address = address;
    this.#handlers = handlers;
    const { signal } = this.#closing;
    addEventListener("offline", () => this.lost(), { signal });
    addEventListener("online", () => this.#connect(), { signal });
    this.#connect();
  }

  close() {
    this.#closing.abort();
    this.#drop();
  }

  // Give the connection up and try again later.
  lost() {
    if (this.#closing.signal.aborted) return;
    this.#drop();
    this.#handlers.onLost();
    const wait = RECONNECT_AFTER_MS[Math.min(this.#attempts, RECONNECT_AFTER_MS.length - 1)];
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  #connect() {
    this.#drop();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${this.#address}`);
    this.#socket = socket;
    socket.onopen = async () => {
      this.#watchSilence();
      if ((await this.#handlers.onOpen()) !== false) this.#attempts = 0;
    };
    socket.onmessage = ({ data }) => {
      this.#watchSilence();
      this.#handlers.onMessage(JSON.parse(data));
    };
    socket.onclose = ({ code }) => (code === SIGNED_OUT ? location.reload() : this.lost());
  }

  #watchSilence() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.lost(), SILENT_AFTER_MS);
  }

  // Close the socket without waiting: a dead connection takes long to close.
  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // Browsers log an error for a socket that is closed before it is open.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  }
}
