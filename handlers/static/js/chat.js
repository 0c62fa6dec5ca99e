/* Makes /chat smoother: sending without a reload, what was not sent stays, replies
   of officers appear by themselves. The page works without this file. ES5 and
   XMLHttpRequest, because elders' old phones shall be served too. */
(function () {
  'use strict';

  /* Not all pages at once, when a server comes back. */
  var RETRY_MS = 3000;
  var RETRY_SPREAD_MS = 2000;
  var SEND_TIMEOUT_MS = 30000;
  var FILE_TIMEOUT_MS = 120000;
  var MAX_FILE_BYTES = 5 * 1024 * 1024;
  /* An answer takes a few hundredths of a second: no flicker before this. */
  var SHOW_WAIT_MS = 300;
  var SLOW_MS = 8000;
  var COUNT_FROM = 50;

  var log = document.getElementById('log');
  var lines = document.getElementById('lines');
  var desk = document.getElementById('desk');
  var form = document.getElementById('ask');
  var box = document.getElementById('text');
  var counter = document.getElementById('counter');
  var offline = document.getElementById('offline');
  var news = document.getElementById('news');
  var attach = document.getElementById('attach');
  var filePicker = document.getElementById('file');
  var token = form.querySelector('[name=csrf_token]');
  var maxChars = Number(box.getAttribute('data-max'));

  var lastId = Number(lines.getAttribute('data-last'));
  /* How often news may come; 0 = only when asked. */
  var pollMs = Number(desk.getAttribute('data-poll'));
  var queue = [];
  var isSending = false;
  var isPolling = false;
  var pollTimer = null;

  /* ---- What the browser keeps until it is sent ---- */

  function load(key, otherwise) {
    try {
      return JSON.parse(sessionStorage.getItem(key)) || otherwise;
    } catch (e) {
      return otherwise;
    }
  }

  function save(key, value) {
    try {
      sessionStorage.setItem(key, JSON.stringify(value));
    } catch (e) {
      /* Private mode of old browsers: the page itself still holds the text. */
    }
  }

  /* A file cannot be kept: it is chosen again after a reload. */
  function saveUnsent() {
    save('wz-unsent', queue.filter(function (item) {
      return !item.file;
    }).map(function (item) {
      return { text: item.text, key: item.key };
    }));
  }

  function makeKey() {
    var bytes = new Uint8Array(16);
    var source = window.crypto || window.msCrypto;
    var i;
    if (source && source.getRandomValues) {
      source.getRandomValues(bytes);
    } else {
      for (i = 0; i < 16; i += 1) {
        bytes[i] = Math.floor(Math.random() * 256);
      }
    }
    return Array.prototype.map.call(bytes, function (byte) {
      return ('0' + byte.toString(16)).slice(-2);
    }).join('');
  }

  /* ---- Drawing ---- */

  function element(tag, className, text) {
    var made = document.createElement(tag);
    made.className = className;
    if (text) {
      made.textContent = text;
    }
    return made;
  }

  function remove(node) {
    if (node && node.parentNode) {
      node.parentNode.removeChild(node);
    }
  }

  function drawMine(text) {
    var line = element('li', 'line is-citizen is-new');
    var bubble = element('div', 'bubble');
    bubble.appendChild(element('p', '', text));
    line.appendChild(bubble);
    lines.appendChild(line);
    return line;
  }

  /* Puts new lines in, each once: a reply may come by two requests. */
  function addLines(html) {
    var holder = document.createElement('ol');
    var added = [];
    var node;
    holder.innerHTML = html;
    while (holder.firstElementChild) {
      node = holder.firstElementChild;
      holder.removeChild(node);
      if (!isDrawn(node)) {
        removeOldRating(node);
        node.className += ' is-new';
        lines.appendChild(node);
        loadPictures(node);
        added.push(node);
      }
    }
    showSpeakButtons();
    return added;
  }

  /* What is put off in the page as it comes must not be in what is looked at now. */
  function loadPictures(node) {
    Array.prototype.forEach.call(node.querySelectorAll('img'), function (picture) {
      picture.removeAttribute('loading');
    });
  }

  /* A hand-over that was opened again is rated at its new end. */
  function removeOldRating(node) {
    var of = node.getAttribute('data-of');
    if (node.classList.contains('is-rating')) {
      Array.prototype.forEach.call(lines.querySelectorAll('.is-rating'), function (old) {
        if (old.getAttribute('data-of') === of) {
          remove(old);
        }
      });
    }
  }

  function isDrawn(node) {
    var id = node.id || 'm' + node.getAttribute('data-of');
    return Boolean(document.getElementById(id));
  }

  /* Waiting bubbles stay below what is stored. */
  function keepUnsentLast() {
    queue.forEach(function (item) {
      lines.appendChild(item.line);
    });
  }

  function lastOf(nodes, className) {
    var found = null;
    Array.prototype.forEach.call(nodes, function (node) {
      if (node.className.indexOf(className) >= 0) {
        found = node;
      }
    });
    return found;
  }

  /* ---- Where the reader looks ---- */

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    news.hidden = true;
  }

  /* The question stays in view: an answer is read from its beginning. */
  function toLine(line) {
    var top = line.getBoundingClientRect().top - log.getBoundingClientRect().top;
    log.scrollTop += top - 12;
    news.hidden = true;
  }

  function isAtEnd() {
    return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  }

  /* ---- Sending ---- */

  function ask(text) {
    text = text.replace(/^\s+|\s+$/g, '');
    if (text) {
      enqueue(text, makeKey());
    }
  }

  function enqueue(text, key, file) {
    queue.push({
      text: text, key: key, file: file, line: drawMine(text), hasFailed: false
    });
    saveUnsent();
    toEnd();
    sendNext();
  }

  /* One at a time, so that they arrive in the order they were written; what is written
     while the connection is lost waits behind what was lost. */
  function sendNext() {
    var next = queue.filter(function (item) {
      return !item.hasFailed;
    })[0];
    if (next && !isSending && listLost().length) {
      tellWaiting(next);
    } else if (next && !isSending) {
      isSending = true;
      send(next, true);
    }
  }

  function send(item, mayRetry) {
    var wait = element('li', 'wait');
    var timers = [
      setTimeout(function () {
        wait.textContent = item.file ? '正在发送…' : '正在查找…';
        lines.appendChild(wait);
        toEnd();
      }, SHOW_WAIT_MS),
      setTimeout(function () {
        wait.textContent = item.file ? '文件较大，还在发。' : '还在查，请稍等。';
      }, SLOW_MS)
    ];
    var fields = { text: item.text, message_key: item.key, after: lastId };
    var address = form.action;
    if (item.file) {
      fields = { file: item.file, message_key: item.key, after: lastId };
      address = form.getAttribute('data-files');
    }
    request('POST', address, fields, function (status, data) {
      timers.forEach(clearTimeout);
      remove(wait);
      if (status === 200 && data) {
        accept(item, data);
      } else if (status === 400 && data && data.csrf_token && mayRetry) {
        token.value = data.csrf_token;
        send(item, false);
      } else {
        fail(item, data, isLost(status));
      }
    });
  }

  function accept(item, data) {
    var added;
    isSending = false;
    queue.splice(queue.indexOf(item), 1);
    saveUnsent();
    remove(item.line);
    added = addLines(data.html);
    applyDesk(data);
    keepUnsentLast();
    toLine(lastOf(added, 'is-citizen') || lines.lastElementChild);
    tellRead();
    sendNext();
    schedulePoll();
  }

  function fail(item, data, wasLost) {
    var note = element('p', 'failed', data && data.message
      ? data.title + '。' + data.message
      : '没有发出去。您写的内容还在。');
    var again = element('button', '', '重新发送');
    isSending = false;
    item.hasFailed = true;
    item.wasLost = wasLost;
    remove(item.note);
    again.type = 'button';
    again.onclick = function () {
      retry(item);
    };
    note.setAttribute('role', 'alert');
    note.appendChild(again);
    item.note = note;
    item.line.appendChild(note);
    toEnd();
    sendNext();
    schedulePoll();
  }

  function tellWaiting(item) {
    if (!item.note) {
      item.note = element('p', 'failed', '连上网就发出去。');
      item.line.appendChild(item.note);
    }
  }

  function retry(item) {
    if (item.wasLost) {
      retryLost();
    } else {
      giveAnotherTry(item);
      sendNext();
    }
  }

  function giveAnotherTry(item) {
    remove(item.note);
    item.note = null;
    item.hasFailed = item.wasLost = false;
  }

  /* Under their old keys: what had arrived is not stored twice. */
  function retryLost() {
    listLost().forEach(giveAnotherTry);
    sendNext();
  }

  function listLost() {
    return queue.filter(function (item) {
      return item.wasLost;
    });
  }

  /* ---- News ---- */

  function schedulePoll(ms) {
    clearTimeout(pollTimer);
    var isLate = listLost().length > 0;
    if ((pollMs || isLate) && !document.hidden) {
      pollTimer = setTimeout(poll, ms || (isLate ? retryMs() : pollMs));
    }
  }

  function retryMs() {
    return RETRY_MS + Math.random() * RETRY_SPREAD_MS;
  }

  function poll() {
    var address = form.getAttribute('data-news') + '?after=' + lastId +
      '&desk=' + encodeURIComponent(desk.getAttribute('data-key'));
    if (isSending || isPolling) {
      schedulePoll();
      return;
    }
    if (listLost().length) {
      retryLost();
      return;
    }
    isPolling = true;
    request('GET', address, null, function (status, data) {
      isPolling = false;
      if (status === 200 && data) {
        showNews(data);
      }
      schedulePoll(status === 200 || status === 204 ? 0 : retryMs());
    });
  }

  function showNews(data) {
    var wasAtEnd = isAtEnd();
    var added = addLines(data.html);
    applyDesk(data);
    keepUnsentLast();
    if (wasAtEnd) {
      toEnd();
    } else if (added.length) {
      news.hidden = false;
    }
    tellRead();
  }

  function applyDesk(data) {
    lastId = Math.max(lastId, data.last);
    pollMs = data.poll_ms;
    attach.hidden = !data.takes_files;
    if (desk.getAttribute('data-key') !== data.desk) {
      desk.setAttribute('data-key', data.desk);
      drawDesk(data.desk_html);
    }
  }

  /* The minutes change while somebody may be about to press a button. */
  function drawDesk(html) {
    var held = desk.contains(document.activeElement) && document.activeElement.value;
    desk.innerHTML = html;
    Array.prototype.forEach.call(desk.querySelectorAll('button'), function (button) {
      if (held && button.value === held) {
        button.focus();
      }
    });
  }

  /* ---- Requests ---- */

  /* No answer, or only from the proxy in front of a server that starts again. */
  function isLost(status) {
    return status === 0 || (status >= 502 && status <= 504);
  }

  function request(method, address, fields, done) {
    var xhr = new XMLHttpRequest();
    xhr.open(method, address);
    var isFile = Boolean(fields && fields.file);
    xhr.timeout = isFile ? FILE_TIMEOUT_MS : SEND_TIMEOUT_MS;
    xhr.setRequestHeader('X-Requested-With', 'XMLHttpRequest');
    if (fields) {
      xhr.setRequestHeader('X-CSRFToken', token.value);
    }
    if (fields && !isFile) {
      xhr.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
    }
    xhr.onreadystatechange = function () {
      if (xhr.readyState === 4) {
        offline.hidden = !isLost(xhr.status);
        done(xhr.status, parse(xhr.responseText));
      }
    };
    if (isFile) {
      xhr.send(makeForm(fields));
    } else {
      xhr.send(fields ? encode(fields) : null);
    }
  }

  function makeForm(fields) {
    var data = new FormData();
    Object.keys(fields).forEach(function (name) {
      data.append(name, fields[name]);
    });
    return data;
  }

  function encode(fields) {
    return Object.keys(fields).map(function (name) {
      return name + '=' + encodeURIComponent(fields[name]);
    }).join('&');
  }

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch (e) {
      return null;
    }
  }

  /* ---- Files ---- */

  function sendFile() {
    var file = filePicker.files && filePicker.files[0];
    filePicker.value = '';
    if (!file) {
      return;
    }
    if (file.size > MAX_FILE_BYTES) {
      /* Said at once and not after minutes of sending. */
      refuseFile(file.name);
    } else {
      enqueue(file.name, makeKey(), file);
    }
  }

  function refuseFile(name) {
    var line = drawMine(name);
    var note = element('p', 'failed', '没有发出去。文件太大，最多 5 MB。');
    note.setAttribute('role', 'alert');
    line.appendChild(note);
    toEnd();
  }

  /* ---- Rating ---- */

  function rate(button) {
    var ratingForm = closest(button, 'rating');
    var place = closest(button, 'rating-place') ||
      closest(button, 'mark').querySelector('.rating-place');
    var fields = { score: button.value };
    Array.prototype.forEach.call(ratingForm.elements, function (field) {
      if (field.name && field.tagName !== 'BUTTON') {
        fields[field.name] = field.value;
      }
    });
    sendRating(ratingForm.action, fields, place, disableWords(place, button), true);
  }

  /* Of the five words and of the two beside them. */
  function listButtons(place) {
    var all = closest(place, 'mark') || place;
    return Array.prototype.slice.call(all.querySelectorAll('button[name=score]'));
  }

  /* Tells whether the pressed one had the focus, which goes with this. */
  function disableWords(place, button) {
    var hadFocus = document.activeElement === button;
    listButtons(place).forEach(function (each) {
      each.disabled = true;
    });
    return hadFocus;
  }

  function sendRating(address, fields, place, hadFocus, mayRetry) {
    request('POST', address, fields, function (status, data) {
      if (status === 400 && data && data.csrf_token && mayRetry) {
        token.value = fields.csrf_token = data.csrf_token;
        sendRating(address, fields, place, hadFocus, false);
      } else if (status === 200 && data) {
        showRating(place, data, hadFocus && fields.score);
      } else {
        showRatingFault(place, data);
      }
    });
  }

  function showRating(place, data, score) {
    var wasAtEnd = isAtEnd();
    var fold = closest(place, 'rating-fold');
    place.innerHTML = data.html;
    if (fold) {
      fold.querySelector('.rating-word').textContent = data.word;
      remove(closest(fold, 'mark').querySelector('.rating-quick'));
      fold.open = fold.open || data.is_low;
    }
    if (score) {
      focusRated(place, fold, score);
    }
    if (wasAtEnd) {
      toEnd();
    }
  }

  /* Where one was, one stays; the two words beside an answer are gone. */
  function focusRated(place, fold, score) {
    if (fold && !fold.open) {
      fold.querySelector('summary').focus();
    } else {
      place.querySelector('button[value="' + score + '"]').focus();
    }
  }

  function showRatingFault(place, data) {
    var note = element('p', 'rating-fault', data && data.message
      ? data.title + '。' + data.message
      : '没有记下，请再点一次。');
    note.setAttribute('role', 'alert');
    remove(place.querySelector('.rating-fault'));
    listButtons(place).forEach(function (each) {
      each.disabled = false;
    });
    place.appendChild(note);
    if (closest(place, 'rating-fold')) {
      closest(place, 'rating-fold').open = true;
    }
  }

  /* ---- Reading aloud ---- */

  var speaking = null;

  function showSpeakButtons() {
    if (!window.speechSynthesis || !window.SpeechSynthesisUtterance) {
      return;
    }
    Array.prototype.forEach.call(document.querySelectorAll('.speak'), function (button) {
      button.hidden = false;
    });
  }

  function setSpeaking(button) {
    if (speaking) {
      speaking.querySelector('span').textContent = '朗读';
    }
    speaking = button;
    if (button) {
      button.querySelector('span').textContent = '停止';
    }
  }

  function speak(button) {
    var words = closest(button, 'bubble').querySelector('.words');
    var utterance = new window.SpeechSynthesisUtterance(words.textContent);
    var wasSpeaking = speaking === button;
    window.speechSynthesis.cancel();
    setSpeaking(null);
    if (wasSpeaking) {
      return;
    }
    utterance.lang = 'zh-CN';
    utterance.rate = 0.9;
    utterance.onend = function () {
      if (speaking === button) {
        setSpeaking(null);
      }
    };
    setSpeaking(button);
    window.speechSynthesis.speak(utterance);
  }

  /* ---- The composer ---- */

  function grow() {
    var left = maxChars - box.value.length;
    box.style.height = 'auto';
    box.style.height = box.scrollHeight + 2 + 'px';
    counter.hidden = left > COUNT_FROM;
    counter.textContent = left >= 0 ? '还能写 ' + left + ' 字' : '多了 ' + -left + ' 字';
    save('wz-draft', box.value);
  }

  function sendBox() {
    if (box.value.length > maxChars) {
      box.focus();
      return;
    }
    ask(box.value);
    box.value = '';
    grow();
    stopTyping();
  }

  function closest(node, className) {
    while (node && node !== document) {
      if (node.classList && node.classList.contains(className)) {
        return node;
      }
      node = node.parentNode;
    }
    return null;
  }

  function closestButton(node) {
    while (node && node !== document && node.tagName !== 'BUTTON') {
      node = node.parentNode;
    }
    return node && node !== document ? node : null;
  }

  form.addEventListener('submit', function (event) {
    event.preventDefault();
    sendBox();
  });

  /* Chinese input methods end a word with Enter: keyCode is then 229. */
  box.addEventListener('keydown', function (event) {
    var isEnter = event.key === 'Enter' && !event.shiftKey;
    if (isEnter && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      sendBox();
    }
  });

  box.addEventListener('input', grow);

  document.addEventListener('click', function (event) {
    var button = closestButton(event.target);
    if (button && button.name === 'quick') {
      event.preventDefault();
      ask(button.value);
    } else if (button && button.classList.contains('speak')) {
      speak(button);
    } else if (button && button.name === 'score') {
      event.preventDefault();
      rate(button);
    }
  });

  filePicker.addEventListener('change', sendFile);

  news.addEventListener('click', toEnd);
  log.addEventListener('scroll', function () {
    if (isAtEnd()) {
      news.hidden = true;
    }
  });

  window.addEventListener('offline', function () {
    offline.hidden = false;
  });

  window.addEventListener('online', function () {
    offline.hidden = true;
    retryLost();
    schedulePoll(1);
  });

  document.addEventListener('visibilitychange', function () {
    schedulePoll(1);
  });

  /* ---- What the officer is told: that somebody writes here, and what was shown ---- */

  var TYPING_EVERY_MS = 3000;
  var TYPING_ENDS_MS = 5000;
  var READ_EVERY_MS = 1000;
  var toldTypingAt = 0;
  var typingTimer = null;
  var readTimer = null;
  var toldRead = 0;

  /* A person serves for as long as that can be ended. */
  function isServed() {
    return Boolean(desk.querySelector('[value="结束人工"]'));
  }

  /* Nothing depends on the answer, so nobody waits for it. */
  function hint(name, fields) {
    request('POST', form.getAttribute('data-' + name), fields, function () {});
  }

  function tellTyping() {
    var now = new Date().getTime();
    clearTimeout(typingTimer);
    if (!isServed() || !box.value) {
      stopTyping();
      return;
    }
    typingTimer = setTimeout(stopTyping, TYPING_ENDS_MS);
    if (now - toldTypingAt >= TYPING_EVERY_MS) {
      toldTypingAt = now;
      hint('typing', { on: 1 });
    }
  }

  function stopTyping() {
    clearTimeout(typingTimer);
    if (toldTypingAt) {
      toldTypingAt = 0;
      hint('typing', { on: 0 });
    }
  }

  /* A line of an officer's counts as read when it stands in sight. */
  function tellRead() {
    var line = lastOf(lines.children, 'is-officer');
    var id = line ? Number(line.id.slice(1)) : 0;
    var view = log.getBoundingClientRect();
    if (readTimer || id <= toldRead || document.hidden) {
      return;
    }
    if (line.getBoundingClientRect().top > view.bottom - 24) {
      return;
    }
    toldRead = id;
    hint('read', { up_to: id });
    readTimer = setTimeout(function () {
      readTimer = null;
      tellRead();
    }, READ_EVERY_MS);
  }

  box.addEventListener('input', tellTyping);
  form.addEventListener('submit', stopTyping);
  log.addEventListener('scroll', tellRead);
  document.addEventListener('visibilitychange', tellRead);

  /* ---- Start ---- */

  function start() {
    var unsent = load('wz-unsent', []);
    var question = lastOf(lines.children, 'is-citizen');
    offline.hidden = navigator.onLine !== false;
    attach.hidden = desk.getAttribute('data-files') !== 'yes';
    if (!box.value) {
      box.value = load('wz-draft', '');
    }
    grow();
    showSpeakButtons();
    if (question) {
      toLine(question);
    }
    /* Sent again under their old keys: what had arrived is not stored twice. */
    unsent.forEach(function (item) {
      enqueue(item.text, item.key);
    });
    schedulePoll();
    tellRead();
  }

  start();
}());
