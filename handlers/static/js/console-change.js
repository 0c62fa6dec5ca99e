/* The editor of knowledge: sections move without a round trip, and what is not saved
   survives a closed page. Without this script every button still works by the server. */
(function () {
  'use strict';

  const KEEP_AFTER_MS = 800;

  const form = document.getElementById('change-form');
  if (!form) return;
  const { settings, toast } = window.wenzheng;
  const storeName = `kept:${form.dataset.keep}`;
  const state = document.getElementById('keep-state');
  const first = read();
  let timer = null;
  let isLeaving = false;

  // ---- what is not saved ------------------------------------------------------------

  function read() {
    const skipped = ['csrf_token', 'version', 'go'];
    return JSON.stringify([...new FormData(form)].filter(([name]) => !skipped.includes(name)));
  }

  function keep() {
    const now = read();
    settings.set(storeName, now === first ? '' : now);
    state.textContent = now === first ? '' : '还没保存';
  }

  function keepSoon() {
    clearTimeout(timer);
    timer = setTimeout(keep, KEEP_AFTER_MS);
  }

  function restore(kept) {
    const rows = JSON.parse(kept);
    const wanted = rows.filter(([name]) => name === 'section_text').length;
    while (sections().length && sections().length < wanted) add();
    const used = {};
    for (const [name, value] of rows) {
      const fields = [...form.elements].filter((each) => each.name === name);
      const at = used[name] || 0;
      if (fields[at]) fields[at].value = value;
      used[name] = at + 1;
    }
  }

  function offer() {
    const kept = settings.get(storeName, '');
    if (!kept || kept === first) return;
    try {
      restore(kept);
    } catch (error) {
      settings.set(storeName, '');
      return;
    }
    state.textContent = '上次没保存的内容已放回来';
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-sm btn-outline-secondary';
    button.textContent = '不要了';
    button.addEventListener('click', function () {
      settings.set(storeName, '');
      isLeaving = true;
      location.reload();
    });
    state.after(button);
  }

  form.addEventListener('input', keepSoon);
  form.addEventListener('submit', function () {
    isLeaving = true;
    // What the server refuses comes back with the page; what it takes is saved.
    settings.set(storeName, '');
  });
  window.addEventListener('beforeunload', function (event) {
    if (isLeaving) return;
    clearTimeout(timer);
    keep();
  });

  // ---- sections ---------------------------------------------------------------------

  function sections() {
    return [...form.querySelectorAll('[data-section]')];
  }

  /** Number everything anew: names for readers, targets of labels. */
  function number() {
    const all = sections();
    all.forEach(function (section, at) {
      const words = `第 ${at + 1} 段`;
      for (const [part, what] of [['heading', '的小标题'], ['aspect', '属于哪个要素'], ['section', '的内容']]) {
        const field = section.querySelector(`[id^="${part}-"]:not(p)`);
        if (!field) continue;
        const label = section.querySelector(`label[for="${field.id}"]`);
        field.id = `${part}-${at}`;
        if (label) {
          label.htmlFor = field.id;
          label.textContent = words + what;
        }
      }
      for (const button of section.querySelectorAll('[data-move]')) {
        const move = button.dataset.move;
        button.value = `${move}-${at}`;
        button.setAttribute('aria-label', { up: `${words}上移`, down: `${words}下移`, drop: `删掉${words}` }[move]);
        button.disabled = (move === 'up' && at === 0) || (move === 'down' && at === all.length - 1);
      }
    });
  }

  function add() {
    const all = sections();
    const last = all[all.length - 1];
    const made = last.cloneNode(true);
    for (const field of made.querySelectorAll('input, textarea, select')) field.value = '';
    for (const fault of made.querySelectorAll('.field-error')) fault.remove();
    last.after(made);
    number();
    return made;
  }

  function move(button) {
    const section = button.closest('[data-section]');
    const verb = button.dataset.move;
    if (verb === 'add') add().querySelector('input').focus();
    else if (verb === 'drop') {
      if (sections().length === 1) return toast('至少留一段。');
      const next = section.nextElementSibling;
      section.remove();
      number();
      const near = next && next.matches('[data-section]') ? next : sections()[sections().length - 1];
      near.querySelector('textarea').focus();
    } else {
      const other = verb === 'up' ? section.previousElementSibling : section.nextElementSibling;
      if (verb === 'up') other.before(section);
      else other.after(section);
      number();
      const kept = section.querySelector(`[data-move="${verb}"]`);
      (kept.disabled ? section.querySelector('textarea') : kept).focus();
    }
    keepSoon();
    return undefined;
  }

  form.addEventListener('click', function (event) {
    const button = event.target.closest('[data-move]');
    if (!button) return;
    event.preventDefault();
    move(button);
  });

  // Enter in the question asks; it must not save the entry by the way.
  const ask = document.getElementById('ask');
  ask.addEventListener('keydown', function (event) {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    document.querySelector('[data-try]').click();
  });

  offer();
})();
