/* 数据: draws each chart from the table beside it; the table stays one click away. */
(function () {
  'use strict';

  const HEIGHTS = { bar: 30, least: 150 };
  const charts = [];

  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function read(figure) {
    const table = figure.querySelector('table');
    const heads = Array.from(table.tHead.rows[0].cells);
    const columns = heads
      .map((cell, place) => ({ name: cell.textContent.trim(), place, isPlain: 'plain' in cell.dataset }))
      .slice(1)
      .filter((column) => !column.isPlain);
    const rows = Array.from(table.tBodies[0].rows);
    const number = (text) => (text.trim() === '' ? null : Number(text));
    return {
      names: rows.map((row) => row.cells[0].textContent.trim()),
      series: columns.map((column) => ({
        name: column.name,
        values: rows.map((row) => number(row.cells[column.place].textContent)),
      })),
    };
  }

  function frame(figure, isBar) {
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      aria: { enabled: true, label: { description: figure.dataset.words } },
      tooltip: {
        trigger: 'axis',
        renderMode: 'richText',
        axisPointer: { type: isBar ? 'shadow' : 'line' },
        backgroundColor: color('--card'),
        borderColor: color('--edge'),
        textStyle: { color: color('--ink-900') },
        valueFormatter: (value) => (value === null || value === undefined ? '没有' : value + (figure.dataset.unit ? ' ' + figure.dataset.unit : '')),
      },
    };
  }

  function drawLine(figure, data) {
    const shapes = [
      { color: color('--blue-700'), symbol: 'circle', type: 'solid' },
      { color: color('--amber-800'), symbol: 'rect', type: 'dashed' },
    ];
    const isLong = data.names.length > 40;
    const short = (name) => (name.length === 10 ? name.slice(5) : name + ' 点');
    return Object.assign(frame(figure, false), {
      legend: { show: data.series.length > 1, left: 0, top: 0, textStyle: { color: color('--ink-700') } },
      grid: { left: 8, right: 16, top: data.series.length > 1 ? 34 : 12, bottom: 4, containLabel: true },
      xAxis: {
        type: 'category',
        data: data.names.map(short),
        axisLabel: { color: color('--ink-600') },
        axisLine: { lineStyle: { color: color('--edge') } },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'value',
        minInterval: 1,
        axisLabel: { color: color('--ink-600') },
        splitLine: { lineStyle: { color: color('--line') } },
      },
      series: data.series.map(function (each, place) {
        const shape = shapes[place % shapes.length];
        return {
          type: 'line',
          name: each.name,
          data: each.values,
          symbol: shape.symbol,
          symbolSize: 6,
          showSymbol: !isLong,
          lineStyle: { color: shape.color, type: shape.type, width: 2 },
          itemStyle: { color: shape.color },
        };
      }),
    });
  }

  function drawBar(figure, data) {
    const values = data.series[0].values;
    return Object.assign(frame(figure, true), {
      grid: { left: 8, right: 56, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: 'value', show: false, max: figure.dataset.unit === '%' ? 100 : undefined },
      yAxis: {
        type: 'category',
        inverse: true,
        data: data.names.map((name, place) => (values[place] === null ? name + ' 样本不足' : name)),
        axisLabel: { color: color('--ink-900'), width: 150, overflow: 'truncate' },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      series: [
        {
          type: 'bar',
          name: data.series[0].name,
          data: values,
          barMaxWidth: 16,
          itemStyle: { color: color('--button'), borderRadius: 2 },
          label: { show: true, position: 'right', color: color('--ink-900') },
        },
      ],
    });
  }

  function draw(chart) {
    const data = read(chart.figure);
    const isBar = chart.figure.dataset.chart === 'bar';
    if (isBar) {
      const height = Math.max(HEIGHTS.least, data.names.length * HEIGHTS.bar + 16);
      chart.canvas.style.height = height + 'px';
      chart.drawn.resize();
    }
    chart.drawn.setOption(isBar ? drawBar(chart.figure, data) : drawLine(chart.figure, data), true);
  }

  function setUp(figure) {
    const part = figure.querySelector('.table-scroll');
    if (!part) return;
    const canvas = document.createElement('div');
    canvas.className = 'chart-canvas';
    part.before(canvas);
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'chart-switch';
    button.textContent = '看表格';
    figure.querySelector('figcaption h2').after(button);
    part.hidden = true;
    const chart = { figure, canvas, drawn: window.echarts.init(canvas, null, { renderer: 'svg' }) };
    button.addEventListener('click', function () {
      part.hidden = !part.hidden;
      canvas.hidden = !part.hidden;
      button.textContent = part.hidden ? '看表格' : '看图';
      if (part.hidden) chart.drawn.resize();
    });
    charts.push(chart);
    draw(chart);
  }

  function showDays() {
    const form = document.querySelector('.figures-filter');
    if (!form) return;
    const isCustom = form.elements.span.value === 'custom';
    form.querySelectorAll('[data-span]').forEach(function (label) {
      const isShown = (label.dataset.span === 'custom') === isCustom;
      label.hidden = !isShown;
      label.querySelector('input').disabled = !isShown;
    });
  }

  const form = document.querySelector('.figures-filter');
  if (form) {
    form.elements.span.addEventListener('change', showDays);
    showDays();
  }
  const print = document.querySelector('[data-print]');
  if (print) {
    print.hidden = false;
    print.addEventListener('click', () => window.print());
  }
  if (window.echarts) document.querySelectorAll('[data-chart]').forEach(setUp);
  window.addEventListener('resize', () => charts.forEach((chart) => chart.drawn.resize()));
  new MutationObserver(() => charts.forEach(draw)).observe(document.documentElement, {
    attributeFilter: ['data-bs-theme'],
  });
})();
