// The panel's script. Theory of operation: the page is drawn once by the server; the stream brings, for each bed, words for
// places (data-text), lists (data-html) and facts. Nothing here decides anything clinical. What it does decide: how old the
// news is (grey from two seconds on), what a press asks, and what is said while an answer is awaited. A state is believed
// only while it is fresh; a pause is "PAUSING" until the pump's readback, and "NOT CONFIRMED" a second later.

import { close as closePad, keepName as keepPicked } from "./pad.js";

const known = JSON.parse(document.getElementById("known").textContent);
const words = known.words;
const STALE_MS = 2000, CONFIRM_MS = 1000, SEEN_EVERY_MS = 4000, NAME_KEPT_MS = 600000, DONE_SHOWN_MS = 700;
const beds = (document.body.dataset.beds || document.body.dataset.bed || "").split(" ").filter(Boolean);
const own = document.body.dataset.bed || "";
const news = new Map(); // bed -> {at, wall, lost, facts}
let source = null, isReplaced = false, openEpoch = null, openSheet = null;

const say = (key, blanks = {}) => (words[key] || key).replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const rootOf = (bed) => (own ? document : $(`[data-bed="${CSS.escape(bed)}"]`));

// -- the stream

function connect() {
  source = new EventSource(`/stream?beds=${encodeURIComponent(beds.join(" "))}`);
  source.onmessage = (event) => take(JSON.parse(event.data));
  source.addEventListener("bye", (event) => {
    if (event.data !== "another") return;
    source.close(); // two tabs that take the place from each other would never rest
    isReplaced = true;
    look();
  });
  source.onerror = () => { if (source.readyState === EventSource.CLOSED && !isReplaced) setTimeout(connect, 1000); };
}

function take(told) {
  const old = news.get(told.bed) || {};
  const age = told.age_ms === null ? null : told.age_ms;
  news.set(told.bed, {
    at: age === null ? null : performance.now() - age,
    wall: age === null ? null : Date.now() - age,
    lost: told.lost,
    facts: told.view ? told.view.facts : old.facts,
  });
  if (told.view) draw(rootOf(told.bed), told.view);
  look();
}

function ageOf(bed) {
  const one = news.get(bed);
  if (!one || one.at === null) return null;
  // The first clock may stand still while a laptop sleeps, the second may be set: the older answer is the safe one.
  return Math.max(performance.now() - one.at, Date.now() - one.wall);
}

const isFresh = (bed) => { const age = ageOf(bed); return age !== null && age <= STALE_MS && !isReplaced; };

// -- drawing

function draw(root, view) {
  if (!root) return;
  for (const [name, markup] of Object.entries(view.html)) {
    for (const place of all(`[data-html="${name}"]`, root)) {
      if (place.drawn === markup) continue;
      const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
      place.innerHTML = place.drawn = markup;
      if (focused) document.getElementById(focused)?.focus();
    }
  }
  for (const [name, text] of Object.entries(view.text)) {
    for (const place of all(`[data-text="${CSS.escape(name)}"]`, root)) {
      if (place.textContent !== text) place.textContent = text;
      if (view.lang?.[name]) place.lang = view.lang[name];
    }
  }
  const facts = view.facts;
  const box = own ? document.body : root;
  box.dataset.tone = facts.tone;
  box.dataset.light = facts.light || "none";
  box.dataset.word = facts.word;
  if (!own) return;
  const can = { ...facts.can, ...facts.care_can };
  for (const one of all("[data-care]")) one.hidden = !facts.has_care;
  for (const one of all("[data-can]")) {
    const isBar = one.closest(".bar") !== null;
    if (one.dataset.can === "stop") one.disabled = !can.stop;
    else if (isBar || one.dataset.care === undefined || facts.has_care) one.hidden = !can[one.dataset.can];
  }
  document.title = `${view.text.word} · ${own} · pumpd`;
  overtake(facts);
  if (openEpoch !== null && openSheet) $(".changed", openSheet).hidden = facts.epoch === openEpoch;
  for (const form of all("form[data-after][data-epoch]")) {
    $(".changed", form).hidden = String(facts.epoch) === form.dataset.epoch;
  }
}

