/* Who else is here: tells what this officer does, shows what citizen and colleagues do,
   and how far the citizen has read. Nothing of it is stored but the last. */
(function () {
  'use strict';

  const HERE_EVERY_MS = 15000;
  // While somebody writes: to see when it ends.
  const ASK_EVERY_MS = 3000;
  const TELL_EVERY_MS = 3000;
  const STOPS_AFTER_MS = 5000;
  // Several signals at once are one question.
  const GATHER_MS = 150;

  const { csrfToken, noteStatus } = window.wenzheng;
  const byId = (id) => document.getElementById(id);
  const chat = byId('chat');
  if (!chat || !chat.dataset.ticket) return;
  const ticketId = Number(chat.dataset.ticket);

  let known = { citizen: false, colleagues: [], read: 0 };
  let toldAt = -Infinity;
  let stopTimer = null;
  let askTimer = null;
  let gathering = null;

  // ---- telling and asking -------------------------------------------------------------

  function tell(doing) {
    const place = byId('around');
    if (!place) return;
    const headers = { 'X-CSRFToken': csrfToken };
    // Only what a person's keys brought about keeps the session awake.
    if (doing !== 'reply' && doing !== 'note') headers['X-Background'] = '1';
    const body = new URLSearchParams({ doing });
    fetch(place.dataset.url, { method: 'POST', headers, body, keepalive: doing === 'left' })
      .then(function (response) {
        noteStatus(response.status);
        return response.ok ? response.json() : null;
      })
      .then(function (found) {
        if (!found || !('colleagues' in found)) return;
        known = found;
        show();
        const isWriting = found.colleagues.some((one) => one.writing);
        askSoon(found.citizen || isWriting ? ASK_EVERY_MS : HERE_EVERY_MS);
      })
      .catch(() => askSoon(HERE_EVERY_MS));
  }

  function look() {
    if (!document.hidden) tell('');
  }

  function askSoon(wait) {
    clearTimeout(askTimer);
    askTimer = setTimeout(look, wait);
  }

  document.addEventListener('around', function (event) {
    if (event.detail.ticket_id !== ticketId || gathering) return;
    gathering = setTimeout(function () {
      gathering = null;
      look();
    }, GATHER_MS);
  });

  // ---- showing ------------------------------------------------------------------------

  function describe(colleagues) {
    const does = { reply: '正在写回复', note: '正在写备注' };
    const words = colleagues.map((one) => `${one.name}${does[one.writing] || '也在看'}`);
    return words.join('，');
  }

  function show() {
    const people = byId('around-colleagues');
    if (!people) return;
    const { colleagues, citizen } = known;
    people.hidden = !colleagues.length;
    people.classList.toggle('is-writing', colleagues.some((one) => one.writing));
    people.lastElementChild.textContent = describe(colleagues);
    byId('around-citizen').hidden = !citizen;
    showRead();
  }

  /** Write 已读 under the officer's newest line that the citizen's page has shown. */
  function showRead() {
    const lines = [...document.querySelectorAll('.message.officer')];
    const read = lines.filter((line) => Number(line.id.slice(1)) <= known.read).pop();
    for (const mark of document.querySelectorAll('.read-mark')) {
      if (!read || mark.parentElement !== read) mark.remove();
    }
    if (!read || read.querySelector('.read-mark')) return;
    const mark = document.createElement('p');
    mark.className = 'read-mark';
    mark.textContent = '已读';
    read.append(mark);
  }

  document.addEventListener('htmx:after:swap', show);

  // ---- what this officer does -----------------------------------------------------------

  function stop() {
    clearTimeout(stopTimer);
    if (toldAt === -Infinity) return;
    toldAt = -Infinity;
    tell('stopped');
  }

  document.addEventListener('input', function (event) {
    if (event.target.id !== 'reply-text') return;
    clearTimeout(stopTimer);
    if (!event.target.value) {
      stop();
      return;
    }
    stopTimer = setTimeout(stop, STOPS_AFTER_MS);
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    tell(event.target.form.querySelector('[name=kind]:checked').value);
  });

  document.addEventListener('visibilitychange', () => tell(document.hidden ? 'left' : ''));
  addEventListener('pagehide', () => tell('left'));

  look();
})();
