// Runs once for every gr.HTML of the page. Gradio hands in `element`, `trigger` and `watch`.
// Names that Python listens to; Gradio looks for them here, in quotes.
const EVENTS = ["ask", "article", "cite", "fresh", "language", "rate"];

const page = (window.askwiki ??= makePage());

element.addEventListener("click", (click) => {
  const target = click.target.closest("[data-event], [data-do]");
  if (!target) return;
  const { event, do: action, ...data } = target.dataset;
  if (action) page.act(action, target);
  if (!EVENTS.includes(event) || page.busy(event)) return;
  page.before(event, target, data);
  trigger(event, data);
});
watch("value", () => page.after(element));
page.after(element);

function makePage() {
  const find = (id) => document.getElementById(id);
  const phone = window.matchMedia("(max-width: 860px)");
  let opener = null;
  let composed = 0;
  let trouble = null;

  function show(tab, from) {
    const side = find("aw-side");
    if (!side) return;
    side.dataset.tab = tab;
    markTabs();
    if (phone.matches && !side.dataset.open) {
      opener = from;
      side.dataset.open = "yes";
      side.querySelector(".aw-close")?.focus({ preventScroll: true });
    }
  }

  function close() {
    const side = find("aw-side");
    if (!side?.dataset.open) return;
    delete side.dataset.open;
    if (opener?.isConnected) opener.focus();
    opener = null;
  }

  function markTabs() {
    const open = find("aw-side")?.dataset.tab ?? "topics";
    for (const tab of document.querySelectorAll("[role=tab][data-tab]")) {
      const chosen = tab.dataset.tab === open;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
  }

  async function copy(button) {
    const label = button.querySelector("span");
    const before = label.textContent;
    await writeClipboard(button.dataset.text);
    label.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = before; }, 1600);
  }

  async function writeClipboard(text) {
    if (navigator.clipboard) {
      try { return await navigator.clipboard.writeText(text); } catch { /* not allowed: below */ }
    }
    // A page that is not served over https from another machine has no clipboard.
    const area = Object.assign(document.createElement("textarea"), { value: text });
    area.style.cssText = "position:fixed;opacity:0";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  function toggleWhy(target) {
    const form = target.closest(".aw-answer").querySelector(".aw-why");
    form.hidden = !form.hidden;
    if (form.hidden) return;
    form.querySelector("input").focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
  }

  function showMarker() {
    const { exchange, citation } =
      find("aw-source")?.querySelector(".aw-number[aria-pressed=true]")?.dataset ?? {};
    for (const marker of document.querySelectorAll(".aw-text .aw-marker")) {
      const { dataset } = marker;
      const shown = citation && dataset.citation === citation && dataset.exchange === exchange;
      if (shown) dataset.shown = "yes";
      else delete dataset.shown;
    }
  }

  function scrollToMark(panel) {
    const mark = panel.querySelector("mark");
    const top = mark
      ? mark.getBoundingClientRect().top - panel.getBoundingClientRect().top + panel.scrollTop
      : 0;
    panel.scrollTo({ top: Math.max(0, top - panel.clientHeight / 3) });
  }

  function follow() {
    const log = find("aw-log");
    const last = log && [...log.querySelectorAll(".aw-exchange")].at(-1);
    if (!last) return;
    const room = last.getBoundingClientRect().height > log.clientHeight;
    // A long answer is read from its top: keep the question in sight, not the end.
    if (room) last.scrollIntoView({ block: "start" });
    else log.scrollTo({ top: log.scrollHeight });
  }

  // Gradio reports a full queue or a lost connection in words of its own: say it in the page's.
  function watchTrouble() {
    const toasts = document.querySelector(".toast-wrap");
    const notice = find("aw-notice");
    if (!toasts || !notice || trouble) return;
    trouble = Object.assign(document.createElement("p"), { className: "aw-trouble" });
    trouble.setAttribute("role", "alert");
    notice.after(trouble);
    new MutationObserver(() => {
      if (!toasts.childElementCount) return;
      trouble.textContent = document.querySelector(".aw-header").dataset.trouble;
      setTimeout(() => { trouble.textContent = ""; }, 8000);
    }).observe(toasts, { childList: true, subtree: true });
  }

  // Enter ends the choice of a character in an input method: it must not send the question.
  function guard(key) {
    if (key.key !== "Enter" || !key.target.closest?.("#aw-box")) return;
    if (key.isComposing || key.keyCode === 229 || Date.now() - composed < 40) {
      key.stopImmediatePropagation();
    }
  }
  document.addEventListener("compositionend", () => { composed = Date.now(); }, true);
  for (const kind of ["keydown", "keypress"]) document.addEventListener(kind, guard, true);

  document.addEventListener("keydown", (key) => {
    if (key.key === "Escape") close();
    const tab = key.target.closest?.("[role=tab][data-tab]");
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key.key];
    if (!tab || !step) return;
    const all = [...document.querySelectorAll("[role=tab][data-tab]")];
    const next = all[(all.indexOf(tab) + step + all.length) % all.length];
    show(next.dataset.tab, next);
    next.focus();
  });
  document.addEventListener("click", (click) => { if (click.target.id === "aw-side") close(); });

  return {
    act(action, target) {
      if (action === "tab") show(target.dataset.tab, target);
      else if (action === "close") close();
      else if (action === "copy") copy(target);
      else if (action === "why") toggleWhy(target);
    },
    // An answer that is still growing would come out in the language it began in.
    busy: (event) => event === "language" && find("aw-send")?.disabled,
    before(event, target, data) {
      if (event === "cite") show("source", target);
      if (event === "article") show("article", target);
      if (event === "ask") close();
      if (event !== "rate" || data.vote !== "down") return;
      const form = target.closest(".aw-why");
      data.reason = form.querySelector("input:checked")?.value ?? "";
      data.more = form.querySelector(".aw-more").value;
    },
    after(changed) {
      watchTrouble();
      const header = changed.querySelector(".aw-header");
      if (header) {
        document.documentElement.lang = header.dataset.lang;
        document.title = header.dataset.title;
      }
      if (changed.querySelector(".aw-tabs")) markTabs();
      if (changed.closest("#aw-now")) follow();
      const panel = changed.closest("#aw-source, #aw-article");
      if (!panel) return;
      scrollToMark(panel);
      showMarker();
    },
  };
}
