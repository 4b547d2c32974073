/* Draws every [data-chart]. Colours come from the tokens, so dark mode needs no second palette; a click opens the rows
   behind a point (data.links, or the links of its series), the table twin holds the same numbers, the picture button saves a PNG.
   Data: {x: [labels], series: [{name, y: […], tone}], links: […], money: bool, percent: bool, unit: "…"} unless said otherwise below. */
(() => {
  const ck = window.ck;
  const echarts = window.echarts;
  const charts = new Map();
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--ck-${name}`).trim();
  const zh = () => document.documentElement.lang.startsWith("zh");
  const figure = (value) => (value == null ? "" : Number(value).toLocaleString("en-US", { maximumFractionDigits: 2 }));
  const say = (data) => (value) => (value == null ? "" : data.money ? `${value < 0 ? "-" : ""}${ck.words.currency}${figure(Math.abs(Math.round(value)))}` : data.percent ? `${figure(value)}%` : `${figure(value)}${data.unit ? ` ${data.unit}` : ""}`);
  const short = (data) => (value) => {
    if (data.percent) return `${value}%`;
    for (const [size, word] of zh() ? [[1e8, " 亿"], [1e4, " 万"]] : [[1e6, "M"], [1e3, "k"]]) if (Math.abs(value) >= size) return `${figure(value / size)}${word}`;
    return figure(value);
  };
  const text = () => ({ fontFamily: token("font"), fontSize: 12, color: token("ink-2") });
  const axis = (more) => ({
    axisLine: { lineStyle: { color: token("line") } }, axisTick: { show: false }, splitLine: { lineStyle: { color: token("line-soft") } }, ...more,
    axisLabel: { color: token("ink-3"), fontSize: 11, ...more?.axisLabel },
  });
  const tip = (data, more) => ({ trigger: "axis", renderMode: "richText", confine: true, valueFormatter: say(data), backgroundColor: token("card"), borderColor: token("line"), textStyle: { color: token("ink"), fontSize: 12 }, ...more });
  const values = (data, more) => axis({ type: "value", splitNumber: 4, axisLine: { show: false }, ...more, axisLabel: { formatter: short(data), ...more?.axisLabel } });
  const legend = (names) => ({ top: 0, right: 8, itemWidth: 12, itemHeight: 8, textStyle: text(), data: names });
  /* Apart under every kind of colour blindness; where several series meet, patterns tell them apart without any colour. */
  const TONES = ["open-dot", "wait-dot", "good-dot", "chart-2", "done-dot", "bad-dot"];
  const tone = (one, number) => token(one?.tone ? (one.tone.includes("-") ? one.tone : `${one.tone}-dot`) : TONES[number % TONES.length]);
  const DECALS = [
    { symbol: "none" },
    { color: "rgba(255, 255, 255, .45)", symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
    { color: "rgba(255, 255, 255, .5)", symbol: "circle", symbolSize: 0.7, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0] },
    { color: "rgba(255, 255, 255, .45)", symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4 },
    { color: "rgba(255, 255, 255, .4)", symbol: "rect", dashArrayX: [1, 0], dashArrayY: [4, 3], rotation: 0 },
    { color: "rgba(255, 255, 255, .4)", symbol: "rect", dashArrayX: [4, 3], dashArrayY: [1, 0], rotation: 0 },
  ];
  /* The label of the place stands; ECharts would put an English sentence over it. */
  const aria = (option) => ({ enabled: true, label: { enabled: false }, decal: { show: option.series.filter((one) => one.type === "bar").length > 1 || option.series.some((one) => one.type === "pie"), decals: DECALS } });
  /* Two lines instead of rotated labels. */
  const MONTH = /^(?:(\d{4}) 年 )?(\d{1,2}) 月$/;
  const folded = (room) => (label) => {
    const month = label.match(MONTH);
    if (month) return `${month[2]}${room < 32 ? "" : " 月"}${month[1] ? `\n${month[1]}` : ""}`;
    if (/^[A-Z][a-z]+ \d{4}$/.test(label)) return label.replace(" ", "\n");
    if (/[\u4e00-\u9fff]/.test(label) && label.length > (room < 56 ? 3 : 4)) {
      const line = Math.min(room < 56 ? 3 : 4, Math.ceil(label.length / 2));
      return `${label.slice(0, line)}\n${label.slice(line, 2 * line)}`;
    }
    return label.length > 12 ? `${label.slice(0, 11)}…` : label;
  };
  const series = (data) => data.series || [{ name: data.name, y: data.y }];

  const kinds = {
    bars: (data, width) => ({
      grid: { left: 52, right: 12, top: series(data).length > 1 ? 32 : 14, bottom: 38 }, tooltip: tip(data),
      legend: series(data).length > 1 ? legend(series(data).map((one) => one.name)) : undefined,
      xAxis: axis({ type: "category", data: data.x, axisLabel: { formatter: folded((width - 64) / data.x.length), lineHeight: 14, interval: data.x.length > 13 ? "auto" : 0, hideOverlap: true } }), yAxis: values(data),
      series: series(data).map((one, number) => one.dashed ? { type: "line", name: one.name, data: one.y, symbol: "circle", symbolSize: 6, lineStyle: { color: tone(one, number), width: 2, type: "dashed" }, itemStyle: { color: tone(one, number) } } : ({
        type: "bar", name: one.name, stack: data.stacked ? "all" : undefined, barMaxWidth: 40, data: one.y, itemStyle: { color: tone(one, number), borderRadius: data.stacked ? 0 : [2, 2, 0, 0] },
        markLine: number === 0 && data.line ? { silent: true, symbol: "none", lineStyle: { color: token("wait-dot"), type: "dashed", width: 1.5 }, label: { formatter: data.lineLabel || "", position: "insideEndTop", color: token("wait"), fontSize: 11 }, data: [{ yAxis: data.line }] } : undefined,
      })),
    }),
    stacked: (data, width) => kinds.bars({ ...data, stacked: true }, width),
    /* Bars lying down: long names stay readable. */
    ranks: (data) => ({
      grid: { left: 8, right: series(data).length > 1 ? 16 : 64, top: series(data).length > 1 ? 28 : 4, bottom: 4, containLabel: true }, tooltip: tip(data), xAxis: { type: "value", show: false },
      legend: series(data).length > 1 ? legend(series(data).map((one) => one.name)) : undefined,
      yAxis: axis({ type: "category", inverse: true, data: data.x, axisLine: { show: false }, axisLabel: { fontSize: 12, width: 150, overflow: "truncate" } }),
      series: series(data).map((one, number) => ({ type: "bar", name: one.name, stack: "all", barMaxWidth: 18, data: one.y, itemStyle: { color: tone(one, number), borderRadius: 3 }, label: series(data).length === 1 ? { show: true, position: "right", color: token("ink-2"), formatter: (point) => say(data)(point.value) } : undefined })),
    }),
    /* series may carry lo and hi (interval) and dashed; among bars a dashed one is drawn as a line */
    line: (data) => ({
      grid: { left: 52, right: 16, top: 32, bottom: 26 }, tooltip: tip(data), legend: legend(series(data).map((one) => one.name)),
      xAxis: axis({ type: "category", data: data.x, boundaryGap: false }), yAxis: values(data, data.percent ? { min: 0, max: data.max ?? 100 } : {}),
      series: series(data).flatMap((one, number) => [
        ...(one.lo ? [
          { type: "line", stack: `interval${number}`, symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false }, data: one.lo },
          { type: "line", stack: `interval${number}`, symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false }, areaStyle: { color: tone(one, number), opacity: 0.14 }, data: one.hi.map((high, at) => (high == null ? null : high - one.lo[at])) },
        ] : []),
        { type: "line", name: one.name, data: one.y, symbol: "circle", symbolSize: 6, connectNulls: false, lineStyle: { color: tone(one, number), width: 2, type: one.dashed ? "dashed" : "solid" }, itemStyle: { color: tone(one, number) } },
      ]),
    }),
    /* {x, y, cls: ["A", "B", "C"], cum: [percent], legend: {A: …, B: …, C: …, cum: …}} */
    pareto: (data, width) => ({
      grid: { left: 56, right: 44, top: 32, bottom: width < 560 ? 84 : 42 }, tooltip: tip(data), legend: legend([...Object.keys(data.legend).filter((key) => key !== "cum" && data.cls.includes(key)).map((key) => data.legend[key]), data.legend.cum]),
      xAxis: axis({ type: "category", data: data.x, axisLabel: width < 560 ? { formatter: (label) => (label.length > 6 ? `${label.slice(0, 6)}…` : label), rotate: 90, interval: 0 } : { formatter: folded((width - 100) / data.x.length), lineHeight: 14, interval: 0 } }),
      yAxis: [values(data), { type: "value", min: 0, max: 100, splitLine: { show: false }, axisLabel: { color: token("ink-3"), fontSize: 11, formatter: "{value}%" } }],
      series: [
        ...["A", "B", "C"].filter((key) => data.cls.includes(key)).map((key) => ({ type: "bar", name: data.legend[key], stack: "all", barMaxWidth: 40, itemStyle: { color: token({ A: "open-dot", B: "chart-2", C: "done-dot" }[key]), borderRadius: [2, 2, 0, 0] }, data: data.y.map((value, at) => (data.cls[at] === key ? value : null)) })),
        { type: "line", name: data.legend.cum, yAxisIndex: 1, data: data.cum, z: 5, symbol: "circle", symbolSize: 5, tooltip: { valueFormatter: (value) => `${value}%` }, lineStyle: { color: token("wait-dot"), width: 2 }, itemStyle: { color: token("wait-dot") }, markLine: { silent: true, symbol: "none", lineStyle: { color: token("ink-3"), type: "dashed" }, label: { show: false }, data: [{ yAxis: 80 }] } },
      ],
    }),
    /* {x: steps, n: counts, label: [right-hand text]} */
    funnel: (data) => ({
      grid: { left: 8, right: 8, top: 4, bottom: 4, containLabel: true }, tooltip: tip(data, { trigger: "item" }), xAxis: { type: "value", show: false, max: Math.max(1, ...data.n) },
      yAxis: [data.x, data.label || data.n].map((labels, at) => ({ type: "category", inverse: true, position: at ? "right" : "left", data: labels, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: token("ink-2"), fontSize: 12 } })),
      series: [{ type: "bar", barMaxWidth: 20, showBackground: true, backgroundStyle: { color: token("line-soft"), borderRadius: 3 }, data: data.n.map((value, at) => ({ value, itemStyle: { color: token(at === data.n.length - 1 ? "good-dot" : "open-dot"), borderRadius: 3 } })) }],
    }),
    donut: (data) => ({
      tooltip: tip(data, { trigger: "item" }), legend: { ...legend(data.x), orient: "vertical", right: 8, top: "middle" },
      series: [{ type: "pie", radius: ["48%", "74%"], center: ["34%", "50%"], label: { show: false }, data: data.x.map((name, at) => ({ name, value: data.y[at], itemStyle: { color: data.tones ? tone({ tone: data.tones[at] }, at) : tone(null, at), borderColor: token("card"), borderWidth: 2 } })) }],
    }),
    months: (data, width) => {
      const option = kinds.bars(data, width);
      option.series[0].data = (data.y || series(data)[0].y).map((value, at, all) => ({ value, itemStyle: { color: token(at === all.length - 1 ? "chart-2" : "open-dot"), borderRadius: [2, 2, 0, 0] } }));
      return option;
    },
    /* {x: 24 months, y: sums, usual, orders: [days], missed: [days], from, to} */
    rhythm: (data) => ({
      grid: [{ left: 40, right: 4, top: 8, height: 92 }, { left: 40, right: 4, top: 126, height: 20 }], tooltip: tip({ money: true }),
      xAxis: [axis({ type: "category", data: data.x, gridIndex: 0, axisLabel: { interval: Math.max(0, Math.ceil(data.x.length / 4) - 1) } }), axis({ type: "time", gridIndex: 1, min: data.from, max: data.to, splitLine: { show: false }, axisLabel: { show: false }, axisLine: { show: false } })],
      yAxis: [values(data, { gridIndex: 0, splitNumber: 3 }), { type: "value", gridIndex: 1, min: 0, max: 1, show: false }],
      series: [
        { type: "bar", name: data.name, barWidth: "62%", data: data.y.map((value, at) => ({ value, itemStyle: { color: token(data.usual && at >= data.y.length - 2 && value < data.usual / 2 ? "wait-dot" : "open-dot"), borderRadius: [1.5, 1.5, 0, 0] } })), markLine: data.usual ? { silent: true, symbol: "none", lineStyle: { color: token("good-dot"), type: "dashed", width: 1.5 }, label: { show: false }, data: [{ yAxis: data.usual }] } : undefined },
        { type: "scatter", xAxisIndex: 1, yAxisIndex: 1, silent: true, tooltip: { show: false }, symbol: "rect", symbolSize: [3, 14], itemStyle: { color: token("open-dot") }, data: data.orders.map((day) => [day, 0.5]) },
        { type: "scatter", xAxisIndex: 1, yAxisIndex: 1, silent: true, tooltip: { show: false }, symbol: "rect", symbolSize: [4, 14], itemStyle: { color: token("wait-bg"), borderColor: token("wait-dot"), borderWidth: 1.5 }, data: (data.missed || []).map((day) => [day, 0.5]) },
      ],
    }),
    /* {points: [[said, happened, n, lo, hi]], xName, yName}, all in percent */
    calibration: (data) => ({
      grid: { left: 52, right: 16, top: 14, bottom: 42 }, tooltip: tip(data, { trigger: "item", formatter: (point) => `${data.xName} ${point.value[0]}%\n${data.yName} ${point.value[1]}%\nn = ${point.value[2]}` }),
      xAxis: axis({ type: "value", min: 0, max: 100, interval: 20, name: data.xName, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: token("ink-3") }, axisLabel: { formatter: "{value}%" } }),
      yAxis: axis({ type: "value", min: 0, max: 100, interval: 20, name: data.yName, nameLocation: "middle", nameGap: 38, nameTextStyle: { color: token("ink-3") }, axisLabel: { formatter: "{value}%" } }),
      series: [
        { type: "line", silent: true, symbol: "none", data: [[0, 0], [100, 100]], lineStyle: { color: token("ink-3"), type: "dashed", width: 1 } },
        { type: "custom", silent: true, data: data.points, renderItem: (params, api) => {
          const low = api.coord([api.value(0), api.value(3)]), high = api.coord([api.value(0), api.value(4)]);
          const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: token("open-dot"), lineWidth: 1.5, opacity: 0.55 } });
          return { type: "group", children: [line(low[0], low[1], high[0], high[1]), line(low[0] - 4, low[1], low[0] + 4, low[1]), line(high[0] - 4, high[1], high[0] + 4, high[1])] };
        } },
        { type: "scatter", data: data.points, symbolSize: (point) => Math.min(28, 7 + Math.sqrt(point[2]) * 0.55), itemStyle: { color: token("open-dot"), borderColor: token("card"), borderWidth: 1.5 } },
      ],
    }),
    /* {x, rows, cells: [[column, row, value]]} */
    heat: (data) => ({
      grid: { left: 8, right: 12, top: 8, bottom: 34, containLabel: true }, tooltip: tip(data, { trigger: "item" }),
      xAxis: axis({ type: "category", data: data.x, splitLine: { show: false } }), yAxis: axis({ type: "category", data: data.rows, splitLine: { show: false } }),
      visualMap: { min: 0, max: Math.max(1, ...data.cells.map((cell) => cell[2])), show: false, inRange: { color: [token("line-soft"), token("open-dot")] } },
      series: [{ type: "heatmap", data: data.cells, itemStyle: { borderColor: token("card"), borderWidth: 2 }, label: { show: data.cells.length <= 84, color: token("ink"), formatter: (point) => short(data)(point.value[2]) } }],
    }),
  };

  const draw = (place, data) => {
    const chart = charts.get(place)?.chart || echarts.init(place);
    charts.set(place, { chart, data });
    const option = kinds[place.dataset.chart](data, place.clientWidth);
    chart.setOption({ animation: false, textStyle: text(), aria: aria(option), ...option }, true);
    chart.off("click");
    chart.on("click", (point) => { const address = data.series?.[point.seriesIndex]?.links?.[point.dataIndex] ?? data.links?.[point.dataIndex] ?? data.linkOf?.[`${point.seriesName}|${point.name}`]; if (address) location.assign(address); });
  };
  const twin = (place, answer) => {
    const box = document.querySelector(`[data-chart-twin="${place.id}"]`);
    if (!box || !answer.columns) return;
    const table = document.createElement("table");
    table.className = "tbl tbl-s";
    const row = (cells, kind) => { const line = document.createElement("tr"); cells.forEach((cell, at) => { const one = document.createElement(kind); if (at) one.className = "num"; if (Array.isArray(cell)) { const link = Object.assign(document.createElement("a"), { className: "drill", href: cell[1], textContent: cell[0] }); one.append(link); } else one.textContent = cell ?? ""; line.append(one); }); return line; };
    table.createTHead().append(row(answer.columns, "th"));
    const body = table.createTBody();
    answer.rows.forEach((cells) => body.append(row(cells, "td")));
    box.replaceChildren(table);
  };
  const start = async (place) => {
    if (place.dataset.ready) return;
    place.dataset.ready = "1";
    if (place.dataset.chartUrl) {
      const answer = await ck.ask(place.dataset.chartUrl);
      if (!answer.ok) { place.textContent = ck.sentence(answer); return; }
      draw(place, answer.data.data || answer.data);
      twin(place, answer.data);
    } else draw(place, JSON.parse(place.dataset.values));
  };
  const all = (root) => root.querySelectorAll("[data-chart]").forEach(start);
  ck.drawCharts = all;
  all(document);
  document.addEventListener("ck:loaded", (event) => all(event.detail));
  addEventListener("resize", () => charts.forEach(({ chart }) => chart.resize()));
  const again = () => charts.forEach(({ data }, place) => draw(place, data));
  document.addEventListener("ck:theme", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  /* Paper is white, whatever the screen is. */
  let dark = false;
  addEventListener("beforeprint", () => {
    const root = document.documentElement;
    dark = root.dataset.bsTheme === "dark";
    if (dark) { root.dataset.bsTheme = "light"; again(); }
    charts.forEach(({ chart }) => chart.resize());
  });
  addEventListener("afterprint", () => { if (dark) { document.documentElement.dataset.bsTheme = "dark"; again(); } charts.forEach(({ chart }) => chart.resize()); });

  document.addEventListener("click", (event) => {
    const swap = event.target.closest("[data-chart-table]");
    if (swap) {
      const place = document.getElementById(swap.dataset.chartTable), box = document.querySelector(`[data-chart-twin="${swap.dataset.chartTable}"]`);
      const table = box.hidden;
      box.hidden = !table;
      place.parentElement.hidden = table;
      swap.setAttribute("aria-pressed", String(table));
      swap.textContent = table ? ck.words.chart : ck.words.table;
      if (!table) charts.get(place)?.chart.resize();
    }
    const picture = event.target.closest("[data-chart-png]");
    if (picture) {
      const place = document.getElementById(picture.dataset.chartPng);
      const drawn = charts.get(place);
      if (!drawn) return;
      const title = document.getElementById(`${place.id}-h`)?.textContent || document.title.split(" · ")[0];
      const link = Object.assign(document.createElement("a"), { download: `${title}.png`, href: drawn.chart.getDataURL({ pixelRatio: 2, backgroundColor: token("card") }) });
      link.click();
    }
  });
})();
