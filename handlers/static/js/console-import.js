/* 导入文件: folders dropped or chosen, sent one by one with their progress; lists that
   stay fresh while files are read; places of a section found in the original. */
(function () {
  'use strict';

  document.documentElement.classList.add('has-script');

  const { csrfToken, noteStatus, toast } = window.wenzheng;
  const find = (selector) => document.querySelector(selector);

  // ---- a batch is sent -----------------------------------------------------------------

  const AT_ONCE = 2;
  const LITTER = /^(\.|~\$|thumbs\.db$|desktop\.ini$)/i;
  const form = find('#import-form');

  /** Read a dropped folder; each piece of it comes in several portions. */
  async function walk(entry, path, found) {
    if (LITTER.test(entry.name)) return;
    if (entry.isFile) {
      const file = await new Promise((done, fail) => entry.file(done, fail));
      found.push({ file, path: path + file.name });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const portion = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!portion.length) return;
      for (const each of portion) await walk(each, path + entry.name + '/', found);
    }
  }

  async function readDropped(transfer) {
    // Entries must be taken before the first wait: the transfer is emptied then.
    const entries = [...transfer.items]
      .filter((item) => item.kind === 'file')
      .map((item) => (item.webkitGetAsEntry ? item.webkitGetAsEntry() : null));
    const files = [...transfer.files];
    const found = [];
    if (entries.every(Boolean)) {
      for (const entry of entries) await walk(entry, '', found);
    } else {
      for (const file of files) found.push({ file, path: file.name });
    }
    return found;
  }

  function readChosen(input) {
    return [...input.files]
      .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
      .filter(({ path }) => !path.split('/').some((part) => LITTER.test(part)));
  }

  class Sending {
    constructor(found) {
      this.waiting = found.map((each) => this.draw(each));
      this.all = [...this.waiting];
      this.running = new Set();
      this.failed = new Set();
      this.addresses = null;
      this.isOver = false;
    }

    draw(each) {
      const row = document.createElement('li');
      const name = document.createElement('span');
      name.className = 'sending-name';
      name.textContent = each.path;
      const state = document.createElement('span');
      state.className = 'sending-state hint';
      state.textContent = '等待上传';
      const bar = document.createElement('progress');
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute('aria-label', each.path);
      const again = document.createElement('button');
      again.type = 'button';
      again.className = 'btn btn-sm btn-outline-primary';
      again.textContent = '再试';
      again.hidden = true;
      row.append(name, bar, state, again);
      find('#sending-list').append(row);
      const job = { ...each, row, bar, state, again, sent: 0, size: each.file.size || 1 };
      again.addEventListener('click', () => this.retry(job));
      return job;
    }

    async start() {
      const body = new FormData();
      for (const name of ['department', 'region', 'name']) {
        body.append(name, form.elements[name].value);
      }
      const response = await fetch(form.action, {
        method: 'POST',
        headers: { 'X-CSRFToken': csrfToken, 'HX-Request': 'true' },
        body,
      }).catch(() => null);
      if (response) noteStatus(response.status);
      if (!response || !response.ok) {
        this.say('没有开始，网络可能断了。请刷新后再试。');
        return;
      }
      this.addresses = await response.json();
      this.go();
    }

    go() {
      while (!this.isOver && this.running.size < AT_ONCE && this.waiting.length) {
        this.send(this.waiting.shift());
      }
      this.tell();
      if (!this.running.size && !this.waiting.length) this.end();
    }

    send(job) {
      const limit = Number(form.dataset.maxBytes);
      if (job.file.size > limit) {
        this.fail(job, `超过 ${form.dataset.maxMb} MB，请拆分后再试`, false);
        return;
      }
      const body = new FormData();
      body.append('path', job.path);
      body.append('file', job.file);
      const request = new XMLHttpRequest();
      job.request = request;
      this.running.add(job);
      request.open('POST', this.addresses.files);
      request.setRequestHeader('X-CSRFToken', csrfToken);
      request.setRequestHeader('HX-Request', 'true');
      request.upload.onprogress = (event) => {
        if (!event.lengthComputable) return;
        job.sent = (event.loaded / event.total) * job.size;
        job.bar.value = (event.loaded / event.total) * 100;
        job.state.textContent = `${Math.round(job.bar.value)}%`;
        this.tell();
      };
      request.onload = () => this.take(job, request);
      request.onerror = () => this.fail(job, '没有传上去，网络可能断了', true);
      request.onabort = () => this.fail(job, '已取消', true);
      request.send(body);
    }

    take(job, request) {
      this.running.delete(job);
      noteStatus(request.status);
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch (error) {
        /* A page that says what is wrong; our own words are shorter. */
      }
      if (request.status === 201) {
        job.sent = job.size;
        job.bar.value = 100;
        job.state.textContent = '已上传';
        job.row.classList.add('is-done');
      } else {
        const words = request.status < 500 && answer.reason;
        this.fail(job, words || '没有传上去', request.status >= 500 || !words);
      }
      this.go();
    }

    fail(job, words, mayRetry) {
      const wasRunning = this.running.delete(job);
      this.failed.add(job);
      job.sent = 0;
      job.bar.value = 0;
      job.state.textContent = words;
      job.row.classList.add('is-failed');
      job.again.hidden = !mayRetry;
      if (wasRunning && !this.isOver) this.go();
      else this.tell();
    }

    retry(job) {
      this.failed.delete(job);
      job.again.hidden = true;
      job.row.classList.remove('is-failed');
      job.state.textContent = '等待上传';
      this.isOver = false;
      this.waiting.push(job);
      this.go();
    }

    cancel() {
      this.isOver = true;
      for (const job of this.waiting.splice(0)) this.fail(job, '已取消', true);
      for (const job of [...this.running]) job.request.abort();
      this.tell();
      if (this.addresses) this.offer();
    }

    tell() {
      const total = this.all.reduce((sum, job) => sum + job.size, 0);
      const sent = this.all.reduce((sum, job) => sum + job.sent, 0);
      find('#sending-total').value = (sent / total) * 100;
      const done = this.all.filter((job) => job.row.classList.contains('is-done')).length;
      this.say(`已上传 ${done}/${this.all.length} 个${this.failed.size ? `，${this.failed.size} 个没有传上去` : ''}。`);
    }

    say(words) {
      const place = find('#sending-words');
      if (place.textContent !== words) place.textContent = words;
    }

    end() {
      if (this.failed.size) this.offer();
      else window.location.assign(this.addresses.page);
    }

    /** Some are missing: leaving the page is the person's decision. */
    offer() {
      if (find('#sending-on')) return;
      const link = document.createElement('a');
      link.id = 'sending-on';
      link.className = 'btn btn-primary';
      link.href = this.addresses.page;
      link.textContent = '去看传上去的';
      find('#sending').append(link);
    }
  }

  let sending = null;

  function begin(found) {
    if (!found.length) {
      toast('里面没有文件。', 'bad');
      return;
    }
    const most = Number(form.dataset.maxFiles);
    if (found.length > most) {
      toast(`一次最多 ${most} 个文件，这里有 ${found.length} 个。请分几次。`, 'bad');
      return;
    }
    find('#sending').hidden = false;
    form.hidden = true;
    sending = new Sending(found);
    sending.start();
    find('#sending').scrollIntoView({ block: 'nearest' });
  }

  if (form) {
    const drop = find('#drop');
    let inside = 0;
    for (const input of [find('#files'), find('#folder')]) {
      input.addEventListener('change', () => begin(readChosen(input)));
    }
    // A file that misses the box must not replace the page.
    document.addEventListener('dragover', (event) => event.preventDefault());
    document.addEventListener('drop', (event) => event.preventDefault());
    drop.addEventListener('dragenter', () => {
      inside += 1;
      drop.classList.add('is-over');
    });
    drop.addEventListener('dragleave', () => {
      inside -= 1;
      if (!inside) drop.classList.remove('is-over');
    });
    drop.addEventListener('drop', async (event) => {
      event.preventDefault();
      inside = 0;
      drop.classList.remove('is-over');
      if (form.hidden) return;
      begin(await readDropped(event.dataTransfer));
    });
    find('#cancel-all').addEventListener('click', () => sending && sending.cancel());
    window.addEventListener('beforeunload', (event) => {
      if (sending && sending.running.size) event.preventDefault();
    });
  }

  // ---- a batch is read -----------------------------------------------------------------

  const REFRESH_MS = 1500;
  const list = find('#import-files');

  if (list) {
    document.addEventListener('htmx:config:request', function (event) {
      event.detail.ctx.request.headers['X-Background'] = '1';
    });
    document.addEventListener('htmx:after:request', function (event) {
      const { response } = event.detail.ctx;
      if (response) noteStatus(response.status);
    });
    setInterval(function () {
      const isTyping = list.contains(document.activeElement)
        && document.activeElement.matches('input');
      if (find('[data-unread]') && !document.hidden && !isTyping) {
        list.dispatchEvent(new Event('refresh'));
      }
    }, REFRESH_MS);
  }

  // ---- one file ------------------------------------------------------------------------

  const original = find('#original');
  const bare = (text) => text.replace(/\s+/g, '');

  function findInOriginal(words) {
    const blocks = [...original.querySelectorAll('p, h3, td')];
    for (let length = words.length; length >= 4; length = Math.floor(length / 2)) {
      const piece = words.slice(0, length);
      const block = blocks.find((each) => bare(each.textContent).includes(piece));
      if (block) return block;
    }
    return null;
  }

  if (original) {
    document.addEventListener('click', function (event) {
      const button = event.target.closest('[data-find]');
      if (!button) return;
      const block = findInOriginal(bare(button.dataset.find));
      for (const old of original.querySelectorAll('.is-found')) old.classList.remove('is-found');
      if (!block) {
        toast('原文里没有找到一样的话。');
        return;
      }
      block.classList.add('is-found');
      block.scrollIntoView({ block: 'center' });
    });
  }
})();
