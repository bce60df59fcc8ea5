// Keys on the screen, for a wall tablet that has no keyboard. Theory of operation: a key does what a keyboard would have
// done, it puts its character where the caret is and says so by an `input` event, so nothing else on the page knows of it.
// The field keeps the focus while keys are touched, and a real keyboard goes on working. What is typed into a PIN field is
// shown nowhere on the keys: they do not light up, and a screen reader hears how many characters there are, never which.
// Numbers and PINs get their pad by touching the field; letters only by the button beside it, because a phone has better.

const known = JSON.parse(document.getElementById("known").textContent).words;
const say = (key, blanks = {}) => known[`pad.${key}`].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
const TYPED = 'input:not([type="hidden"]):not([type="checkbox"]):not([type="radio"]), textarea';
const NAMES_KEPT = 6;
const DIGITS = [..."123456789"];
const ROWS = ["1234567890", ...say("rows").split(" ")];

const pad = document.createElement("section");
let target = null, isUpper = false, isDown = false;

const isPin = (box) => box.dataset.pin !== undefined;
const isNumber = (box) => isPin(box) || ["numeric", "decimal"].includes(box.dataset.keys);
const labelOf = (box) => document.querySelector(`label[for="${CSS.escape(box.id)}"]`)?.textContent.trim() || "";

function key(text, label, act, kind = "") {
  const one = document.createElement("button");
  one.type = "button";
  one.tabIndex = -1; // who has a Tab key has no need of these
  one.textContent = text;
  one.className = `key ${kind}`;
  if (label !== text) one.setAttribute("aria-label", label);
  one.addEventListener("click", act);
  return one;
}

const row = (kind, ...inside) => {
  const one = document.createElement("div");
  one.className = kind;
  one.append(...inside);
  return one;
};

// -- what a key does

function put(text) {
  const from = target.selectionStart, to = target.selectionEnd;
  if (target.value.length - (to - from) + text.length > target.maxLength && target.maxLength >= 0) return;
  target.setRangeText(text, from, to, "end");
  told();
}

function takeBack() {
  const to = target.selectionEnd, from = target.selectionStart === to ? Math.max(0, to - 1) : target.selectionStart;
  target.setRangeText("", from, to, "end");
  told();
}

function told() {
  target.dispatchEvent(new Event("input", { bubbles: true }));
  hear();
}

function hear() {
  const count = target.value.length;
  pad.querySelector(".heard").textContent = isPin(target) ? say("count", { count }) : target.value || say("empty");
}

function next() {
  const boxes = [...(target.form?.querySelectorAll(`${TYPED}, select, button[type="submit"]`) || [])];
  const after = boxes.slice(boxes.indexOf(target) + 1).find((one) => one.checkVisibility());
  if (!after) return close();
  after.focus();
  if (after.matches(TYPED)) open(after); // and a button is only reached, never pressed
}

// -- the pad

function open(box) {
  close();
  target = box;
  const kind = isNumber(box) ? "digits" : "letters";
  const title = document.createElement("p"), heard = document.createElement("p");
  title.textContent = labelOf(box);
  title.className = "title";
  heard.className = "heard";
  heard.setAttribute("role", "status");
  pad.replaceChildren(row("head", title, heard), ...(kind === "digits" ? [digits(box), row("foot", ...last())] : letters(box)));
  pad.className = `pad ${kind}`;
  pad.dataset.secret = isPin(box) ? "yes" : "no";
  pad.hidden = false;
  document.body.dataset.pad = kind;
  document.documentElement.style.setProperty("--pad-height", `${pad.offsetHeight}px`);
  box.scrollIntoView({ block: "nearest" });
  hear();
}

const last = () => [
  key(say("clear"), say("clear"), () => { target.value = ""; told(); }, "way"),
  key(say("next"), say("next"), next, "way"),
  key(say("close"), say("close"), close, "way"),
];

function digits(box) {
  const isDecimal = box.dataset.keys === "decimal" && !isPin(box);
  const point = key(".", say("point"), () => put("."));
  point.disabled = !isDecimal;
  const back = key("\u232b", say("back"), takeBack);
  return row("keys", ...DIGITS.map((one) => key(one, one, () => put(one))), point, key("0", "0", () => put("0")), back);
}

