// Animation frames and messages of the server come late by DELAY, so that a test that does not wait for them fails.

(() => {
  const [draw, cancel, waiting] = [requestAnimationFrame, cancelAnimationFrame, new Map()];
  let last = 0;
  window.requestAnimationFrame = (call) => {
    const id = ++last;
    const late = () => waiting.set(id, [cancel, draw((time) => waiting.delete(id) && call(time))]);
    waiting.set(id, [clearTimeout, setTimeout(late, DELAY)]);
    return id;
  };
  window.cancelAnimationFrame = (id) => {
    const [stop, what] = waiting.get(id) ?? [];
    waiting.delete(id);
    stop?.call(window, what);
  };
  window.WebSocket = class extends WebSocket {
    addEventListener(kind, listener, options) {
      const late = (event) => setTimeout(() => listener.call(this, event), DELAY);
      super.addEventListener(kind, kind === "message" ? late : listener, options);
    }
  };
})();
