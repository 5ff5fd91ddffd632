// The count of the sessions in progress, on pages that do not follow them themselves.

import { hear } from "./socket.js";

const SPREAD_MS = 2000;

let waiting = null;
function recountSoon() {
  waiting ??= setTimeout(recount, Math.random() * SPREAD_MS);
}

async function recount() {
  waiting = null;
  if (document.hidden) return;
  const answer = await fetch("/sessions/in-progress/count/", { headers: { Accept: "text/plain" } }).catch(() => null);
  if (!answer?.ok) return; // the next change asks again
  const text = await answer.text();
  for (const count of document.querySelectorAll("#nav-count, #tab-count")) count.textContent = text;
}

hear(["again", "session.started", "session.ended", "access.changed"], recountSoon);
document.addEventListener("visibilitychange", recountSoon);
