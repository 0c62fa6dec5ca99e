/* Moves of a ticket: their dialog, their result, the keys that open them. */
(function () {
  'use strict';

  const { toast, settings, desk } = window.wenzheng;
  const dialog = document.getElementById('move-dialog');
  const find = (selector) => document.querySelector(selector);

  // ---- knowledge that was put into the reply box ----------------------------------

  const usedName = 'console:used:' + desk.openId;

  function readUsed() {
    try {
      return JSON.parse(sessionStorage.getItem(usedName)) || {};
    } catch (error) {
      return {};
    }
  }

  document.addEventListener('click', function (event) {
    const source = event.target.closest('[data-quote][data-entry]');
    if (!source || !source.dataset.entry) return;
    const used = readUsed();
    const title = source.closest('article')?.querySelector('h3');
    used[source.dataset.entry] = title ? title.textContent.trim() : source.dataset.entry;
    try {
      sessionStorage.setItem(usedName, JSON.stringify(used));
    } catch (error) {
      /* The officer then ticks it by hand. */
    }
  });

  /** Tick what was used, and add what the server does not know of. */
  function tickUsed() {
    const group = document.getElementById('used-entries');
    if (!group) return;
    for (const [id, title] of Object.entries(readUsed())) {
      const known = group.querySelector(`[name=entry][value="${CSS.escape(id)}"]`);
      if (known) {
        known.checked = true;
        continue;
      }
      const label = document.createElement('label');
      const box = Object.assign(document.createElement('input'), {
        type: 'checkbox', name: 'entry', value: id, checked: true,
      });
      const words = Object.assign(document.createElement('input'), {
        type: 'hidden', name: 'title-' + id, value: title,
      });
      label.append(box, ' ' + title, words);
      group.append(label);
      const none = document.getElementById('no-entries');
      if (none) none.remove();
    }
  }

  // ---- the dialog --------------------------------------------------------------------

  function closeMore() {
    for (const menu of document.querySelectorAll('.more[open], .attach-why[open]')) {
      menu.open = false;
    }
  }

  document.addEventListener('htmx:after:swap', function (event) {
    const { ctx } = event.detail;
    const source = ctx && ctx.sourceElement;
    if (!source || !source.dataset.moveLink || ctx.response.status !== 200) return;
    closeMore();
    tickUsed();
    dialog.setAttribute('aria-labelledby', 'move-title');
    dialog.removeAttribute('aria-label');
    if (!dialog.open) dialog.showModal();
    const first = dialog.querySelector('select, textarea, input:checked, input:not([type=hidden])');
    if (first) first.focus();
  });

  document.addEventListener('htmx:after:request', function (event) {
    const { ctx } = event.detail;
    const form = ctx.sourceElement;
    if (!ctx.response || !form || !('move' in form.dataset)) return;
    const { status, headers } = ctx.response;
    if (status === 200) {
      if (dialog && dialog.open) dialog.close();
      closeMore();
      const said = headers.get('X-Said');
      if (said) toast(decodeURIComponent(said), 'good');
      const told = document.getElementById('said');
      if (told) told.textContent = '';
    } else if (!form.dataset.move) {
      // A button that came too late: show how things stand now.
      desk.refresh('chat');
    }
    desk.refresh('side');
    desk.refreshQueue();
  });

  document.addEventListener('htmx:error', function (event) {
    const source = event.detail.ctx && event.detail.ctx.sourceElement;
    if (!source) return;
    const inDialog = dialog && dialog.open && dialog.contains(source);
    const place = inDialog ? find('#move-refusal') : find('#said');
    const isMove = 'move' in source.dataset || source.dataset.moveLink;
    if (isMove && place) place.textContent = '没有办成，网络可能断了。请再试一次。';
  });

  document.addEventListener('click', function (event) {
    if (event.target.closest('[data-close-dialog]') && dialog) {
      event.preventDefault();
      dialog.close();
    }
    for (const menu of document.querySelectorAll('.more[open], .attach-why[open]')) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // Who picks a time means that choice.
  document.addEventListener('input', function (event) {
    const { picks } = event.target.dataset;
    const choice = picks && event.target.form.querySelector(`[type=radio][value="${picks}"]`);
    if (choice) choice.checked = true;
  });

  // ---- keys --------------------------------------------------------------------------

  function openOwn(place) {
    const link = document.querySelectorAll('[data-own]')[place];
    if (link) link.click();
  }

  const MOVES = { KeyT: 'transfer', KeyE: 'resolve', KeyS: 'snooze' };

  document.addEventListener('keydown', function (event) {
    if (event.isComposing || !event.altKey || event.ctrlKey || event.metaKey) return;
    if (find('dialog[open]')) return;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    const link = find(`[data-move-link="${MOVES[event.code]}"]`);
    // A layout on which Alt writes a character keeps it while somebody writes.
    const isWriting = event.target.matches('input, textarea') && event.key.length === 1;
    if (isWriting && !/^[\w]$/.test(event.key)) return;
    if (digit) openOwn(Number(digit[1]) - 1);
    else if (link) link.click();
    else return;
    event.preventDefault();
  });

  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape') closeMore();
  });
})();
