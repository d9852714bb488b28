/* The page as a whole. Its state is in the address behind "#", so that a look at it can be sent to somebody:
 * #filter=verdict=fail&group=kernel&cell=gate:... */

const main = document.getElementById('main');
const dialog = document.getElementById('cell');
const view = {filter: '', group: 'case', rows: '', columns: '', theme: '', cell: '', cells: run.cells};
const KEYS = ['filter', 'group', 'rows', 'columns', 'theme', 'cell'];

function readAddress() {
	const words = new URLSearchParams(location.hash.slice(1));
	for (const key of KEYS)
		view[key] = words.get(key) || (key === 'group' ? 'case' : '');
}

function addressOf(changes) {
	const words = new URLSearchParams();
	const wanted = {...view, ...changes};
	for (const key of KEYS)
		if (wanted[key] && !(key === 'group' && wanted[key] === 'case'))
			words.set(key, wanted[key]);
	return '#' + words.toString().replaceAll('%3A', ':').replaceAll('%3D', '=').replaceAll('%2C', ',');
}

/* Changes the address, and with it the page. What is typed replaces the last step of the history. */
function go(changes, replace) {
	const address = addressOf(changes);
	if (replace)
		history.replaceState(null, '', address);
	else
		history.pushState(null, '', address);
	show();
}

function choice(name, label, options, value) {
	const select = make('select', {id: name, onchange: () => go({[name]: select.value})},
		options.map(([key, text]) => make('option', {value: key, selected: key === value}, text)));
	return make('label', {for: name}, label + ' ', select);
}

/* The whole as a bar, whose parts are buttons that filter. */
function chips() {
	const counts = new Map(countsOf(run.cells.map((cell) => ({verdict: cell.kind})), 'verdict'));
	const kinds = Object.keys(KINDS).filter((kind) => counts.has(kind));
	const bar = make('div', {class: 'bar verdicts', 'aria-hidden': 'true'});
	for (const kind of kinds) {
		const piece = make('span', {class: 'fill ' + kind, title: counts.get(kind) + ' ' + KINDS[kind][1]});
		piece.style.flexGrow = counts.get(kind);
		bar.append(piece);
	}
	const chosen = chosenIn(view.filter, 'verdict');
	return [bar, make('div', {class: 'chips', role: 'group', 'aria-label': 'verdicts'}, kinds.map((kind) =>
		make('button', {type: 'button', class: 'chip ' + kind, 'aria-pressed': String(chosen.includes(kind)),
			onclick: () => go({filter: toggled(view.filter, 'verdict', kind)})},
		make('b', {class: 'sign ' + kind}, KINDS[kind][0]), counts.get(kind) + ' ' + KINDS[kind][1])))];
}

/* For each field its values, as buttons: made when they are asked for. */
function facets() {
	const fill = () => body.childNodes.length || body.append(...['case', 'class', 'rule', 'change', ...axes].map((name) => {
		const counts = countsOf(run.cells, name).filter(([value]) => value !== 'none' || name === 'initrd' || name === 'cmdline' || axes.includes(name));
		if (!counts.length || (counts.length === 1 && name !== 'class' && name !== 'rule'))
			return null;
		const chosen = chosenIn(view.filter, name);
		return make('fieldset', {}, make('legend', {}, name), counts.slice(0, 60).map(([value, count]) =>
			make('button', {type: 'button', class: 'value', 'aria-pressed': String(chosen.includes(value)),
				onclick: () => go({filter: toggled(view.filter, name, value)})}, value, make('small', {}, ' ' + count))));
	}).filter(Boolean));
	const body = make('div', {class: 'facets'});
	const details = make('details', {id: 'facets', open: view.facets, ontoggle: () => {
		view.facets = details.open;
		if (details.open)
			fill();
	}}, make('summary', {}, 'Choose by axis, class, rule'), body);
	if (view.facets)
		fill();
	return details;
}

function controls() {
	const groups = ['case', 'verdict', 'class', 'rule', ...(run.baseline ? ['change'] : []), ...axes].map((name) => [name, name]);
	const sides = [['', 'by themselves'], ...['case', ...axes].map((name) => [name, name])];
	const input = make('input', {type: 'search', id: 'filter', value: view.filter, spellcheck: 'false', autocomplete: 'off',
		placeholder: 'verdict=fail and kernel=linux-* and memory<1G', 'aria-describedby': 'complaint',
		oninput: () => go({filter: input.value}, true)});
	return make('div', {class: 'controls'},
		make('label', {class: 'wide', for: 'filter'}, 'filter ', input),
		make('p', {id: 'complaint', role: 'status'}),
		make('div', {class: 'choices'},
			choice('group', 'group by', groups, view.group),
			choice('rows', 'rows', sides, view.rows),
			choice('columns', 'columns', sides, view.columns),
			choice('theme', 'light', [['', 'as the system'], ['light', 'light'], ['dark', 'dark']], view.theme)),
		facets());
}

function about() {
	return make('details', {id: 'about'}, make('summary', {}, 'The run: what was run, on what'),
		factList(run.facts.map(([name, text]) => [name, make('code', {}, text)])));
}

