// One line of the transcript as a bubble, a card or a grey line.
"use strict";

(function () {
  const GAP_S = 300;
  let lastAt = 0;

  function make(tag, className, text) {
    const element = document.createElement(tag);
    element.className = className || "";
    if (text) {
      element.textContent = text;
    }
    return element;
  }

  function clock(at) {
    const options = { hour: "2-digit", minute: "2-digit", hour12: false };
    return new Date(at * 1000).toLocaleTimeString("zh-CN", options);
  }

  // Appends a line to the screen; act(body) does something as the citizen.
  function add(screen, line, act) {
    if (line.at - lastAt > GAP_S) {
      screen.append(make("p", "when", clock(line.at)));
    }
    lastAt = line.at;
    const drawn = draw(line, act);
    drawn.dataset.line = line.id;
    drawn.dataset.kind = line.kind;
    screen.append(drawn);
  }

  function draw(line, act) {
    if (line.kind === "event" || line.kind === "failure") {
      return make("p", "grey" + (line.kind === "failure" ? " failure" : ""), line.text);
    }
    if (line.form === "notice") {
      return drawNotice(line);
    }
    if (line.form === "news") {
      return drawNews(line);
    }
    const row = make("div", "row " + (line.kind === "citizen" ? "mine" : "theirs"));
    const avatar = make("span", "avatar", line.kind === "citizen" ? "我" : "政");
    avatar.setAttribute("aria-hidden", "true");
    const stack = make("div", "stack");
    if (line.by) {
      stack.append(make("span", "by", "客服 " + line.by.split("@")[0]));
    }
    stack.append(drawBubble(line, act));
    if (line.is_ai) {
      stack.append(make("span", "ai", "内容由第三方AI生成"));
    }
    row.append(avatar, stack);
    return row;
  }

  function drawBubble(line, act) {
    const bubble = make("div", "bubble form-" + line.form);
    const onMenu = (href) => act({ act: "touch_link", href: href });
    if (line.form === "image") {
      const picture = make("img");
      picture.src = "/phone/picture/" + encodeURIComponent(line.more.media_id);
      picture.alt = "图片";
      bubble.append(picture);
    } else if (line.form === "location") {
      bubble.append(make("span", "map"), make("span", "place", line.text));
    } else if (line.form === "voice") {
      bubble.append(make("span", "wave", "▸))) " + (line.more.seconds || 3) + "″"));
    } else if (line.form === "msgmenu") {
      drawMenu(bubble, line.more, act, onMenu);
    } else if (line.kind === "citizen") {
      bubble.textContent = line.text;
    } else {
      window.wechatText.fill(bubble, line.text, onMenu);
    }
    return bubble;
  }

  function drawMenu(bubble, menu, act, onMenu) {
    window.wechatText.fill(bubble, menu.head + "\n", onMenu);
    for (const row of menu.rows) {
      const button = make("button", "words-link menu-line", row.content);
      button.type = "button";
      button.addEventListener("click", () =>
        act({ act: "press_line", text: row.content, id: row.id }));
      bubble.append(button);
    }
    window.wechatText.fill(bubble, menu.tail, onMenu);
  }

  function drawNews(line) {
    const card = make("div", "card");
    const link = make("a", "card-title", line.more.title);
    link.href = line.more.url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    card.append(link, make("p", "card-text", line.more.description));
    return card;
  }

  function drawNotice(line) {
    const card = make("div", "card");
    card.append(make("p", "card-head", "服务通知"));
    for (const [name, value] of Object.entries(line.more.values)) {
      const row = make("p", "card-row");
      row.append(make("span", "soft", name), make("span", "", value));
      card.append(row);
    }
    return card;
  }

  function reset() {
    lastAt = 0;
  }

  window.bubbles = { add, reset };
})();
