/* What every console page does: theme, dialogs, settings, staying logged in. */
(function () {
  'use strict';

  const TOAST_MS = 5000;
  const AWAKE_EVERY_MS = 60000;
  const MENUS = '.menu[open], .rail-more[open]';

  const csrfToken = document.querySelector('meta[name="csrf-token"]').content;

  /** Settings of this browser; storage may be switched off. */
  const settings = {
    get(name, fallback) {
      try {
        return localStorage.getItem('console:' + name) || fallback;
      } catch (error) {
        return fallback;
      }
    },
    set(name, value) {
      try {
        localStorage.setItem('console:' + name, value);
      } catch (error) {
        /* The setting then lasts as long as the page. */
      }
    },
  };

  function toast(words, level) {
    const line = document.createElement('div');
    line.className = level ? 'toast-line ' + level : 'toast-line';
    line.textContent = words;
    document.getElementById('toasts').append(line);
    setTimeout(() => line.remove(), TOAST_MS);
  }

  function noteStatus(status) {
    const banner = document.getElementById('expired');
    if (status === 401 && banner) banner.hidden = false;
  }

  function post(url, isBackground) {
    const headers = { 'X-CSRFToken': csrfToken };
    if (isBackground) headers['X-Background'] = '1';
    return fetch(url, { method: 'POST', headers }).then(
      (response) => noteStatus(response.status),
      () => undefined,
    );
  }

  window.wenzheng = { settings, toast, post, csrfToken, noteStatus };

  function switchTheme() {
    const root = document.documentElement;
    const theme = root.dataset.bsTheme === 'dark' ? 'light' : 'dark';
    root.dataset.bsTheme = theme;
    // A cookie, so that the next page is drawn right from its first moment.
    document.cookie = `console_theme=${theme}; path=/console; max-age=31536000; samesite=lax`;
  }

  function copy(field) {
    field.select();
    const done = () => toast('已复制。');
    // The clipboard's own interface exists over HTTPS only.
    if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(done);
    else if (document.execCommand('copy')) done();
  }

  document.addEventListener('click', function (event) {
    const dialog = event.target.closest('[data-open-dialog]');
    if (dialog) document.getElementById(dialog.dataset.openDialog).showModal();
    if (event.target.closest('[data-theme-toggle]')) switchTheme();
    const copying = event.target.closest('[data-copy]');
    if (copying) copy(document.getElementById(copying.dataset.copy));
    for (const menu of document.querySelectorAll(MENUS)) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener('keydown', function (event) {
    const menu = document.querySelector(MENUS);
    if (event.key === 'Escape' && menu) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
  });

  for (const box of document.querySelectorAll('[data-setting]')) {
    const name = box.dataset.setting;
    box.checked = settings.get(name, box.defaultChecked ? 'on' : 'off') === 'on';
    box.addEventListener('change', function () {
      settings.set(name, box.checked ? 'on' : 'off');
      document.dispatchEvent(new CustomEvent('setting', { detail: name }));
    });
  }

  // Fetches in the background keep nobody logged in; a key or a click does.
  let awakeAt = Date.now();
  function stayAwake() {
    if (Date.now() - awakeAt < AWAKE_EVERY_MS || !document.querySelector('.menu')) return;
    awakeAt = Date.now();
    post('/console/awake', false);
  }
  document.addEventListener('pointerdown', stayAwake);
  document.addEventListener('keydown', stayAwake);

  // ---- what is wrong now, on every page ----------------------------------------

  const ASK_ALARMS_EVERY_MS = 60000;
  const alarms = document.getElementById('alarms');

  function askAlarms() {
    fetch(alarms.dataset.url, { headers: { 'X-Background': '1' } })
      .then(function (response) {
        noteStatus(response.status);
        return response.ok ? response.text() : null;
      })
      .then(function (banner) {
        if (banner === null) return;
        const fresh = document.createElement('div');
        fresh.innerHTML = banner;
        // Only if it says something else: screen readers read it aloud when it changes.
        if (fresh.textContent.trim() !== alarms.textContent.trim()) {
          alarms.replaceChildren(...fresh.childNodes);
        }
      })
      .catch(() => undefined);
  }

  if (alarms) {
    // Pages without a live connection ask by themselves.
    setInterval(askAlarms, ASK_ALARMS_EVERY_MS);
    document.addEventListener('live', function (event) {
      if (['alarm', 'resync'].includes(event.detail.kind)) askAlarms();
    });
  }

  for (const line of document.querySelectorAll('.toast-line')) {
    setTimeout(() => line.remove(), TOAST_MS);
  }
  const summary = document.querySelector('[data-focus]');
  if (summary) summary.focus();
})();