function letters(box) {
  const rows = ROWS.map((one) => row("line", ...[...one].map((each) => {
    const made = key(each, each, () => put(isUpper ? each.toUpperCase() : each));
    if (each === "-") made.setAttribute("aria-label", say("dash"));
    return made;
  })));
  const shift = key("\u21e7", say("shift"), () => {
    isUpper = !isUpper;
    shift.setAttribute("aria-pressed", String(isUpper));
    pad.dataset.upper = isUpper ? "yes" : "no";
  });
  isUpper = false;
  pad.dataset.upper = "no";
  shift.setAttribute("aria-pressed", "false");
  const space = key(say("space"), say("space"), () => put(" "), "space");
  rows.push(row("line", shift, space, key("\u232b", say("back"), takeBack), ...last()));
  if (box.dataset.by !== undefined && names().length) {
    const pick = (one) => () => { target.value = one; told(); next(); };
    rows.unshift(row("names", ...names().map((one) => key(one, one, pick(one)))));
  }
  return rows;
}

export function close() {
  if (!target) return;
  target = null;
  pad.hidden = true;
  pad.replaceChildren();
  delete document.body.dataset.pad;
}

// -- names that this screen has seen accepted; they stand in the record anyway, a PIN never comes here

function names() {
  try { return JSON.parse(localStorage.getItem("names") || "[]").slice(0, NAMES_KEPT); }
  catch { return []; }
}

export function keepName(name) {
  const kept = [name, ...names().filter((one) => one !== name)].slice(0, NAMES_KEPT);
  localStorage.setItem("names", JSON.stringify(kept));
}

// -- which screens have keys: those that are touched, and those where somebody asked for them

function isWanted() {
  const said = localStorage.getItem("keys");
  return said === null ? matchMedia("(any-pointer: coarse)").matches : said === "on";
}

function show() {
  document.body.classList.toggle("has-keys", isWanted());
  for (const one of document.querySelectorAll("#keys")) one.setAttribute("aria-pressed", String(isWanted()));
  for (const box of document.querySelectorAll("[data-keys]")) {
    // Without this the system's own keyboard would come up over ours.
    box.setAttribute("inputmode", isWanted() && isNumber(box) ? "none" : box.dataset.keys);
  }
  if (!isWanted()) close();
}

for (const box of document.querySelectorAll(TYPED)) {
  if (!box.id || box.closest("[data-no-keys]")) continue;
  box.dataset.keys = box.getAttribute("inputmode") || "text";
  const label = say("open", { field: labelOf(box) });
  const beside = key(isNumber(box) ? "123" : "abc", label, () => { box.focus(); open(box); },
    isNumber(box) ? "opens" : "opens abc");
  const both = document.createElement("span");
  both.className = "keyed";
  box.replaceWith(both);
  both.append(box, beside);
  box.addEventListener("click", () => {
    if (document.body.classList.contains("has-keys") && (isNumber(box) || target)) open(box);
  });
}

pad.hidden = true;
pad.className = "pad";
pad.setAttribute("aria-label", say("title"));
document.body.append(pad);
// A key that took the focus would take the caret with it.
document.addEventListener("mousedown", (event) => {
  isDown = true;
  if (event.target.closest(".key")) event.preventDefault();
}, true);
// The page moves when the keys go. Under a finger that is down it must not: the press would land on something else.
document.addEventListener("mouseup", () => { isDown = false; setTimeout(leave, 0); }, true);
document.addEventListener("focusin", () => { if (!isDown) leave(); });
function leave() {
  const now = document.activeElement;
  if (target && now !== target && now !== document.body && !pad.contains(now)) close();
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !target) return;
  event.stopImmediatePropagation(); // the first Escape is for the keys, the next for the sheet
  close();
}, true);
document.getElementById("keys")?.addEventListener("click", () => {
  localStorage.setItem("keys", isWanted() ? "off" : "on");
  show();
});
show();
