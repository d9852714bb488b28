/* The matrix: a table a group, rows and columns by two axes, in each box a square a cell. */

const CHUNK = 300; /* squares that are made at once */

const squares = Object.fromEntries(Object.entries(KINDS).map(([kind, [sign]]) => [kind,
	make('a', {class: 'c ' + kind, role: 'button', tabindex: '-1'}, sign)]));

function square(cell) {
	const element = squares[cell.kind].cloneNode(true);
	element.dataset.n = cell.index;
	if (cell.change && cell.change !== 'none' && cell.change !== 'still')
		element.dataset.change = cell.change;
	return element;
}

/* Axes with more than one value among these cells, "case" among them: [name, values]. */
function varyingAxes(cells) {
	return ['case', ...axes].map((name) => [name, [...new Set(cells.map((cell) => valuesOf(cell, name)[0] ?? '-'))]])
		.filter(([, values]) => values.length > 1)
		.map(([name, values]) => [name, values.sort(inOrder)]);
}

/* Rows by the axis with most values and columns by the next, unless others are asked for; the rest lies in the boxes. */
function arrange(cells, rows, columns) {
	const varying = varyingAxes(cells);
	const most = [...varying].sort((a, b) => b[1].length - a[1].length);
	const named = (name) => varying.find((axis) => axis[0] === name);
	const row = named(rows) || most.find((axis) => axis[0] !== columns) || null;
	const column = named(columns) && named(columns) !== row ? named(columns) :
		most.find((axis) => axis !== row && axis[1].length <= 40) || null;
	return {row, column, inner: varying.filter((axis) => axis !== row && axis !== column)};
}

function compareInside(inner) {
	const ranks = inner.map(([name, values]) => [name, new Map(values.map((value, i) => [value, i]))]);
	return (a, b) => {
		for (const [name, rank] of ranks) {
			const order = rank.get(valuesOf(a, name)[0] ?? '-') - rank.get(valuesOf(b, name)[0] ?? '-');
			if (order)
				return order;
		}
		return 0;
	};
}

/* row value -> column value -> cells */
function boxesOf(cells, layout) {
	const boxes = new Map((layout.row ? layout.row[1] : ['']).map((value) => [value, new Map()]));
	for (const cell of cells) {
		const row = boxes.get(layout.row ? valuesOf(cell, layout.row[0])[0] ?? '-' : '');
		const column = layout.column ? valuesOf(cell, layout.column[0])[0] ?? '-' : '';
		if (!row.has(column))
			row.set(column, []);
		row.get(column).push(cell);
	}
	const order = compareInside(layout.inner);
	for (const row of boxes.values())
		for (const box of row.values())
			box.sort(order);
	return boxes;
}

function tableHead(layout) {
	if (!layout.column)
		return layout.row ? make('thead', {}, make('tr', {}, make('th', {scope: 'col'}, layout.row[0]), make('td'))) : make('thead');
	return make('thead', {}, make('tr', {},
		layout.row ? make('th', {scope: 'col'}, make('span', {class: 'corner'}, layout.row[0], make('i', {}, layout.column[0]))) : null,
		layout.column[1].map((value) => make('th', {scope: 'col'}, value))));
}

function tableRow(name, boxes, layout) {
	return make('tr', {}, layout.row ? make('th', {scope: 'row'}, name) : null,
		(layout.column ? layout.column[1] : ['']).map((value) =>
			make('td', {}, (boxes.get(value) || []).map(square))));
}

/* Bodies of some hundred squares each, filled when they come near. The first of a page is filled at once. */
function tableBodies(boxes, layout, atOnce) {
	const bodies = [];
	let rows = [], count = 0;
	const finish = () => {
		const mine = rows, body = make('tbody');
		const fill = () => body.replaceChildren(...mine.map(([name, row]) => tableRow(name, row, layout)));
		if (atOnce(count))
			fill();
		else {
			body.append(make('tr', {class: 'later'}, make('td', {style: false})));
			body.firstChild.style.height = mine.length * 30 + 'px';
			fillLater(body, fill);
		}
		bodies.push(body);
		rows = [];
		count = 0;
	};
	for (const [name, row] of boxes) {
		rows.push([name, row]);
		count += [...row.values()].reduce((sum, box) => sum + box.length, 0);
		if (count >= CHUNK)
			finish();
	}
	if (rows.length)
		finish();
	return bodies;
}

