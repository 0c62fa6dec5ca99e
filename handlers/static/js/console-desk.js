/* The queue and one conversation: refetching, drafts, keys, alerts. */
(function () {
  'use strict';

  const THROTTLE_MS = 400;
  // Words such as 已等 6 分钟 grow old without any event.
  const REFRESH_EVERY_MS = 30000;
  const DELIVERY_CHECK_MS = 3000;
  const NEAR_END_PX = 80;
  const MAX_CHARS = 600;

  const { settings, toast, post, csrfToken, noteStatus } = window.wenzheng;
  const find = (selector) => document.querySelector(selector);
  const queue = document.getElementById('queue');
  const chat = document.getElementById('chat');
  const side = document.getElementById('side');
  const strip = document.getElementById('strip');
  const news = document.getElementById('news');
  const openId = chat ? Number(chat.dataset.ticket) : null;
  const plainTitle = document.title;

  // ---- refetching -------------------------------------------------------------

  const planned = new Map();
  let isPointerInQueue = false;

  /** Refetch a part of the page soon; many calls at once are one request. */
  function refresh(part) {
    if (!part || planned.has(part)) return;
    planned.set(
      part,
      setTimeout(function () {
        planned.delete(part);
        part.dispatchEvent(new Event('refresh'));
      }, THROTTLE_MS),
    );
  }

  /** Refetch the queue, but never move a row away under the pointer. */
  function refreshQueue() {
    refresh(strip);
    if (isPointerInQueue) news.hidden = false;
    else refresh(queue);
  }

  function showNews() {
    isPointerInQueue = false;
    news.hidden = true;
    refresh(queue);
  }

  const pane = queue.parentElement;
  pane.addEventListener('pointerenter', (event) => {
    isPointerInQueue = event.pointerType === 'mouse';
  });
  pane.addEventListener('pointerleave', () => {
    isPointerInQueue = false;
    if (!news.hidden) showNews();
  });
  news.addEventListener('click', showNews);

  document.addEventListener('htmx:config:request', function (event) {
    const request = event.detail.ctx.request;
    request.headers['X-CSRFToken'] = csrfToken;
    if (request.method === 'GET') request.headers['X-Background'] = '1';
  });

  // ---- live events --------------------------------------------------------------

  const announced = new Set();

  // What the officer says in the header: busy and away are not called.
  const isCalled = !find('.presence-now .dot') || find('.presence-now .dot.online');

  function announce(ticketId) {
    if (announced.has(ticketId) || !isCalled) return;
    announced.add(ticketId);
    toast('有市民在等人工。');
    if (settings.get('sound', 'off') === 'on') beep();
  }

  function beep() {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.15, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.4);
    tone.onended = () => audio.close();
  }

  document.addEventListener('live', function (event) {
    const { kind, data } = event.detail;
    if (kind === 'alarm') return;
    refreshQueue();
    if (kind === 'warning') warn(data);
    if (kind === 'resync' || data.ticket_id === openId) {
      refresh(chat);
      refresh(side);
    }
    if (kind === 'ticket' && data.state === 'waiting') announce(data.ticket_id);
    // Waiting again later, as after a release, is news again.
    else if (kind === 'ticket') announced.delete(data.ticket_id);
  });

  /** Tell of a clock that runs out in one of the officer's own chats. */
  function warn(data) {
    const own = find(`[data-chat="${Number(data.ticket_id)}"]`);
    if (!own) return;
    const words = data.level === 'soon' ? '快到时限了' : '超过时限了';
    toast(`${own.dataset.name} 的会话${words}。`, 'bad');
  }

  document.addEventListener('setting', (event) => {
    if (event.detail === 'sound' && settings.get('sound', 'off') === 'on') beep();
  });

  setInterval(function () {
    refreshQueue();
    refresh(chat);
  }, REFRESH_EVERY_MS);

  // ---- what follows a swap --------------------------------------------------------

  // The officer's own chats as they were drawn last: id to whether it is put off.
  let lastOwn = null;

  /** Tell of a chat that a colleague gave, or whose pause is over. */
  function tellOwn() {
    const own = new Map();
    for (const line of document.querySelectorAll('[data-chat]')) {
      own.set(Number(line.dataset.chat), 'snoozed' in line.dataset);
      if (!lastOwn || Number(line.dataset.chat) === openId) continue;
      const was = lastOwn.get(Number(line.dataset.chat));
      if (was === undefined) toast(`${line.dataset.name} 的会话分给您了。`, 'good');
      else if (was && !own.get(Number(line.dataset.chat))) toast(`${line.dataset.name} 的会话到时间了，请继续办。`);
    }
    lastOwn = own;
  }

  let wasMine = null;

  /** Tell that a colleague has taken the open chat while one was writing in it. */
  function tellTaken() {
    const head = document.getElementById('chat-head');
    const isMine = Boolean(head) && 'mine' in head.dataset;
    if (wasMine && !isMine && composer()) toast('会话已经到同事手上，您只能写备注。', 'bad');
    wasMine = isMine;
  }

  let lastOffered = null;

  function showCounts() {
    const { waiting, offered } = document.getElementById('queue-state').dataset;
    if (lastOffered !== null && Number(offered) > lastOffered && isCalled) {
      toast('有会话转给您的部门，在“转来的”里。');
    }
    lastOffered = Number(offered);
    const badge = find('[data-badge]');
    badge.textContent = waiting;
    badge.hidden = waiting === '0';
    document.title = waiting === '0' ? plainTitle : `(${waiting}) ${plainTitle}`;
  }

  function lines() {
    return document.getElementById('messages');
  }

  function scrollToEnd() {
    if (lines()) lines().scrollTop = lines().scrollHeight;
  }

  function isNearEnd() {
    const box = lines();
    return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
  }

  function markRead() {
    if (!chat || document.hidden || Number(lines().dataset.unread) === 0) return;
    lines().dataset.unread = '0';
    post(chat.dataset.readUrl, true).then(refreshQueue);
  }

  function watchDeliveries() {
    if (find('[data-pending]')) setTimeout(() => refresh(chat), DELIVERY_CHECK_MS);
  }

  // ---- the minute after a menu click, a follow or a scan ------------------------

  let windowEndsAt = null;

  /** Take over the seconds that the server counted; a clock of ours may be wrong. */
  function startCountdown() {
    const line = document.getElementById('allowance');
    const seconds = line && line.dataset.seconds;
    windowEndsAt = seconds ? performance.now() + seconds * 1000 : null;
  }

  setInterval(function () {
    if (windowEndsAt === null) return;
    const left = Math.max(0, Math.round((windowEndsAt - performance.now()) / 1000));
    const words = find('#allowance span');
    if (words) words.textContent = words.textContent.replace(/\d+ 秒/, `${left} 秒`);
    if (left > 0) return;
    windowEndsAt = null;
    refresh(chat);
  }, 1000);

  let wasNearEnd = true;
  document.addEventListener('htmx:before:swap', () => {
    wasNearEnd = isNearEnd();
  });
  document.addEventListener('htmx:after:swap', function () {
    showCounts();
    tellOwn();
    if (!chat) return;
    tellTaken();
    if (wasNearEnd) scrollToEnd();
    restoreDraft();
    markRead();
    watchDeliveries();
    startCountdown();
  });
  document.addEventListener('visibilitychange', () => markRead());

  // ---- the reply box ----------------------------------------------------------------

  const draftName = 'console:draft:' + openId;
  const box = () => document.getElementById('reply-text');
  const composer = () => document.getElementById('composer');
  const kind = () => composer().querySelector('[name=kind]:checked').value;

  function makeKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  function readDraft() {
    try {
      return JSON.parse(sessionStorage.getItem(draftName)) || {};
    } catch (error) {
      return {};
    }
  }

  function saveDraft() {
    const draft = { text: box().value, kind: kind(), key: currentKey().value };
    try {
      sessionStorage.setItem(draftName, JSON.stringify(draft));
    } catch (error) {
      /* Without storage the draft lasts as long as the page. */
    }
  }

  const currentKey = () => composer().querySelector('[name=client_key]');

  function showBox() {
    composer().classList.toggle('is-note', kind() === 'note');
    find('.counter').textContent = `${box().value.length}/${MAX_CHARS}`;
    find('.send-word').textContent = kind() === 'note' ? '记下备注' : '发送';
  }

  /** Fill a box that is new on the page; one in use is left alone. */
  function restoreDraft() {
    if (!composer()) return;
    if (!currentKey().value) {
      const draft = readDraft();
      // The key goes with the text: sent twice, it is one message.
      currentKey().value = draft.key || makeKey();
      box().value = box().value || draft.text || '';
      const choice = composer().querySelector(`[name=kind][value="${draft.kind}"]`);
      if (choice) choice.checked = true;
    }
    showBox();
  }

  function clearBox() {
    box().value = '';
    currentKey().value = makeKey();
    find('#refusal').textContent = '';
    saveDraft();
    showBox();
  }

  function insert(words, isReplacing) {
    const old = isReplacing ? '' : box().value.trimEnd();
    box().value = (old ? old + '\n' : '') + words;
    hideSide();
    box().focus();
    box().dispatchEvent(new Event('input', { bubbles: true }));
  }

  function chooseKind(value) {
    const choice = composer() && composer().querySelector(`[name=kind][value=${value}]`);
    if (!choice) return;
    choice.checked = true;
    saveDraft();
    showBox();
    box().focus();
  }

  document.addEventListener('input', function (event) {
    if (!composer() || !composer().contains(event.target)) return;
    saveDraft();
    showBox();
  });

  // On the form itself: what is heard here was sent by it and by nothing else.
  document.addEventListener('htmx:after:request', function (event) {
    const { ctx } = event.detail;
    if (!ctx.response) return;
    noteStatus(ctx.response.status);
    if (ctx.sourceElement.id === 'composer' && ctx.response.status === 200) {
      wasNearEnd = true;
      clearBox();
      requestAnimationFrame(scrollToEnd);
    }
  });

  document.addEventListener('htmx:error', function (event) {
    const { ctx } = event.detail;
    if (!ctx || !ctx.sourceElement || ctx.sourceElement.id !== 'composer') return;
    find('#refusal').textContent = '没有发出去，网络可能断了。您写的内容还在，请再点一次发送。';
  });

  // ---- clicks and keys ----------------------------------------------------------------

  function showSide() {
    find('.desk').classList.add('has-side');
  }

  function hideSide() {
    find('.desk').classList.remove('has-side');
  }

  document.addEventListener('click', function (event) {
    const source = event.target.closest('[data-insert]');
    if (source && box()) insert(source.dataset.insert, 'replace' in source.dataset && !box().value);
    if (event.target.closest('[data-show-side]')) showSide();
    if (event.target.closest('[data-hide-side]')) hideSide();
  });

  function step(by) {
    const rows = [...document.querySelectorAll('.row-link')];
    if (!rows.length) return;
    let at = rows.indexOf(document.activeElement);
    if (at < 0) at = rows.findIndex((row) => row.hasAttribute('aria-current'));
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    r: () => chooseKind('reply'),
    n: () => chooseKind('note'),
    '/': () => document.getElementById('queue-q').focus(),
    '?': () => document.getElementById('shortcuts').showModal(),
  };

  document.addEventListener('keydown', function (event) {
    // The Enter that accepts a word of the Chinese input method is not ours.
    if (event.isComposing) return;
    const target = event.target;
    if (event.ctrlKey && event.key === 'Enter' && target.id === 'reply-text') {
      event.preventDefault();
      target.form.requestSubmit();
      return;
    }
    if (event.key === 'Escape' && target.id === 'reply-text') target.blur();
    if (event.key === 'Escape') hideSide();
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== 'radio';
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (settings.get('shortcuts', 'on') !== 'on' || find('dialog[open]')) return;
    const act = KEYS[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // What the neighbours of this script need of it.
  window.wenzheng.desk = {
    openId, box, composer, kind, currentKey, makeKey, clearBox, saveDraft, showBox, refreshQueue,
    refresh: (name) => refresh({ chat, side, strip, queue }[name]),
    scrollToEnd,
  };

  // ---- at first ------------------------------------------------------------------------

  const current = find('.row-link[aria-current]');
  if (current) current.scrollIntoView({ block: 'nearest' });
  showCounts();
  tellOwn();
  if (chat) {
    tellTaken();
    restoreDraft();
    scrollToEnd();
    markRead();
    watchDeliveries();
    startCountdown();
  }
})();
