// Asks for the whole page when the connection is back after it was lost. A server that took the place of another does
// not know the fragments of a page that it has not drawn, and Streamlit would ignore every act on them.

const STATE = "data-test-connection-state"; // on Streamlit's outermost element

let drawAgain = null; // asks Python for a run of the whole page
let lost = false;
let watcher = null;

function reconnect({ setTriggerValue }) {
  drawAgain = () => setTriggerValue("again", true);
  if (watcher) return;
  const app = document.querySelector(`[${STATE}]`);
  if (!app) return;
  watcher = new MutationObserver(() => {
    const connected = app.getAttribute(STATE) === "CONNECTED";
    if (connected && lost) drawAgain();
    lost = !connected;
  });
  watcher.observe(app, { attributeFilter: [STATE] });
}
