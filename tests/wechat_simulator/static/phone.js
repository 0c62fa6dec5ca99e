// The phone: asks for news twice a second, and says what its owner does.
"use strict";

(function () {
  const EVERY_MS = 500;
  const byId = (id) => document.getElementById(id);
  const screen_ = byId("screen");
  const text = byId("text");
  const citizen = byId("citizen");

  let after = 0;
  let wireAfter = 0;
  let menu = "";
  let asking = 0;

  async function post(path, body) {
    const headers = { "Content-Type": "application/json", "X-Simulator": "1" };
    const all = JSON.stringify({ ...body, citizen: citizen.value });
    await fetch(path, { method: "POST", headers, body: all });
    await refresh();
  }

  const act = (body) => post("/phone/act", body);
  const change = (what, value) => post("/phone/change", { what, value });

  async function refresh() {
    const asked = ++asking;
    const query = new URLSearchParams({ citizen: citizen.value, after, wire: wireAfter });
    let state;
    try {
      state = await (await fetch("/phone/state?" + query)).json();
    } catch {
      byId("title").textContent = "模拟器没有在运行";
      return;
    }
    if (asked !== asking) {
      return; // a later question is on its way; its answer has these lines too
    }
    draw(state);
  }

  function draw(state) {
    if (!citizen.options.length) {
      for (const [openid, name] of Object.entries(state.citizens)) {
        citizen.append(new Option(name, openid));
      }
    }
    byId("title").textContent = state.isTyping ? "对方正在输入…" : state.name;
    const kind = state.isVerified ? "已认证" : "未认证";
    const mode = { plain: "明文模式", compat: "兼容模式", safe: "安全模式" }[state.mode];
    byId("mode").textContent = `${kind} · ${mode}`;
    byId("console").hidden = !state.console;
    byId("console").href = state.console;

    drawFoot(state);
    for (const line of state.lines) {
      window.bubbles.add(screen_, line, act);
      after = Math.max(after, line.id);
    }
    if (state.lines.length) {
      toEnd();
    }
    window.wire.update(state);
    for (const record of state.wire) {
      wireAfter = Math.max(wireAfter, record.id);
    }
  }

  function toEnd() {
    screen_.scrollTop = screen_.scrollHeight;
  }

  function drawFoot(state) {
    byId("not-following").hidden = state.isFollowing;
    byId("writing").classList.toggle("is-off", !state.isFollowing);
    text.disabled = !state.isFollowing;
    const following = byId("following");
    following.dataset.act = state.isFollowing ? "unfollow" : "follow";
    following.lastElementChild.textContent = state.isFollowing ? "取消关注" : "关注";
    const drawn = JSON.stringify(state.menu);
    if (drawn !== menu) {
      menu = drawn;
      drawMenu(state.menu);
      showMenu(state.menu.length > 0);
    }
    byId("to-menu").hidden = state.menu.length === 0;
  }

  function showMenu(isShown) {
    byId("menu").hidden = !isShown;
    byId("writing").hidden = isShown;
    if (isShown) {
      showPanel(false);
    }
    closePopups();
  }

  function drawMenu(buttons) {
    byId("buttons").replaceChildren(...buttons.map(drawTop));
  }

  function drawTop(button, top) {
    const cell = document.createElement("div");
    cell.className = "cell";
    const face = document.createElement("button");
    face.type = "button";
    face.textContent = button.name;
    const subs = button.sub_button || [];
    if (!subs.length) {
      face.addEventListener("click", () => press(button, top));
      cell.append(face);
      return cell;
    }
    face.className = "has-more";
    face.setAttribute("aria-expanded", "false");
    const popup = document.createElement("div");
    popup.className = "popup";
    popup.hidden = true;
    subs.forEach((sub, n) => {
      const item = document.createElement("button");
      item.type = "button";
      item.textContent = sub.name;
      item.addEventListener("click", () => {
        closePopups();
        press(sub, top, n);
      });
      popup.append(item);
    });
    face.addEventListener("click", () => {
      const isOpen = !popup.hidden;
      closePopups();
      popup.hidden = isOpen;
      face.setAttribute("aria-expanded", String(!isOpen));
    });
    cell.append(face, popup);
    return cell;
  }

  function press(button, top, sub) {
    if (button.type === "view" && /^https?:\/\//.test(button.url)) {
      window.open(button.url, "_blank", "noopener");
    }
    act({ act: "button", top, sub: sub === undefined ? null : sub });
  }

  function closePopups() {
    for (const popup of document.querySelectorAll(".popup")) {
      popup.hidden = true;
      popup.previousElementSibling.setAttribute("aria-expanded", "false");
    }
  }

  function showPanel(isShown) {
    byId("panel").hidden = !isShown;
    byId("more").setAttribute("aria-expanded", String(isShown));
    if (isShown) {
      toEnd();
    }
  }

  function fit() {
    text.style.height = "auto";
    text.style.height = Math.min(text.scrollHeight, 110) + "px";
    const hasText = text.value.trim() !== "";
    byId("send").hidden = !hasText;
    byId("more").hidden = hasText;
  }

  function say() {
    if (text.value.trim() && !text.disabled) {
      act({ act: "say", text: text.value });
      text.value = "";
      fit();
    }
  }

  async function readFile(file) {
    const bytes = new Uint8Array(await (file || (await makeSample())).arrayBuffer());
    let binary = "";
    for (const byte of bytes) {
      binary += String.fromCharCode(byte);
    }
    return btoa(binary);
  }

  function makeSample() {
    const canvas = document.createElement("canvas");
    canvas.width = 360;
    canvas.height = 240;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#dfe9f5";
    pen.fillRect(0, 0, 360, 240);
    pen.fillStyle = "#28507f";
    pen.font = "28px sans-serif";
    pen.fillText("身份证复印件（样张）", 34, 128);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg"));
  }

  const SHEETS = {
    place: (form) => {
      const chosen = form.place.selectedOptions[0];
      const [latitude, longitude] = chosen.value.split(",").map(Number);
      act({ act: "place", latitude, longitude, text: chosen.textContent });
    },
    picture: async (form) => {
      const data = await readFile(form.file.files[0]);
      form.reset();
      act({ act: "picture", data });
    },
    scan: (form) => act({ act: "scan", text: form.text.value }),
    consent: (form) => act({ act: "consent", text: form.text.value }),
  };

  for (const [name, send] of Object.entries(SHEETS)) {
    const sheet = byId("sheet-" + name);
    sheet.addEventListener("close", () => {
      if (sheet.returnValue === "ok") {
        send(sheet.querySelector("form"));
      }
    });
    document.querySelector(`[data-sheet=${name}]`).addEventListener("click", () => {
      showPanel(false);
      sheet.returnValue = "";
      sheet.showModal();
    });
  }

  for (const button of document.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => {
      showPanel(false);
      act({ act: button.dataset.act });
    });
  }

  byId("writing").addEventListener("submit", (event) => {
    event.preventDefault();
    say();
  });
  text.addEventListener("input", fit);
  text.addEventListener("focus", () => showPanel(false));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      say();
    }
  });
  byId("more").addEventListener("click", () => showPanel(byId("panel").hidden));
  byId("to-menu").addEventListener("click", () => showMenu(true));
  byId("to-keyboard").addEventListener("click", () => {
    showMenu(false);
    text.focus();
  });
  screen_.addEventListener("click", () => {
    closePopups();
    showPanel(false);
  });
  citizen.addEventListener("change", () => {
    after = wireAfter = 0;
    screen_.replaceChildren();
    window.bubbles.reset();
    window.wire.reset();
    refresh();
  });

  // A picture has its height only once it is there.
  screen_.addEventListener("load", toEnd, true);

  window.wire.connect(change);
  setInterval(() => document.hidden || refresh(), EVERY_MS);
  refresh();
})();
