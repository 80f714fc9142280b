// Draws the strip of maps. Streamlit calls `mount` first, then after every change of the data and of the theme.

export default function mount({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".survey-strip");
  const focused = [...root.querySelectorAll("button")].indexOf(root.getRootNode().activeElement);
  root.setAttribute("aria-label", data.label);
  root.replaceChildren(...data.cards.map((card) => drawCard(card, () => setTriggerValue("chosen", card.id))));
  if (focused >= 0) root.querySelectorAll("button")[Math.min(focused, data.cards.length - 1)]?.focus();
  root.onkeydown = (event) => move(root, event);
}

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

function drawCard(card, open) {
  const item = make("div", "item");
  item.setAttribute("role", "listitem");
  const button = make("button", card.fault ? "card fault" : "card");
  button.type = "button";
  button.title = card.about;
  button.setAttribute("aria-label", card.about.replaceAll("\n", ", "));
  if (card.image) {
    const picture = make("img");
    picture.src = card.image;
    picture.alt = "";
    button.append(picture);
  } else {
    button.append(make("span", "none", "×"));
  }
  button.append(
    make("span", "name", card.name),
    make("span", "note", [card.note, card.verdict].filter(Boolean).join(" · ")),
  );
  button.onclick = open;
  item.append(button);
  return item;
}

/** Arrows move along the strip, Home and End to its ends. */
function move(root, event) {
  const cards = [...root.querySelectorAll("button")];
  const at = cards.indexOf(event.target);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: cards.length - 1 }[event.key];
  if (at < 0 || next === undefined || !cards[next]) return;
  event.preventDefault();
  cards[next].focus();
}
