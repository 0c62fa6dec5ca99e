/* 评价与回访 stays fresh: refetched when a citizen has rated or a colleague has acted,
   but never while somebody writes in it. */
(function () {
  'use strict';

  const THROTTLE_MS = 400;
  const { noteStatus } = window.wenzheng;
  let planned = null;

  function isWriting(part) {
    return Array.from(part.querySelectorAll('textarea')).some(
      (box) => box.value.trim() || box === document.activeElement,
    );
  }

  function refresh() {
    planned = null;
    fetch(location.href, { headers: { 'X-Background': '1' } })
      .then(function (response) {
        noteStatus(response.status);
        return response.ok ? response.text() : null;
      })
      .then(function (page) {
        const part = document.getElementById('rated');
        if (page === null || !part) return;
        const fresh = new DOMParser().parseFromString(page, 'text/html').getElementById('rated');
        const news = document.getElementById('rated-news');
        if (!fresh || fresh.textContent === part.textContent) return;
        if (isWriting(part)) news.hidden = false;
        else part.replaceWith(fresh);
      })
      .catch(() => undefined);
  }

  document.addEventListener('live', function (event) {
    if (!['rating', 'resync'].includes(event.detail.kind) || planned) return;
    planned = setTimeout(refresh, THROTTLE_MS);
  });
})();
