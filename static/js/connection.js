// A socket that heals by itself, and notices when nothing comes any more.
//
// What comes is a hint. Whoever is told "opened" fetches what it has missed: since a break, or since the page
// was made. Where that fails it says `lost` itself, and both are tried again together.

const PATIENCE_MS = [500, 1000, 2000, 4000, 8000];
const QUIET_FOR_MS = 45_000; // the server beats every 20 s: a connection may be dead although nobody closed it
const SIGNED_OUT = 4401;

export class Connection {
  #socket = null;
  #attempts = 0;
  #timer = 0; // until the next attempt, or until it has been quiet for too long
  #closing = new AbortController();

  // told: {opened() → false where what was missed did not come, message(event), lost()}
  constructor(address, told) {
    Object.assign(this, { address, told });
    const { signal } = this.#closing;
    addEventListener("offline", () => this.lost(), { signal });
    addEventListener("online", () => this.#connect(), { signal });
    this.#connect();
  }

  close() {
    this.#closing.abort();
    this.#forget();
  }

  lost() {
    if (this.#closing.signal.aborted) return;
    this.#forget();
    this.told.lost();
    const wait = PATIENCE_MS[Math.min(this.#attempts, PATIENCE_MS.length - 1)];
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  #connect() {
    this.#forget();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${this.address}`);
    this.#socket = socket;
    socket.onopen = async () => {
      this.#listen();
      if ((await this.told.opened()) !== false) this.#attempts = 0;
    };
    socket.onmessage = ({ data }) => {
      this.#listen();
      this.told.message(JSON.parse(data));
    };
    socket.onclose = ({ code }) => (code === SIGNED_OUT ? location.reload() : this.lost());
  }

  #listen() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.lost(), QUIET_FOR_MS);
  }

  // A dead connection takes its time to close: nobody waits for it.
  #forget() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // A browser complains of a socket that is closed before it is open.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  }
}
