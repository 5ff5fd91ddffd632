// What comes of one session: by its socket, and over HTTP what the socket missed. No point is lost or comes twice.
//
// After every (re)connection the feed first fetches the points after the last number: only then is the socket enough.
// A finished session may still change: the car is unplugged, late readings come, a price is corrected.

import { Connection } from "../connection.js";

export class Feed {
  #pointsAddress;
  #graph;
  #connection;
  #catchingUp = null;
  #isCatchUpDue = false;
  #isOver;

  // live, points: addresses of the socket and of the points
  // graph: {lastNumber() and version() of what it has, onPoints(rows, options) → outcome of Points.append,
  //   onReload(), onCells(texts), onState(name)}
  constructor({ live, points }, graph) {
    this.#pointsAddress = points;
    this.#graph = graph;
    this.#isOver = Boolean(graph.version());
    this.#connection = new Connection(live, {
      onOpen: () => this.#opened(),
      onMessage: (event) => this.#receive(event),
      onLost: () => graph.onState("reconnecting"),
    });
  }

  close() {
    this.#connection.close();
  }

  async #opened() {
    const isComplete = await this.#catchUp();
    if (isComplete) this.#graph.onState("live");
    return isComplete;
  }

  #receive({ type, cells, points, redraw }) {
    if (cells) this.#graph.onCells(cells);
    this.#isOver ||= type === "session.ended";
    if (type !== "session.ended" && type !== "session.points") return;
    if (this.#isOver || redraw) this.#graph.onReload();
    else this.#append(points);
  }

  #append(rows, options) {
    const outcome = this.#graph.onPoints(rows, options);
    if (outcome === "gap") this.#catchUp();
    if (outcome === "redraw") this.#graph.onReload();
  }

  // Fetch the points after the last number, one request at a time. Return whether they came.
  async #catchUp() {
    if (this.#catchingUp) {
      this.#isCatchUpDue = true;
      return this.#catchingUp;
    }
    this.#catchingUp = this.#fetch();
    const isComplete = await this.#catchingUp;
    this.#catchingUp = null;
    if (this.#isCatchUpDue) {
      this.#isCatchUpDue = false;
      return this.#catchUp();
    }
    return isComplete;
  }

  async #fetch() {
    try {
      const answer = await fetch(`${this.#pointsAddress}?after=${this.#graph.lastNumber()}`);
      if (answer.status === 404 || answer.status === 401) {
        this.#graph.onState("gone");
        this.close();
        return false;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const { points, version, redraw } = await answer.json();
      this.#isOver ||= Boolean(version);
      if (redraw || version !== this.#graph.version()) await this.#graph.onReload();
      else this.#append(points, { isWhole: true });
      return true;
    } catch {
      this.#connection.lost(); // it tries again, and then fetches again
      return false;
    }
  }
}
