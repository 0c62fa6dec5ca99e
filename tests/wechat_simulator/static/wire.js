// The second column: what went over the line, and the knobs for what goes wrong.
"use strict";

(function () {
  const NAMES = {
    passive: "被动回复",
    silent: "收下，不回（success）",
    failure: "失败：该公众号暂时无法提供服务",
    suppressed: "没有推送：客服在接待",
    transfer: "转给微信客服",
  };
  const PUSHES = {
    text: "文字",
    image: "图片",
    voice: "语音",
    location: "位置",
    CLICK: "点菜单",
    VIEW: "菜单打开网页",
    subscribe: "关注",
    unsubscribe: "取消关注",
    SCAN: "扫码",
    consent: "订阅通知",
    subscribe_msg_sent_event: "通知的结果",
    kf_create_session: "客服接入",
    kf_close_session: "客服结束",
  };
  const CALLS = {
    "/cgi-bin/message/custom/send": "客服消息",
    "/cgi-bin/message/custom/typing": "正在输入",
    "/cgi-bin/stable_token": "取凭据",
    "/cgi-bin/token": "取凭据（旧接口）",
    "/cgi-bin/menu/create": "建菜单",
    "/cgi-bin/menu/get": "查菜单",
    "/cgi-bin/get_current_selfmenu_info": "查菜单",
    "/cgi-bin/media/get": "下载媒体",
    "/cgi-bin/media/upload": "上传媒体",
    "/cgi-bin/message/subscribe/bizsend": "订阅通知",
  };
  const TRIGGERS = { message: "发消息", menu: "点菜单", follow: "关注", scan: "扫码" };
  const list = document.getElementById("wire");

  function make(tag, className, text) {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  function clock(at) {
    return new Date(at * 1000).toLocaleTimeString("zh-CN", { hour12: false });
  }

  function addRow(record) {
    const row = document.createElement("li");
    const isPush = record.is === "push";
    const isBad = isPush ? record.outcome === "failure" : record.code !== 0;
    row.className = isBad ? "bad" : "";
    row.append(
      make("span", "time", clock(record.at)),
      make("span", "arrow", isPush ? "推送 →" : "← 接口"),
      make("span", "what", isPush ? sayPush(record) : sayCall(record)),
    );
    list.prepend(row);
    while (list.children.length > 200) {
      list.lastElementChild.remove();
    }
  }

  function sayPush(record) {
    const tries = record.tries.map((one, n) =>
      `第 ${n + 1} 次 ${one.seconds.toFixed(1)} 秒 ${one.status ? "HTTP " + one.status : "无答复"}`);
    const why = record.problem ? `（${record.problem}）` : "";
    return [PUSHES[record.name] || record.name, ...tries, NAMES[record.outcome] + why].join(" · ");
  }

  function sayCall(record) {
    const name = CALLS[record.path] || record.path;
    const parts = [name, record.seconds.toFixed(2) + " 秒"];
    if (record.status !== 200) {
      parts.push(record.status ? "HTTP " + record.status : "连接断开");
    } else {
      parts.push(record.code === null ? "不是 JSON" : "errcode " + record.code);
    }
    if (record.left !== null) {
      parts.push(`还可发 ${record.left} 条`);
    }
    return parts.join(" · ");
  }

  function sayWindow(window_) {
    if (!window_) {
      return "现在不能主动发消息";
    }
    const hours = Math.floor(window_.seconds / 3600);
    const rest = hours
      ? `${hours} 小时 ${Math.floor((window_.seconds % 3600) / 60)} 分`
      : `${window_.seconds} 秒`;
    return `还可发 ${window_.left} 条，剩 ${rest}（${TRIGGERS[window_.trigger]}）`;
  }

  function sayAgent(state) {
    if (state.agent) {
      return `${state.agent.split("@")[0]} 接待中`;
    }
    return state.waitsFor === null ? "没有会话" : "等待接入";
  }

  function update(state) {
    state.wire.forEach(addRow);
    document.getElementById("window").textContent = sayWindow(state.window);
    document.getElementById("agent").textContent = sayAgent(state);
    for (const input of document.querySelectorAll("[data-fault]")) {
      if (document.activeElement !== input) {
        input.value = state.faults[input.dataset.fault];
      }
    }
    const switches = {
      send_code: state.faults.send_code !== null,
      nonce: state.isNonceFresh,
      menu_id_off: !state.isMenuIdSent,
    };
    for (const input of document.querySelectorAll("[data-switch]")) {
      input.checked = switches[input.dataset.switch];
    }
  }

  // change(what, value) tells the simulator.
  function connect(change) {
    for (const input of document.querySelectorAll("[data-fault]")) {
      input.addEventListener("change", () => change(input.dataset.fault, input.value));
    }
    for (const input of document.querySelectorAll("[data-switch]")) {
      input.addEventListener("change", () => {
        const what = input.dataset.switch;
        if (what === "menu_id_off") {
          change("menu_id", !input.checked);
        } else {
          change(what, input.checked ? Number(input.value) : null);
        }
      });
    }
    for (const button of document.querySelectorAll("[data-change]")) {
      button.addEventListener("click", () => change(button.dataset.change));
    }
    document.getElementById("agent-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = document.getElementById("agent-text");
      if (text.value) {
        change("agent_say", text.value);
        text.value = "";
      }
    });
  }

  function reset() {
    list.replaceChildren();
  }

  window.wire = { connect, update, reset };
})();
