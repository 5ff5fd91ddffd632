// The number of sessions in progress, on pages that do not follow those sessions.

import { on } from "./socket.js";

const SPREAD_MS = 2000; // so that all browsers do not ask at the same moment

let timer = null;

function updateSoon() {
  timer ??= setTimeout(update, Math.random() * SPREAD_MS);
}

async function update() {
  timer = null;
  if (document.hidden) return;
  const answer = await fetch("/sessions/in-progress/count/", { headers: { Accept: "text/plain" } }).catch(() => null);
  if (!answer?.ok) return; // the next change asks again
  const text = await answer.text();
  for (const count of document.querySelectorAll("#nav-count, #tab-count")) count.textContent = text;
}

on(["connected", "session.started", "session.ended", "access.changed"], updateSoon);
document.addEventListener("visibilitychange", updateSoon);
