/* Knowledge beside the conversation: searching, suggesting anew when the citizen writes,
   quoting into the reply box with a note of which entry it was. */
(function () {
  'use strict';

  // A citizen writes in bursts; what is suggested follows the last line of them.
  const SUGGEST_AFTER_MS = 1200;
  const FIRST_AFTER_MS = 150;
  const SEARCH_AFTER_MS = 350;

  const byId = (id) => document.getElementById(id);
  const chat = byId('chat');
  if (!chat || !chat.dataset.ticket) return;
  const ticketId = Number(chat.dataset.ticket);
  const storeName = `console:cited:${ticketId}`;
  let timer = null;

  // ---- suggesting -------------------------------------------------------------------

  function newestQuestion() {
    const lines = document.querySelectorAll('.message.citizen');
    return lines.length ? lines[lines.length - 1].id : '';
  }

  let answered = null;

  function suggest() {
    const question = newestQuestion();
    if (question === answered) return;
    answered = question;
    for (const part of document.querySelectorAll('[data-suggest]')) {
      // What somebody searched for is not taken away.
      const isSearched = part.id === 'knowledge-hits' && byId('knowledge-q').value.trim();
      if (!isSearched) part.dispatchEvent(new Event('suggest'));
    }
  }

  function suggestSoon(wait) {
    clearTimeout(timer);
    timer = setTimeout(suggest, wait);
  }

  document.addEventListener('htmx:after:swap', function () {
    if (newestQuestion() !== answered) suggestSoon(SUGGEST_AFTER_MS);
  });

  // ---- searching --------------------------------------------------------------------

  let searching = null;

  function searchSoon() {
    clearTimeout(searching);
    searching = setTimeout(function () {
      const field = byId('knowledge-q');
      field.form.requestSubmit();
    }, SEARCH_AFTER_MS);
  }

  document.addEventListener('input', function (event) {
    if (event.target.id === 'knowledge-q' && !event.isComposing) searchSoon();
  });
  document.addEventListener('compositionend', function (event) {
    if (event.target.id === 'knowledge-q') searchSoon();
  });

  // ---- quoting ----------------------------------------------------------------------

  function readCited() {
    try {
      return JSON.parse(sessionStorage.getItem(storeName)) || [];
    } catch (error) {
      return [];
    }
  }

  function keepCited(entries) {
    try {
      sessionStorage.setItem(storeName, JSON.stringify(entries));
    } catch (error) {
      /* Then a reload forgets which entries are in the draft. */
    }
    showCited(entries);
  }

  /** Hand the entries over with the form. */
  function showCited(entries) {
    const place = byId('cited');
    if (!place) return;
    place.replaceChildren(
      ...entries.map(function (entry) {
        const field = document.createElement('input');
        field.type = 'hidden';
        field.name = 'cited';
        field.value = entry;
        return field;
      }),
    );
  }

  function quote(button) {
    const field = byId('reply-text');
    if (!field) return;
    const before = field.value.slice(0, field.selectionStart);
    const words = (before && !before.endsWith('\n') ? '\n' : '') + button.dataset.quote;
    window.wenzheng.insertAtCaret(field, words);
    if (button.dataset.entry) {
      keepCited([...new Set([...readCited(), button.dataset.entry])]);
    }
    const desk = document.querySelector('.desk');
    desk.classList.remove('has-side');
  }

  document.addEventListener('click', function (event) {
    const button = event.target.closest('[data-quote]');
    if (button) quote(button);
  });

  document.addEventListener('htmx:after:request', function (event) {
    const { ctx } = event.detail;
    const isSent = ctx.response && ctx.response.status === 200;
    if (isSent && ctx.sourceElement.id === 'composer') keepCited([]);
  });

  showCited(readCited());
  suggestSoon(FIRST_AFTER_MS);
})();
