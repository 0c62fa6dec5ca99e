/* Canned replies: the menu of the reply box, and the variables of the form. The box is
   drawn anew now and then, so it is looked up each time. */
(function () {
  'use strict';

  const KEPT_MS = 60000;
  const SHOWN = 8;
  const LONGEST_WORD = 16;
  // What begins a shortcut: at the start, after a blank, or after a Chinese mark. On a
  // Chinese keyboard the key gives 、, which stands behind a blank for nothing else.
  const TYPED = /(?:(?:^|[\s，。；：！？])[/／]|(?:^|\s)、)([^\s/／、，。；：！？]*)$/;

  const byId = (id) => document.getElementById(id);
  const box = () => byId('reply-text');
  const place = () => byId('canned');

  let replies = [];
  let fetchedAt = -Infinity;
  let shown = [];
  let chosen = 0;
  // Where the word begins that the menu completes; null while the menu is shut.
  let begin = null;
  // Closed by Esc: this word opens it no more.
  let refused = null;

  const isOpen = () => begin !== null;

  /** Put words where the caret stands, in the place of what stands from `from` on. */
  function insert(field, words, from) {
    const end = field.selectionEnd;
    const start = from === undefined ? field.selectionStart : from;
    field.focus();
    field.setRangeText(words, start, end, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  window.wenzheng.insertAtCaret = insert;

  // ---- what there is -------------------------------------------------------------

  function load() {
    if (performance.now() - fetchedAt < KEPT_MS) return Promise.resolve();
    fetchedAt = performance.now();
    return fetch(place().dataset.url, { headers: { 'X-Background': '1' } })
      .then(function (response) {
        window.wenzheng.noteStatus(response.status);
        return response.ok ? response.json() : Promise.reject(new Error('refused'));
      })
      .then((found) => {
        replies = found;
      })
      .catch(() => {
        fetchedAt = -Infinity;
      });
  }

  /** Return what fits: those whose shortcut begins so first, then title, then text. */
  function search(word) {
    const wanted = word.normalize('NFKC').toLowerCase();
    const rank = function (reply) {
      if (reply.shortcut.startsWith(wanted)) return 0;
      if (reply.title.toLowerCase().includes(wanted)) return 1;
      if (reply.shortcut.includes(wanted)) return 2;
      return reply.text.toLowerCase().includes(wanted) ? 3 : 9;
    };
    return replies
      .map((reply, at) => ({ reply, at, rank: rank(reply) }))
      .filter((one) => one.rank < 9)
      .sort((a, b) => a.rank - b.rank || a.at - b.at)
      .map((one) => one.reply);
  }

  // ---- the menu --------------------------------------------------------------------

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function draw() {
    byId('canned-menu').replaceChildren(
      ...shown.map(function (reply, at) {
        const row = document.createElement('li');
        row.id = `canned-${at}`;
        row.className = 'canned-row';
        row.setAttribute('role', 'option');
        row.setAttribute('hx-ignore', '');
        row.dataset.at = at;
        row.append(
          element('kbd', '', `/${reply.shortcut}`),
          element('b', '', reply.title),
          element('span', 'canned-words', reply.text),
        );
        if (reply.whose) row.append(element('span', 'tag quiet', reply.whose));
        return row;
      }),
    );
    if (!shown.length) {
      const words = replies.length ? '没有这样的常用语' : '还没有常用语';
      byId('canned-menu').append(element('li', 'canned-none hint', words));
    }
    byId('canned-count').textContent = `有 ${shown.length} 条常用语`;
    mark();
  }

  function mark() {
    for (const row of document.querySelectorAll('.canned-row')) {
      const isChosen = Number(row.dataset.at) === chosen;
      row.setAttribute('aria-selected', String(isChosen));
      if (isChosen) row.scrollIntoView({ block: 'nearest' });
    }
    const reply = shown[chosen];
    byId('canned-preview').textContent = reply ? reply.text : '';
    byId('canned-preview').hidden = !reply;
    if (reply) box().setAttribute('aria-activedescendant', `canned-${chosen}`);
    else box().removeAttribute('aria-activedescendant');
  }

  function show(word, from) {
    begin = from;
    load().then(function () {
      if (begin !== from) return;
      shown = search(word).slice(0, word ? SHOWN : undefined);
      // Nothing fits and it goes on: it was no shortcut.
      if (!shown.length && word.length > LONGEST_WORD) return close();
      chosen = 0;
      byId('canned-box').hidden = false;
      box().setAttribute('aria-controls', 'canned-menu');
      draw();
    });
  }

  function close() {
    begin = null;
    if (byId('canned-box')) byId('canned-box').hidden = true;
    if (box()) {
      box().removeAttribute('aria-activedescendant');
      box().removeAttribute('aria-controls');
    }
  }

  function choose(at) {
    const reply = shown[at];
    const from = begin;
    if (!reply) return;
    close();
    insert(box(), reply.text, from);
    refused = null;
  }

  /** Open, narrow or shut the menu after something was typed. */
  function follow() {
    const field = box();
    const before = field.value.slice(0, field.selectionStart);
    const found = field.selectionStart === field.selectionEnd && TYPED.exec(before);
    if (!found) {
      refused = null;
      if (isOpen()) close();
      return;
    }
    const from = before.length - found[1].length - 1;
    if (refused !== from) show(found[1], from);
  }

  // ---- clicks and keys -------------------------------------------------------------

  document.addEventListener('input', function (event) {
    // While a Chinese word is being spelled the box holds letters of no meaning.
    if (event.target.id === 'reply-text' && place() && !event.isComposing) follow();
  });
  document.addEventListener('compositionend', function (event) {
    if (event.target.id === 'reply-text' && place()) follow();
  });

  const KEYS = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => choose(chosen),
    Tab: () => choose(chosen),
    Escape: function () {
      refused = begin;
      close();
    },
  };

  function move(by) {
    chosen = (chosen + by + shown.length) % shown.length;
    mark();
  }

  // Before anybody else hears the key: Esc would leave the box, Tab the field.
  document.addEventListener(
    'keydown',
    function (event) {
      if (!isOpen() || event.target.id !== 'reply-text') return;
      if (event.isComposing || event.keyCode === 229) return;
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const act = KEYS[event.key];
      if (!act || (event.key !== 'Escape' && !shown.length)) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
    true,
  );

  // The box keeps its caret while something of the menu is touched.
  document.addEventListener('pointerdown', function (event) {
    if (event.target.closest('.canned-row, #canned-open')) event.preventDefault();
  });

  document.addEventListener('click', function (event) {
    const row = event.target.closest('.canned-row');
    const variable = event.target.closest('[data-variable]');
    if (row) choose(Number(row.dataset.at));
    else if (event.target.closest('#canned-open')) {
      if (isOpen()) close();
      else show('', box().selectionStart);
    } else if (variable) insert(byId('text'), variable.dataset.variable);
    else if (isOpen() && !event.target.closest('#canned-box, #reply-text')) close();
  });
})();
