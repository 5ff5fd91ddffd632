// What is announced of all sessions, and how the page's connection to it stands.
//
// What comes is a hint. Whoever shows it hears "again" whenever the connection opens, and fetches what it has
// missed: since a break, or since the page was made.

import { Connection } from "./connection.js";

const heard = new EventTarget();
export function hear(types, take) {
  for (const type of types) heard.addEventListener(type, ({ detail }) => take(detail));
}
const tell = (type, detail) => heard.dispatchEvent(new CustomEvent(type, { detail }));

export let state = "connecting";
function become(word) {
  state = word;
  tell("state", word);
}

let wasLive = false;
new Connection("/live/sessions/", {
  opened() {
    tell("again");
    wasLive = true;
    become("live");
  },
  message: (event) => tell(event.type, event),
  lost: () => become(!navigator.onLine ? "offline" : wasLive ? "reconnecting" : "connecting"),
});