function tally(cells) {
	const counts = new Map(countsOf(cells.map((cell) => ({verdict: cell.kind})), 'verdict'));
	return Object.keys(KINDS).filter((kind) => counts.has(kind)).map((kind) =>
		make('span', {class: 'tally ' + kind}, counts.get(kind) + ' ' + KINDS[kind][1]));
}

function groupSection(name, cells, view, atOnce) {
	const layout = arrange(cells, view.rows, view.columns);
	const inner = layout.inner.map(([axis, values]) =>
		axis + ' (' + (values.length > 5 ? values.length + ' values' : values.join(', ')) + ')');
	return make('section', {class: 'group'},
		make('h3', {}, name + ' ', make('small', {}, plural(cells.length, 'cell') + ': ', tally(cells))),
		make('div', {class: 'scroll'},
			make('table', {class: 'grid'}, tableHead(layout), tableBodies(boxesOf(cells, layout), layout, atOnce))),
		inner.length ? make('p', {class: 'note'}, 'in each box: ' + inner.join(' × ')) : null);
}

/* Groups by the value of a field, in natural order. */
function groupsOf(cells, by) {
	const groups = new Map();
	for (const cell of cells) {
		const name = by === 'verdict' ? cell.kind : by === 'rule' ? cell.ruleList.join(' ') || 'no rule' : valuesOf(cell, by)[0] ?? '-';
		if (!groups.has(name))
			groups.set(name, []);
		groups.get(name).push(cell);
	}
	const order = by === 'verdict' ? Object.keys(KINDS) : null;
	return [...groups].sort((a, b) => order ? order.indexOf(a[0]) - order.indexOf(b[0]) : inOrder(a[0], b[0]));
}

function drawGrid(cells, view) {
	let room = 600; /* squares for the first screens */
	const atOnce = (count) => (room -= count) + count > 0;
	return groupsOf(cells, view.group).map(([name, group]) =>
		groupSection(view.group === 'case' ? name : view.group + ' ' + name, group, view, atOnce));
}

/* A square says what it is only when it is asked: ten thousand titles would be too many. */
function nameSquare(element) {
	const cell = run.cells[element.dataset.n];
	const words = wordsOf(cell);
	const text = cell.id + ': ' + KINDS[cell.kind][1] + (cell.change ? ' [' + cell.change + ']' : '') + (words ? '. ' + words : '');
	element.title = text;
	element.setAttribute('aria-label', text);
}

/* Arrows go from square to square: left and right in the order of the page, up and down to the nearest. */
function neighbour(from, key) {
	const all = [...document.querySelectorAll('.grid .c')];
	const here = all.indexOf(from);
	if (key === 'ArrowRight' || key === 'ArrowLeft')
		return all[here + (key === 'ArrowRight' ? 1 : -1)];
	if (key === 'Home' || key === 'End')
		return all[key === 'Home' ? 0 : all.length - 1];
	const box = from.getBoundingClientRect(), down = key === 'ArrowDown' ? 1 : -1;
	let best = null, bestBox = null;
	for (let i = here + down; i >= 0 && i < all.length; i += down) {
		const other = all[i].getBoundingClientRect();
		if ((other.top - box.top) * down <= 2)
			continue;
		if (bestBox && Math.abs(other.top - bestBox.top) > 2)
			break;
		if (!best || Math.abs(other.left - box.left) < Math.abs(bestBox.left - box.left))
			[best, bestBox] = [all[i], other];
	}
	return best;
}
