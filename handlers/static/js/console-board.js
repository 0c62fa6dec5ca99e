/* 看板 and 督办清单 stay fresh: refetched when something happened, old content kept while
   the connection is down. Ticks survive: the morph leaves what people have set. */
(function () {
  'use strict';

  const THROTTLE_MS = 800;
  // Words such as 最久已等 6 分钟 grow old without any event.
  const REFRESH_EVERY_MS = 30000;
  const { csrfToken, noteStatus } = window.wenzheng;
  const part = document.getElementById('board') || document.getElementById('oversight');
  const all = document.querySelector('[data-tick-all]');
  let planned = null;

  function refresh() {
    if (planned) return;
    planned = setTimeout(function () {
      planned = null;
      part.dispatchEvent(new Event('refresh'));
    }, THROTTLE_MS);
  }

  document.addEventListener('htmx:config:request', function (event) {
    const request = event.detail.ctx.request;
    request.headers['X-CSRFToken'] = csrfToken;
    if (request.method === 'GET') request.headers['X-Background'] = '1';
  });
  document.addEventListener('htmx:after:request', function (event) {
    const { response } = event.detail.ctx;
    if (response) noteStatus(response.status);
  });

  document.addEventListener('live', function (event) {
    const { kind } = event.detail;
    if (kind === 'resync' || part.dataset.live.split(' ').includes(kind)) refresh();
  });
  setInterval(refresh, REFRESH_EVERY_MS);

  const ticks = () => [...part.querySelectorAll('[name=ticket]')];

  function readTicked() {
    return new Set(ticks().filter((box) => box.checked).map((box) => box.value));
  }

  let ticked = new Set();
  document.addEventListener('htmx:before:swap', () => {
    ticked = readTicked();
  });
  document.addEventListener('htmx:after:swap', function () {
    for (const box of ticks()) box.checked = ticked.has(box.value);
    const bar = document.querySelector('.reassign-bar');
    if (bar) bar.hidden = ticks().length === 0;
  });

  if (all) {
    all.addEventListener('change', () => {
      for (const box of ticks()) box.checked = all.checked;
    });
  }
})();
