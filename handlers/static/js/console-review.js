/* The sheet of a review by keyboard: 0–5 gives points and goes on to the next row. */
(function () {
  'use strict';

  const sheet = document.getElementById('sheet');
  if (!sheet) return;
  const rows = Array.from(sheet.querySelectorAll('[data-score]'));
  const isOn = () => window.wenzheng.settings.get('shortcuts', 'on') === 'on';

  function isWriting(target) {
    return target.closest('textarea, select, input:not([type=radio]):not([type=checkbox])');
  }

  function rowOf(target) {
    const own = target.closest('[data-score]');
    return own || rows.find((row) => !row.querySelector('input:checked')) || rows[0];
  }

  document.addEventListener('keydown', function (event) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!/^[0-5]$/.test(event.key) || isWriting(event.target) || !isOn()) return;
    const row = rowOf(event.target);
    const point = row.querySelector('input[value="' + event.key + '"]');
    point.checked = true;
    event.preventDefault();
    const next = rows[rows.indexOf(row) + 1];
    if (next) (next.querySelector('input:checked') || next.querySelector('input')).focus();
    else document.getElementById('comment').focus();
  });
})();
