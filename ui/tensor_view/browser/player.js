// @ts-check
// Going through the channels by itself, without a word to Python until it stops.

import { stepChannel } from "./state.js";

const CALM = 2; // channels a second for people who asked their system for less motion

/**
 * @param {import('./types').App} app
 */
export function makePlayer(app) {
  let frame = 0;
  let last = 0;
  let owed = 0;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const tick = (now) => {
    const speed = calm.matches ? Math.min(CALM, app.view.speed) : app.view.speed;
    owed = Math.min(owed + ((now - last) / 1000) * speed, 1.99); // after a pause of the browser go on, do not race
    last = now;
    if (owed > 0.98) {
      owed = Math.max(0, owed - 1);
      stepChannel(app.model, app.view, 1);
      app.drawNow("slice");
    }
    frame = requestAnimationFrame(tick);
  };
  const player = {
    start() {
      if (app.view.playing || !app.canStep()) return;
      app.view.playing = true;
      [last, owed] = [performance.now(), 0];
      frame = requestAnimationFrame(tick);
      app.redraw("controls");
    },
    stop(quietly) {
      cancelAnimationFrame(frame);
      if (!app.view.playing) return;
      app.view.playing = false;
      if (quietly) return;
      app.redraw("controls");
      app.redraw("text");
      app.tell();
    },
    toggle: () => (app.view.playing ? player.stop() : player.start()),
  };
  return player;
}