/* A mistake in the filter is told, and the last good one stays. */
function filtered() {
	const complaint = document.getElementById('complaint');
	try {
		view.test = parseFilter(view.filter);
		complaint.textContent = '';
	} catch (error) {
		complaint.textContent = 'filter: ' + error.message;
	}
	complaint.classList.toggle('wrong', complaint.textContent !== '');
	view.cells = run.cells.filter(view.test || (() => true));
	if (view.filter && !complaint.textContent)
		complaint.textContent = view.cells.length + ' of ' + plural(run.cells.length, 'cell');
}

function drawResults() {
	const results = document.getElementById('results');
	forgetPending();
	results.replaceChildren(...[
		attention(view.cells),
		view.cells.length ? make('section', {id: 'matrix'}, make('h2', {}, 'The matrix'), make('div', {class: 'groups'}, drawGrid(view.cells, view)),
			make('p', {class: 'key note'}, Object.keys(KINDS).filter((kind) => view.cells.some((cell) => cell.kind === kind)).map((kind) =>
				make('span', {}, make('b', {class: 'sign ' + kind}, KINDS[kind][0]), ' ' + KINDS[kind][1])))) :
			make('p', {class: 'note'}, run.cells.length ? 'No cell fits the filter.' : 'This run has no cells.'),
		declared(view.cells),
		differences(view.cells),
		timeSpent(view.cells),
	].filter(Boolean));
	const first = results.querySelector('.grid .c');
	if (first)
		first.tabIndex = 0;
}

function openCell(cell) {
	go({cell: cell.id}, dialog.open);
}
function closeCell() {
	const cell = byId.get(view.cell);
	go({cell: ''});
	const origin = cell && document.querySelector('.grid .c[data-n="' + cell.index + '"]');
	if (origin)
		focusSquare(origin);
}

function focusSquare(element) {
	for (const old of document.querySelectorAll('.grid .c[tabindex="0"]'))
		old.tabIndex = -1;
	element.tabIndex = 0;
	element.focus();
}

function showCell() {
	const cell = byId.get(view.cell);
	if (!cell) {
		if (dialog.open)
			dialog.close();
		return;
	}
	dialog.replaceChildren(...drawCell(cell));
	if (!dialog.open)
		dialog.showModal();
	dialog.scrollTop = 0;
	document.getElementById('cell-title').focus();
}

/* Draws what the address asks for, and no more than has changed. */
const drawn = {};
function show() {
	readAddress();
	document.documentElement.dataset.theme = view.theme;
	const what = JSON.stringify([view.filter, view.group, view.rows, view.columns]);
	if (drawn.what !== what) {
		const typing = document.activeElement && document.activeElement.id === 'filter';
		drawn.what = what;
		document.getElementById('chips').replaceChildren(...chips());
		if (typing)
			document.getElementById('facets').replaceWith(facets());
		else
			document.getElementById('controls').replaceChildren(controls());
		filtered();
		drawResults();
	}
	if (drawn.cell !== view.cell) {
		drawn.cell = view.cell;
		showCell();
	}
}

document.addEventListener('click', (event) => {
	const origin = event.target.closest('[data-n]');
	if (!origin || event.ctrlKey || event.metaKey)
		return;
	event.preventDefault();
	openCell(run.cells[origin.dataset.n]);
});
for (const kind of ['pointerover', 'focusin'])
	document.addEventListener(kind, (event) => event.target.classList && event.target.classList.contains('c') && nameSquare(event.target));

document.addEventListener('keydown', (event) => {
	const square = event.target.classList && event.target.classList.contains('c') ? event.target : null;
	if (square && (event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End')) {
		const other = neighbour(square, event.key);
		event.preventDefault();
		if (other)
			focusSquare(other);
	} else if (square && (event.key === 'Enter' || event.key === ' ')) {
		event.preventDefault();
		openCell(run.cells[square.dataset.n]);
	} else if (event.key === '/' && !/^(INPUT|SELECT)$/.test(event.target.nodeName) && !dialog.open) {
		event.preventDefault();
		document.getElementById('filter').focus();
	} else if (dialog.open && (event.key === 'j' || event.key === 'k')) {
		const next = view.cells[view.cells.indexOf(byId.get(view.cell)) + (event.key === 'j' ? 1 : -1)];
		if (next)
			openCell(next);
	}
});
dialog.addEventListener('cancel', (event) => {
	event.preventDefault();
	closeCell();
});
dialog.addEventListener('click', (event) => event.target === dialog && closeCell());
addEventListener('hashchange', show);
addEventListener('popstate', show);
addEventListener('beforeprint', () => {
	document.getElementById('about').open = true;
	fillAll();
});

main.append(make('div', {id: 'chips'}), about(), make('div', {id: 'controls'}), make('div', {id: 'results'}),
	make('footer', {}, 'Keys: arrows and Enter in the matrix, / filter, j and k next and last cell, Esc close. ',
		'A look at this page can be sent to somebody: its address says what is shown.'));

/* The blocks of single cells may still be on their way. */
const wanted = new URLSearchParams(location.hash.slice(1)).get('cell');
drawn.cell = wanted || '';
show();
if (wanted)
	document.addEventListener('DOMContentLoaded', () => {
		drawn.cell = '';
		show();
	});
/* For tests, and for who wonders: milliseconds from the start of loading to a grid that is laid out. */
document.body.getBoundingClientRect();
document.documentElement.dataset.ready = performance.now().toFixed();
