/* Sending: files with their progress, and replies that can be taken back for 5 s. */
(function () {
  'use strict';

  const { settings, toast, csrfToken, noteStatus, desk } = window.wenzheng;
  if (!desk.openId) return;

  const UNDO_S = 5;
  const MAX_FILE_BYTES = 5 * 1024 * 1024;
  const find = (selector) => document.querySelector(selector);

  // ---- files --------------------------------------------------------------------------

  let upload = null;

  function refuse(words) {
    const place = find('#refusal');
    if (place) place.textContent = words;
    else toast(words);
  }

  function showProgress(words) {
    const place = find('#file-state');
    if (place) place.textContent = words;
  }

  function endUpload(input) {
    upload = null;
    showProgress('');
    input.value = '';
    input.disabled = false;
  }

  function send(input) {
    const file = input.files[0];
    if (!file || upload) return;
    refuse('');
    if (file.size > MAX_FILE_BYTES) {
      refuse('文件太大，最多 5 MB。请把图片缩小，或者截图再发。');
      input.value = '';
      return;
    }
    const form = document.getElementById('file-form');
    const body = new FormData();
    body.append('csrf_token', csrfToken);
    body.append('client_key', desk.makeKey());
    body.append('file', file);
    upload = new XMLHttpRequest();
    upload.open('POST', form.action);
    upload.setRequestHeader('X-CSRFToken', csrfToken);
    upload.setRequestHeader('HX-Request', 'true');
    upload.upload.onprogress = function (event) {
      if (event.lengthComputable) {
        showProgress(`正在发送 ${Math.round((event.loaded / event.total) * 100)}%`);
      }
    };
    upload.onload = function () {
      const { status, responseText } = upload;
      endUpload(input);
      noteStatus(status);
      if (status === 200) {
        toast('文件已发送。', 'good');
        desk.refresh('chat');
      } else {
        const page = new DOMParser().parseFromString(responseText, 'text/html');
        refuse(status < 500 && page.body.textContent.trim() || '文件没有发出去，请再试一次。');
      }
    };
    upload.onerror = function () {
      endUpload(input);
      refuse('文件没有发出去，网络可能断了。请再选一次。');
    };
    input.disabled = true;
    showProgress('正在发送 0%');
    upload.send(body);
  }

  document.addEventListener('change', function (event) {
    if (event.target.id === 'file-input') send(event.target);
  });

  // ---- a reply waits for five seconds -------------------------------------------------

  // Kept until the server has it, so that neither a crash nor a click loses it; sent
  // again it carries the same key, so that it is one message.
  const pendingName = 'console:pending:' + desk.openId;
  let pending = null;
  let ticking = null;

  function keep(value) {
    pending = value;
    try {
      if (value) sessionStorage.setItem(pendingName, JSON.stringify(value));
      else sessionStorage.removeItem(pendingName);
    } catch (error) {
      /* Then it lives as long as the page, which sends it when it goes. */
    }
  }

  /** Let go of a reply that has arrived; a newer one that waits stays. */
  function forget(value) {
    if (!pending || pending.key === value.key) keep(null);
  }

  function bar() {
    let place = document.getElementById('undo-bar');
    if (!place) {
      place = document.createElement('div');
      place.id = 'undo-bar';
      place.setAttribute('role', 'status');
      const words = document.createElement('p');
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-sm btn-outline-primary';
      button.textContent = '撤回';
      button.addEventListener('click', takeBack);
      place.append(words, button);
    }
    // After the conversation: what htmx draws anew leaves it alone.
    document.getElementById('chat').after(place);
    place.hidden = false;
    return place;
  }

  function hideBar() {
    const place = document.getElementById('undo-bar');
    if (place) place.hidden = true;
  }

  function tell() {
    const short = pending.text.length > 30 ? pending.text.slice(0, 30) + '…' : pending.text;
    bar().firstElementChild.textContent = `${pending.left} 秒后发出：“${short}”`;
  }

  function stop() {
    clearInterval(ticking);
    ticking = null;
    hideBar();
  }

  function takeBack() {
    if (!pending || !ticking) return;
    const { text, key } = pending;
    stop();
    keep(null);
    const box = desk.box();
    box.value = box.value ? `${text}\n${box.value}` : text;
    desk.currentKey().value = key;
    desk.saveDraft();
    desk.showBox();
    box.focus();
  }

  function post(value) {
    const body = new URLSearchParams({
      csrf_token: csrfToken, client_key: value.key, kind: 'reply', text: value.text,
    });
    const headers = { 'X-CSRFToken': csrfToken, 'HX-Request': 'true' };
    return fetch(value.url, { method: 'POST', headers, body, keepalive: true });
  }

  function giveBackWith(value, words) {
    forget(value);
    if (!desk.composer()) {
      toast(words);
      return;
    }
    const box = desk.box();
    box.value = box.value ? `${value.text}\n${box.value}` : value.text;
    desk.currentKey().value = value.key;
    desk.saveDraft();
    desk.showBox();
    refuse(words);
  }

  function sendNow() {
    const value = pending;
    if (!value) return;
    stop();
    pending = null;
    post(value).then(
      function (response) {
        noteStatus(response.status);
        if (response.ok) {
          forget(value);
          desk.refresh('chat');
          desk.refresh('side');
          desk.refreshQueue();
          requestAnimationFrame(desk.scrollToEnd);
          return undefined;
        }
        return response.text().then(function (page) {
          const words = new DOMParser().parseFromString(page, 'text/html').body.textContent;
          giveBackWith(value, response.status < 500 ? words.trim() : '没有发出去，请再点一次发送。');
        });
      },
      () => giveBackWith(value, '没有发出去，网络可能断了。您写的内容还在，请再点一次发送。'),
    );
  }

  document.addEventListener(
    'submit',
    function (event) {
      const form = event.target;
      if (form.id !== 'composer' || settings.get('undo', 'off') !== 'on') return;
      const text = desk.box().value.trim();
      if (desk.kind() !== 'reply' || !text) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      // Two in a row: the first goes out now, in order.
      if (pending) sendNow();
      keep({ text, key: desk.currentKey().value, url: form.action, left: UNDO_S });
      desk.clearBox();
      tell();
      ticking = setInterval(function () {
        pending.left -= 1;
        if (pending.left > 0) tell();
        else sendNow();
      }, 1000);
    },
    true,
  );

  // The page goes: what waits goes out at once, and its key keeps it single.
  addEventListener('pagehide', function () {
    if (pending) post(pending);
  });

  try {
    const left = JSON.parse(sessionStorage.getItem(pendingName));
    if (left) {
      pending = left;
      sendNow();
    }
  } catch (error) {
    /* Nothing was waiting. */
  }
})();