// What is said about the news itself, four times a second, whether any comes or not.
function look() {
  let oldest = 0, isAny = true;
  for (const bed of beds) {
    const age = ageOf(bed), root = rootOf(bed), fresh = isFresh(bed);
    if (age === null) isAny = false; else oldest = Math.max(oldest, age);
    const box = own ? document.body : root;
    box?.classList.toggle("grey", !fresh);
    if (!own && root) stale($(".stale", root), bed, age, fresh);
    if (own) stale(document.getElementById("stale"), bed, age, fresh);
  }
  if (!own) document.getElementById("stale")?.toggleAttribute("hidden", true);
  const isListening = beds.length > 0 && beds.every(isFresh) && document.visibilityState === "visible";
  const badge = document.getElementById("listening");
  if (badge) {
    const said = !isListening ? say("not_listening") : isAudible() ? say("listening") : say("mute");
    if (badge.textContent !== said) badge.textContent = said;
    badge.dataset.ok = isListening && isAudible() ? "yes" : "no";
  }
  hear();
}

function stale(place, bed, age, fresh) {
  if (!place) return;
  place.hidden = fresh;
  if (fresh) return;
  const one = news.get(bed), whole = age === null ? null : Math.floor(age / 1000);
  const said = isReplaced ? say("another") : whole === null ? say("lost.never") : say("lost", { age: whole });
  const isCut = source && source.readyState !== EventSource.OPEN && !isReplaced;
  const why = isCut ? say("lost.server") : one?.lost || "";
  if (place.textContent === said + why) return;
  const small = document.createElement("small");
  small.textContent = why;
  place.replaceChildren(said, small);
}

async function tellSeen() {
  const fresh = beds.filter(isFresh);
  if (document.visibilityState !== "visible" || !fresh.length) return;
  const address = `/seen?beds=${encodeURIComponent(fresh.join(" "))}`;
  await fetch(address, { method: "POST", headers: { "x-pumpd-token": known.token } }).catch(() => {});
}

// -- sound: the bursts of pumpd's own tables, played by the browser

let audio = null, playing = "", nextAt = 0, muteUntil = 0;
const isAudible = () => audio !== null && audio.state === "running";

function wake() {
  audio ??= new AudioContext();
  audio.resume().then(look, () => {});
}

function wanted() {
  let worst = "", isLost = false;
  for (const bed of beds) {
    const facts = news.get(bed)?.facts;
    if (!isFresh(bed)) { isLost ||= !!facts && ["infusing", "verified"].includes(facts.phase); continue; }
    for (const one of ["high", "medium", "low"]) if (facts.sound === one && rank(one) > rank(worst)) worst = one;
    if (facts.reminder && !worst) worst = "reminder";
  }
  if (isLost && rank(worst) < rank("medium") && Date.now() > muteUntil) worst = "medium"; // our own alarm: no news
  return worst;
}

const rank = (one) => ["", "reminder", "low", "medium", "high"].indexOf(one);

function hear() {
  const now = wanted();
  document.body.dataset.sounding = now || "none";
  const button = document.getElementById("sound");
  if (button) button.hidden = isAudible();
  if (now !== playing) { playing = now; nextAt = 0; }
  if (!now || !isAudible() || performance.now() < nextAt) return;
  nextAt = performance.now() + known.bursts[now].repeat_ms;
  const at = audio.currentTime + 0.05; // read once: it moves on while the pulses are made, and their spacing is the message
  for (const pulse of known.bursts[now].pulses) tone(pulse, at);
}

function tone(pulse, at) {
  const begin = at + pulse.start_ms / 1000, ramp = known.bursts.ramp_ms / 1000;
  const end = begin + pulse.width_ms / 1000, loud = audio.createGain();
  const total = known.bursts.partials.reduce((sum, one) => sum + one, 0);
  loud.gain.setValueAtTime(0, begin - ramp / 2);
  loud.gain.linearRampToValueAtTime(0.9, begin + ramp / 2);
  loud.gain.setValueAtTime(0.9, end - ramp / 2);
  loud.gain.linearRampToValueAtTime(0, end + ramp / 2);
  loud.connect(audio.destination);
  known.bursts.partials.forEach((height, index) => {
    const voice = audio.createOscillator(), share = audio.createGain();
    voice.frequency.value = pulse.hz * (index + 1);
    share.gain.value = height / total;
    voice.connect(share).connect(loud);
    voice.start(begin - ramp);
    voice.stop(end + ramp);
  });
}

// -- asking

async function ask(bed, verb, told = {}) {
  const address = `/bed/${encodeURIComponent(bed)}/act/${verb}`;
  const headers = { "content-type": "application/json", "x-pumpd-token": known.token };
  const reply = await fetch(address, { method: "POST", headers, body: JSON.stringify(told) });
  if (reply.status === 401) return { stage: "refused", reasons: [say("locked_out")], problems: [] };
  return reply.json();
}

const onceId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16)).join("");

function shout(text, kind) {
  const place = document.getElementById("shout");
  place.textContent = text;
  place.dataset.kind = kind;
  place.hidden = !text;
}

