// The page's connection to the announcements about all sessions, and its state.
//
// An announcement is a hint that can be lost. Subscribe to "connected" and fetch what was missed: since a break, or
// since the page was made. "state" tells each change of the connection's state.

import { Connection } from "./connection.js";

const announcements = new EventTarget();

// Call handler(event) for each announcement of these types.
export function on(types, handler) {
  for (const type of types) announcements.addEventListener(type, ({ detail }) => handler(detail));
}

const announce = (type, detail) => announcements.dispatchEvent(new CustomEvent(type, { detail }));

export let state = "connecting"; // a key of STATE_LABELS

function setState(name) {
  state = name;
  announce("state", name);
}

let wasLive = false;

function lostState() {
  if (!navigator.onLine) return "offline";
  return wasLive ? "reconnecting" : "connecting";
}

export const connection = new Connection("/live/sessions/", {
  onOpen() {
    announce("connected");
    wasLive = true;
    setState("live");
  },
  onMessage: (event) => announce(event.type, event),
  onLost: () => setState(lostState()),
});
