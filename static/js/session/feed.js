// What comes of one session: a socket, and HTTP for what it missed. Nothing is lost, nothing twice.
//
// Every (re)connection begins by fetching what came after the last number: only then is the socket enough.
// A session that is over may change still: the car is unplugged, late readings come, a price is corrected.

import { Connection } from "../connection.js";

export class Feed {
  #connection;
  #catchingUp = null;
  #again = false;
  #isOver = false;

  // has: {last() number, version() of the session once it is over}
  // told: {points(rows, how) → outcome, reload(), cells(texts), state(word)}
  constructor({ address, pointsAddress, has, told }) {
    Object.assign(this, { pointsAddress, has, told });
    this.#isOver = Boolean(has.version());
    this.#connection = new Connection(address, {
      opened: () => this.#opened(),
      message: (event) => this.#take(event),
      lost: () => told.state("reconnecting"),
    });
  }

  close() {
    this.#connection.close();
  }

  async #opened() {
    const came = await this.#catchUp();
    if (came) this.told.state("live");
    return came;
  }

  #take({ type, cells, points, redraw }) {
    if (cells) this.told.cells(cells);
    this.#isOver ||= type === "session.ended";
    if (type !== "session.ended" && type !== "session.points") return;
    if (this.#isOver || redraw) this.told.reload();
    else this.#show(points);
  }

  #show(rows, how) {
    const outcome = this.told.points(rows, how);
    if (outcome === "gap") this.#catchUp();
    if (outcome === "redraw") this.told.reload();
  }

  // Fetch what came after the last number. Two at once would be one too many: the second waits.
  async #catchUp() {
    if (this.#catchingUp) {
      this.#again = true;
      return this.#catchingUp;
    }
    this.#catchingUp = this.#fetch();
    const came = await this.#catchingUp;
    this.#catchingUp = null;
    if (this.#again) {
      this.#again = false;
      return this.#catchUp();
    }
    return came;
  }

  async #fetch() {
    try {
      const answer = await fetch(`${this.pointsAddress}?after=${this.has.last()}`);
      if (answer.status === 404 || answer.status === 401) {
        this.told.state("gone");
        this.close();
        return false;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const { points, version, redraw } = await answer.json();
      this.#isOver ||= Boolean(version);
      if (redraw || version !== this.has.version()) await this.told.reload();
      else this.#show(points, { isWhole: true });
      return true;
    } catch {
      this.#connection.lost(); // and both are tried again together
      return false;
    }
  }
}