// What a press was answered is true until the pump does something else: then the word above says what is so.
// Of the words for standing still only PAUSED is never shown before the pump's own readback.
function overtake(facts) {
  const kind = document.getElementById("shout").dataset.kind;
  const isMoving = facts.tone === "flowing" || facts.tone === "slowed";
  if ((kind === "good" && isMoving) || (kind === "grave" && facts.word === "PAUSED")) shout("", "");
}

let shoutTimer = 0;
// Pause and stop: said at once, and said again a second later if the pump has not answered.
async function lower(bed, verb, by) {
  clearTimeout(shoutTimer);
  const began = performance.now();
  shout(say(verb === "pause" ? "pausing" : "stopping"), "waiting");
  const late = setTimeout(() => shout(say("unconfirmed"), "grave"), CONFIRM_MS);
  let answer;
  try { answer = await ask(bed, verb, { by }); }
  catch (error) { answer = { stage: "not_sent", reasons: [String(error.message || error)] }; }
  clearTimeout(late);
  document.body.dataset.took = String(Math.round(performance.now() - began));
  if (answer.stage === "confirmed") shout(say("paused"), "good");
  else if (answer.stage === "not_sent") shout(say("unsent"), "grave");
  else if (answer.stage === "refused") shout(`${say("refused")} ${answer.reasons.join("; ")}`, "plain");
  else shout(say("unconfirmed"), "grave");
  if (answer.stage === "confirmed" || answer.stage === "refused") shoutTimer = setTimeout(() => shout("", ""), 6000);
}

// A name is remembered for ten minutes on this tab, a PIN never.
function nameNow() {
  const [name, at] = JSON.parse(sessionStorage.getItem("by") || '["",0]');
  return Date.now() - at < NAME_KEPT_MS ? name : "";
}
const keepName = (name) => name && sessionStorage.setItem("by", JSON.stringify([name, Date.now()]));

async function atOnce(button) {
  const verb = button.dataset.act, bed = own, args = {};
  if (verb === "acknowledge") args.rule = button.dataset.rule;
  if (verb === "quiet" && !isFresh(bed)) { muteUntil = Date.now() + 120000; return hear(); }
  if (verb === "acknowledge" && !nameNow()) return open("acknowledge", args);
  button.disabled = true;
  const told = { by: nameNow(), args, once: onceId() };
  const answer = await ask(bed, verb, told).catch((error) => ({ stage: "not_sent", reasons: [error.message] }));
  button.disabled = false;
  const place = document.getElementById("answer-acts");
  if (place) place.replaceChildren(`${button.textContent.trim()} `, ...spoken(answer));
}

function spoken(answer) {
  if (answer.stage === "accepted" || answer.stage === "confirmed") return [say("done")];
  const reasons = document.createElement("span");
  reasons.textContent = (answer.reasons || []).join("; ");
  if (answer.lang) reasons.lang = answer.lang;
  const isKnown = answer.stage === "refused" || answer.stage === "not_confirmed";
  return isKnown ? [`${say(answer.stage)} `, reasons] : [reasons];
}

// -- sheets: the second deliberate step

function open(name, more = {}) {
  close();
  openSheet = document.getElementById(`sheet-${name}`);
  openEpoch = $("form[data-epoch]", openSheet) ? news.get(own)?.facts?.epoch ?? null : null;
  openSheet.hidden = false;
  openSheet.more = more;
  $(".answer", openSheet).textContent = "";
  $(".changed", openSheet).hidden = true;
  const by = $("[data-by]", openSheet);
  if (by && !by.value) by.value = nameNow();
  for (const pin of all("[data-pin]", openSheet)) pin.value = "";
  $("h2", openSheet).focus();
}

function close() {
  if (!openSheet) return;
  closePad();
  for (const pin of all("[data-pin]", openSheet)) pin.value = "";
  openSheet.hidden = true;
  const opener = document.getElementById(`do-${openSheet.id.slice(6)}`);
  openSheet = openEpoch = null;
  (opener && !opener.hidden ? opener : document.getElementById("pause"))?.focus();
}

function gather(form) {
  const args = {};
  let wrong = null;
  const fail = (box, text) => {
    const place = document.getElementById(box.getAttribute("aria-describedby") || "");
    if (place) place.textContent = text;
    box.setAttribute("aria-invalid", "true");
    wrong ??= box;
  };
  all(".wrong", form).forEach((one) => { one.textContent = ""; });
  for (const box of all("input, select, textarea", form)) {
    box.removeAttribute("aria-invalid");
    if (box.type !== "radio" && box.required && (box.type === "checkbox" ? !box.checked : !box.value.trim())) {
      fail(box, say(box.type === "checkbox" ? "tick" : "missing"));
    }
    const name = box.dataset.arg;
    if (!name) continue;
    const text = box.value.trim();
    if (box.dataset.kind === "yes") args[name] = box.checked;
    else if (text === "") continue;
    else if (box.dataset.kind === "whole" || (box.dataset.kind === "choice" && /^-?\d+$/.test(text))) {
      args[name] = /^-?\d+$/.test(text) ? Number(text) : text;
    } else args[name] = text;
  }
  const answers = {};
  for (const box of all("[data-answer]", form)) if (box.checked) answers[box.dataset.answer] = box.value;
  if (all("[data-answer]", form).length) args.answers = answers;
  const accepted = all("[data-soft]:checked", form).map((one) => one.dataset.soft);
  if (accepted.length) args.accept_soft = accepted;
  return { args, wrong };
}

async function send(form) {
  if (form.dataset.busy) return;
  const { args, wrong } = gather(form), place = $(".answer", form);
  if (wrong) { wrong.focus(); return; }
  const by = $("[data-by]", form)?.value.trim() || "", pinBox = $("[data-pin]", form);
  if (form.dataset.verb === "stop") { close(); return lower(own, "stop", by); }
  if (form.dataset.epoch === "yes") args.epoch = openEpoch;
  else if (form.dataset.epoch) args.epoch = Number(form.dataset.epoch);
  Object.assign(args, form.closest(".sheet")?.more || {});
  const told = { by, args, once: onceId() };
  if (pinBox) { told.pin = pinBox.value; pinBox.value = ""; }
  form.dataset.busy = "yes";
  place.textContent = say("asking");
  place.dataset.kind = "waiting";
  const answer = await ask(own, form.dataset.verb, told).catch((error) => ({ stage: "not_sent", reasons: [error.message] }));
  delete told.pin;
  const isDone = ["accepted", "confirmed"].includes(answer.stage);
  // A second press of the same hand, as on a button that looked dead, is the same act.
  setTimeout(() => delete form.dataset.busy, isDone ? DONE_SHOWN_MS : 0);
  place.replaceChildren(...spoken(answer));
  place.dataset.kind = isDone ? "good" : "bad";
  beside(form, answer.problems || []);
  place.scrollIntoView({ block: "nearest" });
  if (!isDone) { if (pinBox) pinBox.focus(); return; }
  openEpoch = null; // what has changed since is this very act
  $(".changed", form)?.toggleAttribute("hidden", true);
  keepName(by);
  if (by) keepPicked(by);
  if (form.dataset.keeps) sessionStorage.removeItem(form.dataset.keeps);
  if (form.dataset.after) location.replace(form.dataset.after); // Back then goes past the form, never into it
  else {
    for (const box of all("textarea", form)) box.value = "";
    const sheet = openSheet;
    setTimeout(() => { if (openSheet === sheet) close(); }, DONE_SHOWN_MS); // and no other that was opened meanwhile
  }
}

// Problems stand beside the field they are about; those a person may accept get a box to tick.
function beside(form, problems) {
  const soft = document.getElementById("soft");
  const ticked = new Set(all("[data-soft]:checked", form).map((one) => one.dataset.soft));
  const softs = [];
  for (const one of problems) {
    if (one.is_soft) { softs.push(one); continue; }
    const place = $(`[data-wrong="${CSS.escape(one.field || "")}"]`, form);
    if (place) {
      place.textContent = one.text;
      place.lang = one.lang || "en";
      $(`[data-arg="${CSS.escape(one.field)}"]`, form)?.setAttribute("aria-invalid", "true");
    }
  }
  if (!soft) return;
  soft.replaceChildren(...softs.map((one) => {
    const label = document.createElement("label"), box = document.createElement("input");
    box.type = "checkbox";
    box.dataset.soft = one.code;
    box.checked = ticked.has(one.code);
    const text = document.createElement("span");
    text.lang = one.lang || "en";
    text.textContent = one.text;
    label.append(box, ` ${say("accept")}: `, text);
    return label;
  }));
}

// -- what is typed and not lost; what follows from it

let deriveTimer = 0, deriveTurn = 0;
function keep(form) {
  const kept = {};
  for (const box of all("input, select, textarea", form)) {
    if (box.dataset.pin !== undefined || box.type === "hidden") continue;
    if (box.type === "radio" || box.type === "checkbox") kept[box.id] = box.checked; else kept[box.id] = box.value;
  }
  sessionStorage.setItem(form.dataset.keeps, JSON.stringify(kept));
}

function bringBack(form) {
  const kept = JSON.parse(sessionStorage.getItem(form.dataset.keeps) || "{}");
  for (const [id, value] of Object.entries(kept)) {
    const box = document.getElementById(id);
    if (!box || !form.contains(box)) continue;
    if (typeof value === "boolean") box.checked = value; else box.value = value;
  }
}

async function derive(form) {
  const place = document.getElementById("derivation"), turn = ++deriveTurn, { args } = gather(form);
  for (const box of all("[aria-invalid]", form)) box.removeAttribute("aria-invalid");
  for (const one of all(".wrong", form)) one.textContent = "";
  if (Object.keys(args).length < 3) return;
  const answer = await ask(own, "derive", { args }).catch(() => null);
  if (turn !== deriveTurn || !answer) return;
  if (!answer.derivation) {
    const isUnknown = (answer.reasons || []).some((one) => one.startsWith("verb must be"));
    place.textContent = isUnknown ? place.dataset.unknown : (answer.reasons || []).join("; ");
    return;
  }
  const { steps = [], problems = [], programme = null } = answer.derivation;
  const list = document.createElement("ol");
  list.lang = answer.derivation.lang || "en";
  for (const one of steps) {
    const item = document.createElement("li");
    item.textContent = typeof one === "string" ? one : one.text ?? Object.values(one).join(" ");
    list.append(item);
  }
  const table = document.createElement("dl");
  for (const key of ["dose", "volume", "rate", "duration", "draw_up"]) {
    if (!programme?.[key]) continue;
    const title = document.createElement("dt"), text = document.createElement("dd");
    title.textContent = answer.derivation.titles?.[key] ?? key.replaceAll("_", " ");
    text.textContent = programme[key];
    table.append(title, text);
  }
  place.replaceChildren(list, table);
  const filled = new Set(all("[data-arg]", form).filter((one) => one.value.trim()).map((one) => one.dataset.arg));
  beside(form, problems.filter((one) => one.is_soft || filled.has(one.field)));
}

// -- the trend, drawn by the server, every few seconds while somebody looks

async function trend() {
  const place = document.getElementById("trend");
  if (!place || document.visibilityState !== "visible") return;
  const reply = await fetch(`/bed/${encodeURIComponent(own)}/trend`).catch(() => null);
  if (!reply?.ok) return;
  const isOpen = $("details", place)?.open, top = $(".scroll", place)?.scrollTop || 0;
  place.innerHTML = await reply.text();
  if (isOpen) { $("details", place).open = true; $(".scroll", place).scrollTop = top; }
}

// -- presses

document.addEventListener("click", (event) => {
  wake();
  const one = event.target.closest("button");
  if (!one || one.disabled) return;
  if (one.id === "pause") lower(own, "pause", nameNow());
  else if (one.dataset.pauses) lower(one.dataset.pauses, "pause", nameNow());
  else if (one.dataset.opens) open(one.dataset.opens);
  else if (one.dataset.act) atOnce(one);
  else if (one.dataset.close !== undefined) close();
  else if (one.dataset.look !== undefined) {
    if (!openSheet) return location.reload(); // a page of numbers is looked at anew, from the top
    openEpoch = news.get(own)?.facts?.epoch ?? null;
    one.closest(".changed").hidden = true;
    $("h2", openSheet).focus();
  }
  else if (one.dataset.clear !== undefined) {
    sessionStorage.removeItem(one.form.dataset.keeps);
    one.form.reset();
  }
});
document.addEventListener("keydown", (event) => { wake(); if (event.key === "Escape") close(); });
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.verb) return;
  event.preventDefault();
  send(form);
});
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form) return;
  if (form.dataset.keeps) keep(form);
  if (form.dataset.derives !== undefined && event.target.dataset.pin === undefined && event.target.dataset.by === undefined) {
    clearTimeout(deriveTimer);
    deriveTimer = setTimeout(derive, 400, form);
  }
});
document.addEventListener("visibilitychange", () => { look(); tellSeen(); });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // an old page is no page

for (const form of all("form[data-keeps]")) {
  bringBack(form);
  if (form.dataset.derives !== undefined) derive(form);
}
if (document.getElementById("pair") && location.hash) {
  document.getElementById("code").value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname); // the code does not stay in the address
  document.getElementById("name").focus();
}
if (beds.length) {
  connect();
  setInterval(look, 250);
  setInterval(tellSeen, SEEN_EVERY_MS);
  setTimeout(tellSeen, 600);
  look();
}
if (document.getElementById("trend")) {
  setTimeout(trend, 300);
  setInterval(trend, 5000);
}
